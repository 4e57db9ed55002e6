/**
 * Reciprocals, quotients and inverse square roots by Newton's iteration on a normalized mantissa, from a public
 * polynomial of low degree.
 */

import type { Engine } from "../engine.js";
import type { SecretMatrix } from "../secret-matrix.js";
import { evaluate, fixedProduct, withFractionalBits, type Polynomial } from "./fixed-point.js";
import { mantissaBits, normalize, type Normalized, type PositiveOptions } from "./normalization.js";

/** 1/m over [1/2, 1), within 0.0147: best of degree 2. */
const reciprocalStart: Polynomial = {
  coefficients: [1161897110, -1626398953, 736887861],
  fractionalBits: mantissaBits,
  bound: 7,
};

/** 1/sqrt(m) over [1/2, 1), within 0.0039: best of degree 2. */
const inverseRootStart: Polynomial = {
  coefficients: [602684859, -563135177, 229914716],
  fractionalBits: mantissaBits,
  bound: 3,
};

/** Options of {@link reciprocal} and {@link inverseSquareRoot}. */
export interface ReciprocalOptions extends PositiveOptions {
  /** Of the result; those of x when left out. */
  readonly fractionalBits?: number;
}

/**
 * 1 / x.
 *
 * @returns With x's fractional bits, unless stated; off by less than 2^-22 of the result and two units in the last place.
 * @throws VeilshareError INVALID_ARGUMENT for a `least` that is not positive; BOUND_EXCEEDED when 1 / least does not fit.
 *
 * **Cost.** A normalization; seven products and truncations; about 30 rounds.
 */
export async function reciprocal(
  engine: Engine,
  x: SecretMatrix,
  options: ReciprocalOptions,
): Promise<SecretMatrix> {
  const normalized = await normalize("reciprocal", engine, x, options);
  const { mantissa } = normalized;
  let y = await evaluate(engine, reciprocalStart, mantissa);
  // An error e of m y becomes e^2: 0.0147^4 < 2^-24.
  for (let i = 0; i < 2; i++) {
    const product = await fixedProduct(engine, mantissa, y, { provenBound: 1.1 });
    const correction = product.negate().addPublic(new Float64Array(x.length).fill(2)).assumeBound(1.1);
    y = await fixedProduct(engine, y, correction, { provenBound: 2.1 });
  }
  return scaledBack(engine, y, normalized, {
    x,
    options,
    power: (exponent) => 2 ** -exponent,
    largest: 1 / options.least,
  });
}

/**
 * 1 / sqrt(x).
 *
 * @returns With x's fractional bits, unless stated; off by less than 2^-22 of the result and two units in the last place.
 * @throws VeilshareError as {@link reciprocal}.
 */
export async function inverseSquareRoot(
  engine: Engine,
  x: SecretMatrix,
  options: ReciprocalOptions,
): Promise<SecretMatrix> {
  const normalized = await normalize("inverseSquareRoot", engine, x, options);
  const { mantissa } = normalized;
  let y = await evaluate(engine, inverseRootStart, mantissa);
  // A relative error e becomes 1.5 e^2.
  for (let i = 0; i < 2; i++) {
    const square = await fixedProduct(engine, y, y, { provenBound: 2.1 });
    const product = await fixedProduct(engine, mantissa, square, { provenBound: 1.1 });
    const correction = product.negate().addPublic(new Float64Array(x.length).fill(3)).assumeBound(2.1);
    const twice = await engine.multiply(y, correction, { provenBound: 4 });
    y = (await engine.truncate(twice.timesPowerOfTwo(-1), mantissaBits + 1)).assumeBound(1.5);
  }
  // The square root of a half is one of the language's constants: all parties round the same number.
  const power = (exponent: number): number =>
    2 ** -Math.ceil(exponent / 2) * (exponent % 2 === 0 ? 1 : 2 * Math.SQRT1_2);
  return scaledBack(engine, y, normalized, { x, options, power, largest: 1 / Math.sqrt(options.least) });
}

/** The mantissa's result times a public function of the exponent. */
async function scaledBack(
  engine: Engine,
  y: SecretMatrix,
  { ofExponent }: Normalized,
  result: {
    readonly x: SecretMatrix;
    readonly options: ReciprocalOptions;
    readonly power: (exponent: number) => number;
    /** No result is larger. */
    readonly largest: number;
  },
): Promise<SecretMatrix> {
  const { x, options, power, largest } = result;
  const sizeBits = Math.max(0, Math.ceil(Math.log2(largest))) + 1;
  const wanted = options.fractionalBits ?? x.fractionalBits;
  // Both factors keep as many bits as their product, below 2^62, has room for.
  const mantissa = await withFractionalBits(
    engine,
    y,
    Math.max(1, Math.min(mantissaBits, 60 - sizeBits - wanted)),
  );
  const scale = ofExponent(power, Math.max(wanted, Math.min(60 - sizeBits - mantissa.fractionalBits, 40)));
  const provenBound = largest * (1 + 2 ** -20);
  return fixedProduct(engine, mantissa, scale, { provenBound, fractionalBits: wanted });
}

/**
 * a / b.
 *
 * @param options - `least`: no divisor is smaller.
 * @returns With a's fractional bits; off by less than 2^-21 of the quotient and 2 |a| + 2 units in the last place.
 * @throws VeilshareError as {@link reciprocal}; INVALID_ARGUMENT for different shapes.
 */
export async function divide(
  engine: Engine,
  a: SecretMatrix,
  b: SecretMatrix,
  options: ReciprocalOptions,
): Promise<SecretMatrix> {
  const inverse = await reciprocal(engine, b, options);
  return fixedProduct(engine, a, inverse);
}
