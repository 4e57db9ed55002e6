/**
 * A sum of all parties' vectors with noise that nobody knows. Run by the parties of a sum.
 *
 *   all -> all   parameters of the noise plan                     (agree)
 *   each         takes the cost off its own budget                (burn; before anything that depends on data is sent)
 *   all -> all   the sum of vector plus own noise                 (as the sum's own protocol)
 *
 * Adversary: semi-honest, up to `maxColluders` parties with whoever sees the result; see {@link noisySum}.
 */

import type { Party } from "../channel/party.js";
import { checkArgument, checkOptions, partyRule, type RulesOf, stateStoreRule } from "../checks/options.js";
import { callback, instanceOf, number, optional } from "../checks/rules.js";
import { invalidArgument } from "../errors.js";
import type { RandomSource } from "../random/csprng.js";
import { sumBySecureSum, type VectorSum } from "../aggregation/vector-sum.js";
import {
  noiseBound,
  noisePlanRules,
  planNoise,
  type NoisePlan,
  type NoisePlanOptions,
} from "./noise-plan.js";
import type { StateStore } from "../store/index.js";
import { checkPlannedVector, noisyTotal, noisyVector } from "./noisy-vector.js";
import type { NoisyTotal } from "./totals.js";

/** Options of {@link noisySum}; those of the plan must be the same at all parties. */
export interface NoisySumOptions extends Omit<NoisePlanOptions, "length" | "fewestSurvivors"> {
  /**
   * Takes the cost off the budget of the data set, and resolves once that is kept where no crash undoes it; throws when
   * the budget does not cover it. Called before anything that depends on the vector is sent, never after.
   */
  readonly burn: (plan: NoisePlan) => void | Promise<void>;
  /**
   * Where the budget is kept: parties that have one remember where the others' stood, and a party whose store was restored from a
   * backup, with budget that was spent, is found out before anything is burnt. May differ between parties, but is passed always or
   * never.
   */
  readonly store?: StateStore;
  /** How vectors are added. Default: by secure sums. */
  readonly sum?: VectorSum;
  /** How many parties certainly stay to the end. Default: all, as a secure sum needs them. */
  readonly fewestSurvivors?: number;
  /** For the noise; other than the default only to replay a run. */
  readonly random?: RandomSource;
}

const { epsilon, delta, maxAbs, maxSquares, maxColluders, neighbours } = noisePlanRules;

const noisySumRules: RulesOf<NoisySumOptions> = {
  ...{ epsilon, delta, maxAbs, maxSquares, maxColluders, neighbours },
  burn: callback,
  store: optional(stateStoreRule),
  sum: optional(callback),
  fewestSurvivors: optional(number()),
  random: optional(callback),
};

/**
 * The element-wise sum of all parties' vectors with discrete Gaussian noise from each.
 *
 * @param vector - Own addends, within -maxAbs..maxAbs, with a sum of squares of at most maxSquares.
 * @returns The same total at every party.
 * @throws VeilshareError VALUE_OUT_OF_RANGE when the own vector is beyond the bounds (nothing is clipped), at its owner;
 *   BUDGET_SPENT or whatever `burn` throws; STORE_ROLLED_BACK, and PEER_MISMATCH at the others, for an older copy of a store; DISCLOSURE_REFUSED when fewer than `fewestSurvivors` are in the sum: then the
 *   noise is too little, so the sum is not given out; PEER_MISMATCH when parties have other parameters; BOUND_EXCEEDED
 *   when sums with noise do not fit 63 bits; and whatever the sum throws.
 *
 * **Security.** Semi-honest. Against up to `maxColluders` of the parties together with all who see the result, the result is
 * (epsilon, delta)-differentially private in each other party's vector. A party that adds less noise than it should is
 * not found out. The budget is burnt before the run, so a run that fails has cost it too.
 *
 * **Cost.** That of the sum, and about 0.5 us of sampling an element.
 *
 * **Source.** Kairouz, Liu, Steinke, ICML 2021.
 */
export async function noisySum(
  party: Party,
  vector: BigInt64Array,
  options: NoisySumOptions,
): Promise<NoisyTotal> {
  checkArgument("noisySum", "party", party, partyRule);
  checkArgument("noisySum", "vector", vector, instanceOf(BigInt64Array, "a BigInt64Array"));
  checkOptions("noisySum", options, noisySumRules);
  const { burn, store, sum = sumBySecureSum, random, ...planned } = options;
  return party.run({ name: "veilshare/noisy-sum", version: 1 }, async (run) => {
    const { fewestSurvivors = run.size } = options;
    if (fewestSurvivors > run.size) {
      throw invalidArgument("noisySum", `at most ${run.size} survivors`, String(fewestSurvivors));
    }
    const plan = planNoise({ ...planned, length: vector.length, fewestSurvivors });
    const own = vector.slice(); // what was checked is what is sent, whatever the caller does meanwhile
    checkPlannedVector(own, plan);
    const kept = store === undefined ? {} : { store };
    await run.agree(publicParameters(plan, options, fewestSurvivors), kept);
    await burn(plan);
    const noisy = await noisyVector(own, plan, random);
    const total = await sum(run, noisy, { maxAbs: plan.maxAbs + noiseBound(plan) });
    return noisyTotal({ values: total.sum, contributors: total.contributors }, plan);
  });
}

/** What is declared, not what follows from it: two engines may round the variance differently, and both are right. */
function publicParameters(
  plan: NoisePlan,
  options: NoisySumOptions,
  fewestSurvivors: number,
): Record<string, string | number> {
  return {
    length: plan.length,
    maxAbs: plan.maxAbs.toString(),
    maxSquares: plan.maxSquares.toString(),
    neighbours: plan.neighbours,
    epsilon: options.epsilon,
    delta: options.delta,
    fewestSurvivors,
    maxColluders: options.maxColluders,
  };
}
