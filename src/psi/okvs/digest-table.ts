/**
 * Distinct digests, numbered in the order in which they first came: flat arrays, 32 bytes each, and a hash table that is
 * given back when no more come.
 */

import { invalidArgument } from "../../errors.js";
import { GrowingMemory } from "../../items/growing-memory.js";
import { randomBytes } from "../../random/csprng.js";

/** Words of a digest. */
export const digestWords = 8;
const wordBytes = 4;
const firstSlotBits = 12;
/** 4 GiB of digests. */
const maxDigests = 2 ** 27 - 1;

/** What {@link DigestTable.add} adds. */
export interface AddedDigests {
  /** 8 words each. */
  readonly digests: Uint32Array;
  readonly count: number;
  /** 1 for each that is left out. */
  readonly left: Uint8Array;
  /** Where the number of each goes: that of an earlier one that is the same, or the next. */
  readonly numbers: Uint32Array;
}

/** Digests without repetitions. */
export class DigestTable {
  readonly #digests = new GrowingMemory();
  #count = 0;
  /** Words, open addressing; slots hold numbers plus one, zero is an empty slot. */
  #slots = new GrowingMemory();
  #slotBits = 0;
  /** Odd multipliers, so that nobody can prepare items that crowd the table. */
  readonly #keys = oddWords();
  #homes = new Uint32Array(0);
  #occupants = new Uint32Array(0);

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /** The digests, 8 words each. */
  get words(): Uint32Array {
    return this.#digests.words;
  }

  /**
   * Makes room for so many in all, so that the table need not grow on the way.
   *
   * @throws VeilshareError INVALID_ARGUMENT for more than 2^27 - 1.
   */
  reserve(count: number): void {
    if (count > maxDigests)
      throw invalidArgument("intersect", `at most ${maxDigests} distinct items`, "more");
    let bits = Math.max(firstSlotBits, this.#slotBits);
    while (4 * count > 3 * 2 ** bits) bits++;
    if (bits > this.#slotBits) this.#resize(bits);
  }

  /** Adds digests. */
  add({ digests, count, left, numbers }: AddedDigests): void {
    this.reserve(this.#count + count);
    this.#digests.reserve(wordBytes * digestWords * (this.#count + count));
    this.#look(digests, count);
    const [slots, own, homes] = [this.#slots.words, this.#digests.words, this.#homes];
    const mask = 2 ** this.#slotBits - 1;
    for (let i = 0, at = 0; i < count; i++, at += digestWords) {
      if (left[i] === 1) continue;
      let slot = homes[i] as number; // i < count; slots are at most the mask
      let occupant = (this.#occupants[i] as number) || (slots[slot] as number); // taken meanwhile, perhaps
      while (occupant !== 0 && !isSame(own, digestWords * (occupant - 1), digests, at)) {
        slot = (slot + 1) & mask;
        occupant = slots[slot] as number;
      }
      if (occupant === 0) {
        const target = digestWords * this.#count;
        for (let k = 0; k < digestWords; k++) own[target + k] = digests[at + k] as number; // a whole digest
        occupant = ++this.#count;
        slots[slot] = occupant;
      }
      numbers[i] = occupant - 1;
    }
  }

  /** Gives the memory back that only adding needs. */
  seal(): void {
    this.#slots.release();
  }

  /** Gives all memory back. */
  release(): void {
    this.seal();
    this.#digests.release();
  }

  /**
   * The first slot of each digest, and who is there so far. Slots are read one after the other without waiting for what the
   * one before has, so that they are on their way from memory when each is needed.
   */
  #look(digests: Uint32Array, count: number): void {
    if (this.#homes.length < count) {
      this.#homes = new Uint32Array(count);
      this.#occupants = new Uint32Array(count);
    }
    const [homes, occupants, slots] = [this.#homes, this.#occupants, this.#slots.words];
    const shift = 32 - this.#slotBits;
    const [a, b] = this.#keys;
    for (let i = 0, at = 0; i < count; i++, at += digestWords) {
      const home = homeOf(digests[at] as number, digests[at + 1] as number, a, b, shift); // a whole digest
      homes[i] = home;
      occupants[i] = slots[home] as number; // a slot of the table
    }
  }

  #resize(bits: number): void {
    this.#slots.release();
    this.#slots = new GrowingMemory();
    this.#slots.reserve(wordBytes * 2 ** bits);
    this.#slotBits = bits;
    const [slots, own] = [this.#slots.words, this.#digests.words];
    const mask = 2 ** bits - 1;
    const [a, b] = this.#keys;
    for (let number = 0; number < this.#count; number++) {
      const at = digestWords * number;
      let slot = homeOf(own[at] as number, own[at + 1] as number, a, b, 32 - bits); // a digest of the table
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
  }
}

function homeOf(first: number, second: number, a: number, b: number, shift: number): number {
  return ((Math.imul(first, a) + Math.imul(second, b)) >>> 0) >>> shift;
}

function isSame(own: Uint32Array, start: number, digests: Uint32Array, at: number): boolean {
  let k = 0;
  while (k < digestWords && own[start + k] === digests[at + k]) k++;
  return k === digestWords;
}

function oddWords(): readonly [number, number] {
  const words = new Uint32Array(randomBytes(8).buffer);
  return [(words[0] as number) | 1, (words[1] as number) | 1]; // 8 bytes are two words
}
