/**
 * A set of byte strings of one length that finds each one's number: an open-addressing hash table over flat arrays,
 * about 6 bytes a value besides the value itself.
 */

import { invalidArgument } from "../errors.js";
import { GrowingMemory } from "../items/growing-memory.js";

const wordBytes = 4;

/** Two thirds of the slots are taken in the end: some two slots are looked at to find a value, five to miss one. */
const slotsPerValue = 1.5;

/**
 * Values numbered from 0 in the order in which they were added.
 *
 * The values are their own hash: their first four bytes choose the slot. So they must be uniform, and nobody who could
 * gain from a slow table may be able to choose them.
 */
export class ValueIndex {
  readonly #valueBytes: number;
  readonly #capacity: number;
  readonly #slotCount: number;
  readonly #values = new GrowingMemory();
  /** Words; slots hold numbers plus one, zero is an empty slot. Memory that nobody wrote to is not resident. */
  readonly #slots = new GrowingMemory();
  #size = 0;

  /**
   * @param valueBytes - Length of each value, at least 4.
   * @param capacity - How many values it may hold.
   */
  constructor(valueBytes: number, capacity: number) {
    this.#valueBytes = valueBytes;
    this.#capacity = capacity;
    this.#slotCount = Math.floor(slotsPerValue * capacity) + 1;
    this.#slots.reserve(wordBytes * this.#slotCount);
  }

  /** How many values it holds. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds the value that starts at `offset` unless it is there.
   *
   * @returns The number of the value that was there before, or -1 when it is new.
   * @throws VeilshareError INVALID_ARGUMENT for one more than it may hold.
   */
  add(source: Uint8Array, offset: number): number {
    const slot = this.#slotOf(source, offset);
    const slots = this.#slots.words;
    const occupant = slots[slot] as number; // a slot of the table
    if (occupant !== 0) return occupant - 1;
    if (this.#size === this.#capacity) {
      throw invalidArgument("ValueIndex", `at most ${this.#capacity} values`, "one more");
    }
    const start = this.#size * this.#valueBytes;
    this.#values.reserve(start + this.#valueBytes);
    this.#copy(source, offset, this.#values.bytes, start);
    slots[slot] = ++this.#size;
    return -1;
  }

  /** The number of the value that starts at `offset`, or -1. */
  find(source: Uint8Array, offset: number): number {
    return (this.#slots.words[this.#slotOf(source, offset)] as number) - 1; // a slot of the table; empty is -1
  }

  /** Writes value `number` to `target`, from `at` on. */
  copyValue(number: number, target: Uint8Array, at: number): void {
    this.#copy(this.#values.bytes, number * this.#valueBytes, target, at);
  }

  /** Gives the memory back; it must not be used afterwards. */
  release(): void {
    this.#values.release();
    this.#slots.release();
  }

  #copy(source: Uint8Array, from: number, target: Uint8Array, at: number): void {
    // A value is a few bytes: shorter than setting up a call of `set`.
    for (let i = 0; i < this.#valueBytes; i++) target[at + i] = source[from + i] as number;
  }

  /** The slot that holds the value, or the empty one where it belongs. The table is never full. */
  #slotOf(source: Uint8Array, offset: number): number {
    const slots = this.#slots.words;
    const values = this.#values.bytes;
    // The word as a fraction of 2^32, of the slots.
    let slot = Math.floor((firstWord(source, offset) / 2 ** 32) * this.#slotCount);
    for (;;) {
      const occupant = slots[slot] as number; // slot < slotCount
      if (occupant === 0 || this.#equals(values, occupant - 1, source, offset)) return slot;
      slot = slot + 1 === this.#slotCount ? 0 : slot + 1;
    }
  }

  #equals(values: Uint8Array, number: number, source: Uint8Array, offset: number): boolean {
    const start = number * this.#valueBytes;
    for (let i = 0; i < this.#valueBytes; i++) {
      if (values[start + i] !== source[offset + i]) return false;
    }
    return true;
  }
}

/** From 0 to 2^32 - 1. */
function firstWord(source: Uint8Array, offset: number): number {
  // Callers add and find whole values of at least four bytes.
  const byte = (i: number): number => source[offset + i] as number;
  return (byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24)) >>> 0;
}
