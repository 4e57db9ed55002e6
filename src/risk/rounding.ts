/** Numbers rounded on shares, so that whoever learns one learns no digit more. */

import type { Engine } from "../mpc/engine.js";
import { greaterOrEqual } from "../mpc/operations/comparison.js";
import type { SecretMatrix } from "../mpc/secret-matrix.js";
import { broadcast } from "./matrix-products.js";

/** Equal steps on a line of numbers. */
export interface RoundingSteps {
  /** The smallest number that comes out. */
  readonly from: number;
  /** How many steps the largest is above it. */
  readonly count: number;
  /** How far they are apart. */
  readonly width: number;
}

/**
 * The number of the step nearest to a secret, from 0 to `count`; exact, and halves go up: how many of the middles between two
 * steps are not above it.
 *
 * @param x - 1 x 1.
 * @returns 1 x 1, a whole number.
 *
 * **Cost.** `count` comparisons of one round trip.
 */
export async function nearestStep(
  engine: Engine,
  x: SecretMatrix,
  { from, count, width }: RoundingSteps,
): Promise<SecretMatrix> {
  const unit = 2 ** -x.fractionalBits;
  const middles = Float64Array.from(
    { length: count },
    (_, step) => -Math.ceil((from + (step + 0.5) * width) / unit) * unit,
  );
  const distances = broadcast(x, count).addPublic(middles);
  return (await greaterOrEqual(engine, distances, 0)).columnSums().assumeBound(count);
}
