/**
 * The ring that a resilient sum is computed in: integers modulo 2^bits, as few bits as hold every total, in memory as
 * words of 32 or 64 bits whose upper bits are noise, on the wire packed bit by bit.
 */

import { hostIsLittleEndian } from "../../bytes/encoding.js";
import { invalidArgument, VeilshareError } from "../../errors.js";
import type { RingWords } from "../../ring/keystream-sum.js";

/** What each element of a vector may be: 0 to max, or -max to max. */
export interface ElementRange {
  readonly max: bigint;
  readonly signed: boolean;
}

/** What a client may hand in. Elements of a Float64Array must be safe integers. */
export type SummableVector = BigInt64Array | BigUint64Array | Int32Array | Uint32Array | Float64Array;

/** Elements of one message; a multiple of 8, so that every message but the last is whole bytes. */
export const chunkElements = 65_536;

/**
 * The smallest number of bits whose ring holds every total.
 *
 * @throws VeilshareError BOUND_EXCEEDED when clients x max reaches 2^63.
 */
export function ringBitsFor(clients: number, range: ElementRange): number {
  const largest = BigInt(clients) * range.max;
  if (largest >= 2n ** 63n) {
    const text = `resilient sum: expected clients x max below 2^63, got ${clients} x ${range.max}`;
    throw new VeilshareError("BOUND_EXCEEDED", text, { field: "max" });
  }
  const magnitudeBits = largest.toString(2).length;
  return range.signed ? magnitudeBits + 1 : magnitudeBits;
}

/** All-zero elements of a ring. */
export function zeroWords(bits: number, length: number): RingWords {
  return bits <= 32 ? new Uint32Array(length) : new BigUint64Array(length);
}

/**
 * A client's vector as ring elements, in memory of its own.
 *
 * @throws VeilshareError INVALID_ARGUMENT for another length or type; VALUE_OUT_OF_RANGE, with the position as field, for an
 *   element outside the range. Nothing is clipped.
 */
export function wordsOfVector(
  vector: SummableVector,
  length: number,
  range: ElementRange,
  bits: number,
): RingWords {
  checkVector(vector, length);
  const words = zeroWords(bits, length);
  const least = range.signed ? -range.max : 0n;
  for (let i = 0; i < length; i++) {
    const element = vector[i] as number | bigint; // i < length
    if (typeof element === "number" && !Number.isSafeInteger(element)) throw outOfRange(i);
    const value = BigInt(element);
    if (value < least || value > range.max) throw outOfRange(i);
    if (words instanceof Uint32Array) words[i] = Number(BigInt.asUintN(32, value));
    else words[i] = BigInt.asUintN(64, value);
  }
  return words;
}

function checkVector(vector: SummableVector, length: number): void {
  const kinds = [BigInt64Array, BigUint64Array, Int32Array, Uint32Array, Float64Array];
  if (!kinds.some((kind) => vector instanceof kind)) {
    throw invalidArgument("resilientSum", "a vector of 64-bit, 32-bit or safe integers", typeof vector);
  }
  if (vector.length !== length) {
    throw invalidArgument("resilientSum", `a vector of ${length} elements`, `${vector.length}`);
  }
}

function outOfRange(position: number): VeilshareError {
  const text = `resilientSum: expected integers within the declared range, got another at position ${position}`;
  return new VeilshareError("VALUE_OUT_OF_RANGE", text, { field: `vector[${position}]` });
}

/** Totals as integers: ring elements, reduced, and signed where the range is. */
export function totalsOfWords(words: RingWords, range: ElementRange, bits: number): BigInt64Array {
  const totals = new BigInt64Array(words.length);
  for (let i = 0; i < words.length; i++) {
    const word = BigInt(words[i] as number | bigint); // i < length
    totals[i] = range.signed ? BigInt.asIntN(bits, word) : BigInt.asUintN(bits, word);
  }
  return totals;
}

/** a + b, element by element, into a. Both are of one kind and length. */
export function addWords(a: RingWords, b: RingWords): void {
  if (a instanceof Uint32Array && b instanceof Uint32Array) {
    for (let i = 0; i < a.length; i++) a[i] = (a[i] as number) + (b[i] as number); // stored modulo 2^32
  } else if (a instanceof BigUint64Array && b instanceof BigUint64Array) {
    for (let i = 0; i < a.length; i++) a[i] = BigInt.asUintN(64, (a[i] as bigint) + (b[i] as bigint));
  } else {
    throw new VeilshareError("INTERNAL", "addWords: words of two kinds");
  }
}

