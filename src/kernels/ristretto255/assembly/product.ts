/**
 * Products and squares of quads (see `quad.ts`).
 *
 * `i32x4.dot_i16x8_s` makes eight 16-bit products and adds them in pairs: two limb products of each of four elements in
 * one instruction, where a 32-bit multiplication makes one of two elements.
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

const LIMB_MASK: v128 = i32x4.splat(8191);
/** Half a limb: added before a carry is cut off, so that limbs come out signed and small. */
const HALF: v128 = i32x4.splat(4096);
const HALVES: v128 = i16x8.splat(4096);
const ZERO: v128 = i32x4.splat(0);
/** 2^260 mod p. */
const WRAP: v128 = i32x4.splat(608);
/** 2^260 mod p for a low half, 2^263 mod p for a high half. */
const FOLD: v128 = i32x4.splat(608 | (4864 << 16));
const SIGN: v128 = i32x4.splat(1 << 15);
/** HALF, and 608 * 2^15. */
const BIAS: v128 = i32x4.splat(4096 + 608 * 32768);

/** The 21 pairs (limb j, limb j-1) of the second factor, then the two cut pairs that squaring needs. */
const PAIRS: usize = memory.data(16 * 24, 16);
/** Coefficients 0..38 of the product. */
const C: usize = memory.data(16 * 39, 16);

// @ts-ignore: decorator
@inline
function at(base: usize, i: i32): v128 {
  return v128.load(base + ((<usize>i) << 4));
}

// @ts-ignore: decorator
@inline
function put(base: usize, i: i32, value: v128): void {
  v128.store(base + ((<usize>i) << 4), value);
}

// @ts-ignore: decorator
@inline
function dot(a: v128, b: v128): v128 {
  return i32x4.dot_i16x8_s(a, b);
}

// @ts-ignore: decorator
@inline
function plus(a: v128, b: v128): v128 {
  return i32x4.add(a, b);
}

// @ts-ignore: decorator
@inline
function carryOf(a: v128): v128 {
  return i32x4.shr_s(a, 13);
}

/** The top bit of the low half of every lane flipped: from 0..2^16 - 1, the low half becomes -2^15..2^15 - 1. */
// @ts-ignore: decorator
@inline
function flipped(a: v128): v128 {
  return v128.xor(a, SIGN);
}

