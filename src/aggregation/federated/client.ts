/** A client of a federated averaging over its session with the server; `server.ts` is the other end. */

import { wordsFromBytes } from "../../bytes/encoding.js";
import type { Party } from "../../channel/party.js";
import { checkArgument, checkOptions, partyRule } from "../../checks/options.js";
import { callback } from "../../checks/rules.js";
import { invalidArgument, peerFault } from "../../errors.js";
import { resilientSum, resilientSumRules, type ResilientSumOptions } from "../resilient/client.js";
import { pinnedOthers } from "../resilient/plan.js";
import { agreedFederatedPlan, type FederatedPlan } from "./plan.js";
import { federatedProtocol } from "./server.js";
import { encodeUpdate, type ClientUpdate } from "./update.js";

/**
 * One round of a client's own training.
 *
 * @param model - The model of the round; a copy.
 * @param round - From 0.
 */
export type ClientTraining = (model: Float64Array, round: number) => ClientUpdate | Promise<ClientUpdate>;

/** What a client knows in the end. */
export interface FederatedContribution {
  readonly rounds: number;
  /** In how many rounds the own update was clipped. */
  readonly clipped: number;
  /** In how many rounds nothing was left of the own update after rounding: more `fractionalBits`, or a larger `clip`. */
  readonly roundedAway: number;
  /** How many *other* clients the plan pins by signing keys; 0 with a semi-honest server, which may have invented them. */
  readonly pinnedOthers: number;
  /** The model that the last round began with. The one after it is the server's to give out. */
  readonly model: Float64Array;
}

/**
 * Takes part in all rounds.
 *
 * @param party - A session of this client and the server alone.
 * @param plan - The same numbers as the server's, made from the same options.
 * @param train - Trains on the own data; what it gives is clipped, weighted and summed.
 * @throws VeilshareError VALUE_OUT_OF_RANGE for an update or weight out of range: nothing of it is sent; PEER_MISMATCH for
 *   another plan at the server; PEER_MALFORMED for a model that is no finite numbers; all of {@link resilientSum}.
 *
 * **Security.** See `serveFederatedAveraging`.
 *
 * @example
 * await federatedAveraging(party, plan, (model) => ({ update: step(model, rows), weight: rows.length }));
 */
export async function federatedAveraging(
  party: Party,
  plan: FederatedPlan,
  train: ClientTraining,
  options: ResilientSumOptions = {},
): Promise<FederatedContribution> {
  const caller = "federatedAveraging";
  checkArgument(caller, "party", party, partyRule);
  checkArgument(caller, "train", train, callback);
  checkOptions(caller, options, resilientSumRules);
  if (party.size !== 2) throw invalidArgument(caller, "a session of two", `${party.size}`);
  let [clipped, roundedAway] = [0, 0];
  let model = new Float64Array(plan.length);
  for (let round = 0; round < plan.rounds; round++) {
    model = await receiveModel(party, plan, round);
    const update = encodeUpdate(await train(model.slice(), round), plan);
    if (update.clipped) clipped += 1;
    if (update.roundedAway) roundedAway += 1;
    await resilientSum(party, update.vector, plan.sum, options);
    party.progress({ step: "federated-averaging", done: round + 1, total: plan.rounds });
  }
  return { rounds: plan.rounds, clipped, roundedAway, pinnedOthers: pinnedOthers(plan.sum), model };
}

function receiveModel(party: Party, plan: FederatedPlan, round: number): Promise<Float64Array<ArrayBuffer>> {
  return party.run(federatedProtocol, async (run) => {
    await run.agree(agreedFederatedPlan(plan, round));
    const server = 1 - run.index;
    const message = await run.receive(server, "model", { byteLength: 8 * plan.length });
    const model = new Float64Array(wordsFromBytes(message).slice().buffer);
    if (model.every((value) => Number.isFinite(value))) return model;
    const name = run.names[server] ?? "";
    const step = "federated-round/model";
    throw peerFault("PEER_MALFORMED", { party: name, step, expected: "finite numbers", got: "another" });
  });
}
