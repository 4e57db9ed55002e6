/**
 * What the kernel does, whole batches at a time, between buffers of its own memory. The caller writes inputs, calls
 * one operation, reads outputs, and wipes.
 */

import { fillBaseTable, multiplyBasePoint, wipeBase } from "./base";
import { wipeCanonical } from "./bytes";
import { unpackConstants } from "./constants";
import { fromUniform, prepareUniform, wipeMap } from "./map";
import { addCached, cache, multiplyPoint, POINT, wipePoints } from "./point";
import { wipePowers } from "./powers";
import {
  decode,
  encode,
  finishDoubles,
  identityLanes,
  PREPARED,
  prepareDouble,
  wipeRistretto,
} from "./ristretto";
import { wipeProduct } from "./product";
import { wipeReduction } from "./reduction";
import { negate, QUAD } from "./quad";
import { DIGITS, recodeHalf, wipeScalar } from "./scalar";
import { expandMessage, prepareSha512, wipeSha512 } from "./sha512";
import { addQuads, clearSum, encodeSum, loadQuad, wipeSums } from "./sum";

export { clearSum };

/** Most rows of one call; a multiple of 4. */
const ROWS: usize = 256;
/** Most bytes of all messages of one call. */
const MESSAGE_BYTES: usize = 65536;

const INPUT: usize = memory.data(256 * 32, 16);
const OUTPUT: usize = memory.data(256 * 32, 16);
const SCALARS: usize = memory.data(256 * 32, 16);
const TAG: usize = memory.data(256, 16);
const MESSAGES: usize = memory.data(65536, 16);
/** Where each message begins, and where the last ends. */
const OFFSETS: usize = memory.data(257 * 4, 16);
const UNIFORM: usize = memory.data(256 * 64, 16);
const STATES: usize = memory.data(64 * 7 * 160, 16);
const P: usize = memory.data(640, 16);
const Q: usize = memory.data(640, 16);

export function rowCapacity(): usize {
  return ROWS;
}

export function messageCapacity(): usize {
  return MESSAGE_BYTES;
}

/** Encodings, 32 bytes a row. */
export function input(): usize {
  return INPUT;
}

/** Encodings, 32 bytes a row. */
export function output(): usize {
  return OUTPUT;
}

/** One scalar, or one a row: 32 bytes each, below the group order. */
export function scalars(): usize {
  return SCALARS;
}

/** The domain separation tag followed by its length in one byte. */
export function tag(): usize {
  return TAG;
}

/** The messages' bytes. */
export function messages(): usize {
  return MESSAGES;
}

/** 32-bit offsets: where each message begins, and where the last ends. */
export function offsets(): usize {
  return OFFSETS;
}

/** 64 uniform bytes a row. */
export function uniform(): usize {
  return UNIFORM;
}

/** Unpacks the constants and computes the generator's table; once, after instantiation. */
export function start(): void {
  unpackConstants();
  fillBaseTable();
  prepareSha512();
}

/** The first bad row of a quad's mask within `rows`, or -1. */
// @ts-ignore: decorator
@inline
function firstBad(mask: i32, quad: usize, rows: usize): i32 {
  if (mask == 0) return -1;
  const row = <i32>(quad << 2) + ctz(mask);
  return row < <i32>rows ? row : -1;
}

/** Fills the last quad of the input with identities. */
// @ts-ignore: decorator
@inline
function padInput(rows: usize, quads: usize): void {
  memory.fill(INPUT + (rows << 5), 0, (quads << 7) - (rows << 5));
}

/** The digits of one scalar for all lanes. */
function loadScalar(): void {
  for (let lane: usize = 0; lane < 4; lane++) recodeHalf(lane, SCALARS);
}

/** The digits of the four scalars of a quad. */
function loadScalars(quad: usize): void {
  for (let lane: usize = 0; lane < 4; lane++) recodeHalf(lane, SCALARS + (quad << 7) + (lane << 5));
}

/** Lanes of a quad that must not be used. */
// @ts-ignore: decorator
@inline
function badLanes(bytes: usize, noIdentity: bool): i32 {
  const bad = decode(P, bytes);
  return noIdentity ? bad | identityLanes(bytes) : bad;
}

/**
 * output = scalar * input, with one scalar for all rows or one a row.
 *
 * @returns The first row that is not a valid encoding (or is the identity, where `noIdentity`), or -1. Unless it is -1
 * there is no output.
 */
export function multiply(rows: usize, scalarEach: bool, noIdentity: bool): i32 {
  if (!scalarEach) loadScalar();
  const quads = (rows + 3) >> 2;
  padInput(rows, quads);
  for (let i: usize = 0; i < quads; i++) {
    const bad = firstBad(badLanes(INPUT + (i << 7), noIdentity), i, rows);
    if (bad >= 0) return bad;
    if (scalarEach) loadScalars(i);
    multiplyPoint(Q, P, DIGITS);
    prepareDouble(STATES + i * PREPARED, Q);
  }
  finishDoubles(OUTPUT, STATES, quads);
  return -1;
}

