/**
 * Integers from 0 to a bound as elements that are zero or one: weights 1, 2, 4, ... and a last one chosen so that all of
 * them add up to the bound. No combination of bits stands for an integer above it; some integers have two encodings.
 *
 * **Source.** draft-irtf-cfrg-vdaf-18, section 7.4.2.
 */

import {
  elementCount,
  vectorOf,
  type FieldVector,
  type VectorField,
  type VectorFieldParameters,
} from "../field/vector-field.js";
import { invalidArgument } from "../errors.js";

/** How integers up to a bound are encoded. */
export interface BitEncoding {
  readonly bits: number;
  readonly maximum: bigint;
  /** The weight of the last bit. */
  readonly lastWeight: bigint;
  /** `bits` elements. */
  readonly weights: FieldVector;
}

/** Integers are encoded from two 32-bit halves. */
const maxBits = 64;

/**
 * The encoding of integers from 0 to `maximum`.
 *
 * @throws VeilshareError INVALID_ARGUMENT for a maximum that is not from 1 to 2^64 - 1, or has as many bits as the modulus.
 */
export function bitEncoding(caller: string, field: VectorFieldParameters, maximum: bigint): BitEncoding {
  const bits = maximum > 0n ? maximum.toString(2).length : 0;
  const limit = 2n ** BigInt(maxBits) < field.modulus ? maxBits : maxBits - 1;
  if (typeof maximum !== "bigint" || bits === 0 || bits > limit) {
    throw invalidArgument(caller, `a maximum as a bigint from 1 to 2^${limit} - 1`, "another");
  }
  const lastWeight = maximum - (2n ** BigInt(bits - 1) - 1n);
  const powers = Array.from({ length: bits - 1 }, (_, i) => 2n ** BigInt(i));
  return { bits, maximum, lastWeight, weights: vectorOf(field, [...powers, lastWeight]) };
}

/** Writes the bits of an integer within the bound as elements `at`, `at` + 1, ... of a vector of zeros. */
export function writeBits(
  { elementBytes }: VectorField,
  encoding: BitEncoding,
  value: bigint,
  vector: FieldVector,
  at: number,
): void {
  const { bits, lastWeight } = encoding;
  const last = value >> BigInt(bits - 1) === 0n ? 0n : 1n; // bit by bit: value < 2^bits
  const rest = value - last * lastWeight;
  const [low, high] = [Number(rest & 0xffff_ffffn), Number(rest >> 32n)];
  for (let bit = 0; bit < bits - 1; bit++) {
    vector[(at + bit) * elementBytes] = ((bit < 32 ? low : high) >>> (bit & 31)) & 1;
  }
  vector[(at + bits - 1) * elementBytes] = Number(last);
}

/** The integers that rows of bits stand for, one element a row; shares of bits give shares of integers. */
export function joinBits(field: VectorField, { weights, bits }: BitEncoding, rows: FieldVector): FieldVector {
  if (elementCount(field, rows) % bits !== 0)
    throw invalidArgument("joinBits", "whole rows of bits", "another length");
  return field.combineRows(rows, weights);
}
