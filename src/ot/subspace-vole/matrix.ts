/**
 * The matrix of a subspace VOLE. From the streams r_x of the 16 leaves of tree j, R has u_j = sum r_x and v_j = sum x r_x;
 * S, which lacks one leaf, has sum (x + Delta_j) r_x = v_j + Delta_j u_j. R sends u_j + (column j of the codewords of its
 * values P); S adds Delta_j times that. Row by row then Q = V + C(P) Delta: four planes of 245 bits, bit b of x in plane b.
 *
 * **Source.** L. Roy, "SoftSpokenOT", CRYPTO 2022, sections 3 and 4.
 */

import { equalBytes } from "../../bytes/encoding.js";
import { rowBytes, valueBytes } from "../../kernels/okvs/operations.js";
import { codeLength, codewordBytes } from "./code.js";
import type { Scratch } from "./kernel-scratch.js";
import { blocksPerSlot } from "./slots.js";
import { seedBytes, treeLeaves } from "./trees.js";

/** Bits of a codeword in memory. */
const columnsPerPlane = 8 * codewordBytes;
const planes = 4;
const columnsPerGroup = 128;

/** Rows of a matrix that hide the others in the check and serve nothing else. */
export const maskRows = 64;

/** Rows of a matrix are a multiple of this. */
export const rowMultiple = 128;

/** Bytes of a challenge. */
export const challengeBytes = 32;

/** Bytes of an answer: 64 sums of rows, then 64 sums of values. */
export const answerBytes: number = maskRows * (rowBytes + valueBytes);

/** Which matrix. */
export interface MatrixShape {
  /** Rows, mask rows included: a multiple of 128. */
  readonly rows: number;
  /** First block of the streams, of a slot of its own. */
  readonly firstBlock: number;
}

/** Bytes of the corrections of a matrix. */
export function correctionBytes(rows: number): number {
  return codeLength * (rows / 8);
}

/** A tree's seeds among all. */
function leavesOfTree(leaves: number, tree: number): number {
  return leaves + tree * treeLeaves * seedBytes;
}

/** Room for all columns of four planes; those that belong to no tree are zero. */
function columnRoom({ kernel, room }: Scratch, stride: number): number {
  const columns = room(planes * columnsPerPlane * stride);
  for (let plane = 0; plane < planes; plane++) {
    const from = columns + (plane * columnsPerPlane + codeLength) * stride;
    kernel.memory().fill(0, from, from + (columnsPerPlane - codeLength) * stride);
  }
  return columns;
}

function rowsOf({ run, room }: Scratch, columns: number, stride: number, count: number): number {
  const rows = room(rowBytes * count);
  for (let group = 0; group < rowBytes / valueBytes; group++) {
    const from = columns + group * columnsPerGroup * stride;
    run.columnsToRows(from, stride, count / 8, rows + valueBytes * group, rowBytes);
  }
  return rows;
}

/** R's matrix. */
export interface OwnerMatrix {
  /** Address of the rows V, 128 bytes each. */
  readonly rows: number;
  /** For S. */
  readonly corrections: Uint8Array<ArrayBuffer>;
}

/**
 * R's end.
 *
 * @param scratch - What the work is done with.
 * @param shape - Which matrix.
 * @param leaves - All seeds, 512 bytes a tree.
 * @param values - Address of P: a value of 16 bytes for each row, the mask rows' uniform.
 */
