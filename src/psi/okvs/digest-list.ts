/**
 * A list as digests: BLAKE3 of each distinct item's bytes, 32 bytes an item, in the order of their first rows. Items are
 * staged in flat memory and hashed a few thousand at a time; repetitions are found on digests.
 *
 * **Security.** Digests are unkeyed, as both parties must come to the same: whoever has them can guess items and compare.
 * They stay in this process.
 */

import { blake3 } from "@noble/hashes/blake3.js";
import type { ByteRows } from "../../bytes/byte-rows.js";
import { invalidArgument } from "../../errors.js";
import { ByteStore } from "../../items/byte-store.js";
import type { ItemSource } from "../../items/distinct-items.js";
import { GrowingMemory } from "../../items/growing-memory.js";
import { forEachItem, ItemReader, type PsiItems, type ReadItemsOptions } from "../../items/items.js";
import { noItem, RowMap, type ItemRows } from "../../items/row-map.js";
import { blake3InitialValue } from "../../kernels/okvs/operations.js";
import { withKernel } from "../../ot/subspace-vole/kernel-scratch.js";
import { randomBytes } from "../../random/csprng.js";

const digestWords = 8;
const wordBytes = 4;
const blockBytes = 64;
/** What the kernel hashes: one chunk. */
const chunkBytes = 1024;
const stagedItems = 4096;
const stagedBytes = 2 ** 18;
/** Items below which a copy byte by byte is shorter than setting up a call of `set`. */
const shortBytes = 128;
const firstSlots = 4096;
/** 4 GiB of digests. */
const maxItems = 2 ** 27 - 1;

const initialValue = new Uint8Array(Uint32Array.from(blake3InitialValue).buffer);

/** How a list is read to digests. */
export interface DigestListOptions extends ReadItemsOptions {
  /** As long as there are no more distinct items than this, their bytes are kept too. Default: none are. */
  readonly keepBytesUpTo?: number;
}

/** Distinct items by digest, and the rows that each one stands in. */
export class DigestList implements ItemSource {
  readonly #digests = new GrowingMemory();
  readonly #rows = new RowMap();
  readonly #staging = new Staging();
  #count = 0;
  /** Words, open addressing; slots hold numbers plus one, zero is an empty slot. */
  #slots = slotsOf(firstSlots);
  #slotBits = Math.log2(firstSlots);
  /** Odd multipliers, so that nobody can prepare items that crowd the table. */
  readonly #keys = oddWords();
  #kept: KeptBytes | undefined;
  #keyColumns = 0;
  #skipped = 0;

  private constructor(keepBytesUpTo: number) {
    if (keepBytesUpTo > 0) this.#kept = new KeptBytes(keepBytesUpTo);
  }

  /**
   * Reads a list, once, to its end.
   *
   * @throws VeilshareError as `readItems`.
   */
  static async read(list: PsiItems, options: DigestListOptions): Promise<DigestList> {
    const { keepBytesUpTo = 0, caller = "intersect", signal } = options;
    const digests = new DigestList(keepBytesUpTo);
    const reader = new ItemReader(options);
    await forEachItem({ caller, signal }, list, (item, row) => {
      if (reader.read(item, row)) digests.#take(reader.bytes, reader.byteLength);
      else digests.#skip();
    });
    digests.#flush();
    digests.#slots.release();
    digests.#keyColumns = digests.#count === 0 ? 0 : reader.keyColumns;
    return digests;
  }

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

  /** Number of fields of every item; 0 when there is no item. */
  get keyColumns(): number {
    return this.#keyColumns;
  }

  /** The digests, 8 words an item. */
  get digests(): Uint32Array {
    return this.#digests.words;
  }

