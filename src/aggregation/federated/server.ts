/**
 * The server of a federated averaging: it sends the model to all clients, sums their weighted updates without seeing any,
 * moves the model by the mean, and so on. `client.ts` is the other end. Each client has a session with the server alone.
 *
 *   server -> client   the model of the round                           (federated-round)
 *   all                resilient sum of weights and weighted updates    (resilient-sum)
 */

import { bytesFromWords } from "../../bytes/encoding.js";
import type { Party } from "../../channel/party.js";
import { checkOptions, type RulesOf } from "../../checks/options.js";
import { callback, optional } from "../../checks/rules.js";
import { invalidArgument, toVeilshareError, VeilshareError } from "../../errors.js";
import {
  serveResilientSum,
  serveResilientSumRules,
  type LostClient,
  type ServeResilientSumOptions,
} from "../resilient/server.js";
import { agreedFederatedPlan, type FederatedPlan } from "./plan.js";
import { meanUpdate } from "./update.js";

/** Runs in each session before each round's sum. */
export const federatedProtocol = { name: "veilshare/federated-round", version: 1 } as const;

/** What became of one round. */
export interface FederatedRound {
  /** From 0. */
  readonly round: number;
  /** Indices of the clients whose updates are in the mean. */
  readonly included: readonly number[];
  /** Clients that were lost in this round; they take part in no later one. */
  readonly lost: readonly LostClient[];
  /** Sum of the weights. */
  readonly weight: number;
  /** The model after it. */
  readonly model: Float64Array;
}

/** Options of {@link serveFederatedAveraging}. */
export interface ServeFederatedOptions extends ServeResilientSumOptions {
  /** Told after each round. */
  readonly onRound?: (round: FederatedRound) => void;
}

const serveFederatedRules: RulesOf<ServeFederatedOptions> = {
  ...serveResilientSumRules,
  onRound: optional(callback),
};

/**
 * Trains a model with clients that keep their data.
 *
 * @param sessions - For each client a session of this server and that client alone, or the error for which there is none.
 * @param initial - The model to begin with, `plan.length` finite numbers.
 * @returns The rounds, in order; the last one's model is the result.
 * @throws VeilshareError PEERS_LOST when too few clients are left for a round's sum: nothing of that round is revealed;
 *   INVALID_ARGUMENT; PEER_UNEXPECTED when no client had any weight; ABORTED.
 *
 * **Security.** As `serveResilientSum` (with an active server unless the plan says otherwise), in each round: the server learns the sum of the weights and of the weighted updates
 * of those that are in it, and who they are. Over many rounds these are many sums: of clients that leave between two
 * rounds, whose updates hardly change, the difference tells something. A client sees every round's model, which all
 * others' data moved. A client may send any update within the clip: it is not proved to come from data. There is no
 * differential privacy in this; clip and noise would be its two halves, and only the first is here.
 *
 * **Cost.** A resilient sum of `length + 1` elements a round; 8 bytes a number and client for the model.
 *
 * **Source.** McMahan et al., "Communication-Efficient Learning of Deep Networks from Decentralized Data", AISTATS 2017;
 * Bonawitz et al., CCS 2017.
 */
export async function serveFederatedAveraging(
  sessions: readonly (Party | VeilshareError)[],
  plan: FederatedPlan,
  initial: Float64Array,
  options: ServeFederatedOptions = {},
): Promise<readonly FederatedRound[]> {
  checkOptions("serveFederatedAveraging", options, serveFederatedRules);
  if (initial.length !== plan.length || !initial.every((value) => Number.isFinite(value))) {
    throw invalidArgument("serveFederatedAveraging", `a model of ${plan.length} finite numbers`, "another");
  }
  const { onRound, ...sumOptions } = options;
  const rounds: FederatedRound[] = [];
  let model = initial.slice();
  let present = [...sessions];
  for (let round = 0; round < plan.rounds; round++) {
    const before = present;
    present = await Promise.all(present.map((session) => sendModel(session, plan, model, round)));
    const outcome = await serveResilientSum(present, plan.sum, sumOptions);
    const lostNow = outcome.lost.filter(({ index }) => !(before[index] instanceof VeilshareError));
    for (const { index, error } of outcome.lost) present[index] = error;
    const mean = meanUpdate(outcome.totals, plan);
    if (mean === undefined) {
      throw new VeilshareError("PEER_UNEXPECTED", `federated round ${round}: no client had any weight`, {
        step: "federated-round",
        field: "weight",
      });
    }
    model = model.map((value, i) => value + (mean.update[i] ?? 0));
    const result = { round, included: outcome.included, lost: lostNow, weight: mean.weight, model };
    rounds.push(result);
    onRound?.(result);
  }
  return rounds;
}

/** A client that can't be told the model is lost; the others go on. */
async function sendModel(
  session: Party | VeilshareError,
  plan: FederatedPlan,
  model: Float64Array,
  round: number,
): Promise<Party | VeilshareError> {
  if (session instanceof VeilshareError) return session;
  try {
    await session.run(federatedProtocol, async (run) => {
      await run.agree(agreedFederatedPlan(plan, round));
      const bits = new BigUint64Array(model.slice().buffer);
      await run.send(1 - run.index, "model", bytesFromWords(bits));
    });
    return session;
  } catch (thrown) {
    return toVeilshareError(thrown);
  }
}
