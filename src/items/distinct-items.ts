/**
 * A list of items without its repetitions, and where each item stands in the list: flat arrays, about 8 bytes an item
 * besides the item itself (and 4 to 8 of a hash table while the list is read), nothing on the JavaScript heap.
 */

import type { ByteRows } from "../bytes/byte-rows.js";
import { invalidArgument } from "../errors.js";
import { randomBytes } from "../random/csprng.js";
import { ByteStore } from "./byte-store.js";
import { GrowingMemory, maxMemoryBytes } from "./growing-memory.js";
import { hashKeyBytes, KeyedHash } from "../bytes/keyed-hash.js";
import { noItem, RowMap, type ItemRows } from "./row-map.js";

export type { ItemRows } from "./row-map.js";

const firstSlots = 1024;
const wordBytes = 4;

/** Items to send: what an exchange needs of a list. */
export interface ItemSource {
  readonly count: number;
  /** The bytes of some items, by number, in the order given. */
  gather(numbers: Uint32Array): ByteRows;
  /** Gives back the memory that only {@link ItemSource.gather} needs. */
  releaseBytes(): void;
}

/** Distinct items, numbered in the order of their first row. */
export class DistinctItems implements ItemSource {
  readonly #store = new ByteStore();
  readonly #hash = new KeyedHash(randomBytes(hashKeyBytes));
  /** Words: item k is `ends[k] .. ends[k + 1]` of the store. */
  readonly #ends = new GrowingMemory();
  #count = 0;
  #skipped = 0;
  readonly #rows = new RowMap();
  /** Words, open addressing; slots hold numbers plus one, zero is an empty slot. */
  #slots = newSlots(firstSlots);
  #slotCount = firstSlots;

  /** How many distinct items there are. */
  get count(): number {
    return this.#count;
  }

  /** How many rows the list has. */
  get rowCount(): number {
    return this.#rows.count;
  }

  /** How many rows of the list have no item. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Adds a row that has no item. */
  skipRow(): void {
    this.#skipped += 1;
    this.#rows.add(noItem);
  }

  /**
   * Adds a row: the first `byteLength` bytes of `source`, copied.
   *
   * @returns True when no earlier row is the same item.
   * @throws VeilshareError INVALID_ARGUMENT for 4 GiB of distinct items or more.
   */
  add(source: Uint8Array, byteLength: number): boolean {
    const slot = this.#slotOf(source, byteLength);
    const slots = this.#slots.words;
    const occupant = slots[slot] as number; // a slot of the table
    if (occupant !== 0) {
      this.#rows.add(occupant - 1);
      return false;
    }
    if (this.#store.length + byteLength > maxMemoryBytes) {
      throw invalidArgument("intersect", "less than 4 GiB of items", "more");
    }
    this.#store.append(source, byteLength);
    this.#rows.add(this.#count);
    slots[slot] = ++this.#count;
    this.#ends.reserve(wordBytes * (this.#count + 1));
    this.#ends.words[this.#count] = this.#store.length;
    if (4 * this.#count > 3 * this.#slotCount) this.#grow();
    return true;
  }

  /** Gives the memory back that only adding needs. */
  seal(): void {
    this.#slots.release();
  }

  /** Gives the memory back that only {@link DistinctItems.gather} needs. */
  releaseBytes(): void {
    this.#store.release();
    this.#ends.release();
  }

  /** Gives all memory back. */
  release(): void {
    this.seal();
    this.releaseBytes();
    this.#rows.release();
  }

  /** The bytes of some items, in the order given. */
  gather(numbers: Uint32Array): ByteRows {
    const offsets = new Uint32Array(numbers.length + 1);
    let total = 0;
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i] as number; // i < length; numbers are of items
      total += this.#end(number) - this.#start(number);
      offsets[i + 1] = total;
    }
    const bytes = new Uint8Array(total);
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i] as number;
      this.#store.copyTo(bytes, offsets[i] as number, this.#start(number), this.#end(number));
    }
    return { bytes, offsets };
  }

  /** The rows of some distinct items, in the order given. */
  rowsOf(numbers: Uint32Array): ItemRows {
    return this.#rows.rowsOf(numbers, this.#count);
  }

  #start(number: number): number {
    return this.#ends.words[number] as number; // below the count
  }

  #end(number: number): number {
    return this.#ends.words[number + 1] as number; // the count has an end too
  }

  /** The slot that holds the item, or the empty one where it belongs. The table is never full. */
  #slotOf(source: Uint8Array, byteLength: number): number {
    const mask = this.#slotCount - 1;
    const slots = this.#slots.words;
    let slot = this.#hash.of(source, byteLength) & mask;
    for (;;) {
      const occupant = slots[slot] as number; // slot <= mask
      if (occupant === 0) return slot;
      const start = this.#start(occupant - 1);
      if (this.#end(occupant - 1) - start === byteLength && this.#store.equals(start, source, byteLength)) {
        return slot;
      }
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    this.#slots.release();
    this.#slotCount *= 2;
    this.#slots = newSlots(this.#slotCount);
    const slots = this.#slots.words;
    const mask = this.#slotCount - 1;
    let scratch = new Uint8Array(256);
    for (let number = 0; number < this.#count; number++) {
      const [start, end] = [this.#start(number), this.#end(number)];
      if (end - start > scratch.length) scratch = new Uint8Array(2 * (end - start));
      this.#store.copyTo(scratch, 0, start, end);
      let slot = this.#hash.of(scratch, end - start) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
  }
}

function newSlots(count: number): GrowingMemory {
  const slots = new GrowingMemory();
  slots.reserve(wordBytes * count);
  return slots;
}
