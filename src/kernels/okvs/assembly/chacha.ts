/**
 * The ChaCha20 key stream, four blocks at a time: of four keys (nodes and leaves of trees) or four blocks of one key. And
 * what is made of the leaves' streams of a tree: their sum, and four columns, each the sum of the leaves whose number has
 * a bit. No branch and no address depends on a key.
 *
 * Source: RFC 8439, sections 2.3 and 2.4, zero nonce.
 */

import { rotateLeft8, rotateRight16, transposeWords } from "./lanes";

/** Key words of four lanes, for up to four groups of four keys; the 16 words of a block, four lanes. */
const KEYS: usize = memory.data(4 * 128, 16);
const BLOCK: usize = memory.data(256, 16);
/** Sums over groups of leaves, four lanes: of all, of odd groups, of the upper two. */
const ALL: usize = memory.data(256, 16);
const ODD: usize = memory.data(256, 16);
const UPPER: usize = memory.data(256, 16);
/** Four rows of 16 bytes. */
const ROWS: usize = memory.data(64, 16);

// @ts-ignore: decorator
@inline
function rotateLeft12(v: v128): v128 {
  return v128.or(i32x4.shl(v, 12), i32x4.shr_u(v, 20));
}

// @ts-ignore: decorator
@inline
function rotateLeft7(v: v128): v128 {
  return v128.or(i32x4.shl(v, 7), i32x4.shr_u(v, 25));
}