/** Bytes of `count` packed elements. */
export function packedBytes(count: number, bits: number): number {
  return Math.ceil((count * bits) / 8);
}

/**
 * The low `bits` of each element, without a gap, little-endian: first the low parts of all elements, then the higher ones, see
 * {@link partsOf}.
 */
export function packWords(words: RingWords, bits: number): Uint8Array {
  const packed = new Uint8Array(packedBytes(words.length, bits));
  const halves = halvesOf(words);
  let offset = 0;
  for (const part of partsOf(words, bits)) {
    packPart(halves, part, packed.subarray(offset));
    offset += (words.length * part.bits) >>> 3; // whole bytes, but for the last part
  }
  return packed;
}

/** The elements of {@link packWords}; the caller has checked the length. */
export function unpackWords(packed: Uint8Array, count: number, bits: number): RingWords {
  const words = zeroWords(bits, count);
  const halves = halvesOf(words);
  let offset = 0;
  for (const part of partsOf(words, bits)) {
    unpackPart(packed.subarray(offset), halves, part);
    offset += (count * part.bits) >>> 3; // as in packWords
  }
  return words;
}

function halvesOf(words: RingWords): Uint32Array {
  if (words instanceof Uint32Array) return words;
  return new Uint32Array(words.buffer, words.byteOffset, 2 * words.length);
}

/** `bits` bits from bit `shift` on of every `step`-th of some 32-bit words from `first` on. */
interface Part {
  readonly first: number;
  readonly step: number;
  readonly shift: number;
  readonly bits: number;
}

/**
 * How elements are cut: 32 bits, then what is left of 64; 25 to 31 bits as 16 and the rest. So every part but the last is
 * whole bytes, and a part together with seven bits that wait fits a 32-bit integer, or is a whole word.
 */
function partsOf(words: RingWords, bits: number): Part[] {
  if (words instanceof Uint32Array) return cut({ first: 0, step: 1, shift: 0, bits });
  const low = hostIsLittleEndian ? 0 : 1;
  return [
    { first: low, step: 2, shift: 0, bits: 32 },
    ...cut({ first: 1 - low, step: 2, shift: 0, bits: bits - 32 }),
  ];
}

function cut(part: Part): Part[] {
  if (part.bits <= 24 || part.bits === 32) return [part];
  return [
    { ...part, bits: 16 },
    { ...part, shift: 16, bits: part.bits - 16 },
  ];
}

function packPart(words: Uint32Array, { first, step, shift, bits }: Part, target: Uint8Array): void {
  if (bits === 32) {
    const view = new DataView(target.buffer, target.byteOffset);
    for (let i = first, at = 0; i < words.length; i += step, at += 4) {
      view.setUint32(at, words[i] as number, true); // i < length
    }
    return;
  }
  const mask = (1 << bits) - 1;
  let at = 0;
  let pending = 0; // at most 7 bits that are not written yet
  let count = 0;
  for (let i = first; i < words.length; i += step) {
    pending |= (((words[i] as number) >>> shift) & mask) << count; // i < length
    count += bits;
    for (; count >= 8; count -= 8) {
      target[at++] = pending; // stored modulo 2^8
      pending >>>= 8;
    }
  }
  if (count > 0) target[at] = pending;
}

/** Adds the part to words that do not have it yet. */
function unpackPart(source: Uint8Array, words: Uint32Array, { first, step, shift, bits }: Part): void {
  if (bits === 32) {
    const view = new DataView(source.buffer, source.byteOffset);
    for (let i = first, at = 0; i < words.length; i += step, at += 4) words[i] = view.getUint32(at, true);
    return;
  }
  const mask = (1 << bits) - 1;
  let at = 0;
  let pending = 0;
  let count = 0;
  for (let i = first; i < words.length; i += step) {
    for (; count < bits; count += 8) pending |= (source[at++] ?? 0) << count;
    words[i] = (words[i] as number) | ((pending & mask) << shift); // i < length; stored modulo 2^32
    pending >>>= bits;
    count -= bits;
  }
}