  /** The bytes of some items, in the order given; only while bytes are kept. */
  gather(numbers: Uint32Array): ByteRows {
    if (this.#kept === undefined)
      throw invalidArgument("DigestList.gather", "items whose bytes are kept", "none");
    return this.#kept.gather(numbers);
  }

  /** Gives back the memory that only {@link DigestList.gather} needs. */
  releaseBytes(): void {
    this.#kept?.release();
    this.#kept = undefined;
  }

  /** Gives back the memory of the digests. */
  releaseDigests(): void {
    this.#digests.release();
  }

  /** Gives all memory back. */
  release(): void {
    this.releaseBytes();
    this.releaseDigests();
    this.#slots.release();
    this.#rows.release();
  }

  /** The rows of some items, in the order given. */
  rowsOf(numbers: Uint32Array): ItemRows {
    return this.#rows.rowsOf(numbers, this.#count);
  }

  #take(bytes: Uint8Array, byteLength: number): void {
    if (!this.#staging.fits(byteLength)) this.#flush();
    if (byteLength <= chunkBytes) {
      this.#staging.add(bytes, byteLength);
      return;
    }
    // Longer than what the kernel hashes at once: rare.
    this.#flush();
    const item = bytes.subarray(0, byteLength);
    this.#add(new Uint32Array(blake3(item).slice().buffer), 0, { bytesOf: () => item });
  }

  /** Adds a row that has no item. */
  #skip(): void {
    if (!this.#staging.fits(0)) this.#flush();
    this.#skipped++;
    this.#staging.addNothing();
  }

  /** Hashes what is staged and adds it. */
  #flush(): void {
    const staging = this.#staging;
    if (staging.count === 0) return;
    const digests = staging.digests();
    for (let i = 0; i < staging.count; i++) {
      if (staging.isNothing(i)) this.#rows.add(noItem);
      else this.#add(digests, i, staging);
    }
    staging.clear();
  }

  /** Adds a row: digest `i` of some, whose bytes `bytesOf(i)` gives. */
  #add(digests: Uint32Array, i: number, staging: Pick<Staging, "bytesOf">): void {
    const at = digestWords * i;
    const slot = this.#slotOf(digests, at);
    const slots = this.#slots.words;
    const occupant = slots[slot] as number; // a slot of the table
    if (occupant !== 0) {
      this.#rows.add(occupant - 1);
      return;
    }
    const count = this.#count;
    if (count === maxItems) throw invalidArgument("intersect", `at most ${maxItems} distinct items`, "more");
    const target = digestWords * count;
    this.#digests.reserve(wordBytes * (target + digestWords));
    const words = this.#digests.words;
    for (let k = 0; k < digestWords; k++) words[target + k] = digests[at + k] as number; // a whole digest
    this.#rows.add(count);
    slots[slot] = count + 1;
    this.#count = count + 1;
    if (this.#kept?.add(staging.bytesOf(i)) === false) this.releaseBytes();
    if (4 * this.#count > 3 * 2 ** this.#slotBits) this.#grow();
  }

  /** The slot that holds the digest at `at`, or the empty one where it belongs. The table is never full. */
  #slotOf(digests: Uint32Array, at: number): number {
    const slots = this.#slots.words;
    const own = this.#digests.words;
    const mask = 2 ** this.#slotBits - 1;
    let slot = this.#home(digests[at] as number, digests[at + 1] as number); // a whole digest
    for (;;) {
      const occupant = slots[slot] as number; // slot <= mask
      if (occupant === 0) return slot;
      const start = digestWords * (occupant - 1);
      let k = 0;
      while (k < digestWords && own[start + k] === digests[at + k]) k++;
      if (k === digestWords) return slot;
      slot = (slot + 1) & mask;
    }
  }

  /** The first slot for a digest of these words. */
  #home(first: number, second: number): number {
    const [a, b] = this.#keys;
    return ((Math.imul(first, a) + Math.imul(second, b)) >>> 0) >>> (32 - this.#slotBits);
  }

  #grow(): void {
    this.#slots.release();
    this.#slotBits++;
    this.#slots = slotsOf(2 ** this.#slotBits);
    const slots = this.#slots.words;
    const own = this.#digests.words;
    const mask = 2 ** this.#slotBits - 1;
    for (let number = 0; number < this.#count; number++) {
      const at = digestWords * number;
      let slot = this.#home(own[at] as number, own[at + 1] as number); // a digest of the list
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
  }
}