/** BLOCK = the block of each lane's key and counter. */
function blocks(keys: usize, counters: v128): void {
  const k0 = v128.load(keys);
  const k1 = v128.load(keys, 16);
  const k2 = v128.load(keys, 32);
  const k3 = v128.load(keys, 48);
  const k4 = v128.load(keys, 64);
  const k5 = v128.load(keys, 80);
  const k6 = v128.load(keys, 96);
  const k7 = v128.load(keys, 112);
  let v0 = i32x4.splat(0x61707865);
  let v1 = i32x4.splat(0x3320646e);
  let v2 = i32x4.splat(0x79622d32);
  let v3 = i32x4.splat(0x6b206574);
  let v4 = k0;
  let v5 = k1;
  let v6 = k2;
  let v7 = k3;
  let v8 = k4;
  let v9 = k5;
  let v10 = k6;
  let v11 = k7;
  let v12 = counters;
  let v13 = i32x4.splat(0);
  let v14 = i32x4.splat(0);
  let v15 = i32x4.splat(0);
  for (let round = 0; round < 10; round++) {
    v0 = i32x4.add(v0, v4);
    v1 = i32x4.add(v1, v5);
    v2 = i32x4.add(v2, v6);
    v3 = i32x4.add(v3, v7);
    v12 = rotateRight16(v128.xor(v12, v0));
    v13 = rotateRight16(v128.xor(v13, v1));
    v14 = rotateRight16(v128.xor(v14, v2));
    v15 = rotateRight16(v128.xor(v15, v3));
    v8 = i32x4.add(v8, v12);
    v9 = i32x4.add(v9, v13);
    v10 = i32x4.add(v10, v14);
    v11 = i32x4.add(v11, v15);
    v4 = rotateLeft12(v128.xor(v4, v8));
    v5 = rotateLeft12(v128.xor(v5, v9));
    v6 = rotateLeft12(v128.xor(v6, v10));
    v7 = rotateLeft12(v128.xor(v7, v11));
    v0 = i32x4.add(v0, v4);
    v1 = i32x4.add(v1, v5);
    v2 = i32x4.add(v2, v6);
    v3 = i32x4.add(v3, v7);
    v12 = rotateLeft8(v128.xor(v12, v0));
    v13 = rotateLeft8(v128.xor(v13, v1));
    v14 = rotateLeft8(v128.xor(v14, v2));
    v15 = rotateLeft8(v128.xor(v15, v3));
    v8 = i32x4.add(v8, v12);
    v9 = i32x4.add(v9, v13);
    v10 = i32x4.add(v10, v14);
    v11 = i32x4.add(v11, v15);
    v4 = rotateLeft7(v128.xor(v4, v8));
    v5 = rotateLeft7(v128.xor(v5, v9));
    v6 = rotateLeft7(v128.xor(v6, v10));
    v7 = rotateLeft7(v128.xor(v7, v11));

    v0 = i32x4.add(v0, v5);
    v1 = i32x4.add(v1, v6);
    v2 = i32x4.add(v2, v7);
    v3 = i32x4.add(v3, v4);
    v15 = rotateRight16(v128.xor(v15, v0));
    v12 = rotateRight16(v128.xor(v12, v1));
    v13 = rotateRight16(v128.xor(v13, v2));
    v14 = rotateRight16(v128.xor(v14, v3));
    v10 = i32x4.add(v10, v15);
    v11 = i32x4.add(v11, v12);
    v8 = i32x4.add(v8, v13);
    v9 = i32x4.add(v9, v14);
    v5 = rotateLeft12(v128.xor(v5, v10));
    v6 = rotateLeft12(v128.xor(v6, v11));
    v7 = rotateLeft12(v128.xor(v7, v8));
    v4 = rotateLeft12(v128.xor(v4, v9));
    v0 = i32x4.add(v0, v5);
    v1 = i32x4.add(v1, v6);
    v2 = i32x4.add(v2, v7);
    v3 = i32x4.add(v3, v4);
    v15 = rotateLeft8(v128.xor(v15, v0));
    v12 = rotateLeft8(v128.xor(v12, v1));
    v13 = rotateLeft8(v128.xor(v13, v2));
    v14 = rotateLeft8(v128.xor(v14, v3));
    v10 = i32x4.add(v10, v15);
    v11 = i32x4.add(v11, v12);
    v8 = i32x4.add(v8, v13);
    v9 = i32x4.add(v9, v14);
    v5 = rotateLeft7(v128.xor(v5, v10));
    v6 = rotateLeft7(v128.xor(v6, v11));
    v7 = rotateLeft7(v128.xor(v7, v8));
    v4 = rotateLeft7(v128.xor(v4, v9));
  }
  v128.store(BLOCK, i32x4.add(v0, i32x4.splat(0x61707865)));
  v128.store(BLOCK, i32x4.add(v1, i32x4.splat(0x3320646e)), 16);
  v128.store(BLOCK, i32x4.add(v2, i32x4.splat(0x79622d32)), 32);
  v128.store(BLOCK, i32x4.add(v3, i32x4.splat(0x6b206574)), 48);
  v128.store(BLOCK, i32x4.add(v4, k0), 64);
  v128.store(BLOCK, i32x4.add(v5, k1), 80);
  v128.store(BLOCK, i32x4.add(v6, k2), 96);
  v128.store(BLOCK, i32x4.add(v7, k3), 112);
  v128.store(BLOCK, i32x4.add(v8, k4), 128);
  v128.store(BLOCK, i32x4.add(v9, k5), 144);
  v128.store(BLOCK, i32x4.add(v10, k6), 160);
  v128.store(BLOCK, i32x4.add(v11, k7), 176);
  v128.store(BLOCK, i32x4.add(v12, counters), 192);
  v128.store(BLOCK, v13, 208);
  v128.store(BLOCK, v14, 224);
  v128.store(BLOCK, v15, 240);
}

/** The words of four keys of 32 bytes as lanes. */
// @ts-ignore: decorator
@inline
function loadKeys(p0: usize, p1: usize, p2: usize, p3: usize, to: usize): void {
  for (let at: usize = 0; at < 32; at += 16) {
    transposeWords(
      v128.load(p0 + at),
      v128.load(p1 + at),
      v128.load(p2 + at),
      v128.load(p3 + at),
      to + (at << 2),
      16,
    );
  }
}

/** Lane i of the four words of BLOCK that begin at `words`, for all i, to `to` and every `stride` bytes on. */
// @ts-ignore: decorator
@inline
function lanesOf(words: usize, to: usize, stride: usize): void {
  transposeWords(
    v128.load(words),
    v128.load(words, 16),
    v128.load(words, 32),
    v128.load(words, 48),
    to,
    stride,
  );
}

