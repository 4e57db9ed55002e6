/**
 * Sums of products scalar * point over many rows: each lane sums every fourth row, all rows of a call share their
 * doublings (Straus), and the lanes are added at the end.
 */

import { encode } from "./ristretto";
import {
  addCached,
  addDigit,
  cache,
  doubleFourTimes,
  fillTable,
  POINT,
  setNeutral,
  TABLE_BYTES,
} from "./point";
import { DIGIT_BYTES, DIGIT_COUNT, recode } from "./scalar";

/** Most quads that a call since the last wipe had. */
let used: usize = 0;

/** Tables and digits of the quads of one call. */
const TABLES: usize = memory.data(64 * 8 * 640, 16);
const DIGITS: usize = memory.data(64 * 64 * 16, 16);
/** The sum of one call, and of all calls so far. */
const SUM: usize = memory.data(640, 16);
const TOTAL: usize = memory.data(640, 16);
const CACHED: usize = memory.data(640, 16);
const ENCODED: usize = memory.data(128, 16);

/** Begins a new sum. */
export function clearSum(): void {
  setNeutral(TOTAL);
}

/** Takes four points and their scalars (32 bytes each, below the order) as quad i of a call. */
export function loadQuad(i: usize, p: usize, scalars: usize): void {
  fillTable(TABLES + i * TABLE_BYTES, p);
  for (let lane: usize = 0; lane < 4; lane++) recode(DIGITS + i * DIGIT_BYTES, lane, scalars + (lane << 5));
}

/** Adds the products of the quads below `count` to the sum. */
export function addQuads(count: usize): void {
  used = max(used, count);
  setNeutral(SUM);
  for (let at = DIGIT_BYTES; at > 0; at -= 16) {
    doubleFourTimes(SUM);
    for (let i: usize = 0; i < count; i++) {
      addDigit(SUM, TABLES + i * TABLE_BYTES, v128.load(DIGITS + i * DIGIT_BYTES + at - 16), true);
    }
  }
  cache(CACHED, SUM);
  addCached(TOTAL, TOTAL, CACHED, true);
}

/** Writes the encoding of the sum. */
export function encodeSum(bytes: usize): void {
  addSwappedLanes(true);
  addSwappedLanes(false);
  encode(ENCODED, TOTAL);
  memory.copy(bytes, ENCODED, 32);
}

/** TOTAL += TOTAL with its lanes exchanged: 0 with 2 and 1 with 3, or 0 with 1 and 2 with 3. */
function addSwappedLanes(far: bool): void {
  for (let i: usize = 0; i < POINT; i += 16) {
    const word = v128.load(TOTAL + i);
    const swapped = far
      ? v128.shuffle<i32>(word, word, 2, 3, 0, 1)
      : v128.shuffle<i32>(word, word, 1, 0, 3, 2);
    v128.store(SUM + i, swapped);
  }
  cache(CACHED, SUM);
  addCached(TOTAL, TOTAL, CACHED, true);
}

/** Overwrites what the last sums left. */
export function wipeSums(): void {
  memory.fill(TABLES, 0, used * TABLE_BYTES);
  memory.fill(DIGITS, 0, used * DIGIT_BYTES);
  used = 0;
  memory.fill(SUM, 0, POINT);
  memory.fill(TOTAL, 0, POINT);
  memory.fill(CACHED, 0, POINT);
  memory.fill(ENCODED, 0, 128);
}
