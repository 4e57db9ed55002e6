/**
 * Products by oblivious transfer (Gilboa): the receiver's element x, bit by bit, times the sender's vector y. For bit i
 * the parties have hashes h0, h1 (the receiver one of them), the sender sends h0 - h1 + y modulo 2^(64 - i), as the
 * result is multiplied by 2^i; so the corrections of bits i and 64 - i fit one word.
 *
 * Layout of the message of full elements: for each element 32 rows of words (bit 0, then the pairs 1 and 63 to 31 and
 * 33), then for each element a row of 32-bit halves for bit 32. Of narrow elements (at most 32 bits): for each element
 * a row of words a bit. Rows of hashes, factors and shares are padded to an even number of words, unless a row has one.
 */

import { BITS, FACTORS, HASH0, HASH1, MESSAGE, SHARES } from "./areas";

// @ts-ignore: decorator
@inline
function chosen(row: usize): u64 {
  return -(<u64>((load<u8>(BITS + (row >> 3)) >> (<u8>(row & 7))) & 1));
}

/** Bytes of a row of hashes. */
// @ts-ignore: decorator
@inline
function hashBytes(words: usize): usize {
  return ((words + 1) >> 1) << 4;
}

/** Bytes of a row of factors or shares. */
// @ts-ignore: decorator
@inline
function wordBytes(words: usize): usize {
  return words == 1 ? 8 : hashBytes(words);
}

/** Stores two words, or the one that a row of an odd number ends with. */
// @ts-ignore: decorator
@inline
function storeWords(at: usize, value: v128, both: bool): void {
  if (both) v128.store(at, value);
  else store<u64>(at, <u64>i64x2.extract_lane(value, 0));
}

// @ts-ignore: decorator
@inline
function loadWords(at: usize, both: bool): v128 {
  return both ? v128.load(at) : v128.load64_zero(at);
}

/** The correction of one row of hashes. */
// @ts-ignore: decorator
@inline
function correction(h0: v128, at: usize, factor: v128): v128 {
  return i64x2.add(i64x2.sub(h0, v128.load(HASH1 + at)), factor);
}

// @ts-ignore: decorator
@inline
function addShare(at: usize, value: v128): void {
  v128.store(at, i64x2.add(v128.load(at), value));
}

// @ts-ignore: decorator
@inline
function subtractShare(at: usize, value: v128): void {
  v128.store(at, i64x2.sub(v128.load(at), value));
}

/** The sender's message and shares, of elements of `bits` bits: 64, or at most 32. */
export function sendProducts(elements: usize, bits: usize, words: usize): void {
  memory.fill(SHARES, 0, elements * wordBytes(words));
  if (words == 1) {
    if (bits == 64) sendFullScalars(elements);
    else sendNarrowScalars(elements, bits);
    return;
  }
  for (let e: usize = 0; e < elements; e++) {
    if (bits == 64) sendFull(e, elements, words);
    else sendNarrow(e, bits, words);
  }
}

function sendFull(e: usize, elements: usize, words: usize): void {
  const row = hashBytes(words);
  const base = e * 64 * row;
  const factors = FACTORS + e * row;
  const shares = SHARES + e * row;
  const message = MESSAGE + ((e * words) << 8);
  const halves = MESSAGE + ((elements * words) << 8) + ((e * words) << 2);
  const low32 = i64x2.splat(0xffffffff);
  for (let t: usize = 0; t < words; t += 2) {
    const at = t << 3;
    const both = t + 1 < words;
    const y = v128.load(factors + at);
    const h = v128.load(HASH0 + base + at);
    storeWords(message + at, correction(h, base + at, y), both);
    subtractShare(shares + at, h);
    const middle = base + (row << 5) + at;
    const h32 = v128.load(HASH0 + middle);
    const d32 = v128.and(correction(h32, middle, y), low32);
    store<u32>(halves + (t << 2), i32x4.extract_lane(d32, 0));
    if (both) store<u32>(halves + (t << 2), i32x4.extract_lane(d32, 2), 4);
    subtractShare(shares + at, i64x2.shl(h32, 32));
  }
  for (let i: usize = 1; i < 32; i++) {
    const j = <i32>(64 - i);
    const mask = i64x2.splat(<i64>((<u64>-1) >> (<u64>i)));
    const low = base + i * row;
    const high = base + (64 - i) * row;
    const to = message + ((i * words) << 3);
    for (let t: usize = 0; t < words; t += 2) {
      const at = t << 3;
      const y = v128.load(factors + at);
      const h = v128.load(HASH0 + low + at);
      const g = v128.load(HASH0 + high + at);
      const d = v128.and(correction(h, low + at, y), mask);
      storeWords(to + at, v128.or(d, i64x2.shl(correction(g, high + at, y), j)), t + 1 < words);
      subtractShare(shares + at, i64x2.add(i64x2.shl(h, <i32>i), i64x2.shl(g, j)));
    }
  }
}

