/** Exponential and logarithm: a whole exponent, found by secret bits, and a public polynomial for what is left. */

import { invalidArgument } from "../../errors.js";
import type { Engine } from "../engine.js";
import { SecretBits } from "../secret-bits.js";
import { secretWithMagnitude, type SecretMatrix } from "../secret-matrix.js";
import { bitsOf } from "./bits.js";
import { evaluate, fixedProduct, withFractionalBits, type Polynomial } from "./fixed-point.js";
import { mantissaBits, normalize, type PositiveOptions } from "./normalization.js";

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

/**
 * e^x.
 *
 * @returns With x's fractional bits; off by less than 2^-21 of the result and two units in the last place; by
 *   more where the result may be so large that its product keeps fewer bits.
 * @throws VeilshareError BOUND_EXCEEDED when e^atMost does not fit; INVALID_ARGUMENT for a bound of x over 1000, or an x
 *   with more than 28 fractional bits.
 *
 * **Cost.** Bits of x; ANDs and a bit injection for each whole exponent that gives a result above zero; seven products
 * and truncations; about 30 rounds.
 */
export async function exponential(
  engine: Engine,
  x: SecretMatrix,
  options: ExponentialOptions = {},
): Promise<SecretMatrix> {
  const atMost = Math.min(options.atMost ?? x.bound, x.bound);
  const f = x.fractionalBits;
  if (x.bound > 1000 || f > mantissaBits) {
    throw invalidArgument("exponential", "a bound of at most 1000 and 28 fractional bits", `${x.bound}`);
  }
  // y = x log2(e), from -whole up to whole.
  const y = await engine.scaleBy(await withFractionalBits(engine, x, mantissaBits), Math.LOG2E);
  const whole = Math.ceil(x.bound * Math.LOG2E) + 1;
  const shifted = y.addPublic(new Float64Array(x.length).fill(whole));
  const wholeBits = Math.ceil(Math.log2(2 * whole + 1));
  const bits = await bitsOf(engine, shifted, mantissaBits + wholeBits);
  const exponentBits = bits.positions(mantissaBits, mantissaBits + wholeBits);
  const [places, hot] = await Promise.all([
    engine.bitsToArithmetic(exponentBits),
    oneHot(engine, exponentBits),
  ]);
  const weights = Array.from({ length: wholeBits }, (_, i) => 2 ** i);
  const floor = places.combinePublicRows(weights, { provenBound: 2 ** wholeBits }).reshape(x.rows, x.columns);
  const fraction = secretWithMagnitude(
    shifted.subtract(floor.scale(2 ** mantissaBits).timesPowerOfTwo(-mantissaBits)),
    1n << BigInt(mantissaBits),
  );
  // Exponents whose power of two is below half a unit in the last place count as zero.
  const top = Math.min(2 * whole, Math.floor(atMost * Math.LOG2E) + 1 + whole);
  const from = Math.max(0, whole - f - 1);
  if (top < from) return fraction.scale(0);
  const [chosen, power] = await Promise.all([
    engine.bitsToArithmetic(hot.positions(from, top + 1)),
    evaluate(engine, powerOfTwo, fraction),
  ]);
  const powers = Array.from({ length: top + 1 - from }, (_, i) => 2 ** (from + i - whole));
  const sizeBits = Math.max(0, top - whole) + 1;
  // Both factors keep as many bits as their product, below 2^62, has room for.
  const mantissa = await withFractionalBits(
    engine,
    power,
    Math.max(1, Math.min(mantissaBits, 60 - sizeBits - f)),
  );
  const scaleBits = Math.max(f, Math.min(30, 60 - sizeBits - mantissa.fractionalBits));
  const provenBound = 2 ** (top - whole);
  const scale = chosen
    .combinePublicRows(powers, { fractionalBits: scaleBits, provenBound })
    .reshape(x.rows, x.columns);
  return fixedProduct(engine, mantissa, scale, { provenBound: 2 * provenBound, fractionalBits: f });
}

/** For each value of some bits, lowest first, whether they have it: 2^width positions, of which exactly one is 1. */
async function oneHot(engine: Engine, bits: SecretBits): Promise<SecretBits> {
  const first = bits.positions(0, 1);
  let hot = SecretBits.stack([first.not(), first]);
  for (let at = 1; at < bits.width; at++) {
    const bit = bits.positions(at, at + 1);
    const set = await engine.and(hot, SecretBits.stack(Array.from({ length: hot.width }, () => bit)));
    hot = SecretBits.stack([hot.xor(set), set]);
  }
  return hot;
}

/**
 * The natural logarithm.
 *
 * @returns With x's fractional bits, at most 26; off by less than 10^-6 and two units in the last place.
 * @throws VeilshareError INVALID_ARGUMENT for a `least` that is not positive.
 *
 * **Cost.** A normalization; eight products and truncations; about 30 rounds.
 */
export async function naturalLogarithm(
  engine: Engine,
  x: SecretMatrix,
  options: PositiveOptions,
): Promise<SecretMatrix> {
  const { mantissa, ofExponent } = await normalize("naturalLogarithm", engine, x, options);
  const { fractionalBits } = logarithm;
  const rounded = await engine.truncate(mantissa, mantissaBits - fractionalBits);
  const ofMantissa = (await evaluate(engine, logarithm, rounded)).assumeBound(1.001);
  const base2 = ofMantissa.add(ofExponent((exponent) => exponent, fractionalBits));
  const natural = await engine.scaleBy(base2, Math.LN2);
  return withFractionalBits(engine, natural, Math.min(x.fractionalBits, fractionalBits));
}
