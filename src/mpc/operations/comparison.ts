/** Comparison of secrets with secrets or public numbers. */

import type { Engine } from "../engine.js";
import type { SecretMatrix } from "../secret-matrix.js";
import { bitToArithmetic, signBits, zeroBits } from "./bits.js";

/** A secret of the same shape and fractional bits, or one public number. */
export type Comparand = SecretMatrix | number;

function difference(x: SecretMatrix, y: Comparand): SecretMatrix {
  return typeof y === "number" ? x.addPublic(new Float64Array(x.length).fill(-y)) : x.subtract(y);
}

/**
 * 1 where x < y, 0 elsewhere; exact.
 *
 * @returns Without fractional bits, of x's shape.
 * @throws VeilshareError INVALID_ARGUMENT for different shapes or fractional bits; BOUND_EXCEEDED when x - y may reach 2^62.
 *
 * **Security.** Opens nothing but masked bits.
 *
 * **Cost.** With 32-bit operands (33-bit differences) and three replicated parties: 9 rounds, about 24 bytes sent an
 * element and party. A public y costs the same.
 */
export async function lessThan(engine: Engine, x: SecretMatrix, y: Comparand): Promise<SecretMatrix> {
  return bitToArithmetic(engine, await signBits(engine, difference(x, y)));
}

/**
 * 1 where x > y.
 *
 * @throws VeilshareError as {@link lessThan}.
 */
export async function greaterThan(engine: Engine, x: SecretMatrix, y: Comparand): Promise<SecretMatrix> {
  return bitToArithmetic(engine, await signBits(engine, difference(x, y).negate()));
}

/**
 * 1 where x <= y.
 *
 * @throws VeilshareError as {@link lessThan}.
 */
export async function lessOrEqual(engine: Engine, x: SecretMatrix, y: Comparand): Promise<SecretMatrix> {
  return bitToArithmetic(engine, (await signBits(engine, difference(x, y).negate())).not());
}

/**
 * 1 where x >= y.
 *
 * @throws VeilshareError as {@link lessThan}.
 */
export async function greaterOrEqual(engine: Engine, x: SecretMatrix, y: Comparand): Promise<SecretMatrix> {
  return bitToArithmetic(engine, (await signBits(engine, difference(x, y))).not());
}

/**
 * 1 where x = y, to the last place.
 *
 * @throws VeilshareError as {@link lessThan}.
 *
 * **Cost.** As {@link lessThan}, with a third fewer ANDs.
 */
export async function equal(engine: Engine, x: SecretMatrix, y: Comparand): Promise<SecretMatrix> {
  return bitToArithmetic(engine, await zeroBits(engine, difference(x, y)));
}
