/**
 * BLAKE3 of messages of at most one chunk (1,024 bytes), four at a time, with up to 64 bytes of output. Lengths may
 * differ: a message that is over has its output written, and its lane computes what nobody reads.
 *
 * Source: J. O'Connor, J.-P. Aumasson, S. Neves, Z. Wilcox-O'Hearn, "BLAKE3", 2020.
 */

import { rotateRight12, rotateRight16, rotateRight7, rotateRight8, transposeWords } from "./lanes";

const CHUNK_START: i32 = 1;
/** CHUNK_END and ROOT: the one chunk is the whole tree. */
const LAST: i32 = 2 | 8;

/** 16 words of the block, 8 of the chaining value, 16 of the output, four lanes each; then the output by messages. */
const MESSAGE: usize = memory.data(256, 16);
const CHAIN: usize = memory.data(128, 16);
const OUTPUT: usize = memory.data(256, 16);
const OUTPUTS: usize = memory.data(256, 16);

/** Where the words of each of the 7 rounds are in MESSAGE: 16 times the number of the word. */
const SCHEDULE: usize = memory.data<u8>([
  0, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 32, 96, 48, 160, 112, 0, 64, 208,
  16, 176, 192, 80, 144, 224, 240, 128, 48, 64, 160, 192, 208, 32, 112, 224, 96, 80, 144, 0, 176, 240, 128,
  16, 160, 112, 192, 144, 224, 48, 208, 240, 64, 0, 176, 32, 80, 128, 16, 96, 192, 208, 144, 176, 240, 160,
  224, 128, 112, 32, 80, 48, 0, 16, 96, 64, 144, 224, 176, 80, 128, 192, 240, 16, 208, 48, 0, 160, 32, 96, 64,
  112, 176, 240, 80, 0, 16, 144, 128, 96, 224, 160, 32, 192, 48, 64, 112, 208,
]);

// @ts-ignore: decorator
@inline
function word(round: usize, k: usize): v128 {
  return v128.load(MESSAGE + <usize>load<u8>(SCHEDULE + round + k));
}

// @ts-ignore: decorator
@inline
function add3(a: v128, b: v128, c: v128): v128 {
  return i32x4.add(i32x4.add(a, b), c);
}

/** OUTPUT = the compression of CHAIN and MESSAGE, both halves; the counter is zero. */
function compress(lengths: v128, flags: v128): void {
  let v0 = v128.load(CHAIN);
  let v1 = v128.load(CHAIN, 16);
  let v2 = v128.load(CHAIN, 32);
  let v3 = v128.load(CHAIN, 48);
  let v4 = v128.load(CHAIN, 64);
  let v5 = v128.load(CHAIN, 80);
  let v6 = v128.load(CHAIN, 96);
  let v7 = v128.load(CHAIN, 112);
  let v8 = i32x4.splat(0x6a09e667);
  let v9 = i32x4.splat(<i32>0xbb67ae85);
  let v10 = i32x4.splat(0x3c6ef372);
  let v11 = i32x4.splat(<i32>0xa54ff53a);
  let v12 = i32x4.splat(0);
  let v13 = i32x4.splat(0);
  let v14 = lengths;
  let v15 = flags;
  for (let round: usize = 0; round < 112; round += 16) {
    v0 = add3(v0, v4, word(round, 0));
    v12 = rotateRight16(v128.xor(v12, v0));
    v8 = i32x4.add(v8, v12);
    v4 = rotateRight12(v128.xor(v4, v8));
    v0 = add3(v0, v4, word(round, 1));
    v12 = rotateRight8(v128.xor(v12, v0));
    v8 = i32x4.add(v8, v12);
    v4 = rotateRight7(v128.xor(v4, v8));

    v1 = add3(v1, v5, word(round, 2));
    v13 = rotateRight16(v128.xor(v13, v1));
    v9 = i32x4.add(v9, v13);
    v5 = rotateRight12(v128.xor(v5, v9));
    v1 = add3(v1, v5, word(round, 3));
    v13 = rotateRight8(v128.xor(v13, v1));
    v9 = i32x4.add(v9, v13);
    v5 = rotateRight7(v128.xor(v5, v9));

    v2 = add3(v2, v6, word(round, 4));
    v14 = rotateRight16(v128.xor(v14, v2));
    v10 = i32x4.add(v10, v14);
    v6 = rotateRight12(v128.xor(v6, v10));
    v2 = add3(v2, v6, word(round, 5));
    v14 = rotateRight8(v128.xor(v14, v2));
    v10 = i32x4.add(v10, v14);
    v6 = rotateRight7(v128.xor(v6, v10));

    v3 = add3(v3, v7, word(round, 6));
    v15 = rotateRight16(v128.xor(v15, v3));
    v11 = i32x4.add(v11, v15);
    v7 = rotateRight12(v128.xor(v7, v11));
    v3 = add3(v3, v7, word(round, 7));
    v15 = rotateRight8(v128.xor(v15, v3));
    v11 = i32x4.add(v11, v15);
    v7 = rotateRight7(v128.xor(v7, v11));

    v0 = add3(v0, v5, word(round, 8));
    v15 = rotateRight16(v128.xor(v15, v0));
    v10 = i32x4.add(v10, v15);
    v5 = rotateRight12(v128.xor(v5, v10));
    v0 = add3(v0, v5, word(round, 9));
    v15 = rotateRight8(v128.xor(v15, v0));
    v10 = i32x4.add(v10, v15);
    v5 = rotateRight7(v128.xor(v5, v10));

    v1 = add3(v1, v6, word(round, 10));
    v12 = rotateRight16(v128.xor(v12, v1));
    v11 = i32x4.add(v11, v12);
    v6 = rotateRight12(v128.xor(v6, v11));
    v1 = add3(v1, v6, word(round, 11));
    v12 = rotateRight8(v128.xor(v12, v1));
    v11 = i32x4.add(v11, v12);
    v6 = rotateRight7(v128.xor(v6, v11));

    v2 = add3(v2, v7, word(round, 12));
    v13 = rotateRight16(v128.xor(v13, v2));
    v8 = i32x4.add(v8, v13);
    v7 = rotateRight12(v128.xor(v7, v8));
    v2 = add3(v2, v7, word(round, 13));
    v13 = rotateRight8(v128.xor(v13, v2));
    v8 = i32x4.add(v8, v13);
    v7 = rotateRight7(v128.xor(v7, v8));

    v3 = add3(v3, v4, word(round, 14));
    v14 = rotateRight16(v128.xor(v14, v3));
    v9 = i32x4.add(v9, v14);
    v4 = rotateRight12(v128.xor(v4, v9));
    v3 = add3(v3, v4, word(round, 15));
    v14 = rotateRight8(v128.xor(v14, v3));
    v9 = i32x4.add(v9, v14);
    v4 = rotateRight7(v128.xor(v4, v9));
  }
  finish(0, v0, v8);
  finish(16, v1, v9);
  finish(32, v2, v10);
  finish(48, v3, v11);
  finish(64, v4, v12);
  finish(80, v5, v13);
  finish(96, v6, v14);
  finish(112, v7, v15);
}

