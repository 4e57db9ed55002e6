/** The server of a resilient sum over one two-party session a client; `client.ts` is the other end. */

import { bytesFromWords } from "../../bytes/encoding.js";
import type { Party, ProtocolRun } from "../../channel/party.js";
import { abortedError, withinLimits } from "../../waiting/wait.js";
import { checkOptions, poolRule, signalRule, type RulesOf } from "../../checks/options.js";
import { number, optional } from "../../checks/rules.js";
import { invalidArgument, toVeilshareError, VeilshareError } from "../../errors.js";
import type { Pool } from "../../parallel/index.js";
import { advertBytes } from "./messages.js";
import { agreedPlan, type ResilientPlan } from "./plan.js";
import { chunkElements, packedBytes } from "./ring.js";
import { Rounds, Turnstile } from "./rounds.js";
import { ResilientServer } from "./server-state.js";
import { defaultUploads } from "./settle-joined.js";
import type { ServerPhase } from "./server-record.js";
import { peerOf, resilientProtocol, writeEnd, writeWelcome } from "./session-steps.js";
import { shareBoxBytes } from "./share-box.js";
import { signatureBytes } from "../../channel/identity/signing-key.js";
import type { ResilientTotal } from "./unmasking.js";

/** Options of {@link serveResilientSum}. */
export interface ServeResilientSumOptions {
  /**
   * Longest wait for one message of a client, in milliseconds, from the time that it may send it; who takes longer is lost.
   * Default 60,000.
   */
  readonly roundTimeoutMs?: number;
  /**
   * Longest wait for a client to begin with its vector, once it may: who is silent must not hold one of the `maxUploads` places
   * that others wait for. Default 10,000, or `roundTimeoutMs` where that is less.
   */
  readonly beginTimeoutMs?: number;
  /**
   * Clients that send their vectors at once, 1 to 1,024; each takes the memory of one vector. Default: as many as take 64 MiB,
   * and at least 4.
   */
  readonly maxUploads?: number;
  /** Where masks are expanded in the end. Default: this thread. */
  readonly pool?: Pool;
  /** Cancels the sum: all clients are told. */
  readonly signal?: AbortSignal;
}

/** Rules of {@link ServeResilientSumOptions}. */
export const serveResilientSumRules: RulesOf<ServeResilientSumOptions> = {
  roundTimeoutMs: optional(number()),
  beginTimeoutMs: optional(number()),
  maxUploads: optional(number()),
  pool: optional(poolRule),
  signal: optional(signalRule),
};

/** A client that did not stay to the end, and why. */
export interface LostClient {
  readonly index: number;
  readonly error: VeilshareError;
}

/** What the server has in the end. */
export interface ResilientOutcome extends ResilientTotal {
  /** Who was lost, by index; one that was lost after its vector was in is among `included` too. */
  readonly lost: readonly LostClient[];
}

