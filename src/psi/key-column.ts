/** The keys of one kind in a table: which rows have one, which keys repeat, and which rows still take part. */

import type { ByteRows } from "../bytes/byte-rows.js";
import { DistinctItems, type ItemSource } from "../items/distinct-items.js";
import { ItemReader, type PsiItem, type ReadItemsOptions } from "../items/items.js";

/** A key, or nothing where a row has none of the kind. */
export type OptionalKey = PsiItem | null | undefined;

/** The keys of one kind, read row by row. */
export class KeyColumn {
  readonly #reader: ItemReader;
  readonly #items = new DistinctItems();
  /** The table's row of each row of the list of keys. */
  #rowOfKey = new Uint32Array(1024);

  constructor(options: ReadItemsOptions) {
    this.#reader = new ItemReader(options);
  }

  /** Distinct keys. */
  get count(): number {
    return this.#items.count;
  }

  /** Number of fields of every key; 0 when there is no key. */
  get keyColumns(): number {
    return this.#reader.keyColumns;
  }

  /**
   * Takes the next row's key.
   *
   * @returns Whether the row has a key, and whether an earlier row has the same.
   * @throws VeilshareError as {@link ItemReader.read}.
   */
  take(key: OptionalKey, row: number): "none" | "new" | "repeated" {
    if (key === null || key === undefined) return "none";
    const at = this.#items.rowCount;
    if (!this.#reader.read(key, row)) return "none";
    if (at === this.#rowOfKey.length) {
      const larger = new Uint32Array(2 * at);
      larger.set(this.#rowOfKey);
      this.#rowOfKey = larger;
    }
    this.#rowOfKey[at] = row;
    return this.#items.add(this.#reader.bytes, this.#reader.byteLength) ? "new" : "repeated";
  }

  /** Gives the memory back that only reading needs. */
  seal(): void {
    this.#items.seal();
  }

  /** The keys, by number, of which at least one row takes part. */
  keysInPlay(outside: Uint8Array): Uint32Array {
    const all = Uint32Array.from({ length: this.count }, (_, number) => number);
    const { rows, rowOffsets } = this.#items.rowsOf(all);
    return all.filter((number) => {
      const end = rowOffsets[number + 1] as number; // one entry more than there are keys
      for (let i = rowOffsets[number] as number; i < end; i++) {
        if (outside[this.#tableRow(rows[i] as number)] !== 1) return true;
      }
      return false;
    });
  }

  /**
   * The keys of some numbers, renumbered from 0 in the order given.
   *
   * @param isLast - Nobody will ask for keys of this column again, so that their bytes may go once these are sent.
   */
  subset(numbers: Uint32Array, isLast: boolean): ItemSource {
    const gather = (places: Uint32Array): ByteRows =>
      this.#items.gather(places.map((place) => numbers[place] as number)); // places are below the length
    const releaseBytes = (): void => {
      if (isLast) this.#items.releaseBytes();
    };
    return { count: numbers.length, gather, releaseBytes };
  }

  /** Gives all memory back. */
  release(): void {
    this.#items.release();
  }

  /** The table's rows of each of some keys that take part, ascending. */
  *tableRows(numbers: Uint32Array, outside: Uint8Array): Generator<Uint32Array> {
    const { rows, rowOffsets } = this.#items.rowsOf(numbers);
    for (let k = 0; k < numbers.length; k++) {
      const ofKey = rows.subarray(rowOffsets[k], rowOffsets[k + 1]).map((row) => this.#tableRow(row));
      yield ofKey.filter((row) => outside[row] !== 1);
    }
  }

  #tableRow(row: number): number {
    return this.#rowOfKey[row] as number; // one entry a key read
  }
}
