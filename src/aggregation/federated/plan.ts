/** What all parties of a federated averaging agree on before it begins. */

import { checkOptions, type RulesOf } from "../../checks/options.js";
import { bytes, listOf, number, oneOf, optional } from "../../checks/rules.js";
import { invalidArgument } from "../../errors.js";
import type { GraphOptions, ServerModel } from "../resilient/choose-graph.js";
import { checkServer, planResilientSum, type ResilientPlan } from "../resilient/plan.js";

/** What {@link planFederatedAveraging} needs. */
export interface FederatedPlanOptions extends Pick<GraphOptions, "corrupt" | "dropout"> {
  /** How many clients are invited, 3 to 20,000. */
  readonly clients: number;
  /** Rounds of training and averaging, 1 to 10,000. */
  readonly rounds: number;
  /** Numbers of the model, 1 to 2^27 - 1. */
  readonly length: number;
  /**
   * Longest update, as a Euclidean norm: a longer one is scaled down to it, at its client, which is told. At least
   * 2^-fractionalBits: of a shorter one nothing would be left.
   */
  readonly clip: number;
  /** Largest weight of a client, such as its number of rows; an integer from 1. A larger weight is an error there. */
  readonly maxWeight: number;
  /** Of the weighted updates, 0 to 40. Default 20. */
  readonly fractionalBits?: number;
  /**
   * What the server may do. `active`, the default, as the server learns every round's mean: it may send anything, and needs
   * `signingKeys`. `semi-honest`: it follows the protocol; one that does not could read one client's update.
   */
  readonly server?: ServerModel;
  /** Every client's public signing key, in the order of the sessions; with an active server, and only then. */
  readonly signingKeys?: readonly Uint8Array[];
}

const federatedPlanRules: RulesOf<FederatedPlanOptions> = {
  corrupt: optional(number()),
  dropout: optional(number()),
  clients: number(),
  rounds: number(),
  length: number(),
  clip: number(),
  maxWeight: number(),
  fractionalBits: optional(number()),
  server: optional(oneOf("semi-honest", "active")),
  signingKeys: optional(listOf(bytes())),
};

/** The numbers of a federated averaging, the same at all parties. */
export interface FederatedPlan {
  readonly rounds: number;
  readonly length: number;
  readonly clip: number;
  readonly maxWeight: number;
  readonly fractionalBits: number;
  /** One round's sum: the weight, then each number of the weighted update. */
  readonly sum: ResilientPlan;
}

const maxRounds = 10_000;
const maxLength = 2 ** 27 - 1;
const maxFractionalBits = 40;

/**
 * Completes and checks the numbers.
 *
 * @throws VeilshareError INVALID_ARGUMENT for numbers out of range; BOUND_EXCEEDED when clients x maxWeight x clip, in units
 *   of the last place, reaches 2^63 or a weighted number can't be told from its neighbours in double precision.
 */
export function planFederatedAveraging(options: FederatedPlanOptions): FederatedPlan {
  const caller = "planFederatedAveraging";
  checkOptions(caller, options, federatedPlanRules);
  const { rounds, length, clip, maxWeight, fractionalBits = 20, clients, corrupt, dropout } = options;
  const { server = "active", signingKeys = [] } = options;
  checkServer(caller, server, signingKeys);
  checkInteger(caller, "rounds", rounds, 1, maxRounds);
  checkInteger(caller, "length", length, 1, maxLength);
  checkInteger(caller, "maxWeight", maxWeight, 1, 2 ** 31);
  checkInteger(caller, "fractionalBits", fractionalBits, 0, maxFractionalBits);
  if (!(clip > 0 && Number.isFinite(clip))) throw invalidArgument(caller, "a clip above 0", String(clip));
  if (clip * 2 ** fractionalBits < 1) {
    const got = `clip x 2^fractionalBits = ${(clip * 2 ** fractionalBits).toPrecision(3)}`;
    throw invalidArgument(
      caller,
      "a clip of at least one unit of the last place, or every update is rounded away",
      got,
    );
  }
  const largest = Math.ceil(maxWeight * Math.max(clip, 1) * 2 ** fractionalBits) + 1;
  const sum = planResilientSum({
    clients,
    length: length + 1,
    max: Number.isSafeInteger(largest) ? largest : BigInt(2 ** 62),
    signed: true,
    server,
    signingKeys,
    ...(corrupt === undefined ? {} : { corrupt }),
    ...(dropout === undefined ? {} : { dropout }),
  });
  return { rounds, length, clip, maxWeight, fractionalBits, sum };
}

/** What is compared when a round begins. */
export function agreedFederatedPlan(
  { sum, ...plan }: FederatedPlan,
  round: number,
): Readonly<Record<string, number>> {
  return { ...plan, clients: sum.clients, round };
}

function checkInteger(caller: string, name: string, value: number, from: number, to: number): void {
  if (Number.isInteger(value) && value >= from && value <= to) return;
  throw invalidArgument(caller, `${name} from ${from} to ${to}`, String(value));
}
