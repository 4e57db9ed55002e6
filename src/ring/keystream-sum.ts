/**
 * Sums of pseudo-random vectors: many seeds, each expanded to as many words as the vector has, added or subtracted. What
 * masks a vector, and what takes masks off again.
 */

import { wipe } from "../bytes/wipe.js";
import type { AnyJob, Job } from "../parallel/job.js";
import { hostIsLittleEndian } from "../bytes/encoding.js";
import { invalidArgument } from "../errors.js";
import { Prg, seedBytes } from "../random/prg.js";

/** A vector over Z_2^32 or Z_2^64. */
export type RingWords = Uint32Array | BigUint64Array;

/** Words expanded at a time: small enough to stay in the processor's cache until they are added. */
const pieceWords = 16_384;

/** Pseudo-random vectors that are read from start to end together, a piece at a time. */
export class KeystreamSum {
  readonly #streams: readonly { readonly prg: Prg; readonly subtract: boolean }[];
  #piece: RingWords | undefined;

  /**
   * @param seeds - n x 32 bytes.
   * @param subtract - For each seed 1 if its vector is subtracted, 0 if it is added.
   * @throws VeilshareError INVALID_ARGUMENT when the counts differ.
   */
  constructor(seeds: Uint8Array, subtract: Uint8Array) {
    if (seeds.length !== seedBytes * subtract.length) {
      throw invalidArgument("KeystreamSum", `${subtract.length} seeds of 32 bytes`, `${seeds.length} bytes`);
    }
    this.#streams = Array.from(subtract, (sign, i) => ({
      prg: new Prg(seeds.subarray(seedBytes * i, seedBytes * (i + 1))),
      subtract: sign !== 0,
    }));
  }

  /** Adds the next words of the sum to `words`. All calls have words of one kind. */
  addTo(words: RingWords): void {
    const piece = (this.#piece ??=
      words instanceof Uint32Array ? new Uint32Array(pieceWords) : new BigUint64Array(pieceWords));
    for (let start = 0; start < words.length; start += pieceWords) {
      const length = Math.min(pieceWords, words.length - start);
      for (const { prg, subtract } of this.#streams) {
        prg.fill(new Uint8Array(piece.buffer, 0, length * piece.BYTES_PER_ELEMENT));
        if (!hostIsLittleEndian) swapBytes(piece);
        combine(words, start, piece, length, subtract);
      }
    }
  }
}

function combine(words: RingWords, start: number, piece: RingWords, length: number, subtract: boolean): void {
  // Indices are below both lengths, and words and piece are of one kind.
  if (words instanceof Uint32Array && piece instanceof Uint32Array) {
    if (subtract)
      for (let i = 0; i < length; i++) words[start + i] = (words[start + i] as number) - (piece[i] as number);
    else
      for (let i = 0; i < length; i++) words[start + i] = (words[start + i] as number) + (piece[i] as number);
  } else if (words instanceof BigUint64Array && piece instanceof BigUint64Array) {
    if (subtract) subtract64(words, start, piece, length);
    else add64(words, start, piece, length);
  } else {
    throw invalidArgument("KeystreamSum", "words of the kind of the first call", "the other kind");
  }
}

function add64(words: BigUint64Array, start: number, piece: BigUint64Array, length: number): void {
  for (let i = 0; i < length; i++) {
    words[start + i] = BigInt.asUintN(64, (words[start + i] as bigint) + (piece[i] as bigint)); // as in combine
  }
}

function subtract64(words: BigUint64Array, start: number, piece: BigUint64Array, length: number): void {
  for (let i = 0; i < length; i++) {
    words[start + i] = BigInt.asUintN(64, (words[start + i] as bigint) - (piece[i] as bigint)); // as in combine
  }
}

/** Streams are little-endian on every host. */
function swapBytes(piece: RingWords): void {
  const size = piece.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(piece.buffer);
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}

/** Seeds with their signs, and how long the sum of their vectors is. */
export interface KeystreamSumInput {
  /** n x 32 bytes. */
  readonly seeds: Uint8Array;
  /** For each seed 1 if its vector is subtracted, 0 if it is added. */
  readonly subtract: Uint8Array;
  /** Words of the sum. */
  readonly length: number;
  readonly wordBits: 32 | 64;
}

/** The sum of the vectors of a chunk of seeds. */
export const keystreamSumJob: Job<KeystreamSumInput, RingWords> = {
  name: "ring/keystream-sum",
  run: ({ seeds, subtract, length, wordBits }) => {
    const words = wordBits === 32 ? new Uint32Array(length) : new BigUint64Array(length);
    new KeystreamSum(seeds, subtract).addTo(words);
    return words;
  },
  wipe: ({ seeds }) => {
    wipe(seeds);
  },
};

/** All jobs of this module. */
export const ringJobs: readonly AnyJob[] = [keystreamSumJob];
