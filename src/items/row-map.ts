/** Which item stands in each row of a list: nothing as long as no item repeats, then 4 bytes a row. */

import { GrowingMemory } from "./growing-memory.js";

/** The own rows of some items. */
export interface ItemRows {
  /** First row of each item. */
  readonly indices: Uint32Array;
  /** All rows, item by item: those of the k-th are `rows[rowOffsets[k]] .. rows[rowOffsets[k + 1] - 1]`, ascending. */
  readonly rows: Uint32Array;
  /** One entry more than there are items. */
  readonly rowOffsets: Uint32Array;
}

/** The item of a row that has none. */
export const noItem = 0xffff_ffff;

const wordBytes = 4;

/** The items of rows, in the order of the rows; items are numbered in the order of their first row. */
export class RowMap {
  #count = 0;
  /** Words: the item of each row; undefined as long as row k is item k. */
  #itemOfRow: GrowingMemory | undefined;

  /** How many rows there are. */
  get count(): number {
    return this.#count;
  }

  /** Adds a row: an item, or {@link noItem}. */
  add(item: number): void {
    const row = this.#count++;
    if (this.#itemOfRow === undefined) {
      if (item === row) return;
      this.#itemOfRow = new GrowingMemory();
      this.#itemOfRow.reserve(wordBytes * (row + 1));
      for (let earlier = 0; earlier < row; earlier++) this.#itemOfRow.words[earlier] = earlier;
    }
    this.#itemOfRow.reserve(wordBytes * (row + 1));
    this.#itemOfRow.words[row] = item;
  }

  /**
   * The rows of some items, in the order given.
   *
   * @param itemCount - How many items there are in all.
   */
  rowsOf(numbers: Uint32Array, itemCount: number): ItemRows {
    const rowOffsets = new Uint32Array(numbers.length + 1);
    const itemOfRow = this.#itemOfRow?.words;
    if (itemOfRow === undefined) {
      for (let k = 0; k < rowOffsets.length; k++) rowOffsets[k] = k;
      return { indices: numbers.slice(), rows: numbers.slice(), rowOffsets };
    }
    // Places of the wanted items plus one; then counts, then rows, each in one pass over all rows.
    const places = new Uint32Array(itemCount);
    for (let k = 0; k < numbers.length; k++) places[numbers[k] as number] = k + 1;
    const placeOf = (row: number): number => places[itemOfRow[row] as number] ?? 0; // no place: no item
    for (let row = 0; row < this.#count; row++) {
      const place = placeOf(row);
      if (place > 0) rowOffsets[place] = (rowOffsets[place] as number) + 1;
    }
    for (let k = 1; k < rowOffsets.length; k++) {
      rowOffsets[k] = (rowOffsets[k] as number) + (rowOffsets[k - 1] as number);
    }
    const next = rowOffsets.slice();
    const rows = new Uint32Array(rowOffsets[numbers.length] as number);
    for (let row = 0; row < this.#count; row++) {
      const place = placeOf(row);
      if (place === 0) continue;
      const at = next[place - 1] as number;
      rows[at] = row;
      next[place - 1] = at + 1;
    }
    const indices = Uint32Array.from(numbers, (_, k) => rows[rowOffsets[k] as number] as number);
    return { indices, rows, rowOffsets };
  }

  /** Gives the memory back. */
  release(): void {
    this.#itemOfRow?.release();
  }
}
