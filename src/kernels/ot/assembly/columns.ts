/**
 * From leaves of puncturable trees to rows: sums of leaves weighted by their number, bit by bit, then the transposition
 * of 128 columns to rows of 128 bits. No address and no branch depends on a stream or on the sender's secret.
 */

import { COLUMNS, LEAVES, ROWS, STRIPE, SUM } from "./areas";

/** 16 x 16 bytes, before and after an exchange. */
const SQUARE0: usize = memory.data(256, 16);
const SQUARE1: usize = memory.data(256, 16);

// @ts-ignore: decorator
@inline
function leaf(at: usize, i: usize): v128 {
  return v128.load(at + i * STRIPE);
}

// @ts-ignore: decorator
@inline
function put(column: usize, at: usize, value: v128, add: bool): void {
  const address = column + at;
  v128.store(address, add ? v128.xor(v128.load(address), value) : value);
}

/**
 * Folds 16 leaves: SUM = their sum; column b (of four from `first`) = the sum of those whose number has bit b.
 *
 * @param add - Adds to the columns instead of overwriting them.
 */
export function foldSixteen(first: usize, bytes: usize, add: bool): void {
  const columns = COLUMNS + first * STRIPE;
  for (let at: usize = 0; at < bytes; at += 16) {
    const p = LEAVES + at;
    const l1 = leaf(p, 1);
    const l3 = leaf(p, 3);
    const l5 = leaf(p, 5);
    const l7 = leaf(p, 7);
    const l9 = leaf(p, 9);
    const l11 = leaf(p, 11);
    const l13 = leaf(p, 13);
    const l15 = leaf(p, 15);
    const s0 = v128.xor(leaf(p, 0), l1);
    const s1 = v128.xor(leaf(p, 2), l3);
    const s2 = v128.xor(leaf(p, 4), l5);
    const s3 = v128.xor(leaf(p, 6), l7);
    const s4 = v128.xor(leaf(p, 8), l9);
    const s5 = v128.xor(leaf(p, 10), l11);
    const s6 = v128.xor(leaf(p, 12), l13);
    const s7 = v128.xor(leaf(p, 14), l15);
    const low = v128.xor(v128.xor(l1, l3), v128.xor(l5, l7));
    const high = v128.xor(v128.xor(l9, l11), v128.xor(l13, l15));
    put(columns, at, v128.xor(low, high), add);
    put(columns + STRIPE, at, v128.xor(v128.xor(s1, s3), v128.xor(s5, s7)), add);
    const r1 = v128.xor(s2, s3);
    const r3 = v128.xor(s6, s7);
    put(columns + 2 * STRIPE, at, v128.xor(r1, r3), add);
    const q1 = v128.xor(v128.xor(s4, s5), r3);
    put(columns + 3 * STRIPE, at, q1, add);
    v128.store(SUM + at, v128.xor(q1, v128.xor(v128.xor(s0, s1), r1)));
  }
}

/** Folds 4 leaves to two columns from `first`, as {@link foldSixteen} does 16. */
export function foldFour(first: usize, bytes: usize): void {
  const columns = COLUMNS + first * STRIPE;
  for (let at: usize = 0; at < bytes; at += 16) {
    const p = LEAVES + at;
    const l1 = leaf(p, 1);
    const l3 = leaf(p, 3);
    const s1 = v128.xor(leaf(p, 2), l3);
    v128.store(columns + at, v128.xor(l1, l3));
    v128.store(columns + STRIPE + at, s1);
    v128.store(SUM + at, v128.xor(v128.xor(leaf(p, 0), l1), s1));
  }
}

/** Adds SUM to `count` columns from `first`, to column b where bit b of the secret `bits` is set. */
export function addSum(first: usize, count: usize, bits: u32, bytes: usize): void {
  for (let b: usize = 0; b < count; b++) {
    const column = COLUMNS + (first + b) * STRIPE;
    const mask = i32x4.splat(-(<i32>((bits >> (<u32>b)) & 1)));
    for (let at: usize = 0; at < bytes; at += 16) {
      const added = v128.and(v128.load(SUM + at), mask);
      v128.store(column + at, v128.xor(v128.load(column + at), added));
    }
  }
}

/** One step of the exchange of rows and columns of 16 x 16 bytes: four steps are a transposition. */
// @ts-ignore: decorator
@inline
function interleave(to: usize, from: usize): void {
  for (let i: usize = 0; i < 8; i++) {
    const a = v128.load(from + (i << 4));
    const b = v128.load(from + (i << 4), 128);
    v128.store(to + (i << 5), v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
    v128.store(
      to + (i << 5),
      v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31),
      16,
    );
  }
}

/** ROWS = the transposed columns: bit c of row r is bit r of column c. `bytes` is a multiple of 16. */
export function transpose(bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    const block = ROWS + (at << 7);
    for (let c: usize = 0; c < 8; c++) {
      const columns = COLUMNS + (c << 4) * STRIPE + at;
      for (let j: usize = 0; j < 16; j++) v128.store(SQUARE0 + (j << 4), v128.load(columns + j * STRIPE));
      interleave(SQUARE1, SQUARE0);
      interleave(SQUARE0, SQUARE1);
      interleave(SQUARE1, SQUARE0);
      interleave(SQUARE0, SQUARE1);
      for (let b: usize = 0; b < 16; b++) {
        const row = block + (b << 7) + (c << 1);
        let v = v128.load(SQUARE0 + (b << 4));
        store<u16>(row, <u16>i8x16.bitmask(v), 112);
        v = i8x16.shl(v, 1);
        store<u16>(row, <u16>i8x16.bitmask(v), 96);
        v = i8x16.shl(v, 1);
        store<u16>(row, <u16>i8x16.bitmask(v), 80);
        v = i8x16.shl(v, 1);
        store<u16>(row, <u16>i8x16.bitmask(v), 64);
        v = i8x16.shl(v, 1);
        store<u16>(row, <u16>i8x16.bitmask(v), 48);
        v = i8x16.shl(v, 1);
        store<u16>(row, <u16>i8x16.bitmask(v), 32);
        v = i8x16.shl(v, 1);
        store<u16>(row, <u16>i8x16.bitmask(v), 16);
        v = i8x16.shl(v, 1);
        store<u16>(row, <u16>i8x16.bitmask(v));
      }
    }
  }
}

/** Overwrites what the last exchange left. */
export function wipeSquares(): void {
  memory.fill(SQUARE0, 0, 256);
  memory.fill(SQUARE1, 0, 256);
}