export function ownerMatrix(
  scratch: Scratch,
  shape: MatrixShape,
  leaves: Uint8Array,
  values: number,
): OwnerMatrix {
  const { rows, firstBlock } = shape;
  const { run, room, placeSecret, kernel, codeTables } = scratch;
  const blocks = blocksPerSlot(rows);
  const [stride, bytes] = [64 * blocks, rows / 8];
  const words = room(codewordBytes * rows);
  run.encodeWords(values, rows, codeTables, words);
  const corrected = room(columnsPerPlane * stride);
  for (let half = 0; half < 2; half++) {
    const to = corrected + half * columnsPerGroup * stride;
    run.rowsToColumns(words + valueBytes * half, codewordBytes, rows, to, stride);
  }
  const seeds = placeSecret(leaves);
  const sum = room(stride);
  const columns = columnRoom(scratch, stride);
  const corrections = new Uint8Array(correctionBytes(rows));
  for (let tree = 0; tree < codeLength; tree++) {
    const to = columns + tree * stride;
    run.foldTree(leavesOfTree(seeds, tree), firstBlock, blocks, sum, to, columnsPerPlane * stride);
    const correction = corrected + tree * stride;
    run.addMasked(correction, sum, bytes, 1);
    corrections.set(kernel.memory().subarray(correction, correction + bytes), tree * bytes);
  }
  return { rows: rowsOf(scratch, columns, stride, rows), corrections };
}

/** What S has of its set-up, for one matrix. */
export interface HolderSecrets {
  /** Seeds, 512 bytes a tree; at place d the leaf numbered Delta_j + d. */
  readonly leaves: Uint8Array;
  /** A number from 0 to 15 a tree. */
  readonly delta: Uint8Array;
}

/** S's end: the address of the rows Q. */
export function holderMatrix(
  scratch: Scratch,
  { rows, firstBlock }: MatrixShape,
  { leaves, delta }: HolderSecrets,
  corrections: Uint8Array,
): number {
  const { run, room, placeSecret, kernel } = scratch;
  const blocks = blocksPerSlot(rows);
  const [stride, bytes] = [64 * blocks, rows / 8];
  const seeds = placeSecret(leaves);
  const sum = room(stride);
  const columns = columnRoom(scratch, stride);
  const plane = columnsPerPlane * stride;
  for (let tree = 0; tree < codeLength; tree++) {
    const to = columns + tree * stride;
    // The place of the missing leaf has number 0: its stream is in the sum only, which S does not use.
    run.foldTree(leavesOfTree(seeds, tree), firstBlock, blocks, sum, to, plane);
    kernel.memory().set(corrections.subarray(tree * bytes, (tree + 1) * bytes), sum);
    const symbol = delta[tree] ?? 0;
    for (let b = 0; b < planes; b++) run.addMasked(to + b * plane, sum, bytes, (symbol >> b) & 1);
  }
  return rowsOf(scratch, columns, stride, rows);
}

/** The public coefficients of a challenge, for `count` rows; their address. */
export function coefficientsOf({ run, room, place }: Scratch, challenge: Uint8Array, count: number): number {
  const blocks = 4 * Math.ceil(count / 32);
  const to = room(64 * blocks);
  run.keystream(place(challenge), 0, blocks, to);
  return to;
}

/** The check's sums of rows of `width` bytes; all rows but the mask rows have coefficients. */
export function checkSums(
  { run, room, take }: Scratch,
  rows: number,
  width: number,
  count: number,
  coefficients: number,
): Uint8Array<ArrayBuffer> {
  const to = room(maskRows * width);
  run.sumRows(rows, width, count - maskRows, coefficients, room(2048 * width), to);
  return take(to, maskRows * width);
}

/**
 * S's verdict on an answer: whether the sums of Q are those of V plus the codewords of the sums of P times Delta, in time
 * that depends on neither.
 *
 * @param scratch - What the work is done with.
 * @param answer - R's message.
 * @param own - S's sums of Q.
 * @param planes - Delta as four planes.
 */
export function isAnswerRight(
  scratch: Scratch,
  answer: Uint8Array,
  own: Uint8Array,
  planes: Uint8Array,
): boolean {
  const { run, place, placeSecret, take, codeTables } = scratch;
  const rows = place(answer.subarray(0, maskRows * rowBytes));
  const values = place(answer.subarray(maskRows * rowBytes));
  run.addCodewords(values, valueBytes, maskRows, codeTables, placeSecret(planes), rows, rowBytes);
  return equalBytes(take(rows, maskRows * rowBytes), own);
}
