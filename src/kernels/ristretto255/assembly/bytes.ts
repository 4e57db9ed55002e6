/** Between 32-byte little-endian encodings and quads, and the canonical form of field elements. */

import { carry } from "./quad";

/** The 20 limbs of the canonical form (0 <= value < p), one 32-bit lane an element. */
export const CANONICAL: usize = memory.data(16 * 20, 16);
const LIMB_MASK: v128 = i32x4.splat(8191);
const TOP_MASK: v128 = i32x4.splat(255);

/** Writes the 255 low bits of 32 bytes into one lane of a quad, as limbs from 0 to 8191 (weight 2). */
export function unpackLane(quad: usize, lane: usize, bytes: usize): void {
  const target = quad + (lane << 2);
  for (let i: usize = 0; i < 18; i++) {
    const bit: usize = 13 * i;
    const limb = (load<u32>(bytes + (bit >> 3)) >> (<u32>bit & 7)) & 8191;
    store<u16>(target + ((i >> 1) << 4) + ((i & 1) << 1), <u16>limb);
  }
  store<u16>(target + 144, <u16>((<u32>load<u16>(bytes + 29) >> 2) & 8191));
  store<u16>(target + 146, <u16>((<u32>load<u16>(bytes + 30) >> 7) & 255));
}

/** The words of four strings of 32 bytes: word j has bytes 4j to 4j + 3 of each, one string a lane. */
const WORDS: usize = memory.data(16 * 8, 16);

/** Writes rows 4h to 4h + 3 of the transposed 4 x 8 matrix of 32-bit words. */
// @ts-ignore: decorator
@inline
function transposeIn(bytes: usize, h: usize): void {
  const from = bytes + (h << 4);
  const r0 = v128.load(from);
  const r1 = v128.load(from, 32);
  const r2 = v128.load(from, 64);
  const r3 = v128.load(from, 96);
  const t0 = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5);
  const t1 = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7);
  const t2 = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5);
  const t3 = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7);
  const to = WORDS + (h << 6);
  v128.store(to, v128.shuffle<i64>(t0, t2, 0, 2));
  v128.store(to, v128.shuffle<i64>(t0, t2, 1, 3), 16);
  v128.store(to, v128.shuffle<i64>(t1, t3, 0, 2), 32);
  v128.store(to, v128.shuffle<i64>(t1, t3, 1, 3), 48);
}

/** The other way: from four words in lanes to 16 bytes of each of four strings. */
// @ts-ignore: decorator
@inline
function transposeOut(bytes: usize, w0: v128, w1: v128, w2: v128, w3: v128): void {
  const t0 = v128.shuffle<i32>(w0, w1, 0, 4, 1, 5);
  const t1 = v128.shuffle<i32>(w0, w1, 2, 6, 3, 7);
  const t2 = v128.shuffle<i32>(w2, w3, 0, 4, 1, 5);
  const t3 = v128.shuffle<i32>(w2, w3, 2, 6, 3, 7);
  v128.store(bytes, v128.shuffle<i64>(t0, t2, 0, 2));
  v128.store(bytes, v128.shuffle<i64>(t0, t2, 1, 3), 32);
  v128.store(bytes, v128.shuffle<i64>(t1, t3, 0, 2), 64);
  v128.store(bytes, v128.shuffle<i64>(t1, t3, 1, 3), 96);
}

/** Limb i of the strings in {@link WORDS}: bits 13i to 13i + 12. */
// @ts-ignore: decorator
@inline
function limbOfWords(i: i32): v128 {
  const word = (13 * i) >> 5;
  const shift = (13 * i) & 31;
  let limb = i32x4.shr_u(v128.load(WORDS + ((<usize>word) << 4)), shift);
  if (shift > 19 && word < 7) {
    limb = v128.or(limb, i32x4.shl(v128.load(WORDS + ((<usize>word + 1) << 4)), 32 - shift));
  }
  return v128.and(limb, i == 19 ? TOP_MASK : LIMB_MASK);
}

