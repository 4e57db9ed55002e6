/** Exponential and logarithm: a whole exponent, found by secret bits, and a public polynomial for what is left. */

import { checkOptions, type RulesOf } from "../../checks/options.js";
import { optional } from "../../checks/rules.js";
import { anyNumberRule, checkOperands } from "../arguments.js";
import { invalidArgument } from "../../errors.js";
import type { Engine } from "../engine.js";
import type { SecretBits } from "../secret-bits.js";
import { secretWithMagnitude, type SecretMatrix } from "../secret-matrix.js";
import { bitsOf } from "./bits.js";
import { evaluate, withFractionalBits, type Polynomial } from "./fixed-point.js";
import { unitsWithin } from "./budget.js";
import { choiceSum, mantissaBits, normalize, type PositiveOptions } from "./normalization.js";
import { hotPositions } from "./one-hot.js";
import { shiftBySecret } from "./power-shift.js";
import { asReal, asUnits } from "./wide-product.js";

/** 2^x over [0, 1), within 3 * 10^-9. */
const powerOfTwo: Polynomial = {
  coefficients: [268435457, 186065211, 64486397, 14892858, 2599791, 332439, 58758],
  fractionalBits: mantissaBits,
  bound: 2.01,
};

/** log2(x) over [1/2, 1), within 3 * 10^-7; computed with 26 fractional bits, as intermediates reach 48. */
const logarithm: Polynomial = {
  coefficients: [
    -284913050, 957503475, -2011682923, 3103869503, -3205118603, 2100423547, -790006128, 129924198,
  ],
  fractionalBits: 26,
  bound: 48,
};

/** Options of {@link exponential}. */
export interface ExponentialOptions {
  /** No element of x is larger; proved by the caller. Default: x's bound. */
  readonly atMost?: number;
}

const exponentialRules: RulesOf<ExponentialOptions> = { atMost: optional(anyNumberRule) };
const logarithmRules: RulesOf<PositiveOptions> = { least: anyNumberRule };

const largestBound = 1000;

/**
 * e^x.
 *
 * @returns With x's fractional bits.
 * @throws VeilshareError BOUND_EXCEEDED when e^atMost does not fit; INVALID_ARGUMENT for a bound of x over 1000, an x with
 *   more than 28 fractional bits, or an `atMost` that is no number.
 *
 * **Error.** 2^-22 of the result, or 2 units.
 *
 * **Cost.** Bits of x; ANDs and a bit conversion for each whole exponent that gives a result above zero; seven products
 * and truncations; about 30 rounds.
 */
export async function exponential(
  engine: Engine,
  x: SecretMatrix,
  options: ExponentialOptions = {},
): Promise<SecretMatrix> {
  checkOperands("exponential", engine, { x });
  checkOptions("exponential", options, exponentialRules);
  const { fractionalBits } = x;
  const atMost = Math.min(options.atMost ?? x.bound, x.bound);
  if (x.bound > largestBound || fractionalBits > mantissaBits || Number.isNaN(atMost)) {
    const got = `a bound of ${x.bound}, ${fractionalBits} fractional bits, atMost ${atMost}`;
    throw invalidArgument(
      "exponential",
      "a bound of at most 1000, 28 fractional bits and a number atMost",
      got,
    );
  }
  const most = Math.log(2 ** (61 - fractionalBits));
  const largest = unitsWithin({
    caller: "exponential",
    what: "a power",
    bound: Math.exp(atMost),
    fractionalBits,
    advice: `state atMost below ${most.toFixed(1)}, or fewer fractional bits`,
  });
  const { fraction, oneHot, exponents } = await wholeAndFraction(engine, x);
  // Exponents whose power of two is below half a unit in the last place count as zero.
  const top = Math.floor(atMost * Math.LOG2E) + 1;
  const kept = [...exponents.keys()].filter((i) => {
    const exponent = exponents[i] ?? 0;
    return exponent <= top && exponent >= -fractionalBits - 2;
  });
  const [first, last] = [kept[0], kept[kept.length - 1]];
  if (first === undefined || last === undefined)
    return fraction.scale(0).timesPowerOfTwo(mantissaBits - fractionalBits);
  const [chosen, power] = await Promise.all([
    engine.bitsToArithmetic(oneHot.positions(first, last + 1)),
    evaluate(engine, powerOfTwo, fraction),
  ]);
  const shifts = kept.map((i) => (exponents[i] ?? 0) + fractionalBits - mantissaBits);
  const magnitude = largest + (largest >> 20n) + 2n;
  return asReal(
    await shiftBySecret(engine, asUnits(power), { oneHot: chosen, shifts }, magnitude),
    fractionalBits,
  );
}

/** x log2(e), as a whole number and a fraction from 0 to 1. */
async function wholeAndFraction(
  engine: Engine,
  x: SecretMatrix,
): Promise<{
  readonly fraction: SecretMatrix;
  readonly oneHot: SecretBits;
  readonly exponents: readonly number[];
}> {
  // y = x log2(e), from -whole up to whole.
  const y = await engine.scaleBy(await withFractionalBits(engine, x, mantissaBits), Math.LOG2E);
  const whole = Math.ceil(x.bound * Math.LOG2E) + 1;
  const shifted = y.addPublic(new Float64Array(x.length).fill(whole));
  const wholeBits = Math.ceil(Math.log2(2 * whole + 1));
  const bits = await bitsOf(engine, shifted, mantissaBits + wholeBits);
  const exponentBits = bits.positions(mantissaBits, mantissaBits + wholeBits);
  const [places, hot] = await Promise.all([
    engine.bitsToArithmetic(exponentBits),
    hotPositions(engine, exponentBits),
  ]);
  const weights = Array.from({ length: wholeBits }, (_, i) => 2 ** i);
  const floor = places.combinePublicRows(weights, { provenBound: 2 ** wholeBits }).reshape(x.rows, x.columns);
  const fraction = secretWithMagnitude(
    shifted.subtract(floor.scale(2 ** mantissaBits).timesPowerOfTwo(-mantissaBits)),
    1n << BigInt(mantissaBits),
  );
  const exponents = Array.from({ length: 2 ** wholeBits }, (_, i) => i - whole);
  return { fraction, oneHot: hot, exponents };
}

/**
 * The natural logarithm.
 *
 * @returns With x's fractional bits, at most 26.
 * @throws VeilshareError INVALID_ARGUMENT for a `least` that is not positive.
 *
 * **Error.** 10^-6, or 2 units.
 *
 * **Cost.** A normalization; eight products and truncations; about 30 rounds.
 */
export async function naturalLogarithm(
  engine: Engine,
  x: SecretMatrix,
  options: PositiveOptions,
): Promise<SecretMatrix> {
  checkOperands("naturalLogarithm", engine, { x });
  checkOptions("naturalLogarithm", options, logarithmRules);
  const normalized = await normalize("naturalLogarithm", engine, x, options);
  const { fractionalBits } = logarithm;
  const rounded = await engine.truncate(normalized.mantissa, mantissaBits - fractionalBits);
  const ofMantissa = (await evaluate(engine, logarithm, rounded)).assumeBound(1.001);
  const base2 = ofMantissa.add(choiceSum(normalized, (exponent) => exponent, fractionalBits));
  const natural = await engine.scaleBy(base2, Math.LN2);
  return withFractionalBits(engine, natural, Math.min(x.fractionalBits, fractionalBits));
}
