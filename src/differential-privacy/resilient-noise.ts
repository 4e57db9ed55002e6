/**
 * Noise and numbers of a sum whose clients may leave, planned together: the fewest clients that a total is made of are the
 * fewest whose noise is in it, and the clients that may pool what they know with the server are those who know their noise.
 */

import { chooseGraph, graphRules } from "../aggregation/resilient/choose-graph.js";
import {
  graphOptionsOf,
  planResilientSum,
  resilientPlanRules,
  type ResilientPlan,
  type ResilientPlanOptions,
} from "../aggregation/resilient/plan.js";
import { checkOptions, type RulesOf } from "../checks/options.js";
import {
  noiseBound,
  noisePlanRules,
  planNoise,
  type NoisePlan,
  type NoisePlanOptions,
} from "./noise-plan.js";

type OfNoise = Omit<NoisePlanOptions, "length" | "fewestSurvivors" | "maxColluders">;
type OfSum = Omit<ResilientPlanOptions, "max" | "signed">;

/** Options of {@link planNoisyResilientSum}; the same at all parties. */
export interface NoisyResilientOptions extends OfNoise, OfSum {}

/** Two plans that belong together. */
export interface NoisyResilientPlan {
  /** For `noisyVector` at each client, and `noisyTotal` of the result. */
  readonly noise: NoisePlan;
  /** For `resilientSum` and its server. */
  readonly sum: ResilientPlan;
}

const { epsilon, delta, maxAbs, maxSquares, neighbours } = noisePlanRules;
const { clients, length, reveal, signingKeys } = resilientPlanRules;

const rules: RulesOf<NoisyResilientOptions> = {
  ...graphRules,
  ...{ clients, length, reveal, signingKeys },
  ...{ epsilon, delta, maxAbs, maxSquares, neighbours },
};

/**
 * Plans a resilient sum of noisy vectors. `dropout` says how many clients may leave, and so how many add noise for certain;
 * `corrupt` how many pool what they know with the server. Every total that the sum gives has at least the planned noise:
 * with plans made apart, a server could learn one of fewer clients than the noise was planned for, before `noisyTotal` refuses it.
 *
 * @throws VeilshareError as `planNoise` and `planResilientSum`.
 *
 * **Security.** As `planNoise`, against the server with the share `corrupt` of the clients.
 *
 * @example
 * const { noise, sum } = planNoisyResilientSum({
 *   clients: 200, dropout: 0.1, corrupt: 0.1, length: 12, maxAbs: 365n, epsilon: 1, delta: 1e-6,
 * });
 * // at a client: await resilientSum(party, await noisyVector(vector, noise), sum);
 */
export function planNoisyResilientSum(options: NoisyResilientOptions): NoisyResilientPlan {
  checkOptions("planNoisyResilientSum", options, rules);
  const { epsilon, delta, maxAbs, maxSquares, neighbours, ...planned } = options;
  const { clients, length } = planned;
  const { corrupt, dropout } = chooseGraph(clients, graphOptionsOf(planned));
  const noise = planNoise({
    ...{ epsilon, delta, length, maxAbs, fewestSurvivors: clients - dropout, maxColluders: corrupt },
    ...(maxSquares === undefined ? {} : { maxSquares }),
    ...(neighbours === undefined ? {} : { neighbours }),
  });
  const sum = planResilientSum({ ...planned, max: noise.maxAbs + noiseBound(noise), signed: true });
  return { noise, sum };
}
