/**
 * The check that catches a receiver whose corrections differ from tree to tree: after the corrections are fixed, the
 * sender sends a random challenge, a 64-bit coefficient a row; the receiver answers with the sums of its rows and of its
 * choice bits times the coefficients, and the sender compares with the sum of its own rows. The last 64 rows have the
 * coefficients 1, 2, 4 and so on; they hide the others in the answer and are thrown away.
 *
 * **Security.** The coefficients are a universal linear hash to 64 bits of each of the matrix's columns: two corrections
 * that differ have different hashes but with probability 2^-64. A receiver whose corrections of a tree differ from the
 * first tree's passes only if its answer guesses the number of that tree's missing leaf, k bits of the sender's secret:
 * with probability 2^-k for each such tree. So a cheat that passes has gained k guessed bits a tree, and nothing more,
 * at a risk of 1 - 2^-k each of being caught; this is the leakage that the proof of the whole grants. (The check of
 * Keller, Orsini and Scholl 2015, a sum of rows in one field of 2^128 elements, has a gap in its proof; this one, column
 * by column over bits, is the one that Roy proves.)
 *
 * **Source.** Roy, "SoftSpokenOT", CRYPTO 2022, section 4.
 */

import { Prg } from "../random/prg.js";
import { otKernel } from "./arithmetic.js";
import { blockBytes } from "./correlation-hash.js";

/** Rows that the check uses up. */
export const checkRows = 64;

/** Bytes of a challenge. */
export const challengeBytes = 32;

const sumBytes = checkRows * blockBytes;

/** Bytes of an answer: 64 sums of rows, then 64 sums of choice bits. */
export const answerBytes: number = sumBytes + 8;

/** The receiver's answer. */
export function answerChallenge(
  challenge: Uint8Array,
  { rows, choices }: { readonly rows: Uint8Array; readonly choices: Uint8Array },
): Uint8Array {
  return hashed(challenge, rows, choices).slice();
}

/**
 * The sender's verdict.
 *
 * @param rows - The sender's rows, 16 bytes each.
 * @param delta - What they differ by, 16 bytes.
 */
export function isAnswerRight(
  challenge: Uint8Array,
  answer: Uint8Array,
  rows: Uint8Array,
  delta: Uint8Array,
): boolean {
  const own = hashed(challenge, rows, undefined);
  let difference = 0;
  for (let i = 0; i < checkRows; i++) {
    const bit = ((answer[sumBytes + (i >> 3)] ?? 0) >> (i & 7)) & 1;
    for (let k = 0; k < blockBytes; k++) {
      const at = i * blockBytes + k;
      difference |= (own[at] ?? 0) ^ (answer[at] ?? 0) ^ ((delta[k] ?? 0) & -bit);
    }
  }
  return difference === 0;
}

function hashed(challenge: Uint8Array, rows: Uint8Array, choices: Uint8Array | undefined): Uint8Array {
  const kernel = otKernel();
  const count = rows.length / blockBytes;
  new Prg(challenge).fill(kernel.coefficients.subarray(0, 8 * (count - checkRows)));
  kernel.rows.set(rows);
  if (choices !== undefined) kernel.sum.set(choices);
  kernel.run.hashRows(count, choices === undefined ? 0 : 1);
  const sums = kernel.checked.slice(0, answerBytes);
  kernel.run.wipeMatrix(count / 8);
  return sums;
}
