/** From doubled values to the own items that are common. */

import { compareBytes, hostIsLittleEndian } from "../bytes/encoding.js";
import type { ItemRows } from "../items/distinct-items.js";
import type { ValueIndex } from "./value-index.js";

/** The own rows of the common items. */
export interface CommonRows extends ItemRows {
  /** Number of common items. */
  readonly size: number;
}

/** Values of one length, one after the other. */
export interface FlatValues {
  readonly bytes: Uint8Array;
  readonly valueBytes: number;
}

/**
 * The positions, ascending, at which an own doubled value is one of the peer's.
 *
 * @returns Undefined when two of them are the same value of the peer's, which distinct items never are.
 */
export function commonPositions(own: FlatValues, peer: ValueIndex): Uint32Array | undefined {
  const seen = new Uint8Array(peer.size);
  const count = own.bytes.length / own.valueBytes;
  const positions = new Uint32Array(Math.min(count, peer.size));
  let found = 0;
  for (let position = 0; position < count; position++) {
    const number = peer.find(own.bytes, position * own.valueBytes);
    if (number === -1) continue;
    if (seen[number] === 1) return undefined;
    seen[number] = 1;
    positions[found++] = position;
  }
  return positions.slice(0, found);
}

/**
 * Positions in the order of their doubled values, which both parties know: the same order on both sides.
 *
 * One sort of 64-bit words: the value's first four bytes above, the position below. The few that share these bytes are
 * put in order afterwards.
 */
export function sortedByDoubledValue(positions: Uint32Array, { bytes, valueBytes }: FlatValues): Uint32Array {
  const words = new Uint32Array(2 * positions.length);
  const [high, low] = hostIsLittleEndian ? [1, 0] : [0, 1];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < positions.length; i++) {
    const position = positions[i] as number; // i < length
    words[2 * i + high] = view.getUint32(position * valueBytes, false);
    words[2 * i + low] = position;
  }
  new BigUint64Array(words.buffer).sort();
  const sorted = new Uint32Array(positions.length);
  for (let i = 0; i < sorted.length; i++) sorted[i] = words[2 * i + low] as number;
  const valueAt = (i: number): Uint8Array => {
    const start = (sorted[i] as number) * valueBytes;
    return bytes.subarray(start, start + valueBytes);
  };
  for (let start = 0; start < sorted.length;) {
    let end = start + 1;
    while (end < sorted.length && words[2 * end + high] === words[2 * start + high]) end++;
    for (let i = start + 1; i < end; i++) {
      for (let j = i; j > start && compareBytes(valueAt(j - 1), valueAt(j)) > 0; j--) {
        const swapped = sorted[j] as number;
        sorted[j] = sorted[j - 1] as number;
        sorted[j - 1] = swapped;
      }
    }
    start = end;
  }
  return sorted;
}
