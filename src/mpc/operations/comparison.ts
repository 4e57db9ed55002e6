/** Comparison of secrets with secrets or public numbers. */

import { checkArgument } from "../../checks/options.js";
import { either, number } from "../../checks/rules.js";
import { checkOperands, secretRule } from "../arguments.js";
import { checkDifference } from "../bounds.js";
import type { Engine } from "../engine.js";
import type { SecretMatrix } from "../secret-matrix.js";
import { bitToArithmetic, signBits, zeroBits } from "./bits.js";

/** A secret of the same shape and fractional bits, or one public number. */
export type Comparand = SecretMatrix | number;

const comparandRule = either(secretRule, number());

function difference(caller: string, engine: Engine, x: SecretMatrix, y: Comparand): SecretMatrix {
  checkOperands(caller, engine, { x });
  checkArgument(caller, "y", y, comparandRule);
  checkDifference(caller, x, typeof y === "number" ? Math.abs(y) : y.magnitude);
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
  return bitToArithmetic(engine, await signBits(engine, difference("lessThan", engine, x, y)));
}

/**
 * 1 where x > y.
 *
 * @throws VeilshareError as {@link lessThan}.
 */
export async function greaterThan(engine: Engine, x: SecretMatrix, y: Comparand): Promise<SecretMatrix> {
  return bitToArithmetic(engine, await signBits(engine, difference("greaterThan", engine, x, y).negate()));
}

/**
 * 1 where x <= y.
 *
 * @throws VeilshareError as {@link lessThan}.
 */
export async function lessOrEqual(engine: Engine, x: SecretMatrix, y: Comparand): Promise<SecretMatrix> {
  return bitToArithmetic(
    engine,
    (await signBits(engine, difference("lessOrEqual", engine, x, y).negate())).not(),
  );
}

/**
 * 1 where x >= y.
 *
 * @throws VeilshareError as {@link lessThan}.
 */
export async function greaterOrEqual(engine: Engine, x: SecretMatrix, y: Comparand): Promise<SecretMatrix> {
  return bitToArithmetic(engine, (await signBits(engine, difference("greaterOrEqual", engine, x, y))).not());
}

/**
 * 1 where x = y, to the last place.
 *
 * @throws VeilshareError as {@link lessThan}.
 *
 * **Cost.** As {@link lessThan}, with a third fewer ANDs.
 */
export async function equal(engine: Engine, x: SecretMatrix, y: Comparand): Promise<SecretMatrix> {
  return bitToArithmetic(engine, await zeroBits(engine, difference("equal", engine, x, y)));
}