/** The first block of each of some keys: 64 bytes for 32, which are the two children of a tree's node. */
export function expandSeeds(seeds: usize, count: usize, to: usize): void {
  for (let i: usize = 0; i < count; i += 4) {
    const p = seeds + (i << 5);
    const left = count - i;
    loadKeys(p, left > 1 ? p + 32 : p, left > 2 ? p + 64 : p, left > 3 ? p + 96 : p, KEYS);
    blocks(KEYS, i32x4.splat(0));
    for (let part: usize = 0; part < 4; part++) {
      lanesOf(BLOCK + (part << 6), ROWS, 16);
      for (let lane: usize = 0; lane < 4 && lane < left; lane++) {
        v128.store(to + ((i + lane) << 6) + (part << 4), v128.load(ROWS + (lane << 4)));
      }
    }
  }
}

/** `count` blocks of one key's stream, a multiple of 4. */
export function keystream(key: usize, firstBlock: u32, count: usize, to: usize): void {
  loadKeys(key, key, key, key, KEYS);
  for (let i: usize = 0; i < count; i += 4) {
    blocks(KEYS, i32x4.add(i32x4.splat(<i32>(firstBlock + <u32>i)), i32x4(0, 1, 2, 3)));
    for (let part: usize = 0; part < 4; part++) lanesOf(BLOCK + (part << 6), to + (i << 6) + (part << 4), 64);
  }
}

/** The exclusive or of all four rows of ROWS. */
// @ts-ignore: decorator
@inline
function rowsSum(): v128 {
  return v128.xor(
    v128.xor(v128.load(ROWS), v128.load(ROWS, 16)),
    v128.xor(v128.load(ROWS, 32), v128.load(ROWS, 48)),
  );
}

/**
 * From the 16 leaves of a tree: `count` blocks of the sum of their streams, and of the four sums of those whose number
 * has bit 0, 1, 2, 3, `plane` bytes apart.
 */
export function foldTree(
  leaves: usize,
  firstBlock: u32,
  count: usize,
  sum: usize,
  columns: usize,
  plane: usize,
): void {
  for (let group: usize = 0; group < 4; group++) {
    const p = leaves + (group << 7);
    loadKeys(p, p + 32, p + 64, p + 96, KEYS + (group << 7));
  }
  for (let i: usize = 0; i < count; i++) {
    sumGroups(i32x4.splat(<i32>(firstBlock + <u32>i)));
    for (let part: usize = 0; part < 4; part++) {
      const at = (i << 6) + (part << 4);
      lanesOf(ALL + (part << 6), ROWS, 16);
      const lane3 = v128.load(ROWS, 48);
      v128.store(columns + at, v128.xor(v128.load(ROWS, 16), lane3));
      v128.store(columns + plane + at, v128.xor(v128.load(ROWS, 32), lane3));
      v128.store(sum + at, rowsSum());
      lanesOf(ODD + (part << 6), ROWS, 16);
      v128.store(columns + 2 * plane + at, rowsSum());
      lanesOf(UPPER + (part << 6), ROWS, 16);
      v128.store(columns + 3 * plane + at, rowsSum());
    }
  }
}

/** ALL, ODD and UPPER = sums over the groups of four leaves. */
function sumGroups(counters: v128): void {
  blocks(KEYS, counters);
  memory.copy(ALL, BLOCK, 256);
  blocks(KEYS + 128, counters);
  for (let at: usize = 0; at < 256; at += 16) {
    const w = v128.load(BLOCK + at);
    v128.store(ALL + at, v128.xor(v128.load(ALL + at), w));
    v128.store(ODD + at, w);
  }
  blocks(KEYS + 256, counters);
  for (let at: usize = 0; at < 256; at += 16) {
    const w = v128.load(BLOCK + at);
    v128.store(ALL + at, v128.xor(v128.load(ALL + at), w));
    v128.store(UPPER + at, w);
  }
  blocks(KEYS + 384, counters);
  for (let at: usize = 0; at < 256; at += 16) {
    const w = v128.load(BLOCK + at);
    v128.store(ALL + at, v128.xor(v128.load(ALL + at), w));
    v128.store(ODD + at, v128.xor(v128.load(ODD + at), w));
    v128.store(UPPER + at, v128.xor(v128.load(UPPER + at), w));
  }
}

/** Overwrites keys and streams that the last call left. */
export function wipeStreams(): void {
  memory.fill(KEYS, 0, 512);
  memory.fill(BLOCK, 0, 256);
  memory.fill(ALL, 0, 256);
  memory.fill(ODD, 0, 256);
  memory.fill(UPPER, 0, 256);
  memory.fill(ROWS, 0, 64);
}
