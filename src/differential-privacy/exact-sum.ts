/** The sum as it is, in the type that says so; beside the noisy one. */

import { checkArgument, checkOptions, partyRule, type RulesOf } from "../checks/options.js";
import { bigint, callback, optional } from "../checks/rules.js";
import type { Party } from "../channel/party.js";
import { sumBySecureSum, type VectorSum } from "../aggregation/vector-sum.js";
import type { ExactTotal } from "./totals.js";

/** Options of {@link exactSum}; the bound must be the same at all parties. */
export interface ExactSumOptions {
  /** No party's element is above this or below its negative. */
  readonly maxAbs: bigint;
  /** How vectors are added. Default: by secure sums. */
  readonly sum?: VectorSum;
}

const exactSumRules: RulesOf<ExactSumOptions> = { maxAbs: bigint(), sum: optional(callback) };

/**
 * The element-wise sum of all parties' vectors, without noise.
 *
 * @throws VeilshareError whatever the sum throws.
 *
 * **Security.** That of the sum: everybody learns the total and all that follows from it.
 *
 * **Cost.** That of the sum.
 */
export async function exactSum(
  party: Party,
  vector: BigInt64Array,
  options: ExactSumOptions,
): Promise<ExactTotal> {
  checkArgument("exactSum", "party", party, partyRule);
  checkOptions("exactSum", options, exactSumRules);
  const { maxAbs, sum = sumBySecureSum } = options;
  const total = await sum(party, vector, { maxAbs });
  return { kind: "exact", values: total.sum, contributors: total.contributors };
}
