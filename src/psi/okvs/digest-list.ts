/**
 * A list as digests: BLAKE3 of each distinct item's bytes, 32 bytes an item, in the order of their first rows. Items come
 * in batches of fields and are hashed a batch at a time; repetitions are found on digests.
 *
 * **Security.** Digests are unkeyed, as both parties must come to the same: whoever has them can guess items and compare.
 * They stay in this process.
 */

import { blake3 } from "@noble/hashes/blake3.js";
import type { ByteRows } from "../../bytes/byte-rows.js";
import { batchesOf, type FieldBatch } from "../../bytes/field-batch.js";
import { invalidArgument } from "../../errors.js";
import type { ItemSource } from "../../items/distinct-items.js";
import { FieldBatcher } from "../../items/field-batcher.js";
import { forEachItem, type PsiItems, type ReadItemsOptions } from "../../items/items.js";
import { KeyRules } from "../../items/key-rules.js";
import { noItem, RowMap, type ItemRows } from "../../items/row-map.js";
import { blake3InitialValue } from "../../kernels/okvs/operations.js";
import { withKernel } from "../../ot/subspace-vole/kernel-scratch.js";
import { DigestTable, digestWords } from "./digest-table.js";
import { encodedItem, encodedLength, KeptItems } from "./kept-items.js";

const digestBytes = 4 * digestWords;
/** What the kernel hashes: one chunk. */
const chunkBytes = 1024;
const initialValue = new Uint8Array(Uint32Array.from(blake3InitialValue).buffer);

/** How a list is read to digests. */
export interface DigestListOptions extends ReadItemsOptions {
  /** As long as there are no more distinct items than this, their bytes are kept too. Default: none are. */
  readonly keepBytesUpTo?: number;
}

/** Distinct items by digest, and the rows that each one stands in. */
export class DigestList implements ItemSource {
  readonly #table = new DigestTable();
  readonly #rows = new RowMap();
  #kept: KeptItems | undefined;
  #keyColumns = 0;
  #skipped = 0;
  /** Memory that is used batch after batch: fresh memory of its size costs more than what is done with it. */
  #digestBytes = new Uint8Array(0);
  #numbers = new Uint32Array(0);

  private constructor(keepBytesUpTo: number) {
    if (keepBytesUpTo > 0) this.#kept = new KeptItems(keepBytesUpTo);
  }

  /**
   * Reads a list, once, to its end.
   *
   * @throws VeilshareError as `readItems`.
   */
  static async read(list: PsiItems, options: DigestListOptions): Promise<DigestList> {
    const { keepBytesUpTo = 0, caller = "intersect", signal } = options;
    const digests = new DigestList(keepBytesUpTo);
    const batches = new KeyRules(options).isPlain ? batchesOf(list) : undefined;
    if (batches !== undefined) {
      await forEachItem({ caller, signal }, batches, (batch) => {
        digests.#take(batch);
      });
    } else {
      if (Array.isArray(list)) digests.#table.reserve(list.length);
      const batcher = new FieldBatcher(options);
      await forEachItem({ caller, signal }, list, (item, row) => {
        if (batcher.add(item, row)) digests.#take(batcher.take());
      });
      digests.#take(batcher.take());
    }
    digests.#table.seal();
    digests.#digestBytes = new Uint8Array(0);
    return digests;
  }

  /** How many distinct items there are. */
  get count(): number {
    return this.#table.count;
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
    return this.count === 0 ? 0 : this.#keyColumns;
  }

  /** The digests, 8 words an item. */
  get digests(): Uint32Array {
    return this.#table.words;
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

  /** Gives all memory back. */
  release(): void {
    this.releaseBytes();
    this.#table.release();
    this.#rows.release();
  }

  /** The rows of some items, in the order given. */
  rowsOf(numbers: Uint32Array): ItemRows {
    return this.#rows.rowsOf(numbers, this.count);
  }

  /** Adds the rows of a batch. */
  #take(batch: FieldBatch): void {
    if (batch.count === 0) return;
    this.#keyColumns = batch.columns;
    const places = placesOfItems(batch);
    this.#skipped += batch.count - places.length;
    this.#digestBytes = digestsOf(batch, this.#digestBytes);
    const all = new Uint32Array(this.#digestBytes.buffer);
    const digests = places.length === batch.count ? all : chosen(all, places);
    const before = this.count;
    if (this.#numbers.length < places.length) this.#numbers = new Uint32Array(places.length);
    const numbers = this.#numbers.subarray(0, places.length);
    this.#table.add(digests, numbers);
    this.#keep(batch, places, numbers, before);
    for (let i = 0, row = 0; row < batch.count; row++) {
      const isItem = places[i] === row;
      this.#rows.add(isItem ? (numbers[i++] as number) : noItem); // as many numbers as places
    }
  }

  /** Keeps the bytes of items that are new, as long as they are few. */
  #keep(batch: FieldBatch, places: Uint32Array, numbers: Uint32Array, before: number): void {
    let next = before;
    for (let i = 0; i < numbers.length && this.#kept !== undefined; i++) {
      if (numbers[i] !== next) continue;
      next++;
      if (!this.#kept.add(encodedItem(batch, places[i] as number))) this.releaseBytes(); // a place a number
    }
  }
}

/** The places in a batch that have an item. */
function placesOfItems({ count, blank }: FieldBatch): Uint32Array {
  const places = new Uint32Array(count);
  let found = 0;
  for (let place = 0; place < count; place++) {
    if (blank[place] === 0) places[found++] = place;
  }
  return places.subarray(0, found);
}

/** The digests of all items of a batch, 32 bytes each; in `reused` where that has the right length. */
function digestsOf(batch: FieldBatch, reused: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const { bytes, spans, columns, count } = batch;
  const digests = withKernel(({ run, place, room, take }) => {
    const to = room(digestBytes * count);
    const words = spans.subarray(0, 2 * columns * count);
    const spansAt = place(new Uint8Array(words.buffer, words.byteOffset, words.byteLength));
    run.hashFields(place(bytes), spansAt, columns, count, place(initialValue), to);
    return take(to, digestBytes * count, reused);
  });
  for (let i = 0; i < count; i++) {
    if (encodedLength(batch, i) <= chunkBytes) continue;
    digests.set(blake3(encodedItem(batch, i)), digestBytes * i); // longer than what the kernel hashes: rare
  }
  return digests;
}

function chosen(digests: Uint32Array, places: Uint32Array): Uint32Array {
  const result = new Uint32Array(digestWords * places.length);
  for (let i = 0; i < places.length; i++) {
    const at = digestWords * (places[i] as number); // places are of digests
    for (let k = 0; k < digestWords; k++) result[digestWords * i + k] = digests[at + k] as number;
  }
  return result;
}
