/**
 * One contributor's part of a noisy sum, and what becomes of the sum: for sums that are run by other functions, such as
 * those of clients that may leave.
 */

import { VeilshareError } from "../errors.js";
import { eventLoopTurn } from "../parallel/event-loop.js";
import type { RandomSource } from "../random/csprng.js";
import { noiseSigma, sampleNoise, type NoisePlan } from "./noise-plan.js";
import type { NoisyTotal } from "./totals.js";

/** Elements whose noise is drawn before the event loop has its turn. */
const chunk = 32_768;

/**
 * A vector with the contributor's noise. Burn the budget first; then add it up by any sum that takes elements of up to
 * `plan.maxAbs + noiseBound(plan)`, signed.
 *
 * @param vector - Within the plan's bounds; not changed.
 * @param random - Default: the CSPRNG.
 * @throws VeilshareError VALUE_OUT_OF_RANGE when the vector is beyond the plan's bounds, or of another length.
 *
 * **Security.** Noisy sums of two runs with the same noise would give away their difference: make a new vector for each
 * attempt, and burn the budget for each.
 */
export async function noisyVector(
  vector: BigInt64Array,
  plan: NoisePlan,
  random?: RandomSource,
): Promise<BigInt64Array> {
  const noisy = vector.slice();
  checkPlannedVector(noisy, plan);
  for (let start = 0; start < noisy.length; start += chunk) {
    const part = noisy.subarray(start, start + chunk);
    const noise = sampleNoise({ ...plan, length: part.length }, random);
    for (let i = 0; i < part.length; i++) part[i] = (part[i] as bigint) + (noise[i] as bigint); // i < both lengths
    if (start + chunk < noisy.length) await eventLoopTurn();
  }
  return noisy;
}

/**
 * The sum of noisy vectors, with what it is worth.
 *
 * @throws VeilshareError DISCLOSURE_REFUSED when fewer contributed than the plan counts on: the noise is too little, and the
 *   values must go no further.
 */
export function noisyTotal(
  { values, contributors }: { readonly values: BigInt64Array; readonly contributors: number },
  plan: NoisePlan,
): NoisyTotal {
  const { epsilon, delta, rho, neighbours, fewestSurvivors } = plan;
  if (contributors < fewestSurvivors) {
    const text = `noisyTotal: expected at least ${fewestSurvivors} contributors, got ${contributors}: too little noise`;
    throw new VeilshareError("DISCLOSURE_REFUSED", text, { field: "fewestSurvivors" });
  }
  const sigma = noiseSigma(plan, contributors);
  const mechanism = "distributed discrete Gaussian";
  return { kind: "noisy", values, contributors, mechanism, sigma, epsilon, delta, rho, neighbours };
}

/**
 * Refuses a vector that the plan does not hold for.
 *
 * @throws VeilshareError VALUE_OUT_OF_RANGE.
 */
export function checkPlannedVector(vector: BigInt64Array, { length, maxAbs, maxSquares }: NoisePlan): void {
  const refuse = (expected: string, field: string): VeilshareError =>
    new VeilshareError("VALUE_OUT_OF_RANGE", `noisyVector: expected ${expected}`, { field });
  if (vector.length !== length) throw refuse(`${length} elements, got ${vector.length}`, "vector");
  let squares = 0n;
  for (const [i, element] of vector.entries()) {
    if (element > maxAbs || element < -maxAbs) {
      throw refuse(`elements within the declared bound, got one beyond it at position ${i}`, `vector[${i}]`);
    }
    squares += element * element;
  }
  if (squares > maxSquares) throw refuse("a sum of squares of at most maxSquares, got more", "vector");
}
