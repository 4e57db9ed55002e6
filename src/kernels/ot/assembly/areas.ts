/** Where everything lies in the kernel's memory. Sizes are what one call works on; callers cut longer work. */

/** Most bytes of a column: 8 rows a byte. */
export const STRIPE: usize = 16384;
/** Most leaves of one fold. */
export const LEAF_COUNT: usize = 16;
/** Bits of a row, so columns. */
export const WIDTH: usize = 128;
/** Most 16-byte blocks of one hash. */
export const BLOCKS: usize = 16384;

/** The leaves' streams, one after the other, {@link STRIPE} apart. */
export const LEAVES: usize = memory.data(16 * 16384, 16);
/** The sum of a tree's leaves. */
export const SUM: usize = memory.data(16384, 16);
/** The matrix by columns, {@link STRIPE} apart. */
export const COLUMNS: usize = memory.data(128 * 16384, 16);
/** The matrix by rows of 16 bytes. */
export const ROWS: usize = memory.data(8 * 16384 * 16, 16);

/** What the sender's rows differ by, 16 bytes. */
export const DELTA: usize = memory.data(16, 16);
/** One bit a row: choices, or what corrects them. */
export const BITS: usize = memory.data(2048, 16);
/** Rows to hash; then their first encryption. */
export const FIRST0: usize = memory.data(16384 * 16, 16);
export const FIRST1: usize = memory.data(16384 * 16, 16);
/** Tweaked blocks; then hashes. */
export const HASH0: usize = memory.data(16384 * 16, 16);
export const HASH1: usize = memory.data(16384 * 16, 16);
/** 64-bit words: the sender's factors, and the share that comes of them. */
export const FACTORS: usize = memory.data(16384 * 16, 16);
export const SHARES: usize = memory.data(16384 * 16, 16);
/** What the sender sends. */
export const MESSAGE: usize = memory.data(16384 * 16, 16);

/** Coefficients of the check, 8 bytes a row. */
export const COEFFICIENTS: usize = memory.data(8 * 16384 * 8, 16);
/** Sums of rows by a byte of their coefficient: 8 tables of 256. */
export const BUCKETS: usize = memory.data(8 * 256 * 16, 16);
/** The check's result: 64 rows, then 64 bits. */
export const CHECKED: usize = memory.data(64 * 16 + 16, 16);
