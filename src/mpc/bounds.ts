/**
 * How large secrets may be. Every secret carries its magnitude: the largest absolute value that its ring element, read
 * as a signed integer, can have. Magnitudes are public, exact (BigInt) and computed before anything runs, so that an
 * overflow is an error at all parties alike and never a wrong answer.
 */

import { invalidArgument, VeilshareError } from "../errors.js";

/**
 * Magnitudes stay below this: of the 64 bits one is the sign and one is the slack that truncation needs
 * (`additive/truncation.ts`).
 */
export const magnitudeLimit: bigint = 1n << 62n;

/** Added to a value before it is truncated, which makes it positive and below 2^63. */
export const truncationOffset: bigint = 1n << 62n;

/** Largest number of bits that a truncation may cut. */
export const maxShift = 62;

/** Products of two 20-bit fixed-point numbers, and a division by eight on top of that, have names for their scale. */
export const maxSecretFractionalBits = 62;

/**
 * Refuses a magnitude that the ring has no room for.
 *
 * @throws VeilshareError BOUND_EXCEEDED
 */
export function checkMagnitude(caller: string, magnitude: bigint): bigint {
  if (magnitude < magnitudeLimit) return magnitude;
  const expected = "a bound below 2^62 in units of the last place";
  const got = `one of ${magnitude.toString(2).length} bits`;
  const text = `${caller}: expected ${expected}, got ${got}; nothing was run`;
  throw new VeilshareError("BOUND_EXCEEDED", text, { expected, got });
}

/**
 * Refuses, in the name of an operation, two numbers whose difference the ring has no room for.
 *
 * @param other - Another secret's magnitude, or the largest absolute value of public numbers.
 * @throws VeilshareError BOUND_EXCEEDED
 */
export function checkDifference(
  caller: string,
  x: { readonly magnitude: bigint; readonly fractionalBits: number },
  other: bigint | number,
): void {
  const units =
    typeof other === "bigint" ? other : BigInt(Math.ceil(Math.min(other * 2 ** x.fractionalBits, 2 ** 62)));
  checkMagnitude(caller, x.magnitude + units);
}

/**
 * The magnitude of values of at most `bound` in absolute value, encoded with `fractionalBits`.
 *
 * @throws VeilshareError INVALID_ARGUMENT for a bound that is negative or not finite; BOUND_EXCEEDED for too large a one.
 */
export function magnitudeOfBound(caller: string, bound: number, fractionalBits: number): bigint {
  if (!Number.isFinite(bound) || bound < 0) {
    throw invalidArgument(caller, "a finite bound of at least 0", String(bound));
  }
  return checkMagnitude(caller, BigInt(Math.ceil(bound * 2 ** fractionalBits)));
}

/** The magnitude after `shift` bits were cut off: rounded up, and one more for the error of the last place. */
export function truncatedMagnitude(magnitude: bigint, shift: number): bigint {
  return -(-magnitude >> BigInt(shift)) + 1n;
}

/** The smaller of two magnitudes. */
export function smallerMagnitude(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
