/**
 * Four field elements of 2^255 - 19 side by side: how they are kept, and what is done limb by limb.
 *
 * A *quad* holds, for each of four elements, 20 signed limbs of 13 bits (260 bits, so 2^260 = 608), in ten 128-bit
 * words. Word t has limb 2t in the low and limb 2t+1 in the high half of each element's 32-bit lane.
 *
 * A limb of *weight* w is at most w * 4160 in absolute value. Products have weight 1, carried values up to 1.28 in one
 * limb, see {@link carry}; a sum or difference of weights v and w has weight v + w. `product.ts` says what weights a product may have.
 *
 * No branch and no address here depends on the value of a limb.
 */

/** Bytes of a quad. */
export const QUAD: usize = 160;

/** Half a limb: added before a carry is cut off, so that limbs come out signed and small. */
const HALVES: v128 = i16x8.splat(4096);
/** 2^260 mod p against the low limb of a pair. */
const FOLD_LOW: v128 = i32x4.splat(608);

/** out = a + b; weights add. */
// @ts-ignore: decorator
@inline
export function add(out: usize, a: usize, b: usize): void {
  addWord(out + 0, a + 0, b + 0);
  addWord(out + 16, a + 16, b + 16);
  addWord(out + 32, a + 32, b + 32);
  addWord(out + 48, a + 48, b + 48);
  addWord(out + 64, a + 64, b + 64);
  addWord(out + 80, a + 80, b + 80);
  addWord(out + 96, a + 96, b + 96);
  addWord(out + 112, a + 112, b + 112);
  addWord(out + 128, a + 128, b + 128);
  addWord(out + 144, a + 144, b + 144);
}

// @ts-ignore: decorator
@inline
function addWord(out: usize, a: usize, b: usize): void {
  v128.store(out, i16x8.add(v128.load(a), v128.load(b)));
}

/** out = a - b; weights add. */
// @ts-ignore: decorator
@inline
export function subtract(out: usize, a: usize, b: usize): void {
  subtractWord(out + 0, a + 0, b + 0);
  subtractWord(out + 16, a + 16, b + 16);
  subtractWord(out + 32, a + 32, b + 32);
  subtractWord(out + 48, a + 48, b + 48);
  subtractWord(out + 64, a + 64, b + 64);
  subtractWord(out + 80, a + 80, b + 80);
  subtractWord(out + 96, a + 96, b + 96);
  subtractWord(out + 112, a + 112, b + 112);
  subtractWord(out + 128, a + 128, b + 128);
  subtractWord(out + 144, a + 144, b + 144);
}

// @ts-ignore: decorator
@inline
function subtractWord(out: usize, a: usize, b: usize): void {
  v128.store(out, i16x8.sub(v128.load(a), v128.load(b)));
}

/** sum = a + b, difference = a - b; weights add. The results may be a and b, in any order. */
// @ts-ignore: decorator
@inline
export function addAndSubtract(sum: usize, difference: usize, a: usize, b: usize): void {
  addAndSubtractWord(sum + 0, difference + 0, a + 0, b + 0);
  addAndSubtractWord(sum + 16, difference + 16, a + 16, b + 16);
  addAndSubtractWord(sum + 32, difference + 32, a + 32, b + 32);
  addAndSubtractWord(sum + 48, difference + 48, a + 48, b + 48);
  addAndSubtractWord(sum + 64, difference + 64, a + 64, b + 64);
  addAndSubtractWord(sum + 80, difference + 80, a + 80, b + 80);
  addAndSubtractWord(sum + 96, difference + 96, a + 96, b + 96);
  addAndSubtractWord(sum + 112, difference + 112, a + 112, b + 112);
  addAndSubtractWord(sum + 128, difference + 128, a + 128, b + 128);
  addAndSubtractWord(sum + 144, difference + 144, a + 144, b + 144);
}

