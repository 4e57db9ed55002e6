/**
 * One element of either field, by its address. The type parameter says which field: `u64` or `v128`, the one whose size
 * an element has; the compiler makes a copy of every function for each.
 *
 * A product with `product` lacks a factor R (2^128 for the larger field, 1 for the smaller one); an element times R is
 * called prepared, and the product of an element and a prepared one is the true product.
 */

import { add64, mul64, sub64 } from "./field64";
import { add128, isCanonical128, montgomery128, sub128 } from "./field128";

/** R^2 modulo the order of the larger field: R = 28 * 2^64 - 1. */
const SQUARE: usize = memory.data<u64>([0xffffffffffffffc8 /* set by start */, 0]);
const ONE: usize = memory.data<u64>([1, 0]);

/** Computes R^2; once, after instantiation. */
export function prepareElements(): void {
  // R modulo p is 28 * 2^64 - 1; doubled 128 times, it is R^2.
  store<u64>(SQUARE, 0xffff_ffff_ffff_ffff);
  store<u64>(SQUARE, 27, 8);
  for (let i = 0; i < 128; i++) add128(SQUARE, SQUARE, SQUARE);
}

// @ts-ignore: decorator
@inline
export function add<T>(out: usize, a: usize, b: usize): void {
  if (sizeof<T>() == 8) store<u64>(out, add64(load<u64>(a), load<u64>(b)));
  else add128(out, a, b);
}

// @ts-ignore: decorator
@inline
export function subtract<T>(out: usize, a: usize, b: usize): void {
  if (sizeof<T>() == 8) store<u64>(out, sub64(load<u64>(a), load<u64>(b)));
  else sub128(out, a, b);
}

/** out = a * b / R. */
// @ts-ignore: decorator
@inline
export function product<T>(out: usize, a: usize, b: usize): void {
  if (sizeof<T>() == 8) store<u64>(out, mul64(load<u64>(a), load<u64>(b)));
  else montgomery128(out, a, b);
}

/** out = a * R; also puts right a sum of products that lack the factor. */
// @ts-ignore: decorator
@inline
export function prepare<T>(out: usize, a: usize): void {
  if (sizeof<T>() == 8) store<u64>(out, load<u64>(a));
  else montgomery128(out, a, SQUARE);
}

/** out = a / R. */
// @ts-ignore: decorator
@inline
export function unprepare<T>(out: usize, a: usize): void {
  if (sizeof<T>() == 8) store<u64>(out, load<u64>(a));
  else montgomery128(out, a, ONE);
}

// @ts-ignore: decorator
@inline
export function copy<T>(out: usize, a: usize): void {
  store<u64>(out, load<u64>(a));
  if (sizeof<T>() == 16) store<u64>(out, load<u64>(a, 8), 8);
}

// @ts-ignore: decorator
@inline
export function clear<T>(out: usize): void {
  store<u64>(out, 0);
  if (sizeof<T>() == 16) store<u64>(out, 0, 8);
}

// @ts-ignore: decorator
@inline
export function isZero<T>(a: usize): bool {
  if (sizeof<T>() == 8) return load<u64>(a) == 0;
  return (load<u64>(a) | load<u64>(a, 8)) == 0;
}

// @ts-ignore: decorator
@inline
export function isCanonical<T>(a: usize): bool {
  if (sizeof<T>() == 8) return load<u64>(a) < 0xffff_ffff_0000_0001;
  return isCanonical128(a);
}

/** Where element i of a vector is. */
// @ts-ignore: decorator
@inline
export function at<T>(vector: usize, i: usize): usize {
  return vector + i * sizeof<T>();
}

/** out = 1 / a for a prepared element that is not zero, prepared too: a to the power of the order less 2. */
export function invertPrepared<T>(out: usize, a: usize): void {
  copy<T>(BASE, a);
  const words: usize = sizeof<T>() / 8;
  copy<T>(POWER, BASE);
  // From the highest bit of the exponent, which is set, downwards.
  for (let bit: isize = sizeof<T>() * 8 - 2; bit >= 0; bit--) {
    product<T>(POWER, POWER, POWER);
    if (exponentBit<T>(bit)) product<T>(POWER, POWER, BASE);
  }
  copy<T>(out, POWER);
}

const BASE: usize = memory.data(16, 16);
const POWER: usize = memory.data(16, 16);

/** A bit of the order less 2, which is public. */
// @ts-ignore: decorator
@inline
function exponentBit<T>(bit: isize): bool {
  if (sizeof<T>() == 8) return ((<u64>0xffff_fffe_ffff_ffff >> bit) & 1) != 0;
  // 2^128 - 28 * 2^64 - 1
  const word: u64 = bit >= 64 ? 0xffff_ffff_ffff_ffe3 : 0xffff_ffff_ffff_ffff;
  return ((word >> (bit & 63)) & 1) != 0;
}
