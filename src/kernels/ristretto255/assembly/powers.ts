/** Inverses and square roots of quads, by fixed chains of squares and products. */

import { isNegative, isZero } from "./bytes";
import { ONE, SQRT_M1 } from "./constants";
import { multiply } from "./product";
import { add, carry, negateWhere, QUAD, select, subtract } from "./quad";
import { square, squareTimes } from "./square";

const SCRATCH: usize = memory.data(160 * 10, 16);
const T0: usize = SCRATCH;
const T1: usize = SCRATCH + QUAD;
const T2: usize = SCRATCH + 2 * QUAD;
const V3: usize = SCRATCH + 3 * QUAD;
const POWER: usize = SCRATCH + 4 * QUAD;
const CHECK: usize = SCRATCH + 5 * QUAD;
const ROOT: usize = SCRATCH + 6 * QUAD;
const OTHER: usize = SCRATCH + 7 * QUAD;
const DIFFERENCE: usize = SCRATCH + 8 * QUAD;

/** a^11, kept for the inverse. */
const V_11: usize = SCRATCH + 9 * QUAD;

/** T0 = a^(2^250 - 1), V_11 = a^11; `a` must not be one of T0..T2. */
function commonChain(a: usize): void {
  square(T0, a); // 2
  squareTimes(T1, T0, 2); // 8
  multiply(T1, T1, a); // 9
  multiply(V_11, T1, T0); // 11
  square(T0, V_11); // 22
  multiply(T0, T0, T1); // 2^5 - 1
  squareTimes(T1, T0, 5);
  multiply(T0, T1, T0); // 2^10 - 1
  squareTimes(T1, T0, 10);
  multiply(T1, T1, T0); // 2^20 - 1
  squareTimes(T2, T1, 20);
  multiply(T1, T2, T1); // 2^40 - 1
  squareTimes(T1, T1, 10);
  multiply(T0, T1, T0); // 2^50 - 1
  squareTimes(T1, T0, 50);
  multiply(T1, T1, T0); // 2^100 - 1
  squareTimes(T2, T1, 100);
  multiply(T1, T2, T1); // 2^200 - 1
  squareTimes(T1, T1, 50);
  multiply(T0, T1, T0); // 2^250 - 1
}

/** out = 1 / a = a^(p - 2), and 0 for 0; a has weight 1. */
export function invert(out: usize, a: usize): void {
  commonChain(a);
  squareTimes(T0, T0, 5);
  multiply(out, T0, V_11); // 2^255 - 21
}

/** out = a^((p - 5) / 8); a has weight 1. */
function power58(out: usize, a: usize): void {
  commonChain(a);
  squareTimes(T0, T0, 2);
  multiply(out, T0, a); // 2^252 - 3
}

/**
 * out = the non-negative sqrt(u / v) where u / v is a square, sqrt(SQRT_M1 * u / v) where it is not, 0 for u = 0 or
 * v = 0. RFC 9496, section 4.2 (SQRT_RATIO_M1). u and v have weight at most 2; `out` is neither.
 *
 * @returns All ones in the lanes where u / v is a square.
 */
export function sqrtRatio(out: usize, u: usize, v: usize): v128 {
  square(V3, v);
  multiply(V3, V3, v);
  square(POWER, V3);
  multiply(POWER, POWER, v); // v^7
  multiply(POWER, POWER, u);
  power58(POWER, POWER);
  multiply(ROOT, V3, u);
  multiply(ROOT, ROOT, POWER);
  square(CHECK, ROOT);
  multiply(CHECK, CHECK, v);
  subtract(DIFFERENCE, CHECK, u);
  const correct = isZeroCarried(DIFFERENCE);
  add(DIFFERENCE, CHECK, u);
  const flipped = isZeroCarried(DIFFERENCE);
  multiply(OTHER, u, SQRT_M1);
  add(DIFFERENCE, CHECK, OTHER);
  const flippedI = isZero(DIFFERENCE);
  multiply(OTHER, ROOT, SQRT_M1);
  select(out, v128.or(flipped, flippedI), OTHER, ROOT);
  negateWhere(out, isNegative(out));
  return v128.or(correct, flipped);
}

/** `isZero` for a weight of up to 3. */
function isZeroCarried(a: usize): v128 {
  carry(a, a);
  return isZero(a);
}

/** out = the non-negative 1 / sqrt(a), as {@link sqrtRatio} with u = 1. */
export function inverseSqrt(out: usize, a: usize): v128 {
  return sqrtRatio(out, ONE, a);
}

/** a = |a|: the even one of a and -a. */
export function absolute(a: usize): void {
  negateWhere(a, isNegative(a));
}

/** Overwrites what the last powers left. */
export function wipePowers(): void {
  memory.fill(SCRATCH, 0, 10 * QUAD);
}
