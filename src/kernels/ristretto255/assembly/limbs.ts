/** The operations on words of limbs that products and their reduction are written in; each is one or two instructions. */

/** Every lane zero. */
export const ZERO: v128 = i32x4.splat(0);
const SWAP: v128 = i8x16(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);

/** Word i of a quad or of another row of words. */
// @ts-ignore: decorator
@inline
export function at(base: usize, i: i32): v128 {
  return v128.load(base + ((<usize>i) << 4));
}

/** Writes word i. */
// @ts-ignore: decorator
@inline
export function put(base: usize, i: i32, value: v128): void {
  v128.store(base + ((<usize>i) << 4), value);
}

/** low(a) * low(b) + high(a) * high(b) in every lane. */
// @ts-ignore: decorator
@inline
export function dot(a: v128, b: v128): v128 {
  return i32x4.dot_i16x8_s(a, b);
}

/** a + b in every lane. */
// @ts-ignore: decorator
@inline
export function plus(a: v128, b: v128): v128 {
  return i32x4.add(a, b);
}

/** a + b + c. */
// @ts-ignore: decorator
@inline
export function plus3(a: v128, b: v128, c: v128): v128 {
  return plus(plus(a, b), c);
}

/** a + b + c + d. */
// @ts-ignore: decorator
@inline
export function plus4(a: v128, b: v128, c: v128, d: v128): v128 {
  return plus(plus(a, b), plus(c, d));
}

/** a + b + c + d + e. */
// @ts-ignore: decorator
@inline
export function plus5(a: v128, b: v128, c: v128, d: v128, e: v128): v128 {
  return plus(plus4(a, b, c, d), e);
}

/** The halves of every lane exchanged. */
// @ts-ignore: decorator
@inline
export function swapped(a: v128): v128 {
  return i8x16.swizzle(a, SWAP);
}

/** The low halves of the lanes of `low`, the high halves of those of `high`. */
// @ts-ignore: decorator
@inline
export function halves(low: v128, high: v128): v128 {
  return i8x16.shuffle(low, high, 0, 1, 18, 19, 4, 5, 22, 23, 8, 9, 26, 27, 12, 13, 30, 31);
}
