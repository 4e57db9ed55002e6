/**
 * The one thing that noise, disclosure checks and statistics ask of aggregation: add everybody's vectors. By secure sums,
 * or by another way that a caller brings along.
 */

import type { Party } from "../channel/party.js";
import { secureSum } from "./secure-sum.js";

/** A sum and how many vectors are in it. */
export interface SummedVectors {
  readonly sum: BigInt64Array;
  /** Parties whose vector is in the sum. */
  readonly contributors: number;
}

/**
 * Adds the vectors of all parties, exactly. Every party calls it at the same place with a vector of the same length; all
 * get the same result, whose contributors are the same parties in every call of one run, or fewer when some left.
 * It rejects when an element of the own vector is beyond maxAbs, or when parties x maxAbs does not fit 63 bits, before
 * anything is sent.
 */
export type VectorSum = (
  party: Party,
  vector: BigInt64Array,
  options: { readonly maxAbs: bigint },
) => Promise<SummedVectors>;

/** {@link secureSum}: exact, all parties stay to the end. */
export const sumBySecureSum: VectorSum = async (party, vector, { maxAbs }) => ({
  sum: await secureSum(party, vector, { maxAbs }),
  contributors: party.size,
});
