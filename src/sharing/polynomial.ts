/** Secret polynomials over a prime field: the dealer's side of Shamir sharing, and interpolation. */

import { checkOptions, type RulesOf } from "../checks/options.js";
import { bigint, bytes, callback, either, integer, listOf, optional, withMethods } from "../checks/rules.js";
import { invalidArgument } from "../errors.js";
import { ristretto255Scalars, type PrimeField } from "../field/prime-field.js";
import { keepBytes, randomBytes, type RandomSource } from "../random/csprng.js";
import { elementsFromBytes } from "./byte-secret.js";
import { maxShares, sharingIdBytes } from "./share-encoding.js";
import { ShamirShare } from "./shamir-share.js";

/** What to split, and how. */
export interface ShamirSplitOptions {
  /** Field elements, or bytes of any length. */
  readonly secret: readonly bigint[] | Uint8Array;
  /** How many shares put the secret together; 2 or more. */
  readonly threshold: number;
  /** How many shares to make: threshold to 65,535, and fewer than the field has elements. */
  readonly shares: number;
  /** Default: the scalar field of ristretto255. */
  readonly field?: PrimeField;
  /**
   * Asked for 16 bytes (the sharing's id), then for each element of the secret threshold - 1 times for the coefficients
   * of x, x^2 and so on, as {@link PrimeField.random} asks.
   */
  readonly random?: RandomSource;
}

const splitRules: RulesOf<ShamirSplitOptions> = {
  secret: either(bytes(), listOf(bigint())),
  threshold: integer(),
  shares: integer(),
  field: optional(withMethods("a PrimeField", "isElement", "reduce")),
  random: optional(callback),
};

/** The dealer's secrets: one polynomial for each element of the secret, lowest coefficient first. */
export interface Dealing {
  readonly id: Uint8Array;
  readonly field: PrimeField;
  readonly threshold: number;
  readonly polynomials: readonly (readonly bigint[])[];
}

/** Draws the polynomials. The coefficients are uniform over the whole field, the highest included. */
export function deal(caller: string, options: ShamirSplitOptions): Dealing {
  checkOptions(caller, options, splitRules);
  const { threshold, shares } = options;
  const field = options.field ?? ristretto255Scalars;
  const random = options.random ?? randomBytes;
  const most = field.order <= BigInt(maxShares) ? Number(field.order) - 1 : maxShares;
  if (!Number.isInteger(shares) || shares < 2 || shares > most) {
    throw invalidArgument(caller, `2 to ${most} shares`, String(shares));
  }
  if (!Number.isInteger(threshold) || threshold < 2 || threshold > shares) {
    throw invalidArgument(caller, `a threshold from 2 to ${shares}`, String(threshold));
  }
  const secret =
    options.secret instanceof Uint8Array ? elementsFromBytes(options.secret, field) : options.secret;
  if (!secret.every((element) => field.isElement(element))) {
    throw invalidArgument(caller, "a secret of field elements", "a value outside the field");
  }
  const id = keepBytes(random, sharingIdBytes);
  const polynomials = secret.map((element) => {
    const coefficients = [element];
    while (coefficients.length < threshold) coefficients.push(field.random(random));
    return coefficients;
  });
  return { id, field, threshold, polynomials };
}

/** The shares of a dealing for the indices 1 to `count`. */
export function sharesOf(dealing: Dealing, count: number): ShamirShare[] {
  const { id, field, threshold, polynomials } = dealing;
  return Array.from({ length: count }, (_, i) => {
    const index = i + 1;
    const values = polynomials.map((coefficients) => evaluate(coefficients, BigInt(index), field));
    return new ShamirShare({ id, index, threshold, values, field });
  });
}

/** Horner's rule. */
function evaluate(coefficients: readonly bigint[], x: bigint, field: PrimeField): bigint {
  let value = 0n;
  for (let i = coefficients.length - 1; i >= 0; i--) {
    value = field.reduce(value * x + (coefficients[i] as bigint)); // i is in range
  }
  return value;
}

/**
 * The Lagrange coefficients that take a polynomial's values at `points` to its value at `x`.
 *
 * @param points - Public, and distinct modulo the order.
 */
export function lagrangeCoefficients(points: readonly number[], x: number, field: PrimeField): bigint[] {
  return points.map((own) => {
    let numerator = 1n;
    let denominator = 1n;
    for (const other of points) {
      if (other === own) continue;
      numerator = field.multiply(numerator, BigInt(x - other));
      denominator = field.multiply(denominator, BigInt(own - other));
    }
    return field.multiply(numerator, field.invertVartime(denominator));
  });
}