function sendNarrow(e: usize, bits: usize, words: usize): void {
  const row = hashBytes(words);
  const factors = FACTORS + e * row;
  const shares = SHARES + e * row;
  for (let i: usize = 0; i < bits; i++) {
    const from = (e * bits + i) * row;
    const to = MESSAGE + (((e * bits + i) * words) << 3);
    for (let t: usize = 0; t < words; t += 2) {
      const at = t << 3;
      const h = v128.load(HASH0 + from + at);
      storeWords(to + at, correction(h, from + at, v128.load(factors + at)), t + 1 < words);
      subtractShare(shares + at, i64x2.shl(h, <i32>i));
    }
  }
}

// @ts-ignore: decorator
@inline
function scalarCorrection(h0: u64, row: usize, factor: u64): u64 {
  return h0 - load<u64>(HASH1 + (row << 4)) + factor;
}

function sendFullScalars(elements: usize): void {
  for (let e: usize = 0; e < elements; e++) {
    const base = e << 6;
    const y = load<u64>(FACTORS + (e << 3));
    const h0 = load<u64>(HASH0 + (base << 4));
    store<u64>(MESSAGE + (e << 8), scalarCorrection(h0, base, y));
    let share = -h0;
    for (let i: usize = 1; i < 32; i++) {
      const j = 64 - i;
      const h = load<u64>(HASH0 + ((base + i) << 4));
      const g = load<u64>(HASH0 + ((base + j) << 4));
      const d = scalarCorrection(h, base + i, y) & ((<u64>-1) >> (<u64>i));
      store<u64>(MESSAGE + (e << 8) + (i << 3), d | (scalarCorrection(g, base + j, y) << (<u64>j)));
      share -= (h << (<u64>i)) + (g << (<u64>j));
    }
    const h32 = load<u64>(HASH0 + ((base + 32) << 4));
    store<u32>(MESSAGE + (elements << 8) + (e << 2), <u32>scalarCorrection(h32, base + 32, y));
    store<u64>(SHARES + (e << 3), share - (h32 << 32));
  }
}

function sendNarrowScalars(elements: usize, bits: usize): void {
  for (let e: usize = 0; e < elements; e++) {
    const y = load<u64>(FACTORS + (e << 3));
    let share: u64 = 0;
    for (let i: usize = 0; i < bits; i++) {
      const row = e * bits + i;
      const h = load<u64>(HASH0 + (row << 4));
      store<u64>(MESSAGE + (row << 3), scalarCorrection(h, row, y));
      share -= h << (<u64>i);
    }
    store<u64>(SHARES + (e << 3), share);
  }
}

/** The receiver's shares; its choices are in BITS, the sender's message in MESSAGE. */
export function receiveProducts(elements: usize, bits: usize, words: usize): void {
  memory.fill(SHARES, 0, elements * wordBytes(words));
  if (words == 1) {
    if (bits == 64) receiveFullScalars(elements);
    else receiveNarrowScalars(elements, bits);
    return;
  }
  for (let e: usize = 0; e < elements; e++) {
    if (bits == 64) receiveFull(e, elements, words);
    else receiveNarrow(e, bits, words);
  }
}

