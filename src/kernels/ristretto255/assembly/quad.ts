/**
 * Four field elements of 2^255 - 19 side by side: how they are kept, and what is done limb by limb.
 *
 * A *quad* holds, for each of four elements, 20 signed limbs of 13 bits (260 bits, so 2^260 = 608), in ten 128-bit
 * words. Word t has limb 2t in the low and limb 2t+1 in the high half of each element's 32-bit lane.
 *
 * A limb of *weight* w is at most w * 4160 in absolute value. Products and carried values have weight 1; a sum or
 * difference of weights v and w has weight v + w. `product.ts` says what weights a product may have.
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
  for (let i: usize = 0; i < QUAD; i += 16) {
    v128.store(out + i, i16x8.add(v128.load(a + i), v128.load(b + i)));
  }
}

/** out = a - b; weights add. */
// @ts-ignore: decorator
@inline
export function subtract(out: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i < QUAD; i += 16) {
    v128.store(out + i, i16x8.sub(v128.load(a + i), v128.load(b + i)));
  }
}

/** out = -a; the weight stays. */
// @ts-ignore: decorator
@inline
export function negate(out: usize, a: usize): void {
  for (let i: usize = 0; i < QUAD; i += 16) v128.store(out + i, i16x8.neg(v128.load(a + i)));
}

/** out = a with weight 1, from a weight of at most 7. */
export function carry(out: usize, a: usize): void {
  let incoming = i32x4.splat(0);
  for (let i: usize = 0; i < QUAD; i += 16) {
    const word = v128.load(a + i);
    const over = i16x8.shr_s(i16x8.add(word, HALVES), 13);
    const kept = i16x8.sub(word, i16x8.shl(over, 13));
    // The low limb's excess goes to the high limb, the high limb's to the next word's low limb.
    v128.store(out + i, i16x8.add(i16x8.add(kept, i32x4.shl(over, 16)), incoming));
    incoming = i32x4.shr_u(over, 16);
  }
  v128.store(out, i16x8.add(v128.load(out), i16x8.mul(incoming, FOLD_LOW)));
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
