/**
 * The sums of the consistency check: of every row, times a public random coefficient of 64 bits; the last 64 rows have
 * the coefficients 1, 2, 4 and so on. Rows are summed by bytes of their coefficients first, so that addresses depend on
 * public coefficients only.
 */

/**
 * 64 sums of rows of `width` bytes, a multiple of 16.
 *
 * @param count - Rows before the last 64.
 * @param coefficients - 8 bytes for each of them.
 * @param buckets - Room for 8 x 256 rows.
 */
export function sumRows(
  rows: usize,
  width: usize,
  count: usize,
  coefficients: usize,
  buckets: usize,
  to: usize,
): void {
  memory.fill(buckets, 0, 2048 * width);
  for (let r: usize = 0; r < count; r++) {
    const row = rows + r * width;
    for (let b: usize = 0; b < 8; b++) {
      const bucket = buckets + ((b << 8) + <usize>load<u8>(coefficients + (r << 3) + b)) * width;
      for (let at: usize = 0; at < width; at += 16) {
        v128.store(bucket + at, v128.xor(v128.load(bucket + at), v128.load(row + at)));
      }
    }
  }
  const last = rows + count * width;
  for (let i: usize = 0; i < 64; i++) {
    const table = buckets + (i >> 3) * 256 * width;
    const bit: usize = (<usize>1) << (i & 7);
    for (let at: usize = 0; at < width; at += 16) {
      let sum = v128.load(last + i * width + at);
      for (let j: usize = 0; j < 256; j++) {
        if ((j & bit) != 0) sum = v128.xor(sum, v128.load(table + j * width + at));
      }
      v128.store(to + i * width + at, sum);
    }
  }
}
