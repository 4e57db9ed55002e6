/**
 * The work on one partition, as jobs that run in any thread: all that one needs is in its input, and the receiver's second
 * job gets what the first one gave.
 */

import {
  decodeTableBytes,
  hashBytes,
  inputBytes,
  inputStride,
  keyedFlag,
  recordBytes,
  rowBytes,
  valueBytes,
} from "../../kernels/okvs/operations.js";
import { withKernel, type Scratch } from "../../ot/subspace-vole/kernel-scratch.js";
import {
  checkSums,
  coefficientsOf,
  holderMatrix,
  ownerMatrix,
  type MatrixShape,
} from "../../ot/subspace-vole/matrix.js";
import { deltaPlanes } from "../../ot/subspace-vole/set-up.js";
import { seedBytes } from "../../random/prg.js";
import type { AnyJob, Job } from "../../parallel/job.js";
import { encodeBand, vectorBytes } from "./band.js";
import { columnsOf } from "./parameters.js";
import { sortedRecords } from "./records.js";

/** Input of {@link encodeJob}. */
export interface EncodeInput extends MatrixShape {
  readonly bandBits: number;
  /** 8 words for each of the partition's records, padding included. */
  readonly digests: Uint32Array;
  readonly recordKey: Uint8Array;
  /** R's seeds. */
  readonly leaves: Uint8Array;
  /** 32 fresh bytes that free columns and mask rows expand from. */
  readonly seed: Uint8Array;
  /** What an answered partition has left, to be written over: fresh memory of this size costs more than the copy. */
  readonly spent?: SpentPartition | undefined;
}

/** Memory of a partition that is answered. */
export type SpentPartition = Pick<EncodedPartition, "records" | "matrix" | "values">;

/** What the receiver has of a partition once its corrections are made. */
export interface EncodedPartition {
  /** For the sender; empty when the encoding failed. */
  readonly corrections: Uint8Array<ArrayBuffer>;
  readonly encoded: boolean;
  /** Sorted records, 64 bytes each. */
  readonly records: Uint8Array<ArrayBuffer>;
  /** Rows V and values P. */
  readonly matrix: Uint8Array<ArrayBuffer>;
  readonly values: Uint8Array<ArrayBuffer>;
}

/** The receiver's first step: OKVS, then the matrix and its corrections. */
export const encodeJob: Job<EncodeInput, EncodedPartition> = {
  name: "psi/okvs/encode",
  run: (input) => withKernel((scratch) => encodePartition(scratch, input)),
  wipe: ({ leaves, seed }) => {
    leaves.fill(0);
    seed.fill(0);
  },
};

function encodePartition(scratch: Scratch, input: EncodeInput): EncodedPartition {
  const { rows, bandBits, digests, recordKey, leaves, seed, spent } = input;
  const { run, room, placeSecret, take } = scratch;
  const count = digests.length / 8;
  const values = room(vectorBytes(rows));
  run.keystream(placeSecret(seed), 0, vectorBytes(rows) / 64, values);
  const records = sortedRecords(scratch, digests, recordKey, input);
  const shape = { count, columns: columnsOf(input), bandBits };
  const encoded = encodeBand(scratch, shape, records, values);
  if (!encoded) {
    const nothing = new Uint8Array(0);
    return { corrections: nothing, encoded, records: nothing, matrix: nothing, values: nothing };
  }
  const { rows: matrix, corrections } = ownerMatrix(scratch, input, leaves, values);
  return {
    corrections,
    encoded,
    records: take(records, recordBytes * count, spent?.records),
    matrix: take(matrix, rowBytes * rows, spent?.matrix),
    values: take(values, vectorBytes(rows), spent?.values),
  };
}

/** Input of {@link answerJob}. */
export interface AnswerInput extends Pick<EncodedPartition, "records" | "matrix" | "values"> {
  readonly bandBits: number;
  readonly challenge: Uint8Array;
  readonly outputKey: Uint8Array;
}

/** Hashes of a partition's records. */
export interface PartitionHashes {
  /** 32 bytes each, tag and second tag, in the order of their tags. */
  readonly hashes: Uint8Array<ArrayBuffer>;
  /** The number of each one's record among the partition's digests. */
  readonly numbers: Uint32Array<ArrayBuffer>;
}

/** What the receiver has once it knows the challenge. */
export interface AnsweredPartition extends PartitionHashes {
  /** For the sender. */
  readonly answer: Uint8Array<ArrayBuffer>;
}

