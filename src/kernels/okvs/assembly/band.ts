/**
 * A band OKVS over bits: each record's value is the sum of the rows that its band of `width` bits chooses, from its start
 * on. Records have 64 bytes: value 16, band 24, then the start's word of 64 bits, of the partition likewise, 8 to spare;
 * sorting overwrites the start's word by start (32 bits) and number (32 bits). The first bit of a band is always 1.
 *
 * Branches and addresses depend on bands and starts, which are hashes of items under the run's key.
 *
 * Source: A. Bienstock, S. Patel, J. Y. Seo, K. Yeo, "Near-Optimal Oblivious Key-Value Stores", USENIX Security 2023.
 */

/** Bytes of a reduced row: three words of band, 8 bytes free, 16 of value. */
const REDUCED: usize = 48;
/** Rows whose tables are made at a time. */
const CHUNK: u32 = 512;

// @ts-ignore: decorator
@inline
function maskOf(width: u32, word: u32): u64 {
  const bits = <i32>width - <i32>(word << 6);
  return bits >= 64 ? ~(<u64>0) : bits <= 0 ? 0 : ((<u64>1) << (<u64>bits)) - 1;
}

/** floor(word x span / 2^64). */
// @ts-ignore: decorator
@inline
function scaled(word: u64, span: u32): u32 {
  return <u32>(((word >> 32) * <u64>span + (((word & 0xffffffff) * <u64>span) >> 32)) >> 32);
}

/** The partition of each record, as words of 32 bits. */
export function partitionsOf(records: usize, count: usize, partitions: u32, to: usize): void {
  for (let i: usize = 0; i < count; i++) {
    store<u32>(to + (i << 2), scaled(load<u64>(records + (i << 6), 48), partitions));
  }
}

