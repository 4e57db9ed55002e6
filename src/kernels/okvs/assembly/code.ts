/**
 * The binary code by tables: a codeword of 245 bits, in 32 bytes, is the sum of 16 entries of 16 tables, one for each byte
 * of the word. Tables are read at addresses that depend on words.
 */

// @ts-ignore: decorator
@inline
function half(word: u64, tables: usize, part: usize): v128 {
  let sum = i64x2.splat(0);
  for (let t: usize = 0; t < 8; t++) {
    sum = v128.xor(sum, v128.load(tables + (t << 13) + (<usize>((word >> (<u64>(t << 3))) & 255) << 5) + part));
  }
  return sum;
}

// @ts-ignore: decorator
@inline
function codewordPart(from: usize, tables: usize, part: usize): v128 {
  return v128.xor(half(load<u64>(from), tables, part), half(load<u64>(from, 8), tables + 65536, part));
}

/** Codewords of words of 16 bytes, one after the other. */
export function encodeWords(words: usize, count: usize, tables: usize, to: usize): void {
  for (let i: usize = 0; i < count; i++) {
    const from = words + (i << 4);
    v128.store(to + (i << 5), codewordPart(from, tables, 0));
    v128.store(to + (i << 5), codewordPart(from, tables, 16), 16);
  }
}

/**
 * rows += codeword of each word, times Delta: four planes of 32 bytes a row.
 *
 * @param words - 16 bytes each, `stride` apart.
 * @param delta - Four planes of 32 bytes.
 * @param rows - 128 bytes each, `rowStride` apart.
 */
export function addCodewords(
  words: usize,
  stride: usize,
  count: usize,
  tables: usize,
  delta: usize,
  rows: usize,
  rowStride: usize,
): void {
  for (let i: usize = 0; i < count; i++) {
    const from = words + i * stride;
    const low = codewordPart(from, tables, 0);
    const high = codewordPart(from, tables, 16);
    const row = rows + i * rowStride;
    for (let plane: usize = 0; plane < 128; plane += 32) {
      v128.store(
        row + plane,
        v128.xor(v128.load(row + plane), v128.and(low, v128.load(delta + plane))),
      );
      v128.store(
        row + plane,
        v128.xor(v128.load(row + plane, 16), v128.and(high, v128.load(delta + plane, 16))),
        16,
      );
    }
  }
}
