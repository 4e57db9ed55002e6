/**
 * Bits, packed 64 a word: bit i of a vector is bit i mod 64 of word floor(i / 64). Bits beyond the length, in the last
 * word, mean nothing and may have any value.
 *
 * Many values are held *bit-sliced*: one such vector, a *row*, for each bit position, lowest first, each row in words of
 * its own. One AND of two words then works on one bit position of 64 values.
 */

import { hostIsLittleEndian } from "../bytes/encoding.js";

/** Words that so many packed bits take. */
export function wordsForBits(bits: number): number {
  return Math.ceil(bits / 64);
}

/** Where the halves of a 64-bit word are in memory. */
const lowHalf = hostIsLittleEndian ? 0 : 1;
const highHalf = 1 - lowHalf;

/** Index, in 32-bit halves, of packed bits 32 * block and up. */
export function halfOf(block: number): number {
  return (block & ~1) + ((block & 1) === 0 ? lowHalf : highHalf);
}

/** a XOR b; equal lengths. */
export function xorWords(a: BigUint64Array, b: BigUint64Array): BigUint64Array {
  const result = new BigUint64Array(a.length);
  for (let i = 0; i < a.length; i++) result[i] = BigInt.asUintN(64, (a[i] as bigint) ^ (b[i] as bigint)); // i < both
  return result;
}

/** a AND b; equal lengths. */
export function andWords(a: BigUint64Array, b: BigUint64Array): BigUint64Array {
  const result = new BigUint64Array(a.length);
  for (let i = 0; i < a.length; i++) result[i] = BigInt.asUintN(64, (a[i] as bigint) & (b[i] as bigint)); // i < both
  return result;
}

/** NOT a. */
export function notWords(a: BigUint64Array): BigUint64Array {
  const result = new BigUint64Array(a.length);
  for (let i = 0; i < a.length; i++) result[i] = BigInt.asUintN(64, ~(a[i] as bigint)); // i < length
  return result;
}

/** XORs b into a; equal lengths. For accumulators that nobody else holds. */
export function xorInPlace(a: BigUint64Array, b: BigUint64Array): void {
  for (let i = 0; i < a.length; i++) a[i] = BigInt.asUintN(64, (a[i] as bigint) ^ (b[i] as bigint)); // i < both
}

/** Packed bits as words of 0 or 1. */
export function unpackBits(packed: BigUint64Array, length: number): BigUint64Array {
  const result = new BigUint64Array(length);
  unpackInto(result, packed, 0, length);
  return result;
}

/** Writes `length` packed bits as words of 0 or 1 from position `at`. */
export function unpackInto(target: BigUint64Array, packed: BigUint64Array, at: number, length: number): void {
  const halves = new Int32Array(packed.buffer, packed.byteOffset, 2 * packed.length);
  const words = new Int32Array(target.buffer, target.byteOffset, 2 * target.length);
  for (let i = 0; i < length; i++) {
    const half = halves[halfOf(i >> 5)] as number; // i < 64 * packed.length
    words[2 * (at + i) + lowHalf] = (half >>> (i & 31)) & 1;
    words[2 * (at + i) + highHalf] = 0;
  }
}

/** Packs one bit position, 0 to 63, of every word. */
export function packPosition(words: BigUint64Array, position: number): BigUint64Array {
  const packed = new BigUint64Array(wordsForBits(words.length));
  const target = new Int32Array(packed.buffer);
  const halves = new Int32Array(words.buffer, words.byteOffset, 2 * words.length);
  const offset = position < 32 ? lowHalf : highHalf;
  const shift = position & 31;
  for (let i = 0; i < words.length; i++) {
    const at = halfOf(i >> 5); // within packed, as i < its bits
    const bit = ((halves[2 * i + offset] as number) >>> shift) & 1;
    target[at] = (target[at] as number) | (bit << (i & 31));
  }
  return packed;
}

/**
 * The lowest `width` bit positions of words, bit-sliced: `width` rows of packed bits.
 *
 * **Cost.** About one instruction for each bit: blocks of 32 x 32 bits are transposed in five steps.
 */
export function bitRowsOf(words: BigUint64Array, width: number): BigUint64Array {
  const rowWords = wordsForBits(words.length);
  const rows = new BigUint64Array(width * rowWords);
  const target = new Int32Array(rows.buffer);
  const halves = new Int32Array(words.buffer, words.byteOffset, 2 * words.length);
  const block = new Int32Array(32);
  for (let start = 0; start < words.length; start += 32) {
    const column = halfOf(start >> 5);
    const count = Math.min(32, words.length - start);
    for (let half = 0; 32 * half < width; half++) {
      const offset = half === 0 ? lowHalf : highHalf;
      if (count < 32) block.fill(0);
      for (let i = 0; i < count; i++) block[i] = halves[2 * (start + i) + offset] as number; // within words
      transposeBlock(block);
      const positions = Math.min(32, width - 32 * half);
      for (let j = 0; j < positions; j++) {
        target[2 * rowWords * (32 * half + j) + column] = block[j] as number; // j < 32
      }
    }
  }
  return rows;
}

