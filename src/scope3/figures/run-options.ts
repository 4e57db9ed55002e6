/** Checks of what the callers of every way to a Scope 3 total give. */

import { invalidArgument, VeilshareError } from "../../errors.js";
import type { FootprintSums } from "../lines/footprint.js";

/** The least that `minContributors` can be: with two, each would learn the other's amount. */
export const leastMinContributors = 3;

/** @throws VeilshareError INVALID_ARGUMENT for a minimum below 3 or above the number of parties. */
export function checkMinimum(caller: string, minContributors: number, parties: number): void {
  if (!Number.isInteger(minContributors) || minContributors < leastMinContributors) {
    throw invalidArgument(
      caller,
      `minContributors of at least ${leastMinContributors}`,
      `${minContributors}`,
    );
  }
  if (minContributors > parties) {
    throw invalidArgument(caller, `at least minContributors (${minContributors}) parties`, `${parties}`);
  }
}

/** @throws VeilshareError BOUND_EXCEEDED when an own amount is above `maxAmount`. */
export function checkBound(caller: string, own: FootprintSums, maxAmount: bigint, bound: string): void {
  const largest = { grams: own.grams, spend: own.spend, ratings: own.ratingGrams };
  for (const [field, amounts] of Object.entries(largest)) {
    if ([amounts].flat().every((amount) => amount <= maxAmount)) continue;
    const text = `${caller}: expected own ${field} of at most ${bound} (${maxAmount}), got more`;
    throw new VeilshareError("BOUND_EXCEEDED", text, { field });
  }
}
