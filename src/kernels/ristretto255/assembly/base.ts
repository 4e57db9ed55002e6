/**
 * Products of the generator with secret scalars, from a table of its multiples.
 *
 * The table holds digit * 16^i * B for every digit from 1 to 8 and every i below 64, so that a product is a sum of 64
 * entries and needs no doubling. An entry is (y + x, y - x, 2dxy): 3 elements of 20 limbs, 120 bytes, kept once and
 * spread to the four lanes as it is read. Every entry of a digit's row is read whatever the digit is.
 */

import { ONE, BASE_X, BASE_Y } from "./constants";
import { addAffine, doubleFourTimes, entry, fillTable, POINT, setNeutral, TABLE_BYTES } from "./point";
import { invert } from "./powers";
import { multiply } from "./product";
import { add, copy, negateWhere, QUAD } from "./quad";
import { DIGIT_COUNT } from "./scalar";

const Y: usize = QUAD;
const Z: usize = 2 * QUAD;
const T: usize = 3 * QUAD;

/** Bytes of an entry. */
const ENTRY: usize = 120;
/** Bytes of the entries of one digit position. */
const ROW: usize = 8 * ENTRY;

const ENTRIES: usize = memory.data(64 * 8 * 120, 16);
const CHOSEN: usize = memory.data(160 * 3, 16);

/** What {@link fillBaseTable} works on: 16^k * B in all lanes. */
const POWERS: usize = memory.data(640, 16);
/** 16^i * B, 16^(i+1) * B, 16^(i+2) * B, 16^(i+3) * B. */
const LANES: usize = memory.data(640, 16);
const MULTIPLES: usize = memory.data(8 * 640, 16);
const PRODUCTS: usize = memory.data(8 * 160, 16);
const INVERSE: usize = memory.data(160, 16);
const SCALE: usize = memory.data(160, 16);

/** CHOSEN = digit * 16^i * B of a position's row, -8 <= digit <= 8, a digit a lane. */
function choose(row: usize, digits: v128): void {
  const negative = i32x4.shr_s(digits, 31);
  const size = i32x4.sub(v128.xor(digits, negative), negative);
  const m1 = i32x4.eq(size, i32x4.splat(1));
  const m2 = i32x4.eq(size, i32x4.splat(2));
  const m3 = i32x4.eq(size, i32x4.splat(3));
  const m4 = i32x4.eq(size, i32x4.splat(4));
  const m5 = i32x4.eq(size, i32x4.splat(5));
  const m6 = i32x4.eq(size, i32x4.splat(6));
  const m7 = i32x4.eq(size, i32x4.splat(7));
  const m8 = i32x4.eq(size, i32x4.splat(8));
  for (let i: usize = 0; i < ENTRY; i += 4) {
    let word = v128.and(v128.load32_splat(row + i), m1);
    word = v128.or(word, v128.and(v128.load32_splat(row + i, 120), m2));
    word = v128.or(word, v128.and(v128.load32_splat(row + i, 240), m3));
    word = v128.or(word, v128.and(v128.load32_splat(row + i, 360), m4));
    word = v128.or(word, v128.and(v128.load32_splat(row + i, 480), m5));
    word = v128.or(word, v128.and(v128.load32_splat(row + i, 600), m6));
    word = v128.or(word, v128.and(v128.load32_splat(row + i, 720), m7));
    word = v128.or(word, v128.and(v128.load32_splat(row + i, 840), m8));
    v128.store(CHOSEN + (i << 2), word);
  }
  // The neutral element is (1, 1, 0): its ones are limb 0 of every lane.
  const one = v128.and(v128.load(ONE), i32x4.eq(size, i32x4.splat(0)));
  v128.store(CHOSEN, v128.or(v128.load(CHOSEN), one));
  v128.store(CHOSEN, v128.or(v128.load(CHOSEN, 160), one), 160);
  for (let i: usize = 0; i < QUAD; i += 16) {
    const sum = v128.load(CHOSEN + i);
    const difference = v128.load(CHOSEN + i, 160);
    v128.store(CHOSEN + i, v128.bitselect(difference, sum, negative));
    v128.store(CHOSEN + i, v128.bitselect(sum, difference, negative), 160);
  }
  negateWhere(CHOSEN + 2 * QUAD, negative);
}

/** out = scalar * B in every lane; `digits` as `scalar.ts` writes them. */
export function multiplyBasePoint(out: usize, digits: usize): void {
  setNeutral(out);
  for (let i: usize = 0; i < DIGIT_COUNT; i++) {
    choose(ENTRIES + i * ROW, v128.load(digits + (i << 4)));
    addAffine(out, out, CHOSEN, true);
  }
}

/** Overwrites what the last products left. */
export function wipeBase(): void {
  memory.fill(CHOSEN, 0, 3 * QUAD);
}

/** Computes the table; once, after the constants are unpacked. Four positions at a time, one a lane. */
export function fillBaseTable(): void {
  setNeutral(POWERS);
  copy(POWERS, BASE_X);
  copy(POWERS + Y, BASE_Y);
  multiply(POWERS + T, BASE_X, BASE_Y);
  memory.copy(LANES, POWERS, POINT);
  for (let lane: usize = 1; lane < 4; lane++) {
    doubleFourTimes(POWERS);
    for (let from = lane; from < 4; from++) copyLane(LANES, POWERS, from);
  }
  for (let i: usize = 0; i < DIGIT_COUNT; i += 4) {
    fillTable(MULTIPLES, LANES);
    storeMultiples(ENTRIES + i * ROW);
    for (let j = 0; j < 4; j++) doubleFourTimes(LANES);
  }
  memory.fill(MULTIPLES, 0, TABLE_BYTES);
}

/** out = p in one lane. */
function copyLane(out: usize, p: usize, lane: usize): void {
  for (let i = lane << 2; i < POINT; i += 16) store<u32>(out + i, load<u32>(p + i));
}

/** Writes the rows of four positions: MULTIPLES with its 2Z made 1, one inversion for all eight. */
function storeMultiples(rows: usize): void {
  copy(PRODUCTS, MULTIPLES + Z);
  for (let i: usize = 1; i < 8; i++) {
    multiply(PRODUCTS + i * QUAD, PRODUCTS + (i - 1) * QUAD, MULTIPLES + i * POINT + Z);
  }
  invert(INVERSE, PRODUCTS + 7 * QUAD);
  for (let i: usize = 8; i > 0; i--) {
    const multiple = entry(MULTIPLES, i);
    if (i > 1) multiply(SCALE, INVERSE, PRODUCTS + (i - 2) * QUAD);
    else copy(SCALE, INVERSE);
    multiply(INVERSE, INVERSE, multiple + Z);
    add(SCALE, SCALE, SCALE); // 1 / Z of 1 / 2Z
    multiply(multiple, multiple, SCALE);
    multiply(multiple + Y, multiple + Y, SCALE);
    multiply(multiple + Z, multiple + T, SCALE);
    for (let lane: usize = 0; lane < 4; lane++) {
      const target = rows + lane * ROW + (i - 1) * ENTRY;
      for (let t: usize = 0; t < 30; t++) {
        store<u32>(target + (t << 2), load<u32>(multiple + (t << 4) + (lane << 2)));
      }
    }
  }
}
