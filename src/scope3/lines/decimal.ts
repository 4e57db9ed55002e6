/**
 * Exact decimal numbers on BigInt. Amounts of money and emission factors are decimal texts; a binary floating-point
 * number can't hold `0.1`, and a total that must be right to the gram can't start from one that is not.
 */

import { kindOf } from "../../table/columns.js";

/** units / 10^scale; `1.50` is 150 at scale 2. */
export interface Decimal {
  readonly units: bigint;
  /** Digits after the point, 0 or more. */
  readonly scale: number;
}

/** Longest text that is read, so that no input makes numbers of a million digits. */
const maxDigits = 40;

/**
 * The number a text stands for: digits, with an optional sign and an optional point between digits. No exponent, no
 * grouping, no white space, at most 40 digits.
 *
 * @returns `undefined` for any other text.
 */
export function parseDecimal(text: string): Decimal | undefined {
  const match = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = ""] = match;
  if (whole.length + fraction.length > maxDigits) return undefined;
  const units = BigInt(whole + fraction);
  return { units: sign === "-" ? -units : units, scale: fraction.length };
}

/** Whether a number is from 0 to 100. */
export function isPercentage(number: Decimal): boolean {
  return number.units >= 0n && number.units <= 100n * 10n ** BigInt(number.scale);
}

/** a * b, exactly. */
export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  return { units: a.units * b.units, scale: a.scale + b.scale };
}

/**
 * The integer nearest to dividend / divisor; a tie goes to the even one.
 *
 * @param divisor - Above 0.
 */
export function roundHalfEven(dividend: bigint, divisor: bigint): bigint {
  const floor = dividend >= 0n ? dividend / divisor : -((-dividend + divisor - 1n) / divisor);
  const twiceRest = 2n * (dividend - floor * divisor);
  if (twiceRest < divisor) return floor;
  if (twiceRest > divisor) return floor + 1n;
  return floor % 2n === 0n ? floor : floor + 1n;
}

/**
 * value * 10^places / divisor, rounded half to even: how many units of 10^-places the quotient is nearest to.
 *
 * @param divisor - Above 0; default 1.
 */
export function roundedUnits(value: Decimal, places: number, divisor: Decimal = one): bigint {
  const dividend = value.units * 10n ** BigInt(places + divisor.scale);
  return roundHalfEven(dividend, divisor.units * 10n ** BigInt(value.scale));
}

const one: Decimal = { units: 1n, scale: 0 };

/** The decimal text of units / 10^scale, with all its digits: `formatDecimal(1500n, 3)` is `1.500`. */
export function formatDecimal(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const sign = units < 0n ? "-" : "";
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** What {@link parseDecimal} takes, in words for an error, of numbers that may not be negative. */
export const decimalExpectation = "a decimal number of at least 0";

/** What a text that is not such a number is. */
export function decimalFault(text: string): string {
  const number = parseDecimal(text);
  return number !== undefined && number.units < 0n ? "a negative number" : kindOf(text);
}
