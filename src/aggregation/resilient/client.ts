/** A client of a resilient sum over its session with the server; `server.ts` is the other end. */

import { MalformedMessage } from "../../bytes/codec.js";
import { equalBytes, wordsFromBytes } from "../../bytes/encoding.js";
import type { Party, ProtocolRun } from "../../channel/party.js";
import { checkArgument, checkOptions, partyRule, type RulesOf } from "../../checks/options.js";
import { callback, optional } from "../../checks/rules.js";
import { invalidArgument } from "../../errors.js";
import type { RandomSource } from "../../random/csprng.js";
import { ResilientClient } from "./client-state.js";
import { sumFault } from "./fault.js";
import { signingKeyRule } from "./option-rules.js";
import { agreedPlan, pinnedOthers, type ResilientPlan } from "./plan.js";
import { chunkElements, wordsOfVector, type SummableVector } from "./ring.js";
import { peerOf, readEnd, readWelcome, resilientProtocol, welcomeBytes } from "./session-steps.js";
import type { SigningKey } from "../../channel/identity/signing-key.js";

/** Options of {@link resilientSum}. */
export interface ResilientSumOptions {
  /** With an active server: the own key, the public part of which is in the plan. */
  readonly signingKey?: SigningKey;
  /** Where scalars and coefficients come from; other than the default only to replay a run. */
  readonly random?: RandomSource;
}

/** Rules of {@link ResilientSumOptions}. */
export const resilientSumRules: RulesOf<ResilientSumOptions> = {
  signingKey: optional(signingKeyRule),
  random: optional(callback),
};

/** What a client has in the end. */
export interface ResilientContribution {
  /** How many vectors are in the total, this one's among them; the server says so. */
  readonly contributors: number;
  /**
   * How many *other* clients are pinned in the plan by signing keys of their own, with an active server; 0 otherwise. That many
   * at most are certainly not the server's own making, if the keys are from elsewhere.
   */
  readonly pinnedOthers: number;
  /** The total with `reveal: "all"`, as the server says it; undefined otherwise. */
  readonly totals: BigInt64Array | undefined;
}

/**
 * Adds the own vector to the sum of a server's many clients.
 *
 * @param party - A session of this client and the server alone.
 * @param vector - `plan.length` integers within the plan's range.
 * @param plan - The same numbers as the server's, made from the same options.
 * @throws VeilshareError VALUE_OUT_OF_RANGE, with the position, before anything is sent: nothing is clipped;
 *   INVALID_ARGUMENT for another length or a missing signing key; PEER_MISMATCH when the server has another plan, says that
 *   too few clients are there, or told others something else; PEER_ABORTED when it gave the sum or this client up; every
 *   `PEER_` code of {@link Party}.
 *
 * **Security.** See {@link serveResilientSum}. What this client sends hides its vector from the server and all colluders the
 * plan allows for; other clients see only public keys and sealed boxes. The total itself may tell something: with c colluders
 * it is the sum of at least `plan.minimum` - c vectors.
 *
 * **Cost.** For each neighbour three multiplications on the curve, two shares of `threshold` terms and one expansion of the
 * vector's length. Sent: 80 + 33 bytes a neighbour, and the vector in `plan.bits` bits an element.
 *
 * **Source.** Bonawitz et al. (CCS 2017), figure 4; Bell et al. (CCS 2020), algorithm 2.
 *
 * @example
 * const { contributors } = await resilientSum(party, Float64Array.of(4711), plan);
 */
export async function resilientSum(
  party: Party,
  vector: SummableVector,
  plan: ResilientPlan,
  options: ResilientSumOptions = {},
): Promise<ResilientContribution> {
  checkArgument("resilientSum", "party", party, partyRule);
  checkOptions("resilientSum", options, resilientSumRules);
  return party.run(resilientProtocol, async (run) => {
    wordsOfVector(vector, plan.length, plan.range, plan.bits); // before anything is sent
    const own = vector.slice(); // what was checked is what is sent, whatever the caller does meanwhile
    await run.agree(agreedPlan(plan));
    const conversation = new Conversation(run, plan);
    const client = await conversation.begin(options);
    await conversation.send("advert", client.advert);
    await conversation.send("shares", client.takeKeys(await conversation.receive("keys")));
    await conversation.send("opened", client.takeShares(await conversation.receive("neighbours")));
    client.takeJoined(await conversation.receive("joined"));
    await conversation.receive("go");
    await conversation.send("begin", new Uint8Array(0));
    await conversation.sendAll("vector", client.mask(own));
    let reply = client.takeSurvivors(await conversation.receive("survivors"));
    if (plan.server === "active") {
      await conversation.send("signature", reply);
      reply = client.takeConfirmations(await conversation.receive("confirmations"));
    }
    await conversation.send("answer", reply);
    return conversation.end();
  });
}

