/**
 * ristretto255 (RFC 9496, section 4.3): decoding and encoding, four at a time; and a batched encoding of doubled points
 * that shares one inversion.
 */

import { isNegative, isZero, pack, unpack } from "./bytes";
import { D, INVSQRT_A_MINUS_D, ONE, SQRT_M1 } from "./constants";
import { absolute, inverseSqrt, invert } from "./powers";
import { multiply } from "./product";
import { add, carry, copy, negate, negateWhere, QUAD, select, subtract } from "./quad";
import { square } from "./square";

const Y: usize = QUAD;
const Z: usize = 2 * QUAD;
const T: usize = 3 * QUAD;

const SCRATCH: usize = memory.data(160 * 12, 16);
const R0: usize = SCRATCH;
const R1: usize = SCRATCH + QUAD;
const R2: usize = SCRATCH + 2 * QUAD;
const R3: usize = SCRATCH + 3 * QUAD;
const R4: usize = SCRATCH + 4 * QUAD;
const R5: usize = SCRATCH + 5 * QUAD;
const R6: usize = SCRATCH + 6 * QUAD;
const R7: usize = SCRATCH + 7 * QUAD;
const R8: usize = SCRATCH + 8 * QUAD;
const R9: usize = SCRATCH + 9 * QUAD;

/** True for 32 bytes that are not the canonical encoding of a non-negative field element. */
function isBadFieldElement(bytes: usize): bool {
  const w0 = load<u64>(bytes);
  const w1 = load<u64>(bytes, 8);
  const w2 = load<u64>(bytes, 16);
  const w3 = load<u64>(bytes, 24);
  const negative = (w0 & 1) != 0;
  const tooLarge =
    w3 > 0x7fffffffffffffff ||
    (w3 == 0x7fffffffffffffff && (w1 & w2) == 0xffffffffffffffff && w0 >= 0xffffffffffffffed);
  return negative || tooLarge;
}

/**
 * Decodes four encodings. Section 4.3.1.
 *
 * @returns A bit mask of the lanes whose encoding is not valid.
 */
export function decode(out: usize, bytes: usize): i32 {
  let bad = 0;
  for (let lane: usize = 0; lane < 4; lane++) {
    if (isBadFieldElement(bytes + (lane << 5))) bad |= 1 << (<i32>lane);
  }
  const s = R0;
  unpack(s, bytes);
  const ss = R1;
  square(ss, s);
  const u1 = R2;
  subtract(u1, ONE, ss);
  const u2 = R3;
  add(u2, ONE, ss);
  const u2Squared = R4;
  square(u2Squared, u2);
  const v = R5;
  square(v, u1);
  multiply(v, v, D);
  add(v, v, u2Squared);
  negate(v, v); // weight 2
  const root = R6;
  multiply(R7, v, u2Squared);
  const isSquare = inverseSqrt(root, R7);
  const denX = R7;
  multiply(denX, root, u2);
  const denY = R8;
  multiply(denY, root, denX);
  multiply(denY, denY, v);
  add(s, s, s);
  multiply(out, s, denX);
  absolute(out);
  multiply(out + Y, u1, denY);
  copy(out + Z, ONE);
  multiply(out + T, out, out + Y);
  const invalid = v128.or(v128.not(isSquare), v128.or(isNegative(out + T), isZero(out + Y)));
  return bad | i32x4.bitmask(invalid);
}

/** A bit mask of the lanes that hold the identity, whose only encoding is 32 zero bytes. */
export function identityLanes(bytes: usize): i32 {
  let identity = 0;
  for (let lane: usize = 0; lane < 4; lane++) {
    const at = bytes + (lane << 5);
    if ((load<u64>(at) | load<u64>(at, 8) | load<u64>(at, 16) | load<u64>(at, 24)) == 0)
      identity |= 1 << (<i32>lane);
  }
  return identity;
}

/** Encodes four points. Section 4.3.2. */
export function encode(bytes: usize, p: usize): void {
  const u1 = R0;
  add(R1, p + Z, p + Y);
  subtract(R2, p + Z, p + Y);
  multiply(u1, R1, R2);
  const u2 = R1;
  multiply(u2, p, p + Y);
  square(R2, u2);
  multiply(R2, R2, u1);
  const root = R3;
  inverseSqrt(root, R2);
  const den1 = R4;
  multiply(den1, root, u1);
  const den2 = R5;
  multiply(den2, root, u2);
  const zInverse = R6;
  multiply(zInverse, den1, den2);
  multiply(zInverse, zInverse, p + T);
  const ix = R0;
  multiply(ix, p, SQRT_M1);
  const iy = R1;
  multiply(iy, p + Y, SQRT_M1);
  const enchanted = R2;
  multiply(enchanted, den1, INVSQRT_A_MINUS_D);
  multiply(R7, p + T, zInverse);
  const rotate = isNegative(R7);
  const x = R8;
  select(x, rotate, iy, p);
  const y = R9;
  select(y, rotate, ix, p + Y);
  select(den2, rotate, enchanted, den2);
  multiply(R7, x, zInverse);
  negateWhere(y, isNegative(R7));
  subtract(y, p + Z, y);
  multiply(y, y, den2);
  absolute(y);
  pack(bytes, y);
}

