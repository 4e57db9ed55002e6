/**
 * What a round's message holds after its digest: the vectors of all operations, one after the other, little-endian. A
 * vector is some rows of packed bits; each row takes as few whole bytes as it has bits for. A vector of n ring elements
 * is one row of 64 n bits. Sizes are not sent: both sides know them from the program.
 */

import { bytesFromWords, hostIsLittleEndian, wordsFromBytes } from "../bytes/encoding.js";
import { wordsForBits, wordsForRows, type BitSize } from "./packed-bits.js";

/** Rows of packed bits, as `packed-bits.ts` holds them. */
export type PartSize = BitSize;

/** A vector to send. */
export interface Part {
  readonly size: PartSize;
  readonly words: BigUint64Array;
}

/** The size of a vector of ring elements. */
export function ringSize(length: number): PartSize {
  return { rows: 1, bits: 64 * length };
}

/** A vector of ring elements to send. */
export function ringPart(words: BigUint64Array): Part {
  return { size: ringSize(words.length), words };
}

function rowBytes(size: PartSize): number {
  return Math.ceil(size.bits / 8);
}

/** Bytes of vectors in a message. */
export function partsByteLength(sizes: readonly PartSize[]): number {
  let total = 0;
  for (const size of sizes) total += size.rows * rowBytes(size);
  return total;
}

/** The bytes of words where they lie, on a little-endian host; a copy elsewhere. */
function littleEndianBytes(words: BigUint64Array): Uint8Array {
  if (!hostIsLittleEndian) return bytesFromWords(words);
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

/** A message of a head and vectors. */
export function encodeParts(head: Uint8Array, parts: readonly Part[]): Uint8Array {
  const message = new Uint8Array(head.length + partsByteLength(parts.map(({ size }) => size)));
  message.set(head);
  let at = head.length;
  for (const { size, words } of parts) {
    const bytes = littleEndianBytes(words);
    if (size.bits % 64 === 0) {
      message.set(bytes, at);
      at += bytes.length;
      continue;
    }
    const stride = 8 * wordsForBits(size.bits);
    for (let row = 0; row < size.rows; row++) {
      message.set(bytes.subarray(row * stride, row * stride + rowBytes(size)), at);
      at += rowBytes(size);
    }
  }
  return message;
}

/** Words where they lie, when they are aligned and most of what their memory holds; a copy otherwise. */
function littleEndianWords(bytes: Uint8Array): BigUint64Array {
  const fits = hostIsLittleEndian && bytes.byteOffset % 8 === 0;
  if (!fits || 2 * bytes.length < bytes.buffer.byteLength) return wordsFromBytes(bytes);
  return new BigUint64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
}

/**
 * The vectors of a message.
 *
 * @param bytes - As long as the sizes want; the caller has checked. Not to be changed later: vectors may lie in it.
 */
export function decodeParts(bytes: Uint8Array, sizes: readonly PartSize[]): BigUint64Array[] {
  let at = 0;
  return sizes.map((size) => {
    const byteLength = size.rows * rowBytes(size);
    const part = bytes.subarray(at, at + byteLength);
    at += byteLength;
    if (size.bits % 64 === 0) return littleEndianWords(part);
    const padded = new Uint8Array(8 * wordsForRows(size));
    const stride = 8 * wordsForBits(size.bits);
    for (let row = 0; row < size.rows; row++) {
      padded.set(part.subarray(row * rowBytes(size), (row + 1) * rowBytes(size)), row * stride);
    }
    return hostIsLittleEndian ? new BigUint64Array(padded.buffer) : wordsFromBytes(padded);
  });
}
