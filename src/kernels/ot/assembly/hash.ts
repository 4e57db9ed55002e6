/** The steps of the hash between its two encryptions, which are done outside, and what prepares the rows for it. */

import { BITS, DELTA, FIRST0, FIRST1, HASH0, HASH1 } from "./areas";

/** FIRST0 rows += DELTA where the row's bit in BITS is set; FIRST1 = FIRST0 + DELTA. */
export function pairRows(rows: usize): void {
  const delta = v128.load(DELTA);
  for (let r: usize = 0; r < rows; r++) {
    const mask = i32x4.splat(-(<i32>((load<u8>(BITS + (r >> 3)) >> (<u8>(r & 7))) & 1)));
    const row = v128.xor(v128.load(FIRST0 + (r << 4)), v128.and(delta, mask));
    v128.store(FIRST0 + (r << 4), row);
    v128.store(FIRST1 + (r << 4), v128.xor(row, delta));
  }
}

// @ts-ignore: decorator
@inline
function pair(low: u64, high: u64): v128 {
  return i64x2.replace_lane(i64x2.splat(<i64>low), 1, <i64>high);
}

/** HASH blocks = FIRST rows + tweak: the row's number in the low half, the block's in the high half. */
export function addTweaks(rows: usize, blocks: usize, firstRow: u64, firstBlock: u32, second: bool): void {
  const from = second ? FIRST1 : FIRST0;
  let to = second ? HASH1 : HASH0;
  for (let r: usize = 0; r < rows; r++) {
    const row = v128.xor(v128.load(from + (r << 4)), pair(firstRow + (<u64>r), <u64>firstBlock));
    for (let b: usize = 0; b < blocks; b++) {
      // firstBlock + b differs from firstBlock in bits of the high half only.
      const difference = (<u64>firstBlock) ^ ((<u64>firstBlock) + (<u64>b));
      v128.store(to, v128.xor(row, pair(0, difference)));
      to += 16;
    }
  }
}

/** HASH blocks += FIRST rows. */
export function addFirst(rows: usize, blocks: usize, second: bool): void {
  const from = second ? FIRST1 : FIRST0;
  let to = second ? HASH1 : HASH0;
  for (let r: usize = 0; r < rows; r++) {
    const row = v128.load(from + (r << 4));
    for (let b: usize = 0; b < blocks; b++) {
      v128.store(to, v128.xor(v128.load(to), row));
      to += 16;
    }
  }
}