/** The records in the order of their starts. `counts` is room for span + 1 words. */
export function sortRecords(records: usize, count: usize, span: u32, counts: usize, to: usize): void {
  memory.fill(counts, 0, (<usize>span + 1) << 2);
  for (let i: usize = 0; i < count; i++) {
    const record = records + (i << 6);
    const start = scaled(load<u64>(record, 40), span);
    store<u32>(record, start, 40);
    store<u32>(record, <u32>i, 44);
    const at = counts + (<usize>start << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  let sum: u32 = 0;
  for (let s: usize = 0; s < <usize>span; s++) {
    const at = counts + (s << 2);
    const size = load<u32>(at);
    store<u32>(at, sum);
    sum += size;
  }
  for (let i: usize = 0; i < count; i++) {
    const record = records + (i << 6);
    const at = counts + (<usize>load<u32>(record, 40) << 2);
    const place = load<u32>(at);
    store<u32>(at, place + 1);
    const target = to + (<usize>place << 6);
    v128.store(target, v128.load(record));
    v128.store(target, v128.load(record, 16), 16);
    v128.store(target, v128.load(record, 32), 32);
    v128.store(target, v128.load(record, 48), 48);
  }
}

/**
 * Brings sorted records to triangular form.
 *
 * @param used - A byte for each column: 1 where a row begins.
 * @returns How many records have no solution: 0 but with negligible probability.
 */
export function eliminate(
  records: usize,
  count: usize,
  columns: usize,
  width: u32,
  reduced: usize,
  used: usize,
): u32 {
  memory.fill(used, 0, columns);
  const mask0 = maskOf(width, 0);
  const mask1 = maskOf(width, 1);
  const mask2 = maskOf(width, 2);
  let failed: u32 = 0;
  for (let k: usize = 0; k < count; k++) {
    const record = records + (k << 6);
    let column = <usize>load<u32>(record, 40);
    let b0 = (load<u64>(record, 16) | 1) & mask0;
    let b1 = load<u64>(record, 24) & mask1;
    let b2 = load<u64>(record, 32) & mask2;
    let value = v128.load(record);
    for (;;) {
      if (b0 == 0) {
        if ((b1 | b2) == 0) {
          failed++;
          break;
        }
        b0 = b1;
        b1 = b2;
        b2 = 0;
        column += 64;
        continue;
      }
      const zeros = ctz(b0);
      if (zeros != 0) {
        b0 = (b0 >> zeros) | (b1 << (64 - zeros));
        b1 = (b1 >> zeros) | (b2 << (64 - zeros));
        b2 >>= zeros;
        column += <usize>zeros;
      }
      const row = reduced + column * REDUCED;
      if (load<u8>(used + column) == 0) {
        store<u8>(used + column, 1);
        store<u64>(row, b0);
        store<u64>(row, b1, 8);
        store<u64>(row, b2, 16);
        v128.store(row, value, 32);
        break;
      }
      b0 ^= load<u64>(row);
      b1 ^= load<u64>(row, 8);
      b2 ^= load<u64>(row, 16);
      value = v128.xor(value, v128.load(row, 32));
    }
  }
  return failed;
}

// @ts-ignore: decorator
@inline
function chosen(bits: u64, values: usize): v128 {
  let sum = i64x2.splat(0);
  for (let b = bits; b != 0; b &= b - 1) sum = v128.xor(sum, v128.load(values + (<usize>ctz(b) << 4)));
  return sum;
}

/** Solves from the last column to the first; `values`, 16 bytes each, hold what the free columns get. */
export function solve(columns: usize, reduced: usize, used: usize, values: usize): void {
  for (let column = columns; column-- > 0;) {
    if (load<u8>(used + column) == 0) continue;
    const row = reduced + column * REDUCED;
    const at = values + (column << 4);
    let value = v128.load(row, 32);
    value = v128.xor(value, chosen(load<u64>(row) & ~(<u64>1), at));
    value = v128.xor(value, chosen(load<u64>(row, 8), at + 1024));
    value = v128.xor(value, chosen(load<u64>(row, 16), at + 2048));
    v128.store(at, value);
  }
}

/** The 16 sums of each four of `groups` times four rows of 128 bytes. */
function tableRows(rows: usize, groups: usize, tables: usize): void {
  for (let g: usize = 0; g < groups; g++) {
    for (let at: usize = 0; at < 128; at += 16) {
      const row = rows + (g << 9) + at;
      const table = tables + (g << 11) + at;
      const r0 = v128.load(row);
      const r1 = v128.load(row, 128);
      const r2 = v128.load(row, 256);
      const r3 = v128.load(row, 384);
      const r01 = v128.xor(r0, r1);
      const r23 = v128.xor(r2, r3);
      v128.store(table, i64x2.splat(0));
      v128.store(table, r0, 128);
      v128.store(table, r1, 256);
      v128.store(table, r01, 384);
      v128.store(table, r2, 512);
      v128.store(table, v128.xor(r0, r2), 640);
      v128.store(table, v128.xor(r1, r2), 768);
      v128.store(table, v128.xor(r01, r2), 896);
      v128.store(table, r3, 1024);
      v128.store(table, v128.xor(r0, r3), 1152);
      v128.store(table, v128.xor(r1, r3), 1280);
      v128.store(table, v128.xor(r01, r3), 1408);
      v128.store(table, r23, 1536);
      v128.store(table, v128.xor(r0, r23), 1664);
      v128.store(table, v128.xor(r1, r23), 1792);
      v128.store(table, v128.xor(r01, r23), 1920);
    }
  }
}

/** Adds what a band's `groups` groups of four bits choose, from `tables` on, and stores it. */
// @ts-ignore: decorator
@inline
function decodeRow(record: usize, width: u32, groups: u32, tables: usize, firstRow: u32, to: usize): void {
  const start = load<u32>(record, 40);
  const shift: u64 = <u64>(start & 3);
  let b0 = (load<u64>(record, 16) | 1) & maskOf(width, 0);
  let b1 = load<u64>(record, 24) & maskOf(width, 1);
  let b2 = load<u64>(record, 32) & maskOf(width, 2);
  let b3: u64 = 0;
  if (shift != 0) {
    b3 = b2 >> (64 - shift);
    b2 = (b2 << shift) | (b1 >> (64 - shift));
    b1 = (b1 << shift) | (b0 >> (64 - shift));
    b0 <<= shift;
  }
  let table = tables + (<usize>((start - firstRow) >> 2) << 11);
  let v0 = i64x2.splat(0);
  let v1 = v0;
  let v2 = v0;
  let v3 = v0;
  let v4 = v0;
  let v5 = v0;
  let v6 = v0;
  let v7 = v0;
  for (let left = <i32>groups; left > 0; left -= 16) {
    const some = min(16, left);
    for (let s = 0; s < some; s++) {
      const entry = table + (<usize>(b0 & 15) << 7);
      b0 >>= 4;
      table += 2048;
      v0 = v128.xor(v0, v128.load(entry));
      v1 = v128.xor(v1, v128.load(entry, 16));
      v2 = v128.xor(v2, v128.load(entry, 32));
      v3 = v128.xor(v3, v128.load(entry, 48));
      v4 = v128.xor(v4, v128.load(entry, 64));
      v5 = v128.xor(v5, v128.load(entry, 80));
      v6 = v128.xor(v6, v128.load(entry, 96));
      v7 = v128.xor(v7, v128.load(entry, 112));
    }
    b0 = b1;
    b1 = b2;
    b2 = b3;
    b3 = 0;
  }
  v128.store(to, v0);
  v128.store(to, v1, 16);
  v128.store(to, v2, 32);
  v128.store(to, v3, 48);
  v128.store(to, v4, 64);
  v128.store(to, v5, 80);
  v128.store(to, v6, 96);
  v128.store(to, v7, 112);
}

/**
 * The inputs of the last hash, 192 bytes apart: for each sorted record the sum of the rows of 128 bytes that it chooses,
 * then its value, then zeros.
 *
 * @param rowCount - All rows, more than any band reaches.
 * @param tables - Room for 2,048 bytes times {@link CHUNK} / 4 + width / 4 + 2.
 */
export function decodeRows(
  records: usize,
  count: usize,
  width: u32,
  rows: usize,
  rowCount: u32,
  tables: usize,
  to: usize,
): void {
  const groups = (width + 6) >> 2;
  let k: usize = 0;
  for (let first: u32 = 0; k < count; first += CHUNK) {
    if (load<u32>(records + (k << 6), 40) >= first + CHUNK) continue;
    const some = min((CHUNK >> 2) + groups, (rowCount - first) >> 2);
    tableRows(rows + (<usize>first << 7), <usize>some, tables);
    for (; k < count; k++) {
      const record = records + (k << 6);
      if (load<u32>(record, 40) >= first + CHUNK) break;
      const target = to + k * 192;
      decodeRow(record, width, groups, tables, first, target);
      v128.store(target, v128.load(record), 128);
      v128.store(target, i64x2.splat(0), 144);
      v128.store(target, i64x2.splat(0), 160);
      v128.store(target, i64x2.splat(0), 176);
    }
  }
}