// @ts-ignore: decorator
@inline
function addAndSubtractWord(sum: usize, difference: usize, a: usize, b: usize): void {
  const x = v128.load(a);
  const y = v128.load(b);
  v128.store(sum, i16x8.add(x, y));
  v128.store(difference, i16x8.sub(x, y));
}

/** out = -a; the weight stays. */
// @ts-ignore: decorator
@inline
export function negate(out: usize, a: usize): void {
  for (let i: usize = 0; i < QUAD; i += 16) v128.store(out + i, i16x8.neg(v128.load(a + i)));
}

/**
 * One word of a carry: stores word with weight 1 but for what its high limbs pass on to the next word, and gives that.
 */
// @ts-ignore: decorator
@inline
export function carryWord(out: usize, word: v128, incoming: v128): v128 {
  const over = i16x8.shr_s(i16x8.add(word, HALVES), 13);
  const kept = i16x8.sub(word, i16x8.shl(over, 13));
  // The low limb's excess goes to the high limb, the high limb's to the next word's low limb.
  v128.store(out, i16x8.add(i16x8.add(kept, i32x4.shl(over, 16)), incoming));
  return i32x4.shr_u(over, 16);
}

/** Ends a carry: what the last word passes on comes back to the first one. */
// @ts-ignore: decorator
@inline
export function carryAround(out: usize, incoming: v128): void {
  v128.store(out, i16x8.add(v128.load(out), i16x8.mul(incoming, FOLD_LOW)));
}

/**
 * out = a, carried: from limbs of -32,768 to 28,671, which weights up to 6 keep within (a weight of 7 does not: 28,672 and
 * more wrap when half a limb is added). All limbs come out with weight 1 but the first, which takes 608 times what leaves
 * the last one: at most 4096 + 2 * 608 = 5312, 1.28 weights, from weights up to 4, and 4096 + 3 * 608 = 5920, 1.43
 * weights, from weights up to 6; 4096 + 4 * 608 = 6528 from any limbs within the limits.
 *
 * What the formulas carry has a weight of at most 4. The largest products with it are 1.28 * 3 of a doubling, and 2.13 * 2.13
 * of an addition, whose F is carried from weight 2 (4096 + 608) and added to weight 1.
 */
export function carry(out: usize, a: usize): void {
  let incoming = i32x4.splat(0);
  incoming = carryWord(out + 0, v128.load(a, 0), incoming);
  incoming = carryWord(out + 16, v128.load(a, 16), incoming);
  incoming = carryWord(out + 32, v128.load(a, 32), incoming);
  incoming = carryWord(out + 48, v128.load(a, 48), incoming);
  incoming = carryWord(out + 64, v128.load(a, 64), incoming);
  incoming = carryWord(out + 80, v128.load(a, 80), incoming);
  incoming = carryWord(out + 96, v128.load(a, 96), incoming);
  incoming = carryWord(out + 112, v128.load(a, 112), incoming);
  incoming = carryWord(out + 128, v128.load(a, 128), incoming);
  incoming = carryWord(out + 144, v128.load(a, 144), incoming);
  carryAround(out, incoming);
}

/** out = a. */
// @ts-ignore: decorator
@inline
export function copy(out: usize, a: usize): void {
  memory.copy(out, a, QUAD);
}

/** out = a in the lanes where the mask is all ones, b where it is zero. */
// @ts-ignore: decorator
@inline
export function select(out: usize, mask: v128, a: usize, b: usize): void {
  for (let i: usize = 0; i < QUAD; i += 16) {
    v128.store(out + i, v128.bitselect(v128.load(a + i), v128.load(b + i), mask));
  }
}

/** Negates a in the lanes where the mask is all ones. */
// @ts-ignore: decorator
@inline
export function negateWhere(a: usize, mask: v128): void {
  for (let i: usize = 0; i < QUAD; i += 16) {
    const word = v128.load(a + i);
    v128.store(a + i, v128.bitselect(i16x8.neg(word), word, mask));
  }
}
