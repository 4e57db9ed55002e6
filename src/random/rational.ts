/** Exact fractions, as the samplers of noise and their parameters need them. */

import { checkArgument } from "../checks/options.js";
import { bigint, object, type Rule } from "../checks/rules.js";
import { invalidArgument } from "../errors.js";

/** A fraction; the denominator is positive. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** A fraction of two BigInts. */
export const rationalRule: Rule = object({ numerator: bigint(), denominator: bigint() });

/**
 * A fraction in lowest terms.
 *
 * @param denominator - Not 0. Default 1.
 * @throws VeilshareError INVALID_ARGUMENT for a denominator of 0.
 */
export function rational(numerator: bigint, denominator = 1n): Rational {
  checkArgument("rational", "numerator", numerator, bigint());
  checkArgument("rational", "denominator", denominator, bigint());
  if (denominator === 0n) throw invalidArgument("rational", "a denominator other than 0", "0");
  const sign = denominator < 0n ? -1n : 1n;
  const divisor = greatestCommonDivisor(numerator < 0n ? -numerator : numerator, sign * denominator);
  return { numerator: (sign * numerator) / divisor, denominator: (sign * denominator) / divisor };
}

/**
 * The fraction that a double is: every finite double is one.
 *
 * @throws VeilshareError INVALID_ARGUMENT for NaN or an infinity.
 */
export function rationalFromNumber(value: number): Rational {
  if (!Number.isFinite(value)) throw invalidArgument("rationalFromNumber", "a finite number", String(value));
  let scaled = value;
  let denominator = 1n;
  // Doubling is exact: at most 1074 times for the smallest double.
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    denominator *= 2n;
  }
  return rational(BigInt(scaled), denominator);
}

/** The double next to a fraction, within a relative 2^-52 as long as it is neither huge nor tiny. */
export function numberFromRational({ numerator, denominator }: Rational): number {
  const bits = numerator.toString(2).length - denominator.toString(2).length;
  const shift = BigInt(Math.max(0, 64 - bits)); // the quotient has at least 63 bits
  return Number((numerator << shift) / denominator) * 2 ** -Number(shift);
}

/**
 * Refuses what is no fraction above 0.
 *
 * @throws VeilshareError INVALID_ARGUMENT.
 */
export function checkPositive(caller: string, name: string, value: Rational): void {
  if (value.numerator > 0n && value.denominator > 0n) return;
  throw invalidArgument(caller, `${name} to be a fraction above 0`, "another");
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [larger, smaller] = [a, b];
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}