/**
 * Bytes of what is left to {@link finishDoubles}: quads e, f, g, h of weight 1 for a point (e/f, g/h) with
 * (h - g)(h + g) = (a - d)e^2, then e*g, f*h, and a product so far.
 */
export const PREPARED: usize = 7 * QUAD;

/**
 * First half of encoding 2p: everything but one inverse. The idea (an encoding of a double needs no square root, only
 * an inverse, and inverses can be shared) is from Hamburg's Decaf and curve25519-dalek's `double_and_compress_batch`.
 */
export function prepareDouble(state: usize, p: usize): void {
  const e = state;
  const f = state + QUAD;
  const g = state + 2 * QUAD;
  const h = state + 3 * QUAD;
  square(R0, p);
  square(R1, p + Y);
  square(R2, p + Z);
  square(R3, p + T);
  multiply(R3, R3, D);
  add(R4, p + Y, p + Y);
  multiply(e, p, R4);
  add(f, R2, R3);
  carry(f, f);
  add(g, R1, R0);
  carry(g, g);
  subtract(h, R2, R3);
  carry(h, h);
  multiplyFractions(state);
}

/** Completes a state whose e, f, g and h are set. */
export function multiplyFractions(state: usize): void {
  multiply(state + 4 * QUAD, state, state + 2 * QUAD);
  multiply(state + 5 * QUAD, state + QUAD, state + 3 * QUAD);
}

/** Encodes a state's point. `inverse` is 1 / (e * g * f * h), or 0 where that product is 0 (the identity). */
function finishDouble(bytes: usize, state: usize, inverse: usize): void {
  const e = state;
  const f = state + QUAD;
  const g = state + 2 * QUAD;
  const h = state + 3 * QUAD;
  const zInverse = R0;
  multiply(zInverse, state + 4 * QUAD, inverse);
  const tInverse = R1;
  multiply(tInverse, state + 5 * QUAD, inverse);
  multiply(R2, state + 4 * QUAD, zInverse);
  const rotate = isNegative(R2);
  const minusE = R2;
  negate(minusE, e);
  multiply(f, f, SQRT_M1);
  select(e, rotate, g, e);
  select(g, rotate, minusE, g);
  select(h, rotate, f, h);
  const magic = R3;
  select(magic, rotate, SQRT_M1, INVSQRT_A_MINUS_D);
  multiply(R4, h, e);
  multiply(R4, R4, zInverse);
  negateWhere(g, isNegative(R4));
  subtract(R4, h, g);
  multiply(R5, g, tInverse);
  multiply(R5, R5, magic);
  multiply(R4, R4, R5);
  absolute(R4);
  pack(bytes, R4);
}

/**
 * Encodes `count` quads of points whose states {@link prepareDouble} or `map.ts` wrote one after the other: one inversion
 * for all (Montgomery's trick), lane by lane.
 */
export function finishDoubles(bytes: usize, states: usize, count: usize): void {
  const size = PREPARED;
  const product = R6;
  copy(product, ONE);
  for (let i: usize = 0; i < count; i++) {
    const state = states + i * size;
    copy(state + 6 * QUAD, product);
    multiplyNonZero(product, state);
  }
  invert(R7, product);
  for (let i = count; i > 0; i--) {
    const state = states + (i - 1) * size;
    multiply(R9, R7, state + 6 * QUAD);
    multiply(R8, state + 4 * QUAD, state + 5 * QUAD);
    const zero = isZero(R8);
    select(R8, zero, ONE, R8);
    multiply(R7, R7, R8);
    blank(R9, zero);
    finishDouble(bytes + ((i - 1) << 7), state, R9);
  }
}

/** product *= e*g*f*h of a state, or 1 in the lanes where that is zero. */
function multiplyNonZero(product: usize, state: usize): void {
  multiply(R8, state + 4 * QUAD, state + 5 * QUAD);
  select(R8, isZero(R8), ONE, R8);
  multiply(product, product, R8);
}

/** a = 0 in the lanes where the mask is all ones. */
function blank(a: usize, mask: v128): void {
  for (let i: usize = 0; i < QUAD; i += 16) v128.store(a + i, v128.andnot(v128.load(a + i), mask));
}

/** Overwrites what the last operations left. */
export function wipeRistretto(): void {
  memory.fill(SCRATCH, 0, 12 * QUAD);
}