/** output = scalar * generator, one scalar a row; 0 gives the identity. */
export function multiplyBase(rows: usize): void {
  const quads = (rows + 3) >> 2;
  for (let i: usize = 0; i < quads; i++) {
    loadScalars(i);
    multiplyBasePoint(Q, DIGITS);
    prepareDouble(STATES + i * PREPARED, Q);
  }
  finishDoubles(OUTPUT, STATES, quads);
}

/**
 * Adds the sum of scalar * input, one scalar a row, to what stands since the last {@link clearSum}.
 *
 * @returns The first row that is not a valid encoding, or -1. Unless it is -1 the sum is spoilt.
 */
export function addProducts(rows: usize): i32 {
  const quads = (rows + 3) >> 2;
  padInput(rows, quads);
  for (let i: usize = 0; i < quads; i++) {
    const bad = firstBad(badLanes(INPUT + (i << 7), false), i, rows);
    if (bad >= 0) return bad;
    loadQuad(i, P, SCALARS + (i << 7));
  }
  addQuads(quads);
  return -1;
}

/** The first row of the output = the sum. */
export function finishSum(): void {
  encodeSum(OUTPUT);
}

/**
 * output = input + others, or input - others: elements both, the others where scalars else are.
 *
 * @returns The first row one of whose elements is not a valid encoding, or -1. Unless it is -1 there is no output.
 */
export function addEach(rows: usize, subtracting: bool): i32 {
  const quads = (rows + 3) >> 2;
  padInput(rows, quads);
  memory.fill(SCALARS + (rows << 5), 0, (quads << 7) - (rows << 5));
  const cached = STATES;
  for (let i: usize = 0; i < quads; i++) {
    const badInput = decode(P, INPUT + (i << 7));
    const bad = firstBad(badInput | decode(Q, SCALARS + (i << 7)), i, rows);
    if (bad >= 0) return bad;
    if (subtracting) {
      negate(Q, Q);
      negate(Q + 3 * QUAD, Q + 3 * QUAD);
    }
    cache(cached, Q);
    addCached(Q, P, cached, true);
    encode(OUTPUT + (i << 7), Q);
  }
  return -1;
}

/** output = scalar * hash(message), one scalar for all rows. */
export function hashAndMultiply(rows: usize, tagLength: usize): void {
  expand(rows, tagLength);
  loadScalar();
  const quads = (rows + 3) >> 2;
  for (let i: usize = 0; i < quads; i++) {
    fromUniform(P, UNIFORM + (i << 8));
    multiplyPoint(Q, P, DIGITS);
    prepareDouble(STATES + i * PREPARED, Q);
  }
  finishDoubles(OUTPUT, STATES, quads);
}

/** output = hash(message). */
export function hash(rows: usize, tagLength: usize): void {
  expand(rows, tagLength);
  mapUniform(rows);
}

/** uniform = 64 bytes a message. */
export function expand(rows: usize, tagLength: usize): void {
  for (let i: usize = 0; i < rows; i++) {
    const begin = <usize>load<u32>(OFFSETS + (i << 2));
    const end = <usize>load<u32>(OFFSETS + (i << 2), 4);
    expandMessage(UNIFORM + (i << 6), MESSAGES + begin, end - begin, TAG, tagLength);
  }
}

/** output = the element of each 64 uniform bytes. */
export function mapUniform(rows: usize): void {
  const quads = (rows + 3) >> 2;
  let exceptional: u64 = 0;
  for (let i: usize = 0; i < quads; i++) {
    const found = prepareUniform(STATES + i * PREPARED, UNIFORM + (i << 8));
    exceptional |= <u64>found << i;
  }
  finishDoubles(OUTPUT, STATES, quads);
  // No hash is known that comes here; who chooses the uniform bytes can.
  for (; exceptional != 0; exceptional &= exceptional - 1) {
    const i = <usize>ctz(exceptional);
    fromUniform(P, UNIFORM + (i << 8));
    encode(OUTPUT + (i << 7), P);
  }
}

/** The first row that is not a valid encoding (or is the identity, where `noIdentity`), or -1. */
export function check(rows: usize, noIdentity: bool): i32 {
  const quads = (rows + 3) >> 2;
  padInput(rows, quads);
  for (let i: usize = 0; i < quads; i++) {
    const bad = firstBad(badLanes(INPUT + (i << 7), noIdentity), i, rows);
    if (bad >= 0) return bad;
  }
  return -1;
}

/** Overwrites every trace of the last call: scalars, points, messages, intermediate values. */
export function wipe(): void {
  memory.fill(INPUT, 0, ROWS * 32);
  memory.fill(OUTPUT, 0, ROWS * 32);
  memory.fill(SCALARS, 0, ROWS * 32);
  memory.fill(MESSAGES, 0, MESSAGE_BYTES);
  memory.fill(OFFSETS, 0, 257 * 4);
  memory.fill(UNIFORM, 0, ROWS * 64);
  memory.fill(STATES, 0, 64 * PREPARED);
  memory.fill(P, 0, POINT);
  memory.fill(Q, 0, POINT);
  wipeBase();
  wipeCanonical();
  wipeMap();
  wipePoints();
  wipePowers();
  wipeProduct();
  wipeReduction();
  wipeRistretto();
  wipeScalar();
  wipeSha512();
  wipeSums();
}
