/** What the operations of the replicated scheme share: positions on the ring of three parties, and seeds. */

import { concatBytes } from "../../bytes/encoding.js";
import { printAsRedacted } from "../../bytes/redacted.js";
import type { Party } from "../../channel/party.js";
import { deriveKey } from "../../random/hkdf.js";
import { Prg, randomSeed, seedBytes } from "../../random/prg.js";
import { subtractInPlace } from "../../ring/vector.js";
import { xorInPlace } from "../packed-bits.js";
import type { PartSize } from "../round-message.js";
import type { Rounds } from "../rounds.js";
import type { Share } from "../share.js";

const step = "mpc/ring-seed";

/** 32 KiB. */
const blockWords = 4096;

/** Pseudo-random words in their order. */
export interface WordStream {
  words(length: number): BigUint64Array;
}

/** What the operations of the replicated scheme draw from. */
export interface RingStreams {
  /** Common with the party before. */
  readonly previous: WordStream;
  /** Common with the party after. */
  readonly next: WordStream;
  /** Common to all three: hides nothing, but makes shares uniform that one party, or all, know. */
  readonly common: WordStream;
  /** The own part of a fresh additive sharing of zeros. */
  zeroShare(length: number): BigUint64Array;
  /** The own part of a fresh XOR sharing of zero words. */
  zeroBits(length: number): BigUint64Array;
}

/**
 * One party's streams of pseudo-random words: two that are each common with one neighbour, and one common to all three. All
 * holders of a stream draw from it at the same operations, in the same order.
 *
 * **Security.** The stream of party i and the one before it is unknown to the third: what is masked by it is uniform to
 * that one.
 */
export class RingSeeds implements RingStreams {
  static {
    printAsRedacted(this);
  }

  /** Common with the party before. */
  readonly previous: Prg;
  /** Common with the party after. */
  readonly next: Prg;
  /** Common to all three. */
  readonly common: Prg;

  private constructor(previous: Prg, next: Prg, common: Prg) {
    this.previous = previous;
    this.next = next;
    this.common = common;
  }

  /**
   * Each party makes the seed that it has in common with the party before it, and a part of the one common to all.
   *
   * @throws VeilshareError with a `PEER_` code when a neighbour does not do its part.
   */
  static async exchange(party: Party, previous: number, next: number): Promise<RingSeeds> {
    const [own, part] = [randomSeed(), randomSeed()];
    const [fromNext, fromPrevious] = await Promise.all([
      party.receive(next, step, { byteLength: 2 * seedBytes }),
      party.receive(previous, step, { byteLength: seedBytes }),
      party.send(previous, step, concatBytes(own, part)),
      party.send(next, step, part),
    ]);
    const common = part.slice();
    for (let i = 0; i < seedBytes; i++) {
      const others = (fromNext[seedBytes + i] as number) ^ (fromPrevious[i] as number); // of checked lengths
      common[i] = (common[i] as number) ^ others;
    }
    return RingSeeds.of(own, fromNext.subarray(0, seedBytes), common);
  }

  /** The streams of three seeds. */
  static of(previous: Uint8Array, next: Uint8Array, common: Uint8Array): RingSeeds {
    const stream = (secret: Uint8Array, label: string): Prg => new Prg(deriveKey({ secret, label }));
    return new RingSeeds(
      stream(previous, "veilshare/mpc/ring"),
      stream(next, "veilshare/mpc/ring"),
      stream(common, "veilshare/mpc/ring-common"),
    );
  }

  /** The own part of a fresh additive sharing of zeros. */
  zeroShare(length: number): BigUint64Array {
    return this.#maskedBy(length, subtractInPlace);
  }

  /** The own part of a fresh XOR sharing of zero words. */
  zeroBits(length: number): BigUint64Array {
    return this.#maskedBy(length, xorInPlace);
  }

  /** Words of one stream, with those of the other taken off block by block, which stay in the processor's cache. */
  #maskedBy(length: number, takeOff: (words: BigUint64Array, mask: BigUint64Array) => void): BigUint64Array {
    const share = this.previous.words(length);
    const block = new BigUint64Array(Math.min(length, blockWords));
    for (let start = 0; start < length; start += blockWords) {
      const part = share.subarray(start, start + blockWords);
      const mask = block.subarray(0, part.length);
      this.next.fillWords(mask);
      takeOff(part, mask);
    }
    return share;
  }
}

/** The parts of a replicated scheme. */
export class ReplicatedParts {
  readonly rounds: Rounds;
  /** Session indices of the three parties. */
  readonly members: readonly number[];
  /** The own place among them. */
  readonly position: number;
  readonly seeds: RingStreams;

  constructor(options: {
    readonly rounds: Rounds;
    readonly members: readonly number[];
    readonly position: number;
    readonly seeds: RingStreams;
  }) {
    this.rounds = options.rounds;
    this.members = options.members;
    this.position = options.position;
    this.seeds = options.seeds;
  }

  /** Session index of the party after. */
  get nextParty(): number {
    return this.members[(this.position + 1) % 3] as number; // three members
  }

  /** Session index of the party before. */
  get previousParty(): number {
    return this.members[(this.position + 2) % 3] as number; // three members
  }

  /** One vector from one party, nothing sent. */
  async receive(from: number, size: PartSize, words: number): Promise<BigUint64Array> {
    const { received } = await this.rounds.exchange({
      send: new Map(),
      receive: new Map([[from, [size]]]),
      words,
    });
    return (received.get(from) as readonly [BigUint64Array])[0]; // one vector was asked for
  }
}

/** Both components of a share. */
export function pair(share: Share): readonly [BigUint64Array, BigUint64Array] {
  return share as readonly [BigUint64Array, BigUint64Array]; // replicated shares have two
}
