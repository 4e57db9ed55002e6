/**
 * Four points of edwards25519 side by side, in extended coordinates (X : Y : Z : T), x = X/Z, y = Y/Z, xy = T/Z; and
 * their product with one scalar. The formulas are complete: no input is special.
 *
 * Source: Hisil, Wong, Carter, Dawson, "Twisted Edwards Curves Revisited" (2008), sections 3.1 and 3.3, for a = -1.
 */

import { D2, ONE } from "./constants";
import { multiply, multiplyBoth } from "./product";
import { add, addAndSubtract, carry, carryAround, carryWord, QUAD } from "./quad";
import { square } from "./square";

/** Bytes of four points: quads X, Y, Z, T, each of weight 1. */
export const POINT: usize = 4 * QUAD;
const Y: usize = QUAD;
const Z: usize = 2 * QUAD;
const T: usize = 3 * QUAD;

const SCRATCH: usize = memory.data(160 * 8, 16);
const A: usize = SCRATCH;
const B: usize = SCRATCH + QUAD;
const E: usize = SCRATCH + 2 * QUAD;
const F: usize = SCRATCH + 3 * QUAD;
const G: usize = SCRATCH + 4 * QUAD;
const H: usize = SCRATCH + 5 * QUAD;

/**
 * Bytes of a table: the multiples 1..8 of four points in the form that addition wants, (Y + X, Y - X, 2Z, 2dT).
 */
export const TABLE_BYTES: usize = 8 * POINT;
const TABLE: usize = memory.data(8 * 640, 16);
const MULTIPLES: usize = memory.data(2 * 640, 16);
const CHOSEN: usize = memory.data(640, 16);

/** The completed point (E : F : G : H) as an extended one; T only where the next step wants it. */
// @ts-ignore: decorator
@inline
function complete(out: usize, withT: bool): void {
  multiplyBoth(out, E, out + Z, G, F);
  if (withT) multiplyBoth(out + T, E, out + Y, G, H);
  else multiply(out + Y, G, H);
}

/** One word of H = A + B, G = A - B (weights 2), E = H - E (weight 3: -2xy) and F = 2F + G (weight 4), which is carried. */
// @ts-ignore: decorator
@inline
function combineWord(at: usize, incoming: v128): v128 {
  const a = v128.load(A + at);
  const b = v128.load(B + at);
  const f = v128.load(F + at);
  const h = i16x8.add(a, b);
  const g = i16x8.sub(a, b);
  v128.store(H + at, h);
  v128.store(G + at, g);
  v128.store(E + at, i16x8.sub(h, v128.load(E + at)));
  return carryWord(F + at, i16x8.add(i16x8.add(f, f), g), incoming);
}

/** From the squares E = (X + Y)^2, A = X^2, B = Y^2, F = Z^2 of a point to its double (E : F : G : H), in one pass. */
// @ts-ignore: decorator
@inline
function combineSquares(): void {
  let incoming = i32x4.splat(0);
  incoming = combineWord(0, incoming);
  incoming = combineWord(16, incoming);
  incoming = combineWord(32, incoming);
  incoming = combineWord(48, incoming);
  incoming = combineWord(64, incoming);
  incoming = combineWord(80, incoming);
  incoming = combineWord(96, incoming);
  incoming = combineWord(112, incoming);
  incoming = combineWord(128, incoming);
  incoming = combineWord(144, incoming);
  carryAround(F, incoming);
}

/** out = 2 * p; T of p is not read, T of out is written where `withT`. */
export function double(out: usize, p: usize, withT: bool): void {
  add(E, p, p + Y);
  square(E, E);
  square(A, p);
  square(B, p + Y);
  square(F, p + Z);
  combineSquares();
  complete(out, withT);
}

/** out = p + q with q in the table's form. */
export function addCached(out: usize, p: usize, q: usize, withT: bool): void {
  addAndSubtract(B, A, p + Y, p);
  multiply(A, A, q + Y);
  multiply(B, B, q);
  multiply(G, p + T, q + T);
  multiply(F, p + Z, q + Z);
  addAndSubtract(G, F, F, G);
  addAndSubtract(H, E, B, A);
  complete(out, withT);
}

/** out = p + q with q = (y + x, y - x, 2dxy), whose Z is 1. */
export function addAffine(out: usize, p: usize, q: usize, withT: bool): void {
  addAndSubtract(B, A, p + Y, p);
  multiply(A, A, q + QUAD);
  multiply(B, B, q);
  multiply(G, p + T, q + 2 * QUAD);
  add(F, p + Z, p + Z);
  carry(F, F); // else F and G, both of weight 3, could not be multiplied
  addAndSubtract(G, F, F, G);
  addAndSubtract(H, E, B, A);
  complete(out, withT);
}

/** The table's form of p. */
export function cache(out: usize, p: usize): void {
  addAndSubtract(out, out + Y, p + Y, p);
  add(out + Z, p + Z, p + Z);
  multiply(out + T, p + T, D2);
}

/** Where a table has the multiple i, from 1 to 8. */
// @ts-ignore: decorator
@inline
export function entry(table: usize, i: usize): usize {
  return table + (i - 1) * POINT;
}

