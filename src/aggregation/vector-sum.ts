/**
 * The one thing that noise, disclosure checks and statistics ask of aggregation: add everybody's vectors. By secure sums,
 * or by another way that a caller brings along.
 */

import type { Party } from "../channel/party.js";
import { secureSum, secureWordSum } from "./secure-sum.js";

/** A sum and how many vectors are in it. */
export interface SummedVectors {
  readonly sum: BigInt64Array;
  /** Parties whose vector is in the sum. */
  readonly contributors: number;
}

/**
 * Adds the vectors of all parties, exactly. Every party calls it at the same place with a vector of the same length; all
 * get the same result, whose contributors are the same parties in every call of one run, or fewer when some left.
 * With `wraps` elements may be any words, and the sum is modulo 2^64. Otherwise it rejects when an element of the own vector is beyond maxAbs, or when parties x maxAbs does not fit 63 bits, before
 * anything is sent.
 */
export type VectorSum = (
  party: Party,
  vector: BigInt64Array,
  options: { readonly maxAbs: bigint; readonly wraps?: boolean },
) => Promise<SummedVectors>;

/** {@link secureSum}: exact, all parties stay to the end. */
export const sumBySecureSum: VectorSum = async (party, vector, { maxAbs, wraps = false }) => ({
  sum: wraps ? await secureWordSum(party, vector) : await secureSum(party, vector, { maxAbs }),
  contributors: party.size,
});
