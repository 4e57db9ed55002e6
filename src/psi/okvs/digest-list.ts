/**
 * A list as digests: BLAKE3 of each distinct item's bytes, 32 bytes an item, in the order of their first rows. Items come
 * in batches of fields and are hashed a batch at a time; repetitions are found on digests.
 *
 * **Security.** Digests are unkeyed, as both parties must come to the same: whoever has them can guess items and compare.
 * They stay in this process.
 */

import { blake3 } from "@noble/hashes/blake3.js";
import type { ByteRows } from "../../bytes/byte-rows.js";
import type { FieldBatch } from "../../bytes/field-batch.js";
import { invalidArgument } from "../../errors.js";
import type { ItemSource } from "../../items/distinct-items.js";
import { FieldBatcher } from "../../items/field-batcher.js";
import { forEachItem, type PsiItems, type ReadItemsOptions } from "../../items/items.js";
import { KeyRules } from "../../items/key-rules.js";
import { noItem, RowMap, type ItemRows } from "../../items/row-map.js";
import { blake3InitialValue } from "../../kernels/okvs/operations.js";
import { withKernel } from "../../ot/subspace-vole/kernel-scratch.js";
import { RowKeys } from "../../table/rows.js";
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
  /** The item of each row of the last batch that has one. */
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
    const batches = new KeyRules(options).isPlain && isRowKeys(list) ? list.batches() : undefined;
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
    const { count, blank } = batch;
    if (count === 0) return;
    this.#keyColumns = batch.columns;
    if (this.#numbers.length < count) this.#numbers = new Uint32Array(count);
    const before = this.count;
    withDigests(batch, (digests) => {
      this.#table.add({ digests, count, left: blank, numbers: this.#numbers });
    });
    this.#keep(batch, before);
    for (let row = 0; row < count; row++) {
      this.#rows.add(blank[row] === 1 ? noItem : (this.#numbers[row] as number)); // a number a row
      this.#skipped += blank[row] as number; // 1 or 0
    }
  }

  /** Keeps the bytes of items that are new, as long as they are few. */
  #keep(batch: FieldBatch, before: number): void {
    let next = before;
    for (let row = 0; row < batch.count && this.#kept !== undefined; row++) {
      if (batch.blank[row] === 1 || this.#numbers[row] !== next) continue;
      next++;
      if (!this.#kept.add(batch, row)) this.releaseBytes();
    }
  }
}

/** The keys of rows, given as they are: what extends them may give others. */
function isRowKeys(list: PsiItems): list is RowKeys {
  return list instanceof RowKeys && Object.getPrototypeOf(list) === RowKeys.prototype;
}

/** Gives the digests of all items of a batch, 8 words each, to who does not keep them. */
function withDigests(batch: FieldBatch, use: (digests: Uint32Array) => void): void {
  const { bytes, spans, columns, count } = batch;
  withKernel(({ kernel, run, place, room }) => {
    const to = room(digestBytes * count);
    const words = spans.subarray(0, 2 * columns * count);
    const spansAt = place(new Uint8Array(words.buffer, words.byteOffset, words.byteLength));
    run.hashFields(place(bytes), spansAt, columns, count, place(initialValue), to);
    const digests = kernel.memory().subarray(to, to + digestBytes * count);
    for (let i = 0; i < count; i++) {
      if (encodedLength(batch, i) <= chunkBytes) continue;
      digests.set(blake3(encodedItem(batch, i)), digestBytes * i); // longer than what the kernel hashes: rare
    }
    use(new Uint32Array(digests.buffer, digests.byteOffset, digestWords * count));
  });
}
