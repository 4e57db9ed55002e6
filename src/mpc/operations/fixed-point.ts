/** Fixed-point arithmetic on secrets: products cut back to the fractional bits that they are wanted with. */

import { checkOptions } from "../../checks/options.js";
import { checkOperands, optionalBitsRule, provenBoundRule } from "../arguments.js";
import { invalidArgument } from "../../errors.js";
import type { Engine } from "../engine.js";
import { secretWithMagnitude, type SecretMatrix } from "../secret-matrix.js";
import type { ProductOptions } from "../products.js";

/**
 * The value with another number of fractional bits: exact where there are more than before, else off by less than one
 * unit in the last place.
 *
 * @throws VeilshareError BOUND_EXCEEDED when there is no room for more.
 */
export async function withFractionalBits(
  engine: Engine,
  x: SecretMatrix,
  fractionalBits: number,
): Promise<SecretMatrix> {
  checkOperands("withFractionalBits", engine, { x });
  const more = fractionalBits - x.fractionalBits;
  if (more === 0) return x;
  if (more < 0) return engine.truncate(x, -more);
  return x.scale(2 ** more).timesPowerOfTwo(-more);
}

/** The product with x's fractional bits, or those given. Two rounds. */
export async function fixedProduct(
  engine: Engine,
  x: SecretMatrix,
  y: SecretMatrix,
  options: ProductOptions & { readonly fractionalBits?: number } = {},
): Promise<SecretMatrix> {
  checkOperands("fixedProduct", engine, { x, y });
  checkOptions("fixedProduct", options, { provenBound: provenBoundRule, fractionalBits: optionalBitsRule });
  const { fractionalBits = x.fractionalBits, ...bounds } = options;
  return withFractionalBits(engine, await engine.multiply(x, y, bounds), fractionalBits);
}

/** A polynomial with public coefficients. */
export interface Polynomial {
  /** Integers that count units of 2^-fractionalBits; the constant first. */
  readonly coefficients: readonly number[];
  readonly fractionalBits: number;
  /** No intermediate of Horner's scheme is larger in absolute value over the values that x can have. */
  readonly bound: number;
}

/**
 * A polynomial of x by Horner's scheme; two rounds for each degree but the first.
 *
 * @param x - With the polynomial's fractional bits.
 */
export async function evaluate(
  engine: Engine,
  { coefficients, fractionalBits, bound }: Polynomial,
  x: SecretMatrix,
): Promise<SecretMatrix> {
  if (x.fractionalBits !== fractionalBits) {
    throw invalidArgument("evaluate", `${fractionalBits} fractional bits`, String(x.fractionalBits));
  }
  const at = (degree: number): BigInt64Array =>
    new BigInt64Array(x.length).fill(BigInt(coefficients[degree] ?? 0));
  let degree = coefficients.length - 1;
  const leading = x.scale(coefficients[degree] ?? 0).timesPowerOfTwo(-fractionalBits);
  let result = (await engine.truncate(leading, fractionalBits)).addPublic(at(--degree));
  while (degree > 0) {
    const product = await fixedProduct(engine, result, x, { provenBound: bound });
    result = product.addPublic(at(--degree));
    result = secretWithMagnitude(result, BigInt(Math.ceil(bound * 2 ** fractionalBits)));
  }
  return result;
}
