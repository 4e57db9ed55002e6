/** Exact division of secret whole numbers. */

import { checkOptions } from "../../checks/options.js";
import { optional } from "../../checks/rules.js";
import { anyNumberRule, checkOperands } from "../arguments.js";
import { invalidArgument } from "../../errors.js";
import type { Engine } from "../engine.js";
import { secretWithMagnitude, SecretMatrix } from "../secret-matrix.js";
import { bitToArithmetic, signBits } from "./bits.js";
import { unitLimit, unitsWithin } from "./budget.js";
import { quotients, spreadOver } from "./division.js";

/** Options of {@link divideIntegers}. */
export interface IntegerDivisionOptions {
  /** No divisor is smaller; a whole number from 1, proved by the caller. Default 1. */
  readonly least?: number;
}

/** a = quotient b + remainder, with 0 <= remainder < b. */
export interface IntegerQuotient {
  readonly quotient: SecretMatrix;
  readonly remainder: SecretMatrix;
}

/** What an approximate quotient is off by: this part of it, and so many units. */
const part = 2 ** -22;
const units = 2;

/**
 * The quotient, rounded down, and the remainder.
 *
 * @param a - Whole numbers of either sign, without fractional bits.
 * @param b - Positive whole numbers, without fractional bits; as many, or one column. A divisor of 0 gives results that mean
 *   nothing.
 * @throws VeilshareError INVALID_ARGUMENT for fractional bits, different shapes, or a `least` that is no whole number from 1;
 *   BOUND_EXCEEDED when a multiple of the divisor beyond a does not fit.
 *
 * **Error.** None.
 *
 * **Cost.** One to three quotients, as large results want; four comparisons.
 */
export async function divideIntegers(
  engine: Engine,
  a: SecretMatrix,
  b: SecretMatrix,
  options: IntegerDivisionOptions = {},
): Promise<IntegerQuotient> {
  checkOperands("divideIntegers", engine, { a, b });
  checkOptions("divideIntegers", options, { least: optional(anyNumberRule) });
  const { least = 1 } = options;
  const caller = "divideIntegers";
  if (a.fractionalBits !== 0 || b.fractionalBits !== 0) {
    const got = `${a.fractionalBits} and ${b.fractionalBits} fractional bits`;
    throw invalidArgument(caller, "whole numbers without fractional bits", got);
  }
  if (!Number.isSafeInteger(least) || least < 1) {
    throw invalidArgument(caller, "a least divisor from 1", String(least));
  }
  const spread = spreadOver(caller, a, b);
  const divisor = spread(b);
  const advice = "declare smaller bounds";
  unitsWithin({
    caller,
    what: "a numerator and four divisors",
    bound: a.bound + 4 * b.bound,
    fractionalBits: 0,
    advice,
  });
  const near = await approached(engine, { a, b, divisor }, least);
  // The rest is from -2 to less than 3 divisors.
  const multiples = [-1, 0, 1, 2].map((k) => rest(near.remainder, divisor, k));
  const below = await bitToArithmetic(engine, await signBits(engine, SecretMatrix.concatRows(multiples)));
  const steps = [0, 1, 2, 3].map((i) => below.rowRange(i * a.rows, (i + 1) * a.rows));
  let over = steps[0] as SecretMatrix; // four of them
  for (const step of steps.slice(1)) over = over.add(step);
  // Of the four multiples, those that are not above the remainder count: from -2 up.
  const correction = over.negate().addPublic(new Float64Array(a.length).fill(2));
  const quotient = secretWithMagnitude(near.quotient.add(correction), a.magnitude + 1n);
  const taken = await engine.multiply(correction, divisor, { provenBound: 3 * b.bound });
  const remainder = secretWithMagnitude(
    secretWithMagnitude(near.remainder, 0n).subtract(secretWithMagnitude(taken, 0n)),
    b.magnitude,
  );
  return { quotient, remainder };
}

function rest(remainder: SecretMatrix, divisor: SecretMatrix, multiple: number): SecretMatrix {
  const taken = secretWithMagnitude(divisor, 0n).scale(multiple);
  const magnitude = remainder.magnitude + 2n * divisor.magnitude;
  return secretWithMagnitude(secretWithMagnitude(remainder, 0n).subtract(taken), magnitude);
}

/** A quotient that is at most two away, and what is left over. */
async function approached(
  engine: Engine,
  { a, b, divisor }: { readonly a: SecretMatrix; readonly b: SecretMatrix; readonly divisor: SecretMatrix },
  least: number,
): Promise<IntegerQuotient> {
  let atMost = Math.max(1, a.bound / least);
  let remainder = a;
  let quotient: SecretMatrix | undefined;
  for (;;) {
    const step = await quotients(engine, "divideIntegers", remainder, b, {
      least,
      atMost,
      fractionalBits: 0,
    });
    quotient = quotient === undefined ? step : secretWithMagnitude(quotient.add(step), a.magnitude + 2n);
    const off = Math.max(part * atMost, units);
    const bound = Math.min((off + 1) * b.bound, a.bound + 2 * b.bound);
    const taken = await engine.multiply(quotient, divisor, { provenBound: Number(unitLimit) / 2 + a.bound });
    const left = secretWithMagnitude(a, 0n).subtract(secretWithMagnitude(taken, 0n));
    remainder = secretWithMagnitude(left, BigInt(Math.ceil(bound)));
    if (off <= units) return { quotient, remainder };
    atMost = off + 1;
  }
}
