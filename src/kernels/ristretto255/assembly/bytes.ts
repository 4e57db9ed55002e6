/** Between 32-byte little-endian encodings and quads, and the canonical form of field elements. */

import { carry } from "./quad";

/** The 20 limbs of the canonical form (0 <= value < p), one 32-bit lane an element. */
export const CANONICAL: usize = memory.data(16 * 20, 16);
const PLUS_19: usize = memory.data(16 * 20, 16);

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

/** Four encodings of 32 bytes, one after the other, as a quad of weight 1; bit 255 is ignored. */
export function unpack(quad: usize, bytes: usize): void {
  for (let lane: usize = 0; lane < 4; lane++) unpackLane(quad, lane, bytes + (lane << 5));
  carry(quad, quad);
}

/**
 * Carries 20 non-negative limbs in place, the top one at bit 255.
 *
 * @returns What left bit 255.
 */
// @ts-ignore: decorator
@inline
function carryAll(limbs: usize): v128 {
  let incoming = i32x4.splat(0);
  for (let i: usize = 0; i < 304; i += 16) {
    const t = i32x4.add(v128.load(limbs + i), incoming);
    incoming = i32x4.shr_u(t, 13);
    v128.store(limbs + i, v128.and(t, LIMB_MASK));
  }
  const top = i32x4.add(v128.load(limbs, 304), incoming);
  v128.store(limbs, v128.and(top, TOP_MASK), 304);
  return i32x4.shr_u(top, 8);
}

/**
 * Writes the canonical limbs of a quad of weight at most 2 to {@link CANONICAL}.
 *
 * Adding 64p = 2^261 - 1216, as the limbs 15168, 16382, 16382, ..., makes every limb positive. After the first pass
 * the value is below 2^255 + 19 * 128, after the second below 2^255; then p is subtracted if value + 19 reaches 2^255.
 */
export function canonicalize(quad: usize): void {
  for (let t: usize = 0; t < 10; t++) {
    const word = v128.load(quad + (t << 4));
    const low = i32x4.shr_s(i32x4.shl(word, 16), 16);
    const high = i32x4.shr_s(word, 16);
    v128.store(CANONICAL + (t << 5), i32x4.add(low, i32x4.splat(16382)));
    v128.store(CANONICAL + (t << 5), i32x4.add(high, i32x4.splat(16382)), 16);
  }
  v128.store(CANONICAL, i32x4.sub(v128.load(CANONICAL), i32x4.splat(1214)));
  const nineteen = i32x4.splat(19);
  for (let pass = 0; pass < 2; pass++) {
    const over = carryAll(CANONICAL);
    v128.store(CANONICAL, i32x4.add(v128.load(CANONICAL), i32x4.mul(over, nineteen)));
  }
  memory.copy(PLUS_19, CANONICAL, 320);
  v128.store(PLUS_19, i32x4.add(v128.load(PLUS_19), nineteen));
  const reached = i32x4.neg(carryAll(PLUS_19));
  for (let i: usize = 0; i < 320; i += 16) {
    const kept = v128.bitselect(v128.load(PLUS_19 + i), v128.load(CANONICAL + i), reached);
    v128.store(CANONICAL + i, kept);
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

/** The four canonical encodings of a quad, 32 bytes each, one after the other. */
export function pack(bytes: usize, quad: usize): void {
  canonicalize(quad);
  for (let lane: usize = 0; lane < 4; lane++) {
    const source = CANONICAL + (lane << 2);
    let target = bytes + (lane << 5);
    let bits: u64 = 0;
    let held: u64 = 0;
    for (let i: usize = 0; i < 20; i++) {
      bits |= (<u64>load<u32>(source + (i << 4))) << held;
      held += 13;
      while (held >= 8) {
        store<u8>(target++, <u8>bits);
        bits >>= 8;
        held -= 8;
      }
    }
  }
}

/** Overwrites what the last canonical forms left. */
export function wipeCanonical(): void {
  memory.fill(CANONICAL, 0, 320);
  memory.fill(PLUS_19, 0, 320);
}
