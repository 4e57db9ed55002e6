/**
 * From uniform bytes to group elements: the map of RFC 9496, section 4.3.4 (Elligator), four at a time.
 *
 * The map finds a point (s, t) of the Jacobi quartic t^2 = s^4 + 2As^2 + 1, A = (1 - d)/(1 + d), whose image on the
 * curve is the element: x = 2s/(t * sqrt(a*d - 1)), y = (1 - s^2)/(1 + s^2). An element is the sum of two such points.
 * Added on the curve, it takes a square root to encode. Added on the quartic, the s of the sum is an encoding but for
 * the choice among its coset, which takes an inverse only, and inverses are shared by a batch (`finishDoubles`).
 *
 * Source of the addition: Hisil, Wong, Carter, Dawson, "Jacobi quartic curves revisited" (2009), section 3. That an
 * encoding is a choice among preimages on the quartic: Hamburg, "Decaf" (2015), sections 4 and 5.
 */

import { isZero, unpack } from "./bytes";
import {
  D,
  D_MINUS_ONE_SQ,
  INVSQRT_A_MINUS_D,
  ONE,
  ONE_MINUS_D_SQ,
  QUARTIC_2A,
  SQRT_AD_MINUS_ONE,
  SQRT_M1,
} from "./constants";
import { addCached, cache, POINT } from "./point";
import { absolute, sqrtRatio } from "./powers";
import { multiply } from "./product";
import { add, carry, negate, QUAD, select, subtract } from "./quad";
import { multiplyFractions } from "./ristretto";
import { square } from "./square";

const SCRATCH: usize = memory.data(160 * 8, 16);
const R0: usize = SCRATCH;
const R1: usize = SCRATCH + QUAD;
const R2: usize = SCRATCH + 2 * QUAD;
const R3: usize = SCRATCH + 3 * QUAD;
const R4: usize = SCRATCH + 4 * QUAD;
const R5: usize = SCRATCH + 5 * QUAD;
const R6: usize = SCRATCH + 6 * QUAD;
const R7: usize = SCRATCH + 7 * QUAD;

/** Points (s, n/v) of the quartic: quads s of weight 1, n of weight 2, v of weight 1. */
const FIRST: usize = memory.data(160 * 3, 16);
const SECOND: usize = memory.data(160 * 3, 16);
const N: usize = QUAD;
const V: usize = 2 * QUAD;

const POINTS: usize = memory.data(640 * 2, 16);
const HALVES: usize = memory.data(256, 16);

/** Maps four field elements (32 bytes each, bit 255 ignored) to the quartic. */
function mapToQuartic(out: usize, bytes: usize): void {
  const t = R0;
  unpack(t, bytes);
  const r = R1;
  square(r, t);
  multiply(r, r, SQRT_M1);
  const u = R2;
  add(u, r, ONE);
  multiply(u, u, ONE_MINUS_D_SQ);
  const v = out + V;
  multiply(R4, r, D);
  add(R4, R4, ONE);
  negate(R4, R4); // -1 - r*d
  add(R5, r, D);
  multiply(v, R4, R5);
  const s = out;
  const isSquare = sqrtRatio(s, u, v);
  const sOther = R5;
  multiply(sOther, s, t);
  absolute(sOther);
  negate(sOther, sOther);
  select(s, isSquare, s, sOther);
  const c = R5;
  negate(R6, ONE);
  select(c, isSquare, R6, r);
  const n = out + N;
  subtract(n, r, ONE);
  multiply(n, n, c);
  multiply(n, n, D_MINUS_ONE_SQ);
  subtract(n, n, v);
}

/** FIRST and SECOND = the maps of both halves of each of four strings of 64 bytes. */
function mapHalves(bytes: usize): void {
  for (let lane: usize = 0; lane < 4; lane++) {
    memory.copy(HALVES + (lane << 5), bytes + (lane << 6), 32);
    memory.copy(HALVES + 128 + (lane << 5), bytes + (lane << 6) + 32, 32);
  }
  mapToQuartic(FIRST, HALVES);
  mapToQuartic(SECOND, HALVES + 128);
}

