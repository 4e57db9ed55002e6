/** Small conversions between numbers, text and bytes. All integers on the wire are little-endian. */

import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { VeilshareError } from "../errors.js";

export { bytesToHex, concatBytes, utf8ToBytes };

/**
 * The bytes of a hexadecimal text.
 *
 * @param field - Name of what is decoded, for the error.
 * @throws VeilshareError INVALID_ARGUMENT when the text is not hexadecimal or not of `byteLength` bytes.
 */
export function bytesFromHex(hex: string, field: string, byteLength?: number): Uint8Array {
  const wellFormed = /^(?:[0-9a-fA-F]{2})*$/.test(hex);
  if (!wellFormed || (byteLength !== undefined && hex.length !== 2 * byteLength)) {
    const expected =
      byteLength === undefined ? "hexadecimal text" : `${byteLength} bytes as hexadecimal text`;
    const got = `${hex.length} characters`;
    const message = `${field}: expected ${expected}, got ${got}`;
    throw new VeilshareError("INVALID_ARGUMENT", message, { field, expected, got });
  }
  return hexToBytes(hex);
}

/** A copy in memory of its own, as a plain Uint8Array: `slice` of a Node Buffer would be a view of the same memory. */
export function copyBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes);
}

/** Equality in time that depends on the length only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number); // i < both lengths
  return difference === 0;
}

/** Lexicographic order, as `Array.prototype.sort` wants it. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number); // i < both lengths
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Typed arrays of words are in the host's order, everything on the wire is little-endian. */
export const hostIsLittleEndian: boolean = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** The bytes of a vector of 64-bit words, little-endian, in memory of their own. */
export function bytesFromWords(words: BigUint64Array): Uint8Array {
  const bytes = new Uint8Array(words.length * 8);
  if (hostIsLittleEndian) {
    bytes.set(new Uint8Array(words.buffer, words.byteOffset, words.byteLength));
    return bytes;
  }
  const view = new DataView(bytes.buffer);
  for (const [i, word] of words.entries()) view.setBigUint64(8 * i, word, true);
  return bytes;
}

/**
 * The 64-bit words of little-endian bytes, in memory of their own.
 *
 * @param bytes - A multiple of 8 bytes; the caller has checked the length.
 */
export function wordsFromBytes(bytes: Uint8Array): BigUint64Array {
  if (bytes.length % 8 !== 0) {
    throw new VeilshareError(
      "INVALID_ARGUMENT",
      `wordsFromBytes: expected a multiple of 8 bytes, got ${bytes.length}`,
    );
  }
  const words = new BigUint64Array(bytes.length / 8);
  if (hostIsLittleEndian) {
    new Uint8Array(words.buffer).set(bytes);
    return words;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < words.length; i++) words[i] = view.getBigUint64(8 * i, true);
  return words;
}
