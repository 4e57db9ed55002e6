/** What a function of Prio3 is made of. */

import type { Circuit } from "./circuit.js";
import type { Xof } from "./xof.js";

/** What an instance is made of. */
export interface Prio3Parts<Measurement, Result> {
  readonly circuit: Circuit<Measurement, Result>;
  readonly xof: Xof;
  readonly algorithmId: number;
  /** Number of aggregators, 2 to 255. */
  readonly shares: number;
  /** Proofs of one report, 1 to 255; where there is joint randomness over Field64, at least 3. */
  readonly proofs: number;
}
