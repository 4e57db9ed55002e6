/** From doubled values to the rows of the common items. */

import { compareBytes } from "../bytes/encoding.js";
import { firstRow, type DistinctItems } from "./distinct-items.js";
import { doubledBytes } from "./doubled-value.js";
import type { ValueIndex } from "./value-index.js";

/** The own rows of the common items. */
export interface CommonRows {
  /** Number of common items. */
  readonly size: number;
  /** First own row of each common item. */
  readonly indices: Uint32Array;
  /** All own rows of the common items: those of the k-th are `rows[rowOffsets[k]] .. rows[rowOffsets[k + 1] - 1]`. */
  readonly rows: Uint32Array;
  /** `size + 1` entries. */
  readonly rowOffsets: Uint32Array;
}

/**
 * The positions at which an own doubled value is one of the peer's.
 *
 * @param doubled - The own doubled values, one after the other.
 * @returns Undefined when two of them are the same value of the peer's, which distinct items never are.
 */
export function commonPositions(doubled: Uint8Array, peer: ValueIndex): number[] | undefined {
  const seen = new Uint8Array(peer.size);
  const positions: number[] = [];
  for (let position = 0; position * doubledBytes < doubled.length; position++) {
    const number = peer.find(doubled, position * doubledBytes);
    if (number === -1) continue;
    if (seen[number] === 1) return undefined;
    seen[number] = 1;
    positions.push(position);
  }
  return positions;
}

/** Sorts positions by their doubled values, which both parties know: the same order on both sides. */
export function sortByDoubledValue(positions: number[], doubled: Uint8Array): void {
  const valueAt = (position: number): Uint8Array =>
    doubled.subarray(position * doubledBytes, (position + 1) * doubledBytes);
  positions.sort((a, b) => compareBytes(valueAt(a), valueAt(b)));
}

/** The own rows of some items, in the order given. */
export function rowsOfItems(items: DistinctItems, numbers: Uint32Array): CommonRows {
  const size = numbers.length;
  const indices = new Uint32Array(size);
  const rowOffsets = new Uint32Array(size + 1);
  const groups = [...numbers].map((number) =>
    items.ownRows.subarray(items.offsets[number], items.offsets[number + 1]),
  );
  for (const [k, number] of numbers.entries()) {
    indices[k] = firstRow(items, number);
    rowOffsets[k + 1] = (rowOffsets[k] as number) + (groups[k] as Uint32Array).length; // k < size
  }
  const rows = new Uint32Array(rowOffsets[size] as number);
  for (const [k, group] of groups.entries()) rows.set(group, rowOffsets[k]);
  return { size, indices, rows, rowOffsets };
}
