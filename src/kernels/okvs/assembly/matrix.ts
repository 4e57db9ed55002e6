/**
 * Bits by columns and by rows: transpositions of squares of 16 x 16 bytes, and what is added to columns. No branch and no
 * address depends on a bit.
 */

/** 16 x 16 bytes, before and after an exchange. */
const SQUARE0: usize = memory.data(256, 16);
const SQUARE1: usize = memory.data(256, 16);

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

// @ts-ignore: decorator
@inline
function transposeSquare(): void {
  interleave(SQUARE1, SQUARE0);
  interleave(SQUARE0, SQUARE1);
  interleave(SQUARE1, SQUARE0);
  interleave(SQUARE0, SQUARE1);
}

/** Writes the 8 rows of 16 bits that 16 bytes hold, one bit a byte and row, `stride` bytes apart. */
// @ts-ignore: decorator
@inline
function storeBits(value: v128, to: usize, stride: usize): void {
  let v = value;
  for (let bit: usize = 8; bit > 0; bit--) {
    store<u16>(to + (bit - 1) * stride, <u16>i8x16.bitmask(v));
    v = i8x16.shl(v, 1);
  }
}

/**
 * 128 columns, `stride` bytes apart, to rows of 16 bytes, `rowStride` apart: bit c of row r is bit r of column c.
 *
 * @param bytes - Bytes of a column, a multiple of 16.
 */
export function columnsToRows(
  columns: usize,
  stride: usize,
  bytes: usize,
  rows: usize,
  rowStride: usize,
): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    for (let c: usize = 0; c < 8; c++) {
      const from = columns + (c << 4) * stride + at;
      for (let j: usize = 0; j < 16; j++) v128.store(SQUARE0 + (j << 4), v128.load(from + j * stride));
      transposeSquare();
      const block = rows + (at << 3) * rowStride + (c << 1);
      for (let b: usize = 0; b < 16; b++) {
        storeBits(v128.load(SQUARE0 + (b << 4)), block + (b << 3) * rowStride, rowStride);
      }
    }
  }
}

/** Rows of 16 bytes to 128 columns; `count` is a multiple of 16. */
export function rowsToColumns(
  rows: usize,
  rowStride: usize,
  count: usize,
  columns: usize,
  stride: usize,
): void {
  for (let r: usize = 0; r < count; r += 16) {
    for (let j: usize = 0; j < 16; j++) {
      v128.store(SQUARE0 + (j << 4), v128.load(rows + (r + j) * rowStride));
    }
    transposeSquare();
    for (let b: usize = 0; b < 16; b++) {
      storeBits(v128.load(SQUARE0 + (b << 4)), columns + (b << 3) * stride + (r >> 3), stride);
    }
  }
}

/** target += source where the secret `bit` is 1; `bytes` is a multiple of 16. */
export function addMasked(target: usize, source: usize, bytes: usize, bit: i32): void {
  const mask = i32x4.splat(-bit);
  for (let at: usize = 0; at < bytes; at += 16) {
    const added = v128.and(mask, v128.load(source + at));
    v128.store(target + at, v128.xor(v128.load(target + at), added));
  }
}

/** Overwrites what the last exchange left. */
export function wipeSquares(): void {
  memory.fill(SQUARE0, 0, 256);
  memory.fill(SQUARE1, 0, 256);
}
