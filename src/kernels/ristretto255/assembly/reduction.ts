/**
 * The reduction that ends every product and square.
 *
 * Bounds. Let P = v * w * 4160^2, the largest product of two limbs of weights v and w. Coefficient k is a sum of at most
 * k + 1 (k < 20) or 39 - k products. Folding adds to coefficient k < 19 at most 4864/65536 of coefficient k + 19, so
 * 0.0743 * (20 - k) * P, and from 0 to 608 * 2^16 < 4e7; to coefficient 19 at most 0.0743 * P. With a carry coming in
 * (< 2^18) and HALF this is largest for k = 19: 20.08 * P + 3e5 = 2.085e9 for v * w = 6, below 2^31 = 2.147e9; and for
 * k = 18: 19.15 * P + 4e7 = 2.03e9. So weights may multiply to 6, not more; the kernel's test drives limbs to these
 * extremes.
 *
 * No branch and no address here depends on the value of a limb.
 */

import { at, dot, halves, plus, plus3, put, ZERO } from "./limbs";

const LIMB_MASK: v128 = i32x4.splat(8191);
const LIMB_MASKS: v128 = i16x8.splat(8191);
/** Half a limb: added before a carry is cut off, so that limbs come out signed and small. */
const HALF: v128 = i32x4.splat(4096);
const HALVES: v128 = i16x8.splat(4096);
/** 2^260 mod p. */
const WRAP: v128 = i32x4.splat(608);
/** 2^260 mod p for a low half, 2^263 mod p for a high half. */
const FOLD: v128 = i32x4.splat(608 | (4864 << 16));
const SIGN: v128 = i32x4.splat(1 << 15);
/** HALF, and 608 * 2^15. */
const BIAS: v128 = i32x4.splat(4096 + 608 * 32768);

/** Coefficients 0..38 of a product of two elements, one 32-bit lane an element. */
export const COEFFICIENTS: usize = memory.data(16 * 39, 16);

// @ts-ignore: decorator
@inline
function coefficient(k: i32): v128 {
  return at(COEFFICIENTS, k);
}

// @ts-ignore: decorator
@inline
function carryOf(a: v128): v128 {
  return i32x4.shr_s(a, 13);
}

// @ts-ignore: decorator
@inline
function limbOf(a: v128): v128 {
  return v128.and(a, LIMB_MASK);
}

/** The top bit of the low half of every lane flipped: from 0..2^16 - 1, the low half becomes -2^15..2^15 - 1. */
// @ts-ignore: decorator
@inline
function flipped(a: v128): v128 {
  return v128.xor(a, SIGN);
}

/** Two limbs, each plus HALF, as one word of signed limbs. */
// @ts-ignore: decorator
@inline
function joined(low: v128, high: v128): v128 {
  return i16x8.sub(halves(low, i32x4.shl(high, 16)), HALVES);
}

/** As {@link joined}, of two sums whose carries have been taken: masked together, in one operation. */
// @ts-ignore: decorator
@inline
function packed(low: v128, high: v128): v128 {
  return i16x8.sub(v128.and(halves(low, i32x4.shl(high, 16)), LIMB_MASKS), HALVES);
}

/**
 * Coefficient k of the product with the high half folded onto it, plus HALF. As 2^260 = 608, coefficient k + 20 counts
 * 608 times here. Up to 2^31, it is cut where its 16-bit halves meet: the low half counts 608 times, the high half
 * 608 * 2^16 times, which is 608 * 8 times in the next coefficient. The low half is taken for signed once its top bit is
 * flipped, which takes 2^15 away; BIAS gives them back.
 */
// @ts-ignore: decorator
@inline
function folded(k: i32): v128 {
  if (k == 0) return plus3(coefficient(0), BIAS, dot(halves(flipped(coefficient(20)), ZERO), FOLD));
  if (k == 19) return plus3(coefficient(19), HALF, dot(halves(ZERO, coefficient(38)), FOLD));
  return plus3(coefficient(k), BIAS, dot(flipped(halves(coefficient(k + 20), coefficient(k + 19))), FOLD));
}

/** Coefficient k folded, with what coefficient k - 1 passes on. */
// @ts-ignore: decorator
@inline
function carried(k: i32, before: v128): v128 {
  return plus(folded(k), carryOf(before));
}

/**
 * The coefficients reduced to a quad of weight 1: the high half is folded onto the low half, which is carried in one chain
 * and packed as it goes. The processor finds work beside the chain in the folding, so that four shorter chains, with the
 * work of joining them, are slower.
 */
export function reduce(out: usize): void {
  const y0 = folded(0);
  const y1 = carried(1, y0);
  const y2 = carried(2, y1);
  const y3 = carried(3, y2);
  const y4 = carried(4, y3);
  const y5 = carried(5, y4);
  put(out, 2, packed(y4, y5));
  const y6 = carried(6, y5);
  const y7 = carried(7, y6);
  put(out, 3, packed(y6, y7));
  const y8 = carried(8, y7);
  const y9 = carried(9, y8);
  put(out, 4, packed(y8, y9));
  const y10 = carried(10, y9);
  const y11 = carried(11, y10);
  put(out, 5, packed(y10, y11));
  const y12 = carried(12, y11);
  const y13 = carried(13, y12);
  put(out, 6, packed(y12, y13));
  const y14 = carried(14, y13);
  const y15 = carried(15, y14);
  put(out, 7, packed(y14, y15));
  const y16 = carried(16, y15);
  const y17 = carried(17, y16);
  put(out, 8, packed(y16, y17));
  const y18 = carried(18, y17);
  const y19 = carried(19, y18);
  put(out, 9, packed(y18, y19));
  // What leaves limb 19 comes back times 608, below 2^28: limbs 0 and 1 keep 13 bits, limb 2 takes at most 3.
  const x0 = plus(limbOf(y0), i32x4.mul(carryOf(y19), WRAP));
  const x1 = plus(limbOf(y1), carryOf(x0));
  put(out, 0, packed(x0, x1));
  put(out, 1, joined(plus(limbOf(y2), carryOf(x1)), limbOf(y3)));
}

/** Overwrites what the last product left. */
export function wipeReduction(): void {
  memory.fill(COEFFICIENTS, 0, 16 * 39);
}