// @ts-ignore: decorator
@inline
function finish(at: usize, low: v128, high: v128): void {
  v128.store(OUTPUT + at, v128.xor(low, high));
  v128.store(OUTPUT + 128 + at, v128.xor(high, v128.load(CHAIN + at)));
}

/** MESSAGE = one block of each of four messages, as lanes of words. */
function loadBlocks(p0: usize, p1: usize, p2: usize, p3: usize): void {
  for (let at: usize = 0; at < 64; at += 16) {
    transposeWords(
      v128.load(p0 + at),
      v128.load(p1 + at),
      v128.load(p2 + at),
      v128.load(p3 + at),
      MESSAGE + (at << 2),
      16,
    );
  }
}

function startChain(key: usize): void {
  for (let i: usize = 0; i < 8; i++) v128.store(CHAIN + (i << 4), v128.load32_splat(key + (i << 2)));
}

/** OUTPUTS = the four outputs of 64 bytes, one after the other. */
function outputsByMessage(): void {
  for (let i: usize = 0; i < 4; i++) {
    const words = OUTPUT + (i << 6);
    transposeWords(
      v128.load(words),
      v128.load(words, 16),
      v128.load(words, 32),
      v128.load(words, 48),
      OUTPUTS + (i << 4),
      64,
    );
  }
}

// @ts-ignore: decorator
@inline
function writeOutput(lane: usize, to: usize, bytes: usize): void {
  memory.copy(to, OUTPUTS + (lane << 6), bytes);
}

/**
 * Hashes messages of one length, `stride` apart.
 *
 * @param length - 1 to 1,024; the rest of a message's last block is zero.
 * @param key - 32 bytes: the key, or the initial value for the plain hash.
 * @param flags - 16 for a keyed hash, 0 for the plain one.
 * @param bytes - Bytes of output, at most 64, `toStride` apart.
 */
export function hashRows(
  from: usize,
  stride: usize,
  length: i32,
  count: usize,
  key: usize,
  flags: i32,
  to: usize,
  toStride: usize,
  bytes: usize,
): void {
  for (let i: usize = 0; i < count; i += 4) {
    const p0 = from + i * stride;
    const left = count - i;
    const p1 = left > 1 ? p0 + stride : p0;
    const p2 = left > 2 ? p0 + 2 * stride : p0;
    const p3 = left > 3 ? p0 + 3 * stride : p0;
    startChain(key);
    let first = CHUNK_START;
    for (let at = 0; at < length; at += 64) {
      const last = at + 64 >= length;
      loadBlocks(p0 + at, p1 + at, p2 + at, p3 + at);
      const blockFlags = flags | first | (last ? LAST : 0);
      compress(i32x4.splat(last ? length - at : 64), i32x4.splat(blockFlags));
      if (!last) memory.copy(CHAIN, OUTPUT, 128);
      first = 0;
    }
    outputsByMessage();
    const target = to + i * toStride;
    writeOutput(0, target, bytes);
    if (left > 1) writeOutput(1, target + toStride, bytes);
    if (left > 2) writeOutput(2, target + 2 * toStride, bytes);
    if (left > 3) writeOutput(3, target + 3 * toStride, bytes);
  }
}

