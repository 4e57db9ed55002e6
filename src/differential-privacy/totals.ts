/** An exact total and a noisy one are different products: whoever takes one must say which. */

import type { Neighbours } from "./noise-plan.js";

/** A total as it is. It protects nobody whose value follows from it. */
export interface ExactTotal {
  readonly kind: "exact";
  readonly values: BigInt64Array;
  readonly contributors: number;
}

/** A total with noise on each element. */
export interface NoisyTotal {
  readonly kind: "noisy";
  readonly values: BigInt64Array;
  readonly contributors: number;
  /** Which noise. */
  readonly mechanism: "distributed discrete Gaussian";
  /** Standard deviation of the noise on each element: of all contributors' noise together. */
  readonly sigma: number;
  /** What the release says at most about one contributor, to whoever is named by the plan. */
  readonly epsilon: number;
  readonly delta: number;
  /** The same in zCDP, in which releases add up. */
  readonly rho: number;
  readonly neighbours: Neighbours;
}

/** Either, told apart by `kind`. */
export type Total = ExactTotal | NoisyTotal;
