/**
 * What is left of a doubled element: 16 of its 32 bytes, the middle ones. The encoding's lowest bit is always 0 and its
 * highest too (RFC 9496, section 4.3.2), so the middle has 128 bits and either end only 127.
 */

import { elementBytes } from "../group/index.js";

/** Bytes of a doubled value. */
export const doubledBytes = 16;

const firstByte = 8;

/** Writes the doubled values of elements to `target`, from `offset` on; gives the offset behind them. */
export function writeDoubledValues(elements: Uint8Array, target: Uint8Array, offset: number): number {
  let at = offset;
  for (let start = firstByte; start < elements.length; start += elementBytes) {
    target.set(elements.subarray(start, start + doubledBytes), at);
    at += doubledBytes;
  }
  return at;
}
