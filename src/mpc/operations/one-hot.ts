/** Secret positions as one-hot vectors, and what is picked by them. */

import { checkOperands } from "../arguments.js";
import { invalidArgument } from "../../errors.js";
import type { BitEngine } from "../bit-engine.js";
import type { Engine } from "../engine.js";
import { SecretBits } from "../secret-bits.js";
import { secretWithMagnitude, type SecretMatrix } from "../secret-matrix.js";
import { bitsOf, magnitudeBits } from "./bits.js";
import { allOf } from "./carry.js";

/**
 * For each value of some bits, lowest first, whether they have it: 2^width positions, of which exactly one is 1.
 *
 * **Cost.** One round for each bit but the first; about 2^width ANDs.
 */
export async function hotPositions(engine: BitEngine, bits: SecretBits): Promise<SecretBits> {
  const first = bits.positions(0, 1);
  let hot = SecretBits.stack([first.not(), first]);
  for (let at = 1; at < bits.width; at++) {
    const bit = bits.positions(at, at + 1);
    const set = await engine.and(hot, SecretBits.stack(Array.from({ length: hot.width }, () => bit)));
    hot = SecretBits.stack([hot.xor(set), set]);
  }
  return hot;
}

/** Most positions of a one-hot vector. */
const maxPositions = 2 ** 24;

/**
 * Whole numbers as one-hot vectors.
 *
 * @param index - One column of whole numbers, without fractional bits.
 * @param size - Positions: 0 up to, not including, this.
 * @returns One row for each index, `size` columns; a row of zeros where the index is negative or beyond the last position.
 * @throws VeilshareError INVALID_ARGUMENT for several columns, fractional bits, or a size that is not 1 to 2^24.
 *
 * **Error.** None.
 *
 * **Security.** Opens nothing but masked bits.
 *
 * **Cost.** Bits of the index; about 2 size ANDs and size bit conversions an index, in 5 + 2 log2(size) rounds.
 */
export async function oneHot(engine: Engine, index: SecretMatrix, size: number): Promise<SecretMatrix> {
  checkOperands("oneHot", engine, { index });
  if (index.columns !== 1 || index.fractionalBits !== 0) {
    const got = `${index.columns} columns with ${index.fractionalBits} fractional bits`;
    throw invalidArgument("oneHot", "one column of whole numbers without fractional bits", got);
  }
  if (!Number.isInteger(size) || size < 1 || size > maxPositions) {
    throw invalidArgument("oneHot", "a size of 1 to 2^24", String(size));
  }
  const low = Math.max(1, Math.ceil(Math.log2(size)));
  const width = Math.max(low, magnitudeBits(index)) + 1;
  const bits = await bitsOf(engine, index, width);
  const within = await noneOf(engine, bits.positions(low, width));
  const hot = (await hotPositions(engine, bits.positions(0, low))).positions(0, size);
  const kept = await engine.and(hot, SecretBits.stack(Array.from({ length: size }, () => within)));
  const numbers = await engine.bitsToArithmetic(kept); // size x indices
  return secretWithMagnitude(numbers.transpose(), 1n);
}

/** 1 where no bit of an element is set. */
async function noneOf(engine: BitEngine, bits: SecretBits): Promise<SecretBits> {
  return allOf(engine, bits.not());
}

/**
 * Rows of a table at secret positions.
 *
 * @param table - Secret.
 * @param index - One column of whole numbers, without fractional bits: rows of the table, from 0.
 * @returns One row for each index; zeros where it is no row of the table.
 * @throws VeilshareError as {@link oneHot}.
 *
 * **Error.** None.
 *
 * **Security.** Neither the positions nor the rows are opened; how many there are is public.
 *
 * **Cost.** A one-hot vector of the table's length for each index, and one matrix product.
 */
export async function gatherRows(
  engine: Engine,
  table: SecretMatrix,
  index: SecretMatrix,
): Promise<SecretMatrix> {
  checkOperands("gatherRows", engine, { table, index });
  const hot = await oneHot(engine, index, table.rows);
  return engine.matrixProduct(hot, table, { provenBound: table.bound });
}