function receiveFull(e: usize, elements: usize, words: usize): void {
  const row = hashBytes(words);
  const base = e * 64 * row;
  const shares = SHARES + e * row;
  const message = MESSAGE + ((e * words) << 8);
  const halves = MESSAGE + ((elements * words) << 8) + ((e * words) << 2);
  const first = i64x2.splat(<i64>chosen(e << 6));
  const middle = i64x2.splat(<i64>chosen((e << 6) + 32));
  for (let t: usize = 0; t < words; t += 2) {
    const at = t << 3;
    const both = t + 1 < words;
    const d = loadWords(message + at, both);
    addShare(shares + at, i64x2.add(v128.load(HASH0 + base + at), v128.and(d, first)));
    let d32 = i64x2.splat(<i64>(<u64>load<u32>(halves + (t << 2))));
    if (both) d32 = i64x2.replace_lane(d32, 1, <i64>(<u64>load<u32>(halves + (t << 2), 4)));
    const v32 = i64x2.add(v128.load(HASH0 + base + (row << 5) + at), v128.and(d32, middle));
    addShare(shares + at, i64x2.shl(v32, 32));
  }
  for (let i: usize = 1; i < 32; i++) {
    const j = <i32>(64 - i);
    const low = HASH0 + base + i * row;
    const high = HASH0 + base + (64 - i) * row;
    const from = message + ((i * words) << 3);
    const chosenLow = i64x2.splat(<i64>chosen((e << 6) + i));
    const chosenHigh = i64x2.splat(<i64>chosen((e << 6) + 64 - i));
    for (let t: usize = 0; t < words; t += 2) {
      const at = t << 3;
      const d = loadWords(from + at, t + 1 < words);
      const v = i64x2.add(v128.load(low + at), v128.and(d, chosenLow));
      const w = i64x2.add(v128.load(high + at), v128.and(i64x2.shr_u(d, j), chosenHigh));
      addShare(shares + at, i64x2.add(i64x2.shl(v, <i32>i), i64x2.shl(w, j)));
    }
  }
}

function receiveNarrow(e: usize, bits: usize, words: usize): void {
  const row = hashBytes(words);
  const shares = SHARES + e * row;
  for (let i: usize = 0; i < bits; i++) {
    const from = HASH0 + (e * bits + i) * row;
    const message = MESSAGE + (((e * bits + i) * words) << 3);
    const mask = i64x2.splat(<i64>chosen(e * bits + i));
    for (let t: usize = 0; t < words; t += 2) {
      const at = t << 3;
      const d = v128.and(loadWords(message + at, t + 1 < words), mask);
      addShare(shares + at, i64x2.shl(i64x2.add(v128.load(from + at), d), <i32>i));
    }
  }
}

function receiveFullScalars(elements: usize): void {
  for (let e: usize = 0; e < elements; e++) {
    const base = e << 6;
    let share = load<u64>(HASH0 + (base << 4)) + (load<u64>(MESSAGE + (e << 8)) & chosen(base));
    for (let i: usize = 1; i < 32; i++) {
      const j = 64 - i;
      const d = load<u64>(MESSAGE + (e << 8) + (i << 3));
      const v = load<u64>(HASH0 + ((base + i) << 4)) + (d & chosen(base + i));
      const w = load<u64>(HASH0 + ((base + j) << 4)) + ((d >> (<u64>j)) & chosen(base + j));
      share += (v << (<u64>i)) + (w << (<u64>j));
    }
    const d32 = <u64>load<u32>(MESSAGE + (elements << 8) + (e << 2));
    const v32 = load<u64>(HASH0 + ((base + 32) << 4)) + (d32 & chosen(base + 32));
    store<u64>(SHARES + (e << 3), share + (v32 << 32));
  }
}

function receiveNarrowScalars(elements: usize, bits: usize): void {
  for (let e: usize = 0; e < elements; e++) {
    let share: u64 = 0;
    for (let i: usize = 0; i < bits; i++) {
      const row = e * bits + i;
      const v = load<u64>(HASH0 + (row << 4)) + (load<u64>(MESSAGE + (row << 3)) & chosen(row));
      share += v << (<u64>i);
    }
    store<u64>(SHARES + (e << 3), share);
  }
}

/** Products of bits, 64 rows a word: MESSAGE = h0 + h1 + factor, share = h0, all modulo 2. */
export function sendBits(rows: usize): void {
  for (let r: usize = 0; r < rows; r += 64) {
    let message: u64 = 0;
    let share: u64 = 0;
    for (let i: usize = 0; i < 64; i++) {
      const h0 = load<u64>(HASH0 + ((r + i) << 4)) & 1;
      const h1 = load<u64>(HASH1 + ((r + i) << 4)) & 1;
      message |= (h0 ^ h1) << (<u64>i);
      share |= h0 << (<u64>i);
    }
    const word = r >> 3;
    store<u64>(MESSAGE + word, message ^ load<u64>(FACTORS + word));
    store<u64>(SHARES + word, share);
  }
}

/** The receiver's side of {@link sendBits}: share = h + choice * message. */
export function receiveBits(rows: usize): void {
  for (let r: usize = 0; r < rows; r += 64) {
    let share: u64 = 0;
    for (let i: usize = 0; i < 64; i++) share |= (load<u64>(HASH0 + ((r + i) << 4)) & 1) << (<u64>i);
    const word = r >> 3;
    store<u64>(SHARES + word, share ^ (load<u64>(MESSAGE + word) & load<u64>(BITS + word)));
  }
}