// @ts-ignore: decorator
@inline
function unpackTwo(quad: usize, t: i32): void {
  const word = v128.or(limbOfWords(2 * t), i32x4.shl(limbOfWords(2 * t + 1), 16));
  v128.store(quad + ((<usize>t) << 4), word);
}

/** Four encodings of 32 bytes, one after the other, as a quad of weight 1; bit 255 is ignored. */
export function unpack(quad: usize, bytes: usize): void {
  transposeIn(bytes, 0);
  transposeIn(bytes, 1);
  unpackTwo(quad, 0);
  unpackTwo(quad, 1);
  unpackTwo(quad, 2);
  unpackTwo(quad, 3);
  unpackTwo(quad, 4);
  unpackTwo(quad, 5);
  unpackTwo(quad, 6);
  unpackTwo(quad, 7);
  unpackTwo(quad, 8);
  unpackTwo(quad, 9);
  carry(quad, quad);
}

/** Writes limb i of {@link CANONICAL}, below 2^13, and gives what it passes on. */
// @ts-ignore: decorator
@inline
function carryLimb(i: usize, value: v128): v128 {
  v128.store(CANONICAL + (i << 4), v128.and(value, LIMB_MASK));
  return i32x4.shr_u(value, 13);
}

/** Takes limbs 2t and 2t+1 of a quad, each plus 16382, which makes limbs of weight up to 2 positive. */
// @ts-ignore: decorator
@inline
function carryWord(t: usize, word: v128, incoming: v128): v128 {
  const offset = i32x4.splat(16382);
  const low = i32x4.add(i32x4.shr_s(i32x4.shl(word, 16), 16), offset);
  const passed = carryLimb(2 * t, i32x4.add(low, incoming));
  const high = i32x4.add(i32x4.shr_s(word, 16), offset);
  return carryLimb(2 * t + 1, i32x4.add(high, passed));
}

/** Carries limbs 2t and 2t+1 of {@link CANONICAL} once more. */
// @ts-ignore: decorator
@inline
function carryTwo(t: usize, incoming: v128): v128 {
  const passed = carryLimb(2 * t, i32x4.add(v128.load(CANONICAL + (t << 5)), incoming));
  return carryLimb(2 * t + 1, i32x4.add(v128.load(CANONICAL + (t << 5), 16), passed));
}

/** What limbs 2t and 2t+1 of {@link CANONICAL} would pass on. */
// @ts-ignore: decorator
@inline
function passedByTwo(t: usize, incoming: v128): v128 {
  const passed = i32x4.shr_u(i32x4.add(v128.load(CANONICAL + (t << 5)), incoming), 13);
  return i32x4.shr_u(i32x4.add(v128.load(CANONICAL + (t << 5), 16), passed), 13);
}

/** Cuts the top limb at bit 255, after a carry left `above` beyond limb 19. Gives what stood from bit 255 on. */
// @ts-ignore: decorator
@inline
function cutTop(above: v128): v128 {
  const top = i32x4.add(v128.load(CANONICAL, 304), i32x4.shl(above, 13));
  v128.store(CANONICAL, v128.and(top, TOP_MASK), 304);
  return i32x4.shr_u(top, 8);
}

/**
 * Writes the canonical limbs of a quad of weight at most 2 to {@link CANONICAL}.
 *
 * Adding 64p = 2^261 - 1216, as the limbs 15168, 16382, 16382, ..., makes every limb positive. After the first pass
 * the value is below 2^255 + 19 * 128, after the second below 2^255; then p is subtracted if value + 19 reaches 2^255,
 * which leaves value + 19 - 2^255, from 0 to 18.
 */