/**
 * Adds up the clients' vectors. Clients may leave, fall silent or break the rules at any step: they are left out, and the
 * sum goes on while enough are there.
 *
 * @param sessions - For each client, by its index in the plan, a session of this server and that client alone, so that one
 *   client's death does not end the others'; or the error for which there is none.
 * @returns The total of those that are in it. The sessions of lost clients are over, the others go on.
 * @throws VeilshareError PEERS_LOST when fewer than `plan.minimum` vectors came, or fewer holders than `plan.threshold` are
 *   left for some client's secret: nothing is revealed. PEER_MALFORMED naming a client whose shares can't be put together.
 *   ABORTED. INVALID_ARGUMENT for a wrong number of sessions.
 *
 * **Security.** The server learns the total of those that are in it, who they are, and nothing else of any vector, as long
 * as no more than the plan's share of the clients pools what it saw with the server. `server: "semi-honest"`: the server
 * follows the protocol; a false set of survivors would let it unmask a client. `server: "active"`: it may send anything;
 * clients check signatures under keys that they have from elsewhere, and refuse unless `threshold` of them were told the
 * same. A client may lie about its own vector within what the ring holds (ranges are checked by its owner only), and may
 * make the sum fail or wrong; it can't learn more than its own. One whose boxes its neighbours can't open is left out, and named,
 * before anything is masked with it. A wrong share is corrected while few are wrong.
 * Statistical security is the plan's `privacy` bits; the rest rests on ristretto255, HKDF-SHA-256, ChaCha20-Poly1305 and
 * Ed25519, and on links that authenticate.
 *
 * **Cost.** Five rounds (six with an active server). Memory: the sum, `maxUploads` vectors, and some 100 bytes for every
 * pair of neighbours; vectors are not kept. After the last answer one expansion of a vector for each client, and one for
 * each neighbour of each client that left after it had dealt its shares.
 *
 * **Source.** Bonawitz et al. (CCS 2017), figure 4; Bell et al. (CCS 2020), algorithm 2.
 *
 * @example
 * const plan = planResilientSum({ clients: 222, length: 1, max: 10_000_000 });
 * const { totals, included } = await serveResilientSum(sessions, plan);
 */