/** The halves of every lane exchanged. */
// @ts-ignore: decorator
@inline
function swapped(a: v128): v128 {
  return i8x16.shuffle(a, a, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
}

/** The low halves of the lanes of `low`, the high halves of those of `high`. */
// @ts-ignore: decorator
@inline
function halves(low: v128, high: v128): v128 {
  return i8x16.shuffle(low, high, 0, 1, 18, 19, 4, 5, 22, 23, 8, 9, 26, 27, 12, 13, 30, 31);
}

/** Two limbs, each plus HALF, as one word of signed limbs. */
// @ts-ignore: decorator
@inline
function packed(low: v128, high: v128): v128 {
  return i16x8.sub(halves(low, i32x4.shl(high, 16)), HALVES);
}

/** Writes the pairs of a factor: pair j is (limb j, limb j-1), limbs -1 and 20 being zero. */
// @ts-ignore: decorator
@inline
function spread(b: usize): void {
  let before = ZERO;
  for (let t = 0; t < 10; t++) {
    const word = at(b, t);
    put(PAIRS, 2 * t, halves(word, before));
    put(PAIRS, 2 * t + 1, swapped(word));
    before = word;
  }
  put(PAIRS, 20, halves(ZERO, before));
}

/**
 * c[j + 2t] = sum of word(t) * pair(j), for five words of one factor and `count` pairs of one parity: the
 * transposed form of a filter, which loads every pair once and keeps five words and four partial sums in registers.
 */
// @ts-ignore: decorator
@inline
function convolve(a: usize, pairs: usize, count: usize, c: usize): void {
  const a0 = at(a, 0);
  const a1 = at(a, 1);
  const a2 = at(a, 2);
  const a3 = at(a, 3);
  const a4 = at(a, 4);
  let s0 = ZERO;
  let s1 = ZERO;
  let s2 = ZERO;
  let s3 = ZERO;
  const end = pairs + (count << 5);
  while (pairs < end) {
    const pair = v128.load(pairs);
    v128.store(c, plus(s0, dot(a0, pair)));
    s0 = plus(s1, dot(a1, pair));
    s1 = plus(s2, dot(a2, pair));
    s2 = plus(s3, dot(a3, pair));
    s3 = dot(a4, pair);
    pairs += 32;
    c += 32;
  }
  v128.store(c, s0);
  v128.store(c, s1, 32);
  v128.store(c, s2, 64);
  v128.store(c, s3, 96);
}

/** As {@link convolve}, added to what is there. */
// @ts-ignore: decorator
@inline
function convolveMore(a: usize, pairs: usize, count: usize, c: usize): void {
  const a0 = at(a, 0);
  const a1 = at(a, 1);
  const a2 = at(a, 2);
  const a3 = at(a, 3);
  const a4 = at(a, 4);
  let s0 = ZERO;
  let s1 = ZERO;
  let s2 = ZERO;
  let s3 = ZERO;
  const end = pairs + (count << 5);
  while (pairs < end) {
    const pair = v128.load(pairs);
    v128.store(c, plus(plus(s0, v128.load(c)), dot(a0, pair)));
    s0 = plus(s1, dot(a1, pair));
    s1 = plus(s2, dot(a2, pair));
    s2 = plus(s3, dot(a3, pair));
    s3 = dot(a4, pair);
    pairs += 32;
    c += 32;
  }
  v128.store(c, plus(s0, v128.load(c)));
  v128.store(c, plus(s1, v128.load(c, 32)), 32);
  v128.store(c, plus(s2, v128.load(c, 64)), 64);
  v128.store(c, plus(s3, v128.load(c, 96)), 96);
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
  if (k == 0) return plus(plus(at(C, 0), BIAS), dot(halves(flipped(at(C, 20)), ZERO), FOLD));
  if (k == 19) return plus(plus(at(C, 19), HALF), dot(halves(ZERO, at(C, 38)), FOLD));
  return plus(plus(at(C, k), BIAS), dot(flipped(halves(at(C, k + 20), at(C, k + 19))), FOLD));
}

/**
 * The product's coefficients C, reduced to a quad of weight 1: the high half is folded onto the low half, then the low
 * half is carried and packed, in four chains side by side (coefficients 0-4, 5-9, 10-14, 15-19) to hide the latency of
 * add and shift; what a chain leaves enters the next chain's first limb, at most 2^18, of which its second limb takes at
 * most 2^5.
 */
function reduce(out: usize): void {
  let y0 = folded(0);
  let c0 = carryOf(y0);
  y0 = v128.and(y0, LIMB_MASK);
  let y5 = folded(5);
  let c1 = carryOf(y5);
  y5 = v128.and(y5, LIMB_MASK);
  let y10 = folded(10);
  let c2 = carryOf(y10);
  y10 = v128.and(y10, LIMB_MASK);
  let y15 = folded(15);
  let c3 = carryOf(y15);
  y15 = v128.and(y15, LIMB_MASK);
  let y1 = plus(c0, folded(1));
  c0 = carryOf(y1);
  y1 = v128.and(y1, LIMB_MASK);
  let y6 = plus(c1, folded(6));
  c1 = carryOf(y6);
  y6 = v128.and(y6, LIMB_MASK);
  let y11 = plus(c2, folded(11));
  c2 = carryOf(y11);
  y11 = v128.and(y11, LIMB_MASK);
  let y16 = plus(c3, folded(16));
  c3 = carryOf(y16);
  y16 = v128.and(y16, LIMB_MASK);
  let y2 = plus(c0, folded(2));
  c0 = carryOf(y2);
  y2 = v128.and(y2, LIMB_MASK);
  let y7 = plus(c1, folded(7));
  c1 = carryOf(y7);
  y7 = v128.and(y7, LIMB_MASK);
  let y12 = plus(c2, folded(12));
  c2 = carryOf(y12);
  y12 = v128.and(y12, LIMB_MASK);
  let y17 = plus(c3, folded(17));
  c3 = carryOf(y17);
  y17 = v128.and(y17, LIMB_MASK);
  let y3 = plus(c0, folded(3));
  c0 = carryOf(y3);
  y3 = v128.and(y3, LIMB_MASK);
  let y8 = plus(c1, folded(8));
  c1 = carryOf(y8);
  y8 = v128.and(y8, LIMB_MASK);
  let y13 = plus(c2, folded(13));
  c2 = carryOf(y13);
  y13 = v128.and(y13, LIMB_MASK);
  let y18 = plus(c3, folded(18));
  c3 = carryOf(y18);
  y18 = v128.and(y18, LIMB_MASK);
  let y4 = plus(c0, folded(4));
  c0 = carryOf(y4);
  y4 = v128.and(y4, LIMB_MASK);
  let y9 = plus(c1, folded(9));
  c1 = carryOf(y9);
  y9 = v128.and(y9, LIMB_MASK);
  let y14 = plus(c2, folded(14));
  c2 = carryOf(y14);
  y14 = v128.and(y14, LIMB_MASK);
  let y19 = plus(c3, folded(19));
  c3 = carryOf(y19);
  y19 = v128.and(y19, LIMB_MASK);
  y5 = plus(y5, c0);
  y6 = plus(y6, carryOf(y5));
  y5 = v128.and(y5, LIMB_MASK);
  y10 = plus(y10, c1);
  y11 = plus(y11, carryOf(y10));
  y10 = v128.and(y10, LIMB_MASK);
  y15 = plus(y15, c2);
  y16 = plus(y16, carryOf(y15));
  y15 = v128.and(y15, LIMB_MASK);
  // What leaves limb 19 comes back times 608, below 2^28: limb 0 keeps 13 bits, limb 1 passes on what it gets.
  y0 = plus(y0, i32x4.mul(c3, WRAP));
  y1 = plus(y1, carryOf(y0));
  y0 = v128.and(y0, LIMB_MASK);
  y2 = plus(y2, carryOf(y1));
  y1 = v128.and(y1, LIMB_MASK);
  put(out, 0, packed(y0, y1));
  put(out, 1, packed(y2, y3));
  put(out, 2, packed(y4, y5));
  put(out, 3, packed(y6, y7));
  put(out, 4, packed(y8, y9));
  put(out, 5, packed(y10, y11));
  put(out, 6, packed(y12, y13));
  put(out, 7, packed(y14, y15));
  put(out, 8, packed(y16, y17));
  put(out, 9, packed(y18, y19));
}

/** out = a * b; the weights of a and b multiply to at most 6. `out` may be `a` or `b`. */
export function multiply(out: usize, a: usize, b: usize): void {
  spread(b);
  for (let i = 29; i < 39; i++) put(C, i, ZERO);
  convolve(a, PAIRS, 11, C);
  convolve(a, PAIRS + 16, 10, C + 16);
  convolveMore(a + 80, PAIRS, 11, C + 160);
  convolveMore(a + 80, PAIRS + 16, 10, C + 176);
  reduce(out);
}

/** Writes coefficient k of a half's square; the cross product of the halves already stands in 10..28. */
// @ts-ignore: decorator
@inline
function settle(c: usize, k: i32, value: v128, upper: bool): void {
  const crossed = upper ? k < 9 : k > 9;
  put(c, k, crossed ? plus(at(c, k), value) : value);
}

/**
 * c[k] = the coefficients of the square of ten limbs, given as five words and their eleven pairs, on top of the cross
 * product where that reaches. Products of two different limbs are made once, with one factor doubled.
 */
// @ts-ignore: decorator
@inline
function squareHalf(a: usize, p: usize, c: usize, upper: bool): void {
  const a0 = at(a, 0);
  const a1 = at(a, 1);
  const a2 = at(a, 2);
  const a3 = at(a, 3);
  const a4 = at(a, 4);
  const d0 = i16x8.add(a0, a0);
  const d1 = i16x8.add(a1, a1);
  const d2 = i16x8.add(a2, a2);
  const d3 = i16x8.add(a3, a3);
  const d4 = i16x8.add(a4, a4);
  settle(c, 0, dot(halves(a0, ZERO), at(p, 0)), upper);
  settle(c, 1, dot(halves(d0, ZERO), at(p, 1)), upper);
  settle(c, 2, dot(halves(d0, a0), at(p, 2)), upper);
  settle(c, 3, dot(d0, at(p, 3)), upper);
  settle(c, 4, plus(dot(d0, at(p, 4)), dot(halves(a1, ZERO), at(p, 2))), upper);
  settle(c, 5, plus(dot(d0, at(p, 5)), dot(halves(d1, ZERO), at(p, 3))), upper);
  settle(c, 6, plus(dot(d0, at(p, 6)), dot(halves(d1, a1), at(p, 4))), upper);
  settle(c, 7, plus(dot(d0, at(p, 7)), dot(d1, at(p, 5))), upper);
  settle(c, 8, plus(plus(dot(d0, at(p, 8)), dot(d1, at(p, 6))), dot(halves(a2, ZERO), at(p, 4))), upper);
  settle(c, 9, plus(plus(dot(d0, at(p, 9)), dot(d1, at(p, 7))), dot(halves(d2, ZERO), at(p, 5))), upper);
  settle(c, 10, plus(plus(dot(d0, at(p, 10)), dot(d1, at(p, 8))), dot(halves(d2, a2), at(p, 6))), upper);
  settle(c, 11, plus(dot(d1, at(p, 9)), dot(d2, at(p, 7))), upper);
  settle(c, 12, plus(plus(dot(d1, at(p, 10)), dot(d2, at(p, 8))), dot(halves(a3, ZERO), at(p, 6))), upper);
  settle(c, 13, plus(dot(d2, at(p, 9)), dot(halves(d3, ZERO), at(p, 7))), upper);
  settle(c, 14, plus(dot(d2, at(p, 10)), dot(halves(d3, a3), at(p, 8))), upper);
  settle(c, 15, dot(d3, at(p, 9)), upper);
  settle(c, 16, plus(dot(d3, at(p, 10)), dot(halves(a4, ZERO), at(p, 8))), upper);
  settle(c, 17, dot(halves(d4, ZERO), at(p, 9)), upper);
  settle(c, 18, dot(halves(d4, a4), at(p, 10)), upper);
}

/** The doubled low five words of a factor, for the cross product of a square. */
const DOUBLED: usize = memory.data(16 * 5, 16);

/** out = a * a; the weight of a is at most 2. `out` may be `a`. */
export function square(out: usize, a: usize): void {
  spread(a);
  // Pair 10 is (limb 10, limb 9): the lower half wants (none, limb 9), the upper half (limb 10, none).
  const middle = at(PAIRS, 10);
  put(PAIRS, 21, halves(middle, ZERO));
  for (let t = 0; t < 5; t++) put(DOUBLED, t, i16x8.add(at(a, t), at(a, t)));
  put(PAIRS, 10, halves(middle, ZERO));
  convolve(DOUBLED, PAIRS + 160, 6, C + 160);
  convolve(DOUBLED, PAIRS + 176, 5, C + 176);
  squareHalf(a + 80, PAIRS + 160, C + 320, true);
  put(PAIRS, 10, halves(ZERO, middle));
  squareHalf(a, PAIRS, C, false);
  reduce(out);
}

/** out = a^(2^times). */
export function squareTimes(out: usize, a: usize, times: i32): void {
  square(out, a);
  for (let i = 1; i < times; i++) square(out, out);
}


/** Overwrites what the last products left. */
export function wipeProduct(): void {
  memory.fill(PAIRS, 0, 16 * 24);
  memory.fill(C, 0, 16 * 39);
  memory.fill(DOUBLED, 0, 16 * 5);
}
