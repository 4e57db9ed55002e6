/**
 * Messages of operations, batched into rounds. The rule that all parties follow:
 *
 * 1. Operations take their place in the order in which they are called. All computing parties call the same ones in
 *    the same order.
 * 2. A round starts at the end of the event loop's turn in which the first message was asked for, and carries
 *    everything asked for until then; while a round is under way, what is asked for collects for the next.
 * 3. A round ends when all its messages, and the correlated randomness that its operations need, have arrived. Its
 *    operations then complete in order, each in a turn of the event loop of its own, in which all that waited for it
 *    runs: parties take different numbers of steps within an operation, and the order must not depend on them. What
 *    the continuations ask for is the next round.
 *
 * So independent operations that are started together (`Promise.all`) share one round, and the order is the same at
 * all parties, provided that what runs concurrently awaits nothing but operations of the engine. That it was the same
 * is checked: each message starts with a digest of all operations so far (kind, shape, bounds), and another digest is
 * a typed error, not a wrong answer.
 *
 * A round sends one message to every other computing party: the digest (32 bytes), then what each operation has for
 * that party, in order, as `round-message.ts` lays it out.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { equalBytes, utf8ToBytes } from "../bytes/encoding.js";
import { giveBackMemory } from "../bytes/memory.js";
import { peerFault, VeilshareError } from "../errors.js";
import type { Party } from "../channel/party.js";
import { decodeParts, encodeParts, partsByteLength, type Part, type PartSize } from "./round-message.js";
import { afterThisTurn, endOfTurn } from "../parallel/event-loop.js";

/** Bytes that every message of a round starts with. */
export const digestBytes = 32;

/** Most words that one round carries, so that a message stays far below the default maximum of a session. */
const maxRoundWords = 2 ** 24;

/** What one operation sends and awaits in a round. */
export interface RoundRequest {
  /** What other parties, by session index, get; at most one entry for each. */
  readonly send: ReadonlyMap<number, readonly Part[]>;
  /** What other parties send; they must have asked to send just that. */
  readonly receive: ReadonlyMap<number, readonly PartSize[]>;
  /** A measure of the messages' size that is the same at all parties, in words. */
  readonly words: number;
  /** Waits for what else must have arrived before the operation can go on; called once. */
  readonly dependent?: () => Promise<readonly BigUint64Array[]>;
}

/** What came of it. */
export interface RoundResult {
  /** The vectors of each party that was to send any. */
  readonly received: ReadonlyMap<number, readonly BigUint64Array[]>;
  readonly dependent: readonly BigUint64Array[];
}

/** Where operations send and receive. */
export interface Rounds {
  /** Rounds begun so far. */
  readonly count: number;
  /** Writes an operation into the program that all parties must have in common. */
  note(operation: string): void;
  /** Sends and receives in the next round. */
  exchange(request: RoundRequest): Promise<RoundResult>;
  /** No round will follow: what is asked for from now on rejects with CLOSED. */
  close(): void;
}

interface Pending extends RoundRequest {
  readonly resolve: (result: RoundResult) => void;
  readonly reject: (error: unknown) => void;
}

/** The rounds of one engine, in a session. */
export class PartyRounds implements Rounds {
  readonly #party: Party;
  readonly #members: readonly number[];
  readonly #step: string;
  readonly #program = sha256.create();
  #queue: Pending[] = [];
  #scheduled = false;
  #failure: { readonly error: unknown } | undefined;
  #count = 0;

  /**
   * @param members - Indices of the computing parties, the own one among them.
   */
  constructor(party: Party, members: readonly number[], step: string) {
    this.#party = party;
    this.#members = members;
    this.#step = step;
  }

  get count(): number {
    return this.#count;
  }

  note(operation: string): void {
    this.#program.update(utf8ToBytes(`${operation}\n`));
  }

  close(): void {
    const text = "engine: expected operations before it is closed, got one after";
    this.#failure ??= { error: new VeilshareError("CLOSED", text) };
  }

  exchange(request: RoundRequest): Promise<RoundResult> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ ...request, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#queue.length === 0) return;
    this.#scheduled = true;
    afterThisTurn(() => {
      void this.#run(this.#takeBatch());
    });
  }

  #takeBatch(): Pending[] {
    let words = 0;
    let taken = 0;
    for (const pending of this.#queue) {
      words += pending.words;
      if (taken > 0 && words > maxRoundWords) break;
      taken += 1;
    }
    return this.#queue.splice(0, taken);
  }

  async #run(batch: readonly Pending[]): Promise<void> {
    try {
      if (this.#failure !== undefined) throw this.#failure.error;
      this.#count += 1;
      const digest = this.#program.clone().digest();
      const [received, dependents] = await Promise.all([
        this.#exchange(batch, digest),
        Promise.all(batch.map((pending) => pending.dependent?.() ?? Promise.resolve([]))),
      ]);
      for (const [i, pending] of batch.entries()) {
        if (i > 0) await endOfTurn();
        pending.resolve({ received: received[i] ?? new Map(), dependent: dependents[i] ?? [] });
      }
    } catch (error) {
      this.#failure ??= { error };
      for (const pending of batch) pending.reject(error);
    } finally {
      this.#scheduled = false;
      this.#schedule();
    }
  }

  /** For each operation, what each other computing party sent for it. */
  async #exchange(
    batch: readonly Pending[],
    digest: Uint8Array,
  ): Promise<ReadonlyMap<number, readonly BigUint64Array[]>[]> {
    const others = this.#members.filter((member) => member !== this.#party.index);
    const sends = others.map(async (to) => {
      const message = encodeParts(
        digest,
        batch.flatMap(({ send }) => send.get(to) ?? []),
      );
      await this.#party.send(to, this.#step, message);
      giveBackMemory(message);
    });
    const results = batch.map(() => new Map<number, readonly BigUint64Array[]>());
    const receives = others.map(async (from) => {
      const sizes = batch.flatMap(({ receive }) => receive.get(from) ?? []);
      const message = await this.#receive(from, digest, digestBytes + partsByteLength(sizes));
      const vectors = decodeParts(message.subarray(digestBytes), sizes);
      let at = 0;
      for (const [i, { receive }] of batch.entries()) {
        const count = receive.get(from)?.length ?? 0;
        if (count > 0) results[i]?.set(from, vectors.slice(at, at + count));
        at += count;
      }
    });
    await Promise.all([...receives, ...sends]);
    return results;
  }

  /** The digest is looked at before the length: a party that runs another program is told so. */
  async #receive(from: number, digest: Uint8Array, byteLength: number): Promise<Uint8Array> {
    const message = await this.#party.receive(from, this.#step);
    const party = this.#party.names[from] ?? "";
    if (message.length >= digestBytes && !equalBytes(message.subarray(0, digestBytes), digest)) {
      const expected = "the same operations in the same order";
      const details = { party, step: this.#step, field: "program", expected, got: "others" };
      throw peerFault("PEER_MISMATCH", details);
    }
    if (message.length !== byteLength) {
      const expected = `${byteLength} bytes`;
      const got = `${message.length} bytes`;
      throw peerFault("PEER_MALFORMED", { party, step: this.#step, expected, got });
    }
    return message;
  }
}