/** Fills a table with the multiples 1..8 of p. */
export function fillTable(table: usize, p: usize): void {
  const m = MULTIPLES;
  const n = MULTIPLES + POINT;
  cache(entry(table, 1), p);
  double(m, p, true); // 2
  cache(entry(table, 2), m);
  addCached(n, m, entry(table, 1), true); // 3
  cache(entry(table, 3), n);
  double(n, n, true); // 6
  cache(entry(table, 6), n);
  addCached(n, n, entry(table, 1), true); // 7
  cache(entry(table, 7), n);
  double(m, m, true); // 4
  cache(entry(table, 4), m);
  addCached(n, m, entry(table, 1), true); // 5
  cache(entry(table, 5), n);
  double(m, m, true); // 8
  cache(entry(table, 8), m);
}

/** A word of the entry that the masks m1..m8 pick; every entry is read. */
// @ts-ignore: decorator
@inline
function chosenWord(
  first: usize,
  m1: v128,
  m2: v128,
  m3: v128,
  m4: v128,
  m5: v128,
  m6: v128,
  m7: v128,
  m8: v128,
): v128 {
  const a = v128.or(v128.and(v128.load(first), m1), v128.and(v128.load(first, 640), m2));
  const b = v128.or(v128.and(v128.load(first, 1280), m3), v128.and(v128.load(first, 1920), m4));
  const c = v128.or(v128.and(v128.load(first, 2560), m5), v128.and(v128.load(first, 3200), m6));
  const d = v128.or(v128.and(v128.load(first, 3840), m7), v128.and(v128.load(first, 4480), m8));
  return v128.or(v128.or(a, b), v128.or(c, d));
}

/** CHOSEN = digit * p from p's table, -8 <= digit <= 8, a digit a lane. Every entry is read whatever the digits are. */
function choose(table: usize, digits: v128): void {
  const negative = i32x4.shr_s(digits, 31);
  const size = i32x4.sub(v128.xor(digits, negative), negative);
  const m0 = i32x4.eq(size, i32x4.splat(0));
  const m1 = i32x4.eq(size, i32x4.splat(1));
  const m2 = i32x4.eq(size, i32x4.splat(2));
  const m3 = i32x4.eq(size, i32x4.splat(3));
  const m4 = i32x4.eq(size, i32x4.splat(4));
  const m5 = i32x4.eq(size, i32x4.splat(5));
  const m6 = i32x4.eq(size, i32x4.splat(6));
  const m7 = i32x4.eq(size, i32x4.splat(7));
  const m8 = i32x4.eq(size, i32x4.splat(8));
  for (let at: usize = 0; at < QUAD; at += 16) {
    const sum = chosenWord(table + at, m1, m2, m3, m4, m5, m6, m7, m8);
    const difference = chosenWord(table + Y + at, m1, m2, m3, m4, m5, m6, m7, m8);
    const product = chosenWord(table + T + at, m1, m2, m3, m4, m5, m6, m7, m8);
    v128.store(CHOSEN + at, v128.bitselect(difference, sum, negative));
    v128.store(CHOSEN + Y + at, v128.bitselect(sum, difference, negative));
    v128.store(CHOSEN + Z + at, chosenWord(table + Z + at, m1, m2, m3, m4, m5, m6, m7, m8));
    v128.store(CHOSEN + T + at, i16x8.sub(v128.xor(product, negative), negative));
  }
  // The neutral element is (1, 1, 2, 0): its ones are limb 0 of every lane.
  const one = v128.and(v128.load(ONE), m0);
  v128.store(CHOSEN, v128.or(v128.load(CHOSEN), one));
  v128.store(CHOSEN + Y, v128.or(v128.load(CHOSEN + Y), one));
  v128.store(CHOSEN + Z, v128.or(v128.load(CHOSEN + Z), i16x8.add(one, one)));
}

/** out += digit * p from p's table. */
export function addDigit(out: usize, table: usize, digits: v128, withT: bool): void {
  choose(table, digits);
  addCached(out, out, CHOSEN, withT);
}

/** p = (0 : 1 : 1 : 0). */
export function setNeutral(p: usize): void {
  memory.fill(p, 0, POINT);
  memory.copy(p + Y, ONE, QUAD);
  memory.copy(p + Z, ONE, QUAD);
}

/** out = scalar * p in every lane; `digits` are 64 signed digits to base 16 a lane, least first (see `scalar.ts`). */
export function multiplyPoint(out: usize, p: usize, digits: usize): void {
  fillTable(TABLE, p);
  setNeutral(out);
  addDigit(out, TABLE, v128.load(digits, 63 * 16), false);
  for (let i = 62; i >= 0; i--) {
    doubleFourTimes(out);
    addDigit(out, TABLE, v128.load(digits + ((<usize>i) << 4)), i == 0);
  }
}

/** p *= 16. */
export function doubleFourTimes(p: usize): void {
  double(p, p, false);
  double(p, p, false);
  double(p, p, false);
  double(p, p, true);
}

/** Overwrites what the last products left. */
export function wipePoints(): void {
  memory.fill(SCRATCH, 0, 8 * QUAD);
  memory.fill(TABLE, 0, TABLE_BYTES);
  memory.fill(MULTIPLES, 0, 2 * POINT);
  memory.fill(CHOSEN, 0, POINT);
}