export async function serveResilientSum(
  sessions: readonly (Party | VeilshareError)[],
  plan: ResilientPlan,
  options: ServeResilientSumOptions = {},
): Promise<ResilientOutcome> {
  checkOptions("serveResilientSum", options, serveResilientSumRules);
  if (sessions.length !== plan.clients) {
    throw invalidArgument("serveResilientSum", `${plan.clients} sessions`, String(sessions.length));
  }
  const { signal } = options;
  const service = new Service(sessions, plan, options);
  const onAbort = (): void => {
    for (const party of sessions) if (!(party instanceof VeilshareError)) party.abort(abortedError(signal));
  };
  signal?.addEventListener("abort", onAbort);
  if (signal?.aborted === true) onAbort();
  try {
    return await service.serve();
  } catch (thrown) {
    throw signal?.aborted === true ? abortedError(signal) : thrown;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Phases after the last round: whoever leaves then leaves nobody waiting. */
const roundless: readonly ServerPhase[] = ["total", "done", "failed"];

class Service {
  readonly #plan: ResilientPlan;
  readonly #sessions: readonly (Party | VeilshareError)[];
  readonly #options: ServeResilientSumOptions;
  readonly #server: ResilientServer;
  readonly #rounds: Rounds;
  readonly #uploads: Turnstile;
  readonly #lost: LostClient[] = [];
  #total: Promise<ResilientTotal> | undefined;

  constructor(
    sessions: readonly (Party | VeilshareError)[],
    plan: ResilientPlan,
    options: ServeResilientSumOptions,
  ) {
    const { maxUploads = defaultUploads(plan) } = options;
    this.#sessions = sessions;
    this.#plan = plan;
    this.#options = options;
    const names = sessions.map((party, index) => {
      if (party instanceof VeilshareError) return party.party ?? `client ${index}`;
      return party.names[1 - party.index] ?? `client ${index}`;
    });
    this.#server = ResilientServer.begin(plan, { names, maxUploads });
    this.#uploads = new Turnstile(maxUploads);
    this.#rounds = new Rounds([...sessions.keys()], () => {
      if (!roundless.includes(this.#server.phase)) this.#server.closeRound();
    });
  }

  async serve(): Promise<ResilientOutcome> {
    await Promise.all(this.#sessions.map((party, index) => this.#attend(index, party)));
    const lost = this.#lost.sort((a, b) => a.index - b.index);
    if (this.#rounds.failure !== undefined) throw this.#rounds.failure;
    // Without a failure somebody came to the end; a total that failed there is thrown here too.
    return { ...(await this.#totalOnce()), lost };
  }

  /** One client from beginning to end; never rejects. */
  async #attend(index: number, party: Party | VeilshareError): Promise<void> {
    try {
      if (party instanceof VeilshareError) throw party;
      await party.run(resilientProtocol, (run) => this.#converse(index, run));
    } catch (thrown) {
      this.#lost.push({ index, error: toVeilshareError(thrown) });
      this.#server.drop(index);
      this.#rounds.leave(index);
    }
  }

  async #converse(index: number, run: ProtocolRun): Promise<void> {
    const peer = peerOf("serveResilientSum", run);
    const send = (step: string, message: Uint8Array): Promise<void> =>
      this.#inTime(run, step, run.send(peer, step, message));
    const take = async (step: string, maxByteLength: number): Promise<void> => {
      const message = await this.#inTime(run, step, run.receive(peer, step, { maxByteLength }));
      this.#server.receive(index, message);
    };
    // While others are waited for, a client hears that this server works.
    const arrive = (): Promise<void> => run.working(() => this.#rounds.arrive(index));
    const holders = this.#plan.degree + 1;
    await this.#inTime(run, "agree", run.agree(agreedPlan(this.#plan)));
    await send("welcome", writeWelcome({ sumId: this.#server.sumId, index }));
    await take("advert", advertBytes(this.#plan));
    await arrive();
    await send("keys", this.#server.messageFor(index));
    await take("shares", shareBoxBytes * holders);
    await arrive();
    await send("neighbours", this.#server.messageFor(index));
    await take("opened", holders);
    await arrive();
    const excluded = this.#server.exclusionOf(index);
    if (excluded !== undefined) throw excluded;
    await send("joined", this.#server.messageFor(index));
    await run.working(() => this.#uploads.enter());
    try {
      await send("go", new Uint8Array(0));
      await this.#inTime(run, "begin", run.receive(peer, "begin", { byteLength: 0 }), this.#beginTimeoutMs);
      await this.#takeVector(take);
    } finally {
      this.#uploads.leave();
    }
    await arrive();
    await send("survivors", this.#server.messageFor(index));
    if (this.#plan.server === "active") {
      await take("signature", signatureBytes);
      await arrive();
      await send("confirmations", this.#server.messageFor(index));
    }
    await take("answer", 33 * holders);
    await arrive();
    await this.#sendEnd(await run.working(() => this.#totalOnce()), send);
  }

  async #takeVector(take: (step: string, maxByteLength: number) => Promise<void>): Promise<void> {
    const { length, bits } = this.#plan;
    for (let start = 0; start < length; start += chunkElements) {
      await take("vector", packedBytes(Math.min(chunkElements, length - start), bits));
    }
  }

  #totalOnce(): Promise<ResilientTotal> {
    this.#total ??= this.#server.total(this.#options.pool, this.#options.signal);
    return this.#total;
  }

  async #sendEnd(
    { totals, included }: ResilientTotal,
    send: (step: string, message: Uint8Array) => Promise<void>,
  ): Promise<void> {
    await send("end", writeEnd(included.length));
    if (this.#plan.reveal === "server") return;
    const words = new BigUint64Array(totals.buffer);
    for (let start = 0; start < words.length; start += chunkElements) {
      await send("total", bytesFromWords(words.subarray(start, start + chunkElements)));
    }
  }

  get #beginTimeoutMs(): number {
    const { roundTimeoutMs = 60_000, beginTimeoutMs = 10_000 } = this.#options;
    return Math.min(roundTimeoutMs, beginTimeoutMs);
  }

  #inTime<T>(
    run: ProtocolRun,
    step: string,
    wanted: Promise<T>,
    timeoutMs: number = this.#options.roundTimeoutMs ?? 60_000,
  ): Promise<T> {
    return withinLimits(wanted, {
      timeoutMs,
      onTimeout: () => {
        const party = run.names[1 - run.index] ?? "";
        const text = `resilient-sum/${step}: party "${party}" did not take its step within ${timeoutMs} ms`;
        return new VeilshareError("PEER_TIMEOUT", text, { party, step: `resilient-sum/${step}` });
      },
    });
  }
}
