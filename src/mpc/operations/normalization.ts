/**
 * Positive secrets of unknown size, as m 2^e with m from 1/2 up to 1: what reciprocals, roots and logarithms start from.
 *
 * Bits, then a prefix OR from the top, then the one position where it steps from 0 to 1: that is the highest bit set.
 * Its position as a one-hot vector, made arithmetic, gives any public function of e as a local sum.
 */

import { invalidArgument } from "../../errors.js";
import type { Engine } from "../engine.js";
import { SecretBits } from "../secret-bits.js";
import { secretWithMagnitude, type SecretMatrix } from "../secret-matrix.js";
import { bitsOf, magnitudeBits } from "./bits.js";
import { withFractionalBits } from "./fixed-point.js";
import { shiftBySecret } from "./power-shift.js";

/** Fractional bits of the mantissa: fourth powers of numbers up to 2 still fit. */
export const mantissaBits = 28;

/** Options of what needs positive numbers. */
export interface PositiveOptions {
  /**
   * No element is smaller; positive. The caller has proved it: nothing checks it, and elements below it, zero or
   * negative ones give a result that means nothing.
   */
  readonly least: number;
}

/** m 2^e. */
export interface Normalized {
  /** From 1/2, less than 1, with {@link mantissaBits} fractional bits; of x's shape. 0 where x is 0. */
  readonly mantissa: SecretMatrix;
  /** One row for each exponent, one column for each element of x: 1 where it has this exponent. */
  readonly oneHot: SecretMatrix;
  /** The exponents, in ascending order. */
  readonly exponents: readonly number[];
}

/**
 * Normalizes.
 *
 * @throws VeilshareError INVALID_ARGUMENT for a `least` that is not positive, or beyond the bound.
 *
 * **Cost.** For k bits of the bound: about 2 k log2 k ANDs, a bit conversion for each position that can be the highest,
 * one product, one truncation; 5 + 2 log2 k rounds.
 */
export async function normalize(
  caller: string,
  engine: Engine,
  x: SecretMatrix,
  { least }: PositiveOptions,
): Promise<Normalized> {
  const k = magnitudeBits(x);
  const lowest = Math.floor(Math.log2(least)) + x.fractionalBits;
  if (!(least > 0) || !Number.isFinite(least) || lowest >= k) {
    throw invalidArgument(caller, `a positive least value below the bound of ${x.bound}`, String(least));
  }
  const from = Math.max(0, lowest);
  const bits = await bitsOf(engine, x, k);
  const seen = await prefixOr(engine, bits.positions(from, k));
  const width = k - from;
  const oneHot = await engine.bitsToArithmetic(width === 1 ? seen : stepsOf(seen)); // width x length
  const exponents = Array.from({ length: width }, (_, i) => from + i + 1 - x.fractionalBits);
  const units = x.timesPowerOfTwo(x.fractionalBits);
  // x 2^(k - 1 - position) has its highest bit at k - 1.
  const shifts = Array.from({ length: width }, (_, i) => k - 1 - from - i);
  const lifted = await shiftBySecret(engine, units, { oneHot, shifts }, (1n << BigInt(k)) - 1n);
  const mantissa = await withFractionalBits(engine, lifted.timesPowerOfTwo(-k), mantissaBits);
  return { mantissa: secretWithMagnitude(mantissa, 1n << BigInt(mantissaBits)), oneHot, exponents };
}

/**
 * A public function of the exponent, of x's shape; 0 where x is 0.
 *
 * @param f - Gives the value for an exponent; rounded to the fractional bits.
 */
export function choiceSum(
  { mantissa, oneHot, exponents }: Normalized,
  f: (exponent: number) => number,
  fractionalBits: number,
): SecretMatrix {
  const weights = exponents.map(f);
  return oneHot
    .combinePublicRows(weights, { fractionalBits, provenBound: largestOf(weights) })
    .reshape(mantissa.rows, mantissa.columns);
}

function largestOf(weights: readonly number[]): number {
  let most = 0;
  for (const weight of weights) most = Math.max(most, Math.abs(weight));
  return most;
}

/** 1 at the highest position where a prefix OR from the top is 1 for the first time. */
function stepsOf(seen: SecretBits): SecretBits {
  const { width } = seen;
  const above = seen.positions(1, width);
  return SecretBits.stack([seen.positions(0, width - 1).xor(above), seen.positions(width - 1, width)]);
}

/** At each position, whether it or any above it is 1. */
async function prefixOr(engine: Engine, bits: SecretBits): Promise<SecretBits> {
  let none = bits.not(); // that no position from here up to the span's end is 1
  for (let span = 1; span < bits.width; span *= 2) {
    const joined = await engine.and(none.positions(0, bits.width - span), none.positions(span, bits.width));
    none = SecretBits.stack([joined, none.positions(bits.width - span, bits.width)]);
  }
  return none.not();
}