/** Items one after the other, each followed by zeros up to the end of a block, until there are enough to hash. */
class Staging {
  readonly #bytes = new Uint8Array(stagedBytes);
  /** Place and length of each. */
  readonly #spans = new Uint32Array(2 * stagedItems);
  /** 1 where a row has no item. */
  readonly #nothing = new Uint8Array(stagedItems);
  #count = 0;
  #end = 0;

  get count(): number {
    return this.#count;
  }

  fits(byteLength: number): boolean {
    return this.#count < stagedItems && this.#end + byteLength + 2 * blockBytes <= stagedBytes;
  }

  add(source: Uint8Array, byteLength: number): void {
    const bytes = this.#bytes;
    const start = this.#end;
    this.#spans[2 * this.#count] = start;
    this.#spans[2 * this.#count + 1] = byteLength;
    this.#nothing[this.#count] = 0;
    this.#count++;
    if (byteLength < shortBytes) {
      for (let i = 0; i < byteLength; i++) bytes[start + i] = source[i] as number; // i < its length
    } else bytes.set(source.subarray(0, byteLength), start);
    this.#end = start + Math.max(1, Math.ceil(byteLength / blockBytes)) * blockBytes;
    for (let i = start + byteLength; i < this.#end; i++) bytes[i] = 0;
  }

  /** Takes the place of a row that has no item. */
  addNothing(): void {
    this.#spans[2 * this.#count] = 0;
    this.#spans[2 * this.#count + 1] = 0;
    this.#nothing[this.#count] = 1;
    this.#count++;
  }

  isNothing(i: number): boolean {
    return this.#nothing[i] === 1;
  }

  /** The digests of all, 8 words each. */
  digests(): Uint32Array {
    const digests = withKernel(({ run, place, room, take }) => {
      const base = place(this.#bytes.subarray(0, this.#end));
      const spans = this.#spans.slice(0, 2 * this.#count);
      for (let i = 0; i < spans.length; i += 2) spans[i] = base + (spans[i] as number); // one pair an item
      const to = room(wordBytes * digestWords * this.#count);
      run.hashItems(place(new Uint8Array(spans.buffer)), this.#count, place(initialValue), to);
      return take(to, wordBytes * digestWords * this.#count);
    });
    return new Uint32Array(digests.buffer);
  }

  bytesOf(i: number): Uint8Array {
    const start = this.#spans[2 * i] as number; // i < count
    return this.#bytes.subarray(start, start + (this.#spans[2 * i + 1] as number));
  }

  clear(): void {
    this.#count = 0;
    this.#end = 0;
  }
}

/** The bytes of the first items. */
class KeptBytes {
  readonly #limit: number;
  readonly #store = new ByteStore();
  readonly #ends: number[] = [0];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False when there are more than were to be kept. */
  add(item: Uint8Array): boolean {
    if (this.#ends.length > this.#limit) return false;
    this.#store.append(item, item.length);
    this.#ends.push(this.#store.length);
    return true;
  }

  gather(numbers: Uint32Array): ByteRows {
    const offsets = new Uint32Array(numbers.length + 1);
    for (const [i, number] of numbers.entries()) {
      offsets[i + 1] = (offsets[i] as number) + this.#end(number) - this.#start(number);
    }
    const bytes = new Uint8Array(offsets[numbers.length] as number);
    for (const [i, number] of numbers.entries()) {
      this.#store.copyTo(bytes, offsets[i] as number, this.#start(number), this.#end(number));
    }
    return { bytes, offsets };
  }

  release(): void {
    this.#store.release();
  }

  #start(number: number): number {
    return this.#ends[number] as number; // numbers are of items
  }

  #end(number: number): number {
    return this.#ends[number + 1] as number; // numbers are of items
  }
}

function slotsOf(count: number): GrowingMemory {
  const slots = new GrowingMemory();
  slots.reserve(wordBytes * count);
  return slots;
}

function oddWords(): readonly [number, number] {
  const words = new Uint32Array(randomBytes(8).buffer);
  return [(words[0] as number) | 1, (words[1] as number) | 1]; // 8 bytes are two words
}