// @ts-ignore: decorator
@inline
function lane(value: v128, index: u8, scalar: i32): v128 {
  if (index == 0) return i32x4.replace_lane(value, 0, scalar);
  if (index == 1) return i32x4.replace_lane(value, 1, scalar);
  if (index == 2) return i32x4.replace_lane(value, 2, scalar);
  return i32x4.replace_lane(value, 3, scalar);
}

// @ts-ignore: decorator
@inline
function blockLength(length: i32, at: i32): i32 {
  return min(64, max(0, length - at));
}

// @ts-ignore: decorator
@inline
function isLast(length: i32, at: i32): bool {
  return at + 64 >= length && (at == 0 || at < length);
}

// @ts-ignore: decorator
@inline
function lastFlag(length: i32, at: i32): i32 {
  return isLast(length, at) ? LAST : 0;
}

/** Four messages side by side, each with the room of a chunk and what copies of 16 bytes and zeros need beyond. */
const ROOM: usize = 1024 + 80;
const MESSAGES: usize = memory.data(4 * (1024 + 80), 16);

/**
 * Writes an item as the bytes that are compared: each field's length and its bytes; zeros up to the end of the block.
 *
 * @returns Its length; 0 for one that is longer than a chunk.
 */
function writeItem(base: usize, fields: usize, columns: u32, to: usize): i32 {
  let at = to;
  for (let c: u32 = 0; c < columns; c++, fields += 8) {
    const from = base + <usize>load<u32>(fields);
    const length = load<u32>(fields, 4);
    if (length > 1020 || at + 4 + <usize>length > to + 1024) return 0;
    store<u32>(at, length);
    at += 4;
    for (let k: usize = 0; k < <usize>length; k += 16) v128.store(at + k, v128.load(from + k));
    at += <usize>length;
  }
  const zero = i32x4.splat(0);
  for (let k: usize = 0; k < 64; k += 16) v128.store(at + k, zero);
  return <i32>(at - to);
}

/**
 * Plain hashes of items of some fields, 32 bytes each.
 *
 * @param spans - A pair of words for each field: where it begins, counted from `base`, and its length.
 * @param initial - The initial value.
 */
export function hashFields(
  base: usize,
  spans: usize,
  columns: u32,
  count: usize,
  initial: usize,
  to: usize,
): void {
  const stride = <usize>columns << 3;
  for (let i: usize = 0; i < count; i += 4) {
    const left = min(4, count - i);
    const first = spans + i * stride;
    const l0 = writeItem(base, first, columns, MESSAGES);
    const l1 = left > 1 ? writeItem(base, first + stride, columns, MESSAGES + ROOM) : 0;
    const l2 = left > 2 ? writeItem(base, first + 2 * stride, columns, MESSAGES + 2 * ROOM) : 0;
    const l3 = left > 3 ? writeItem(base, first + 3 * stride, columns, MESSAGES + 3 * ROOM) : 0;
    hashQuad(l0, l1, l2, l3, initial, to + (i << 5), left);
  }
}

/** Hashes of what is in MESSAGES, by its lengths. */
function hashQuad(l0: i32, l1: i32, l2: i32, l3: i32, initial: usize, to: usize, count: usize): void {
  const longest = max(1, max(max(l0, l1), max(l2, l3)));
  startChain(initial);
  for (let at = 0; at < longest; at += 64) {
    const block = MESSAGES + <usize>at;
    loadBlocks(block, block + ROOM, block + 2 * ROOM, block + 3 * ROOM);
    let lengths = i32x4.splat(blockLength(l0, at));
    lengths = lane(lengths, 1, blockLength(l1, at));
    lengths = lane(lengths, 2, blockLength(l2, at));
    lengths = lane(lengths, 3, blockLength(l3, at));
    const first = at == 0 ? CHUNK_START : 0;
    let flags = i32x4.splat(first | lastFlag(l0, at));
    flags = lane(flags, 1, first | lastFlag(l1, at));
    flags = lane(flags, 2, first | lastFlag(l2, at));
    flags = lane(flags, 3, first | lastFlag(l3, at));
    compress(lengths, flags);
    outputsByMessage();
    if (isLast(l0, at)) writeOutput(0, to, 32);
    if (count > 1 && isLast(l1, at)) writeOutput(1, to + 32, 32);
    if (count > 2 && isLast(l2, at)) writeOutput(2, to + 64, 32);
    if (count > 3 && isLast(l3, at)) writeOutput(3, to + 96, 32);
    memory.copy(CHAIN, OUTPUT, 128);
  }
}

/** Overwrites what the last hash left. */
export function wipeHash(): void {
  memory.fill(MESSAGE, 0, 256);
  memory.fill(CHAIN, 0, 128);
  memory.fill(OUTPUT, 0, 256);
  memory.fill(OUTPUTS, 0, 256);
  memory.fill(MESSAGES, 0, 4 * ROOM);
}