/** The image on the curve of a point of the quartic. */
function toCurve(out: usize, p: usize): void {
  const w0 = R0;
  add(w0, p, p);
  multiply(w0, w0, p + V);
  const w1 = R1;
  multiply(w1, p + N, SQRT_AD_MINUS_ONE);
  square(R4, p);
  const w2 = R2;
  subtract(w2, ONE, R4);
  const w3 = R3;
  add(w3, ONE, R4);
  multiply(out, w0, w3);
  multiply(out + QUAD, w2, w1);
  multiply(out + 2 * QUAD, w1, w3);
  multiply(out + 3 * QUAD, w0, w2);
}

/** Four points from four strings of 64 uniform bytes, added on the curve. */
export function fromUniform(out: usize, bytes: usize): void {
  mapHalves(bytes);
  toCurve(POINTS, FIRST);
  toCurve(out, SECOND);
  cache(POINTS + POINT, out);
  addCached(out, POINTS, POINTS + POINT, true);
}

/**
 * A state for `finishDoubles` from four strings of 64 uniform bytes, added on the quartic:
 *
 *     A = s1 s2, V = v1 v2, S = s1 n2 v1 + s2 n1 v2, Z = V(1 - A^2),
 *     T = V((n1 n2 + 2A' A V)(1 + A^2) + 2 A V (s1^2 + s2^2)), with A' for the quartic's A,
 *
 * is the sum (S/Z, T/Z^2), and e = 2SZ/sqrt(a - d), f = -T, g = Z^2 - S^2, h = Z^2 + S^2 its image (e/f, g/h).
 *
 * @returns 1 if a lane has Z = 0, where the formulas do not hold: s1 s2 = 1 or -1, or a v that is 0. Else 0.
 */
export function prepareUniform(state: usize, bytes: usize): i32 {
  mapHalves(bytes);
  const product = R0;
  multiply(product, FIRST, SECOND);
  const v = R1;
  multiply(v, FIRST + V, SECOND + V);
  const s = R2;
  multiply(s, SECOND + N, FIRST + V);
  multiply(s, s, FIRST);
  multiply(R3, FIRST + N, SECOND + V);
  multiply(R3, R3, SECOND);
  add(s, s, R3); // weight 2
  const z = R3;
  square(R4, product);
  subtract(R5, ONE, R4);
  multiply(z, v, R5);
  add(R4, ONE, R4); // 1 + A^2
  multiply(product, product, v); // A V
  multiply(R5, FIRST + N, SECOND + N);
  multiply(R6, product, QUARTIC_2A);
  add(R5, R5, R6);
  multiply(R5, R5, R4);
  square(R6, FIRST);
  square(R7, SECOND);
  add(R6, R6, R7);
  multiply(R6, R6, product);
  add(R6, R6, R6);
  add(R5, R5, R6); // weight 3
  multiply(R5, R5, v);
  negate(state + QUAD, R5);
  add(R6, s, s); // weight 4
  multiply(R6, R6, z);
  multiply(state, R6, INVSQRT_A_MINUS_D);
  square(R6, z);
  square(R7, s);
  subtract(state + 2 * QUAD, R6, R7);
  carry(state + 2 * QUAD, state + 2 * QUAD);
  add(state + 3 * QUAD, R6, R7);
  carry(state + 3 * QUAD, state + 3 * QUAD);
  multiplyFractions(state);
  return i32(v128.any_true(isZero(z)));
}

/** Overwrites what the last maps left. */
export function wipeMap(): void {
  memory.fill(SCRATCH, 0, 8 * QUAD);
  memory.fill(FIRST, 0, 3 * QUAD);
  memory.fill(SECOND, 0, 3 * QUAD);
  memory.fill(POINTS, 0, 2 * POINT);
  memory.fill(HALVES, 0, 256);
}
