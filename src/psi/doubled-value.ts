/**
 * What is left of a doubled element: some of the middle of its 32 bytes, just enough for the lists of the run. Bytes 1
 * to 30 of an encoding are uniform; its lowest bit and its highest are always 0 (RFC 9496, section 4.3.2).
 */

import { elementBytes } from "../group/index.js";

/** The first byte that is kept. */
const firstByte = 8;

/** What `falseMatchBits` may be: with lists of 2^33 items in all, 18 bytes are kept, which end before byte 30. */
export const falseMatchBitsRange = { from: 40, to: 80 } as const;

/**
 * Bytes to keep so that, among n items in all, any two different ones meet with a probability of at most
 * 2^-falseMatchBits: there are fewer than n^2 / 2 pairs, each meets with 2^-8k, and so the smallest k will do with
 * 8 k >= 2 log2(n) - 1 + falseMatchBits. Pairs within one list count too: when two of them meet, the run stops.
 *
 * @param items - n, both lists together; the same at both parties, who both know the sizes.
 */
export function doubledValueBytes(items: number, falseMatchBits: number): number {
  const pairBits = items < 2 ? 0 : (BigInt(items) ** 2n - 1n).toString(2).length; // ceil(2 log2 n), exactly
  return Math.ceil((Math.max(0, pairBits - 1) + falseMatchBits) / 8);
}

/** The doubled values of elements, one after the other. */
export function doubledValues(elements: Uint8Array, valueBytes: number): Uint8Array {
  const values = new Uint8Array((elements.length / elementBytes) * valueBytes);
  for (let start = 0, at = 0; start < elements.length; start += elementBytes) {
    for (let i = firstByte; i < firstByte + valueBytes; i++) {
      values[at++] = elements[start + i] as number; // within the element, see falseMatchBitsRange
    }
  }
  return values;
}
