/** A list of items without its repetitions, and where each item stands in the list. */

import { sha256 } from "@noble/hashes/sha2.js";
import { rowCount, rowView, type ByteRows } from "../bytes/byte-rows.js";
import { eventLoopTurn } from "../parallel/event-loop.js";
import { randomBytes } from "../random/csprng.js";
import { ValueIndex } from "./value-index.js";

const digestBytes = 32;
const rowsPerTurn = 4096;

/** Distinct items, numbered in the order of their first row. */
export interface DistinctItems {
  readonly rows: ByteRows;
  /** How many distinct items there are. */
  readonly count: number;
  /** All rows, item by item: those of item k are `ownRows[offsets[k]] .. ownRows[offsets[k + 1] - 1]`, ascending. */
  readonly ownRows: Uint32Array;
  /** `count + 1` entries. */
  readonly offsets: Uint32Array;
}

/**
 * Finds equal rows by their SHA-256 digests, prefixed with random bytes so that nobody can prepare items that crowd
 * the index.
 */
export async function distinctItems(rows: ByteRows): Promise<DistinctItems> {
  const total = rowCount(rows);
  const prefix = sha256.create().update(randomBytes(16));
  const index = new ValueIndex(digestBytes);
  const itemOfRow = new Uint32Array(total);
  for (let row = 0; row < total; row++) {
    const digest = prefix.clone().update(rowView(rows, row)).digest();
    const earlier = index.add(digest, 0);
    itemOfRow[row] = earlier === -1 ? index.size - 1 : earlier;
    if (row % rowsPerTurn === rowsPerTurn - 1) await eventLoopTurn();
  }
  return { rows, count: index.size, ...grouped(itemOfRow, index.size) };
}

/** Rows by item, by counting. */
function grouped(itemOfRow: Uint32Array, count: number): Pick<DistinctItems, "ownRows" | "offsets"> {
  const offsets = new Uint32Array(count + 1);
  // Every item is below count, every row below the length.
  for (const item of itemOfRow) offsets[item + 1] = (offsets[item + 1] as number) + 1;
  for (let item = 0; item < count; item++) {
    offsets[item + 1] = (offsets[item + 1] as number) + (offsets[item] as number);
  }
  const next = offsets.slice();
  const ownRows = new Uint32Array(itemOfRow.length);
  for (const [row, item] of itemOfRow.entries()) {
    const at = next[item] as number;
    ownRows[at] = row;
    next[item] = at + 1;
  }
  return { ownRows, offsets };
}

/** The bytes of some items, in the order given. */
export function gatherItems(items: DistinctItems, numbers: Uint32Array): ByteRows {
  const offsets = new Uint32Array(numbers.length + 1);
  const views: Uint8Array[] = [];
  let total = 0;
  for (const [i, number] of numbers.entries()) {
    const view = rowView(items.rows, firstRow(items, number));
    views.push(view);
    total += view.length;
    offsets[i + 1] = total;
  }
  const bytes = new Uint8Array(total);
  for (const [i, view] of views.entries()) bytes.set(view, offsets[i]);
  return { bytes, offsets };
}

/** The first row of an item. */
export function firstRow(items: DistinctItems, number: number): number {
  return items.ownRows[items.offsets[number] as number] as number; // every item has a row
}