/** The receiver's second step: the answer to the challenge, and what its items' tags are. */
export const answerJob: Job<AnswerInput, AnsweredPartition> = {
  name: "psi/okvs/answer",
  run: (input) =>
    withKernel((scratch) => {
      const { records, matrix, values, bandBits, challenge, outputKey } = input;
      const rows = matrix.length / rowBytes;
      const matrixAt = scratch.place(matrix);
      const valuesAt = scratch.place(values);
      const coefficients = coefficientsOf(scratch, challenge, columnsOf({ rows }));
      const sums = checkSums(scratch, matrixAt, rowBytes, rows, coefficients);
      const valueSums = checkSums(scratch, valuesAt, valueBytes, rows, coefficients);
      const answer = new Uint8Array(sums.length + valueSums.length);
      answer.set(sums);
      answer.set(valueSums, sums.length);
      const count = records.length / recordBytes;
      const recordsAt = scratch.place(records);
      const inputs = decoded(scratch, { records: recordsAt, count, bandBits, matrix: matrixAt, rows });
      return { answer, ...sortedHashes(scratch, inputs, recordsAt, count, outputKey) };
    }),
  wipe: ({ matrix, values }) => {
    matrix.fill(0);
    values.fill(0);
  },
};

/** Input of {@link tagJob}. */
export interface TagInput extends MatrixShape {
  readonly bandBits: number;
  /** 8 words for each record, padding included. */
  readonly digests: Uint32Array;
  readonly recordKey: Uint8Array;
  readonly outputKey: Uint8Array;
  /** S's seeds and Delta. */
  readonly leaves: Uint8Array;
  readonly delta: Uint8Array;
  readonly corrections: Uint8Array;
  readonly challenge: Uint8Array;
}

/** What the sender has of a partition. */
export interface TaggedPartition extends PartitionHashes {
  /** The check's sums of its rows. */
  readonly sums: Uint8Array<ArrayBuffer>;
}

/** The sender's step: its matrix, the check's sums and the tags of its items. */
export const tagJob: Job<TagInput, TaggedPartition> = {
  name: "psi/okvs/tag",
  run: (input) =>
    withKernel((scratch) => {
      const { rows, bandBits, digests, challenge, delta, corrections } = input;
      const matrix = holderMatrix(scratch, input, input, corrections);
      const coefficients = coefficientsOf(scratch, challenge, columnsOf(input));
      const sums = checkSums(scratch, matrix, rowBytes, rows, coefficients);
      const count = digests.length / 8;
      const records = sortedRecords(scratch, digests, input.recordKey, input);
      const inputs = decoded(scratch, { records, count, bandBits, matrix, rows });
      const planes = scratch.placeSecret(deltaPlanes(delta));
      const { run, codeTables } = scratch;
      run.addCodewords(records, recordBytes, count, codeTables, planes, inputs, inputStride);
      return { sums, ...sortedHashes(scratch, inputs, records, count, input.outputKey) };
    }),
  wipe: ({ leaves, delta }) => {
    leaves.fill(0);
    delta.fill(0);
  },
};

interface Decoding {
  readonly records: number;
  readonly count: number;
  readonly bandBits: number;
  readonly matrix: number;
  readonly rows: number;
}

/** Each record's sum of the matrix's rows and its value, as inputs of the last hash. */
function decoded({ run, room }: Scratch, { records, count, bandBits, matrix, rows }: Decoding): number {
  const inputs = room(inputStride * count);
  run.decodeRows(records, count, bandBits, matrix, rows, room(decodeTableBytes), inputs);
  return inputs;
}

/** Hashes inputs and puts the hashes in the order of their tags. */
function sortedHashes(
  { run, room, place, take, kernel }: Scratch,
  inputs: number,
  records: number,
  count: number,
  outputKey: Uint8Array,
): PartitionHashes {
  const hashes = room(hashBytes * count);
  run.hashRows(
    inputs,
    inputStride,
    inputBytes,
    count,
    place(outputKey),
    keyedFlag,
    hashes,
    hashBytes,
    hashBytes,
  );
  const order = room(4 * count);
  const bits = Math.min(24, Math.max(8, 32 - Math.clz32(count)));
  run.sortTags(hashes, count, bits, room(2 ** (bits + 2)), order);
  const sorted = room(hashBytes * count);
  run.gatherTags(hashes, count, order, sorted);
  const places = new Uint32Array(kernel.memory().buffer, order, count);
  const recordWords = new Uint32Array(kernel.memory().buffer, records, (recordBytes / 4) * count);
  const numbers = new Uint32Array(count);
  // A sorted record has its number in its eleventh word, see band.ts of the kernel; places are of records.
  for (let i = 0; i < count; i++) numbers[i] = recordWords[16 * (places[i] as number) + 11] as number;
  return { hashes: take(sorted, hashBytes * count), numbers };
}

/** Bytes of the seed of {@link encodeJob}. */
export const encodeSeedBytes: number = seedBytes;

/** Jobs of this room, for the table that workers have. */
export const okvsJobs: readonly AnyJob[] = [encodeJob, answerJob, tagJob] as readonly AnyJob[];
