/**
 * What one integer with discrete Gaussian noise gives away, exactly: for a single number the conversion from zCDP asks for
 * more noise than is needed.
 *
 * **Source.** Canonne, Kamath, Steinke, NeurIPS 2020, theorem 7.
 */

import { checkOptions, type RulesOf } from "../checks/options.js";
import { number } from "../checks/rules.js";
import { invalidArgument } from "../errors.js";

/** Beyond it the sum has too many terms; the conversion from zCDP is good there. */
const maxSigma = 100_000;

/** Terms below exp(-745) are 0 in a double. */
const negligible = 745;

/** What {@link discreteGaussianDelta} needs. */
export interface GaussianDeltaOptions {
  /** sigma^2 of the noise, above 0, at most 10^10. */
  readonly variance: number;
  /** How far one contributor can move the number: an integer of 1 or more. */
  readonly sensitivity: number;
  /** 0 or more. */
  readonly epsilon: number;
}

const gaussianDeltaRules: RulesOf<GaussianDeltaOptions> = {
  variance: number(),
  sensitivity: number(),
  epsilon: number(),
};

/**
 * The smallest delta with which one integer plus discrete Gaussian noise is (epsilon, delta)-differentially private. A
 * sum of positive terms in doubles, right to a relative 10^-9.
 *
 * **Cost.** Up to 40 sigma terms.
 *
 * @throws VeilshareError INVALID_ARGUMENT for a parameter out of range.
 */
export function discreteGaussianDelta(options: GaussianDeltaOptions): number {
  const caller = "discreteGaussianDelta";
  checkOptions(caller, options, gaussianDeltaRules);
  const { variance, sensitivity, epsilon } = options;
  if (!(variance > 0 && variance <= maxSigma ** 2)) {
    throw invalidArgument(caller, "a variance above 0 and at most 10^10", String(variance));
  }
  if (!Number.isSafeInteger(sensitivity) || sensitivity < 1) {
    throw invalidArgument(caller, "an integer sensitivity of 1 or more", String(sensitivity));
  }
  if (!(epsilon >= 0)) throw invalidArgument(caller, "an epsilon of 0 or more", String(epsilon));
  // An output y is more likely by a factor of exp(loss) than on the neighbour, loss = (2 y s + s^2) / (2 variance).
  const first = Math.floor((epsilon * variance) / sensitivity - sensitivity / 2) + 1;
  let sum = 0;
  for (let y = first; y < 0 || (y * y) / (2 * variance) < negligible; y++) {
    if ((y * y) / (2 * variance) >= negligible) continue;
    const loss = (2 * y + sensitivity) * (sensitivity / (2 * variance));
    if (loss > epsilon) sum -= Math.exp((-y * y) / (2 * variance)) * Math.expm1(epsilon - loss);
  }
  return Math.min(1, sum / normaliser(variance));
}

/** The sum of exp(-y^2 / (2 variance)) over all integers. */
function normaliser(variance: number): number {
  // From variance 4 on the sum is sqrt(2 pi variance) up to a relative 10^-33.
  if (variance >= 4) return Math.sqrt(2 * Math.PI * variance);
  let sum = 1;
  for (let y = 1; (y * y) / (2 * variance) < negligible; y++) sum += 2 * Math.exp((-y * y) / (2 * variance));
  return sum;
}
