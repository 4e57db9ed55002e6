/**
 * Bit-sliced rows (`packed-bits.ts`) turned into one number an element, and back: what picks or moves whole elements
 * handles words instead of single bits.
 *
 * **Cost.** About two instructions for each bit: blocks of 32 x 32 bits are transposed.
 */

import { halfOf, transposeBlock, wordsForBits, type BitSize } from "./packed-bits.js";

/** Words that the bits of one element take: bit i of an element is bit i mod 64 of its word floor(i / 64). */
export function wordsForElement(width: number): number {
  return wordsForBits(width);
}

/** The elements of bit-sliced rows, {@link wordsForElement} words each; bits beyond the width are 0. */
export function elementsOfRows(words: BigUint64Array, { rows, bits }: BitSize): BigUint64Array {
  const elementWords = wordsForElement(rows);
  const elements = new BigUint64Array(bits * elementWords);
  const source = new Int32Array(words.buffer, words.byteOffset, 2 * words.length);
  const target = new Int32Array(elements.buffer);
  const stride = 2 * wordsForBits(bits);
  const block = new Int32Array(32);
  for (let first = 0; first < rows; first += 32) {
    const count = Math.min(32, rows - first);
    const at = halfOf(first >> 5);
    if (count < 32) block.fill(0);
    for (let start = 0; start < bits; start += 32) {
      const column = halfOf(start >> 5);
      if (count < 32) block.fill(0, count);
      for (let j = 0; j < count; j++) block[j] = source[(first + j) * stride + column] as number; // within the rows
      transposeBlock(block);
      const elementsHere = Math.min(32, bits - start);
      for (let i = 0; i < elementsHere; i++) {
        target[(start + i) * 2 * elementWords + at] = block[i] as number; // i < 32
      }
    }
  }
  return elements;
}

/** Undoes {@link elementsOfRows}. */
export function rowsOfElements(elements: BigUint64Array, { rows, bits }: BitSize): BigUint64Array {
  const elementWords = wordsForElement(rows);
  const stride = 2 * wordsForBits(bits);
  const words = new BigUint64Array((rows * stride) / 2);
  const source = new Int32Array(elements.buffer, elements.byteOffset, 2 * elements.length);
  const target = new Int32Array(words.buffer);
  const block = new Int32Array(32);
  for (let first = 0; first < rows; first += 32) {
    const count = Math.min(32, rows - first);
    const at = halfOf(first >> 5);
    for (let start = 0; start < bits; start += 32) {
      const column = halfOf(start >> 5);
      const elementsHere = Math.min(32, bits - start);
      block.fill(0, elementsHere);
      for (let i = 0; i < elementsHere; i++) block[i] = source[(start + i) * 2 * elementWords + at] as number; // within
      transposeBlock(block);
      for (let j = 0; j < count; j++) target[(first + j) * stride + column] = block[j] as number; // j < 32
    }
  }
  return words;
}

/** Elements picked by position, as {@link elementsOfRows} holds them. */
export function pickElements(
  elements: BigUint64Array,
  elementWords: number,
  positions: ArrayLike<number>,
): BigUint64Array {
  const picked = new BigUint64Array(positions.length * elementWords);
  for (let i = 0; i < positions.length; i++) {
    const from = (positions[i] as number) * elementWords; // i < length; the caller has checked the positions
    for (let j = 0; j < elementWords; j++) picked[i * elementWords + j] = elements[from + j] as bigint;
  }
  return picked;
}
