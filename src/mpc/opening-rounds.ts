/**
 * Openings, batched into rounds. The rule that all parties follow:
 *
 * 1. Operations take their place in the order in which they are called. All computing parties call the same ones in
 *    the same order.
 * 2. A round starts at the end of the event loop's turn in which the first opening was asked for, and carries
 *    everything asked for until then; while a round is under way, openings collect for the next.
 * 3. A round ends when all its openings, and the correlated randomness that its operations need, have arrived. All
 *    its operations then complete in one turn, in order; what their continuations ask for is the next round.
 *
 * So independent operations that are started together (`Promise.all`) share one round, and the order is the same at
 * all parties, provided that what runs concurrently awaits nothing but operations of the engine. That it was the same
 * is checked: each message starts with a digest of all operations so far (kind, shape, bounds), and another digest is
 * a typed error, not a wrong answer.
 *
 * Message of a round to one party: the digest (32 bytes), then the own shares of all that this party may open, in
 * order, as 64-bit words.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesFromWords, equalBytes, utf8ToBytes, wordsFromBytes } from "../bytes/encoding.js";
import { VeilshareError } from "../errors.js";
import type { Party } from "../channel/party.js";
import { addInPlace } from "../ring/vector.js";
import { afterThisTurn } from "./turn.js";

const digestBytes = 32;

/** Most words that one round carries, so that a message stays far below the default maximum of a session. */
const maxRoundWords = 2 ** 24;

/** Something to open. */
export interface OpeningRequest {
  /** The own shares. */
  readonly shares: readonly BigUint64Array[];
  /** The one party that may open it; all, when left out. */
  readonly to?: number;
  /** Waits for what must have arrived before the operation can go on; called once. */
  readonly dependent: () => Promise<readonly BigUint64Array[]>;
}

/** What came of it. */
export interface Opening {
  /** The opened vectors; `undefined` at a party that may not open them. */
  readonly opened: readonly BigUint64Array[] | undefined;
  readonly dependent: readonly BigUint64Array[];
}

interface Pending extends OpeningRequest {
  readonly words: number;
  readonly resolve: (opening: Opening) => void;
  readonly reject: (error: unknown) => void;
}

/** The openings of one engine. */
export class OpeningRounds {
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

  /** Rounds begun so far. */
  get count(): number {
    return this.#count;
  }

  /** Writes an operation into the program that all parties must have in common. */
  note(operation: string): void {
    this.#program.update(utf8ToBytes(`${operation}\n`));
  }

  /** Opens in the next round. */
  open(request: OpeningRequest): Promise<Opening> {
    return new Promise((resolve, reject) => {
      let words = 0;
      for (const share of request.shares) words += share.length;
      this.#queue.push({ ...request, words, resolve, reject });
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
        Promise.all(batch.map((pending) => pending.dependent())),
      ]);
      const sums = this.#sum(batch, received);
      for (const [i, pending] of batch.entries()) {
        pending.resolve({ opened: sums[i], dependent: dependents[i] ?? [] });
      }
    } catch (error) {
      this.#failure ??= { error };
      for (const pending of batch) pending.reject(error);
    } finally {
      this.#scheduled = false;
      this.#schedule();
    }
  }

  /** The words of each other computing party, for what this party may open. */
  async #exchange(batch: readonly Pending[], digest: Uint8Array): Promise<BigUint64Array[]> {
    const others = this.#members.filter((member) => member !== this.#party.index);
    const incomingWords = wordsFor(batch, this.#party.index);
    const sends = others.map((to) => this.#party.send(to, this.#step, encode(batch, to, digest)));
    const receives = others.map(async (from) => {
      const shape = { byteLength: digestBytes + 8 * incomingWords };
      const message = await this.#receive(from, digest, shape.byteLength);
      return wordsFromBytes(message.subarray(digestBytes));
    });
    const [received] = await Promise.all([Promise.all(receives), Promise.all(sends)]);
    return received;
  }

  /** The digest is looked at before the length: a party that runs another program is told so. */
  async #receive(from: number, digest: Uint8Array, byteLength: number): Promise<Uint8Array> {
    const message = await this.#party.receive(from, this.#step);
    const party = this.#party.names[from] ?? "";
    if (message.length >= digestBytes && !equalBytes(message.subarray(0, digestBytes), digest)) {
      const expected = "the same operations in the same order";
      const text = `${this.#step}: party "${party}": expected ${expected}, got others`;
      throw new VeilshareError("PEER_MISMATCH", text, {
        party,
        step: this.#step,
        field: "program",
        expected,
      });
    }
    if (message.length !== byteLength) {
      const expected = `${byteLength} bytes`;
      const got = `${message.length} bytes`;
      const text = `${this.#step}: party "${party}": expected ${expected}, got ${got}`;
      throw new VeilshareError("PEER_MALFORMED", text, { party, step: this.#step, expected, got });
    }
    return message;
  }

  /** Own and received shares, summed, for each opening that is ours to see. */
  #sum(
    batch: readonly Pending[],
    received: readonly BigUint64Array[],
  ): (readonly BigUint64Array[] | undefined)[] {
    let at = 0;
    return batch.map((pending) => {
      if (!isFor(pending, this.#party.index)) return undefined;
      return pending.shares.map((share) => {
        const total = share.slice();
        for (const words of received) addInPlace(total, words.subarray(at, at + share.length));
        at += share.length;
        return total;
      });
    });
  }
}

function isFor(pending: OpeningRequest, party: number): boolean {
  return pending.to === undefined || pending.to === party;
}

function wordsFor(batch: readonly Pending[], party: number): number {
  let words = 0;
  for (const pending of batch) if (isFor(pending, party)) words += pending.words;
  return words;
}

function encode(batch: readonly Pending[], to: number, digest: Uint8Array): Uint8Array {
  const message = new Uint8Array(digestBytes + 8 * wordsFor(batch, to));
  message.set(digest);
  let at = digestBytes;
  for (const pending of batch) {
    if (!isFor(pending, to)) continue;
    for (const share of pending.shares) {
      message.set(bytesFromWords(share), at);
      at += 8 * share.length;
    }
  }
  return message;
}