class Conversation {
  readonly #run: ProtocolRun;
  readonly #plan: ResilientPlan;
  readonly #server: number;

  constructor(run: ProtocolRun, plan: ResilientPlan) {
    this.#run = run;
    this.#plan = plan;
    this.#server = peerOf("resilientSum", run);
  }

  get #serverName(): string {
    return this.#run.names[this.#server] as string; // one of two parties
  }

  async begin({ signingKey, random }: ResilientSumOptions): Promise<ResilientClient> {
    const bytes = await this.#run.receive(this.#server, "welcome", { byteLength: welcomeBytes });
    const { sumId, index } = readWelcome(bytes);
    const expected = this.#expectedIndex(signingKey);
    if (index >= this.#plan.clients || (expected !== undefined && index !== expected)) {
      const got = String(index);
      const place = expected === undefined ? `one below ${this.#plan.clients}` : String(expected);
      throw sumFault("PEER_MISMATCH", {
        party: this.#serverName,
        step: "welcome",
        expected: `index ${place}`,
        got,
      });
    }
    return ResilientClient.begin(
      { plan: this.#plan, sumId, index },
      {
        serverName: this.#serverName,
        ...(signingKey === undefined ? {} : { signingKey }),
        ...(random === undefined ? {} : { random }),
      },
    );
  }

  /** With an active server a client knows its place from the plan. */
  #expectedIndex(signingKey: SigningKey | undefined): number | undefined {
    if (this.#plan.server !== "active") return undefined;
    const index = this.#plan.signingKeys.findIndex(
      (key) => signingKey !== undefined && equalBytes(key, signingKey.publicKey),
    );
    if (index < 0)
      throw invalidArgument("resilientSum", "a signing key that is in the plan", "none or another");
    return index;
  }

  /** Messages are checked by the client's state machine; a session's limits bound their length. */
  receive(step: string): Promise<Uint8Array> {
    return this.#run.receive(this.#server, step);
  }

  async send(step: string, message: Uint8Array): Promise<void> {
    this.#run.progress({ step: `resilient-sum/${step}`, done: 0, total: 1 });
    await this.#run.send(this.#server, step, message);
  }

  async sendAll(step: string, pieces: Iterable<Uint8Array>): Promise<void> {
    const total = Math.ceil(this.#plan.length / chunkElements);
    let done = 0;
    for (const piece of pieces) {
      this.#run.progress({ step: `resilient-sum/${step}`, done, total });
      await this.#run.send(this.#server, step, piece);
      done += 1;
    }
  }

  async end(): Promise<ResilientContribution> {
    const contributors = await this.#contributors();
    const pinned = pinnedOthers(this.#plan);
    if (this.#plan.reveal === "server") return { contributors, pinnedOthers: pinned, totals: undefined };
    const totals = new BigInt64Array(this.#plan.length);
    for (let start = 0; start < totals.length; start += chunkElements) {
      const count = Math.min(chunkElements, totals.length - start);
      const bytes = await this.#run.receive(this.#server, "total", { byteLength: 8 * count });
      totals.set(new BigInt64Array(wordsFromBytes(bytes).buffer), start);
    }
    return { contributors, pinnedOthers: pinned, totals };
  }

  async #contributors(): Promise<number> {
    const bytes = await this.receive("end");
    try {
      return readEnd(bytes, this.#plan.clients);
    } catch (thrown) {
      if (!(thrown instanceof MalformedMessage)) throw thrown;
      const details = { step: "end", expected: "a number of clients", got: thrown.message };
      throw sumFault("PEER_MALFORMED", { party: this.#serverName, ...details });
    }
  }
}
