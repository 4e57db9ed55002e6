/** How batches of powers are worked on: in a pool's threads or in the caller's, a few at a time. */

import { poolRule, signalRule, type RulesOf } from "../checks/options.js";
import { callback, optional } from "../checks/rules.js";
import { bytesFromInteger, integerFromBytes } from "../field/prime-field.js";
import { createPool, type Pool } from "../parallel/pool.js";
import type { Job } from "../parallel/job.js";
import { wipe } from "../bytes/wipe.js";
import { randomBytes, drawBytes, type RandomSource } from "../random/csprng.js";
import { bytesOf, integersOf, powersEachJob, powersJob } from "./jobs.js";

/** How the work is done. */
export interface HeWork {
  /** Threads for the powers; stays open. Default: the caller's thread, which gives the event loop a turn between batches. */
  readonly pool?: Pool;
  readonly signal?: AbortSignal;
  /** Called now and then with the number of ciphertexts done. */
  readonly onProgress?: (ciphertextsDone: number) => void;
  /** Where randomisers come from. Must be unpredictable: they are all that hides what is encrypted. */
  readonly random?: RandomSource;
}

/** Rules of {@link HeWork}. */
export const workRules: RulesOf<HeWork> = {
  pool: optional(poolRule),
  signal: optional(signalRule),
  onProgress: optional(callback),
  random: optional(callback),
};

/** Ciphertexts of one chunk: some tens of milliseconds. */
const perChunk = 8;

/** All bases to one exponent. */
export async function powersInPool(
  bases: readonly bigint[],
  exponent: bigint,
  modulus: bigint,
  work: HeWork,
): Promise<bigint[]> {
  const byteLength = byteLengthOf(modulus);
  const shared = {
    exponent: bytesFromInteger(exponent, byteLengthOf(exponent)),
    modulus: bytesFromInteger(modulus, byteLength),
  };
  const chunks = slices(bases).map((slice) => ({ bases: bytesOf(slice, byteLength), ...shared }));
  try {
    return await mapped(powersJob, chunks, byteLength, work);
  } finally {
    for (const { bases: copied } of chunks) copied.fill(0);
    shared.exponent.fill(0);
    shared.modulus.fill(0);
  }
}

/** Each base to its exponent below 2^64. */
export async function powersEachInPool(
  bases: readonly bigint[],
  exponents: readonly bigint[],
  modulus: bigint,
  work: HeWork,
): Promise<bigint[]> {
  const byteLength = byteLengthOf(modulus);
  const modulusBytes = bytesFromInteger(modulus, byteLength);
  const exponentSlices = slices(exponents);
  const chunks = slices(bases).map((slice, i) => ({
    bases: bytesOf(slice, byteLength),
    exponents: bytesOf(exponentSlices[i] ?? [], 8), // cut alike
    modulus: modulusBytes,
  }));
  return mapped(powersEachJob, chunks, byteLength, work);
}

async function mapped<In>(
  job: Job<In, Uint8Array>,
  chunks: readonly In[],
  byteLength: number,
  { pool: given, signal, onProgress }: HeWork,
): Promise<bigint[]> {
  const pool = given ?? createPool({ workers: 0 });
  const results: bigint[] = [];
  try {
    for await (const bytes of pool.map(job, chunks, signal === undefined ? {} : { signal })) {
      results.push(...integersOf(bytes, byteLength));
      bytes.fill(0);
      onProgress?.(results.length);
    }
  } finally {
    if (given === undefined) await pool.close();
  }
  return results;
}

function slices<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / perChunk) }, (_, i) =>
    all.slice(i * perChunk, (i + 1) * perChunk),
  );
}

/** Bytes of an integer of 0 or more, at least one. */
export function byteLengthOf(integer: bigint): number {
  return Math.ceil(integer.toString(16).length / 2);
}

/** A uniform integer from 1 to bound - 1; 32 bytes more than it has, reduced: 2^-256 from uniform. */
export function randomBelow(bound: bigint, random: RandomSource = randomBytes): bigint {
  for (;;) {
    const drawn = drawBytes(random, byteLengthOf(bound) + 32);
    const integer = integerFromBytes(drawn) % bound;
    wipe(drawn);
    if (integer !== 0n) return integer;
  }
}
