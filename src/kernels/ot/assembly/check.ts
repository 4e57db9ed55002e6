/**
 * The universal hash of the consistency check: the sum of every row, and of its choice bit, times a public random
 * coefficient of 64 bits. Rows are summed by bytes of their coefficients first, so that addresses depend on public
 * coefficients only.
 */

import { BUCKETS, CHECKED, COEFFICIENTS, ROWS, SUM } from "./areas";

/**
 * CHECKED = the hash of `rows` rows whose choice bits are in SUM; the last 64 have the coefficients 1, 2, 4 and so on.
 *
 * @param choices - False at the party that has no choice bits.
 */
export function hashRows(rows: usize, choices: bool): void {
  memory.fill(BUCKETS, 0, 8 * 256 * 16);
  const hashed = rows - 64;
  let bits: u64 = 0;
  for (let r: usize = 0; r < hashed; r++) {
    const coefficient = load<u64>(COEFFICIENTS + (r << 3));
    const row = v128.load(ROWS + (r << 4));
    for (let b: usize = 0; b < 8; b++) {
      const bucket = BUCKETS + (b << 12) + (<usize>((coefficient >> (<u64>(b << 3))) & 255) << 4);
      v128.store(bucket, v128.xor(v128.load(bucket), row));
    }
    if (choices) bits ^= coefficient & -(<u64>((load<u8>(SUM + (r >> 3)) >> (<u8>(r & 7))) & 1));
  }
  if (choices) bits ^= load<u64>(SUM + (hashed >> 3));
  for (let i: usize = 0; i < 64; i++) {
    const table = BUCKETS + ((i >> 3) << 12);
    let sum = v128.load(ROWS + ((hashed + i) << 4));
    for (let j: usize = 0; j < 256; j++) {
      if (((j >> (i & 7)) & 1) != 0) sum = v128.xor(sum, v128.load(table + (j << 4)));
    }
    v128.store(CHECKED + (i << 4), sum);
  }
  store<u64>(CHECKED + 1024, bits);
}