/** Transposes 32 x 32 bits: bit j of number i becomes bit i of number j (Hacker's Delight, section 7-3). */
export function transposeBlock(block: Int32Array): void {
  let mask = 0x0000ffff;
  for (let j = 16; j !== 0; j >>= 1) {
    for (let k = 0; k < 32; k = (k + j + 1) & ~j) {
      const low = block[k] as number; // k and k + j are below 32
      const high = block[k + j] as number;
      const swap = ((low >>> j) ^ high) & mask;
      block[k] = low ^ (swap << j);
      block[k + j] = high ^ swap;
    }
    mask ^= mask << (j >> 1);
  }
}

/** A number of rows of packed bits, each in words of its own. */
export interface BitSize {
  readonly rows: number;
  /** Bits of a row. */
  readonly bits: number;
}

/** Words of rows of packed bits. */
export function wordsForRows(size: BitSize): number {
  return size.rows * wordsForBits(size.bits);
}

/** The numbers that bit-sliced rows, at most 32, stand for. */
export function numbersOfRows(words: BigUint64Array, { rows, bits }: BitSize): Uint32Array {
  const numbers = new Uint32Array(bits);
  const halves = new Int32Array(words.buffer, words.byteOffset, 2 * words.length);
  const stride = 2 * wordsForBits(bits);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < bits; i++) {
      const bit = ((halves[row * stride + halfOf(i >> 5)] as number) >>> (i & 31)) & 1; // within the rows
      numbers[i] = (numbers[i] as number) + bit * 2 ** row;
    }
  }
  return numbers;
}

/** For each row, the bits at some positions, in their order. */
export function pickBits(
  words: BigUint64Array,
  { rows, bits }: BitSize,
  positions: ArrayLike<number>,
): BigUint64Array {
  const stride = 2 * wordsForBits(bits);
  const targetStride = 2 * wordsForBits(positions.length);
  const picked = new BigUint64Array((rows * targetStride) / 2);
  const source = new Int32Array(words.buffer, words.byteOffset, 2 * words.length);
  const target = new Int32Array(picked.buffer);
  for (let row = 0; row < rows; row++) {
    const from = row * stride;
    const to = row * targetStride;
    for (let i = 0; i < positions.length; i++) {
      const read = positions[i] as number; // i < length; the caller has checked that it is below bits
      const bit = ((source[from + halfOf(read >> 5)] as number) >>> (read & 31)) & 1;
      const at = to + halfOf(i >> 5);
      target[at] = (target[at] as number) | (bit << (i & 31));
    }
  }
  return picked;
}

/** Writes rows of bits into longer, empty rows from position `at`. */
export function placeBits(
  target: BigUint64Array,
  targetBits: number,
  at: number,
  words: BigUint64Array,
  { rows, bits }: BitSize,
): void {
  const stride = 2 * wordsForBits(bits);
  const targetStride = 2 * wordsForBits(targetBits);
  const source = new Int32Array(words.buffer, words.byteOffset, 2 * words.length);
  const halves = new Int32Array(target.buffer, target.byteOffset, 2 * target.length);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < bits; i++) {
      const bit = ((source[row * stride + halfOf(i >> 5)] as number) >>> (i & 31)) & 1; // within the rows
      const write = row * targetStride + halfOf((at + i) >> 5);
      halves[write] = (halves[write] as number) | (bit << ((at + i) & 31));
    }
  }
}

/** Rows as one row without gaps. */
export function joinRows(words: BigUint64Array, { rows, bits }: BitSize): BigUint64Array {
  const joined = new BigUint64Array(wordsForBits(rows * bits));
  moveBits(words, 64 * wordsForBits(bits), joined, bits, { rows, bits });
  return joined;
}

/** Undoes {@link joinRows}. */
export function splitRows(joined: BigUint64Array, size: BitSize): BigUint64Array {
  const words = new BigUint64Array(wordsForRows(size));
  moveBits(joined, size.bits, words, 64 * wordsForBits(size.bits), size);
  return words;
}

function moveBits(
  from: BigUint64Array,
  fromStride: number,
  to: BigUint64Array,
  toStride: number,
  { rows, bits }: BitSize,
): void {
  const source = new Int32Array(from.buffer, from.byteOffset, 2 * from.length);
  const target = new Int32Array(to.buffer, to.byteOffset, 2 * to.length);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < bits; i++) {
      const read = row * fromStride + i; // both positions are within the rows
      const write = row * toStride + i;
      const bit = ((source[halfOf(read >> 5)] as number) >>> (read & 31)) & 1;
      const at = halfOf(write >> 5);
      target[at] = (target[at] as number) | (bit << (write & 31));
    }
  }
}
