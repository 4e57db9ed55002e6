/**
 * What intersections by OKVS compute, as operations on flat memory: addresses are byte offsets, counts are of rows. The
 * compiled kernel (sources in `assembly/`) and the readable reference have the same operations.
 */

/** The operations. Areas of one call do not overlap unless said. */
export interface OkvsOperations {
  /**
   * BLAKE3 of messages of one length, `stride` bytes apart.
   *
   * @param length - 1 to 1,024; a message is followed by zeros up to the end of its last block of 64 bytes.
   * @param key - Address of 32 bytes: the key, or {@link blake3InitialValue} for the plain hash.
   * @param flags - 16 for a keyed hash, 0 for the plain one.
   * @param bytes - Bytes of output, at most 64, to every `toStride` bytes from `to` on.
   */
  hashRows(
    from: number,
    stride: number,
    length: number,
    count: number,
    key: number,
    flags: number,
    to: number,
    toStride: number,
    bytes: number,
  ): void;
  /**
   * Plain BLAKE3, 32 bytes each, of items: of each of its fields the length, a word, and the bytes.
   *
   * @param spans - A pair of words for each field: where it begins, counted from `base`, and its length. What is given for an
   *   item of more than 1,024 bytes is of no use.
   */
  hashFields(
    base: number,
    spans: number,
    columns: number,
    count: number,
    initialValue: number,
    to: number,
  ): void;
  /** The first block of the key stream of each key of 32 bytes: 64 bytes, two children of a node of a tree. */
  expandSeeds(seeds: number, count: number, to: number): void;
  /** `count` blocks of a key's ChaCha20 stream; a multiple of 4. */
  keystream(key: number, firstBlock: number, count: number, to: number): void;
  /**
   * `count` blocks of the sum of the streams of 16 keys, and of the four sums of those whose number has bit 0, 1, 2, 3:
   * to `columns` and every `plane` bytes on.
   */
  foldTree(
    leaves: number,
    firstBlock: number,
    count: number,
    sum: number,
    columns: number,
    plane: number,
  ): void;
  /** 128 columns of `bytes` bytes, a multiple of 16, to rows of 16 bytes: bit c of row r is bit r of column c. */
  columnsToRows(columns: number, stride: number, bytes: number, rows: number, rowStride: number): void;
  /** The other way round; `count` is a multiple of 16. */
  rowsToColumns(rows: number, rowStride: number, count: number, columns: number, stride: number): void;
  /** target += source where `bit` is 1. */
  addMasked(target: number, source: number, bytes: number, bit: number): void;
  /** Codewords, 32 bytes each, of words of 16 bytes. */
  encodeWords(words: number, count: number, tables: number, to: number): void;
  /** rows += codewords times Delta, four planes of 32 bytes. */
  addCodewords(
    words: number,
    stride: number,
    count: number,
    tables: number,
    delta: number,
    rows: number,
    rowStride: number,
  ): void;
  /** 64 sums of rows of `width` bytes times coefficients of 64 bits; 64 more rows follow with 1, 2, 4 and so on. */
  sumRows(
    rows: number,
    width: number,
    count: number,
    coefficients: number,
    buckets: number,
    to: number,
  ): void;
  /** The partition of each record, as words. */
  partitionsOf(records: number, count: number, partitions: number, to: number): void;
  /** Records of 64 bytes in the order of their starts. */
  sortRecords(records: number, count: number, span: number, counts: number, to: number): void;
  /** Triangular form of sorted records, 48 bytes a column; how many have no solution. */
  eliminate(
    records: number,
    count: number,
    columns: number,
    width: number,
    reduced: number,
    used: number,
  ): number;
  /** Solves; `values` hold what the free columns get. */
  solve(columns: number, reduced: number, used: number, values: number): void;
  /** For each sorted record, 192 bytes: the sum of the rows of 128 bytes that it chooses, its value, zeros. */
  decodeRows(
    records: number,
    count: number,
    width: number,
    rows: number,
    rowCount: number,
    tables: number,
    to: number,
  ): void;
  /** The numbers of hashes of 32 bytes in the order of their first 16. */
  sortTags(hashes: number, count: number, bits: number, counts: number, order: number): void;
  /** Hashes in an order. */
  gatherTags(hashes: number, count: number, order: number, to: number): void;
  /** What ordered own hashes and a part of the other's tags have in common; -1 unless the tags increase strictly. */
  matchTags(
    own: number,
    ownCount: number,
    cursor: number,
    tags: number,
    count: number,
    previous: number,
    first: number,
    hits: number,
  ): number;
  /** Overwrites what operations left outside the areas that they were given. */
  wipeScratch(): void;
}

/** Bytes of a record. */
export const recordBytes = 64;
/** Bytes of a value of the OKVS, and of the code's words. */
export const valueBytes = 16;
/** Bytes of a row of the matrix: four planes of 32 bytes. */
export const rowBytes = 128;
/** Bytes of a reduced row of the band matrix. */
export const reducedBytes = 48;
/** Bytes from one input of the last hash to the next, and of the input itself. */
export const inputStride = 192;
export const inputBytes = 144;
/** Bytes that the last hash gives for each record: tag and second tag. */
export const hashBytes = 32;
export const tagBytes = 16;
/** Bytes of the code's tables. */
export const codeTableBytes: number = 16 * 256 * 32;
/** BLAKE3's flag of a keyed hash. */
export const keyedFlag = 16;
/** Widest band. */
export const maxBandBits = 192;

/** Bytes of the tables that `decodeRows` works with. */
export const decodeTableBytes: number = 2048 * (128 + maxBandBits / 4 + 2);

/** BLAKE3's initial value, the key of the plain hash, little-endian. */
export const blake3InitialValue: readonly number[] = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

/** Operations with the memory that they work on. */
export interface OkvsKernel {
  readonly run: OkvsOperations;
  /** Room of so many bytes; its address, a multiple of 64. What is in it is whatever was there before. */
  allocate(byteLength: number): number;
  /** Gives back all room that was allocated since {@link OkvsKernel.mark} gave `mark`. */
  release(mark: number): void;
  mark(): number;
  /** All memory, valid until the next {@link OkvsKernel.allocate}. */
  memory(): Uint8Array<ArrayBuffer>;
}
