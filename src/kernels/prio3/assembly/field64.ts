/**
 * The field of order 2^64 - 2^32 + 1. Elements are canonical 64-bit integers; no branch depends on one.
 */

const P: u64 = 0xffff_ffff_0000_0001;
/** 2^64 modulo the order. */
const EPSILON: u64 = 0xffff_ffff;

/** All bits set where a condition holds. */
// @ts-ignore: decorator
@inline
function mask(condition: bool): u64 {
  return 0 - <u64>condition;
}

/** a + b. */
// @ts-ignore: decorator
@inline
export function add64(a: u64, b: u64): u64 {
  const sum = a + b;
  const overflow = sum < a;
  return sum - (P & mask(overflow | (sum >= P)));
}

/** a - b. */
// @ts-ignore: decorator
@inline
export function sub64(a: u64, b: u64): u64 {
  return a - b + (P & mask(a < b));
}

/** a * b: the product's upper half folds back by 2^64 = 2^32 - 1 and 2^96 = -1. */
// @ts-ignore: decorator
@inline
export function mul64(a: u64, b: u64): u64 {
  const a0 = a & EPSILON;
  const a1 = a >> 32;
  const b0 = b & EPSILON;
  const b1 = b >> 32;
  const low = a0 * b0;
  const middle = a1 * b0 + (low >> 32);
  const middle2 = a0 * b1 + (middle & EPSILON);
  const high = a1 * b1 + (middle >> 32) + (middle2 >> 32);
  const product = (middle2 << 32) | (low & EPSILON);
  const top = high >> 32;
  // product - top, plus the order's complement on a borrow: never borrows twice, for top < 2^32
  const reduced = product - top - (EPSILON & mask(product < top));
  const fold = (high & EPSILON) * EPSILON;
  const sum = reduced + fold;
  const folded = sum + (EPSILON & mask(sum < fold));
  return folded - (P & mask(folded >= P));
}