export function canonicalize(quad: usize): void {
  const nineteen = i32x4.splat(19);
  let passed = i32x4.splat(-1214);
  passed = carryWord(0, v128.load(quad, 0), passed);
  passed = carryWord(1, v128.load(quad, 16), passed);
  passed = carryWord(2, v128.load(quad, 32), passed);
  passed = carryWord(3, v128.load(quad, 48), passed);
  passed = carryWord(4, v128.load(quad, 64), passed);
  passed = carryWord(5, v128.load(quad, 80), passed);
  passed = carryWord(6, v128.load(quad, 96), passed);
  passed = carryWord(7, v128.load(quad, 112), passed);
  passed = carryWord(8, v128.load(quad, 128), passed);
  passed = carryWord(9, v128.load(quad, 144), passed);
  passed = i32x4.mul(cutTop(passed), nineteen);
  passed = carryTwo(0, passed);
  passed = carryTwo(1, passed);
  passed = carryTwo(2, passed);
  passed = carryTwo(3, passed);
  passed = carryTwo(4, passed);
  passed = carryTwo(5, passed);
  passed = carryTwo(6, passed);
  passed = carryTwo(7, passed);
  passed = carryTwo(8, passed);
  passed = carryTwo(9, passed);
  passed = i32x4.mul(cutTop(passed), nineteen);
  v128.store(CANONICAL, i32x4.add(v128.load(CANONICAL), passed));
  passed = nineteen;
  passed = passedByTwo(0, passed);
  passed = passedByTwo(1, passed);
  passed = passedByTwo(2, passed);
  passed = passedByTwo(3, passed);
  passed = passedByTwo(4, passed);
  passed = passedByTwo(5, passed);
  passed = passedByTwo(6, passed);
  passed = passedByTwo(7, passed);
  passed = passedByTwo(8, passed);
  passed = i32x4.shr_u(i32x4.add(v128.load(CANONICAL, 288), passed), 13);
  passed = i32x4.shr_u(i32x4.add(v128.load(CANONICAL, 304), passed), 8);
  const reached = i32x4.neg(passed);
  const first = v128.and(i32x4.add(v128.load(CANONICAL), v128.and(nineteen, reached)), LIMB_MASK);
  v128.store(CANONICAL, first);
  for (let i: usize = 16; i < 320; i += 16) {
    v128.store(CANONICAL + i, v128.andnot(v128.load(CANONICAL + i), reached));
  }
}

/** All ones in the lanes where the element is negative, that is, where its canonical form is odd. */
export function isNegative(quad: usize): v128 {
  canonicalize(quad);
  return i32x4.neg(v128.and(v128.load(CANONICAL), i32x4.splat(1)));
}

/** All ones in the lanes where the element is zero. */
export function isZero(quad: usize): v128 {
  canonicalize(quad);
  let any = i32x4.splat(0);
  for (let i: usize = 0; i < 320; i += 16) any = v128.or(any, v128.load(CANONICAL + i));
  return i32x4.eq(any, i32x4.splat(0));
}

// @ts-ignore: decorator
@inline
function canonicalLimb(i: i32): v128 {
  return v128.load(CANONICAL + ((<usize>i) << 4));
}

/** Bits 32j to 32j + 31 of the canonical form, from the three or four limbs that have them. */
// @ts-ignore: decorator
@inline
function canonicalWord(j: i32): v128 {
  const i = (32 * j) / 13;
  const skipped = 32 * j - 13 * i;
  let word = i32x4.shr_u(canonicalLimb(i), skipped);
  word = v128.or(word, i32x4.shl(canonicalLimb(i + 1), 13 - skipped));
  if (i + 2 < 20) word = v128.or(word, i32x4.shl(canonicalLimb(i + 2), 26 - skipped));
  if (i + 3 < 20 && skipped > 7) word = v128.or(word, i32x4.shl(canonicalLimb(i + 3), 39 - skipped));
  return word;
}

/** The four canonical encodings of a quad, 32 bytes each, one after the other. */
export function pack(bytes: usize, quad: usize): void {
  canonicalize(quad);
  transposeOut(bytes, canonicalWord(0), canonicalWord(1), canonicalWord(2), canonicalWord(3));
  transposeOut(bytes + 16, canonicalWord(4), canonicalWord(5), canonicalWord(6), canonicalWord(7));
}

/** Overwrites what the last canonical forms left. */
export function wipeCanonical(): void {
  memory.fill(CANONICAL, 0, 320);
  memory.fill(WORDS, 0, 128);
}
