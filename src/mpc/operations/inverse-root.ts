/** Inverse square roots of secrets, by Newton's iteration on a normalized number. */

import { checkOptions } from "../../checks/options.js";
import { checkOperands } from "../arguments.js";
import type { Engine } from "../engine.js";
import type { SecretMatrix } from "../secret-matrix.js";
import { unitsWithin } from "./budget.js";
import { checkLeast, reciprocalRules, scaledBack, type ReciprocalOptions } from "./division.js";
import { evaluate, fixedProduct, type Polynomial } from "./fixed-point.js";
import { choiceSum, mantissaBits, normalize } from "./normalization.js";

/** 1/sqrt(m) over [1/2, 1), within 0.0039: best of degree 2. */
const inverseRootStart: Polynomial = {
  coefficients: [602684859, -563135177, 229914716],
  fractionalBits: mantissaBits,
  bound: 3,
};

/**
 * 1 / sqrt(x).
 *
 * @returns With x's fractional bits, unless stated.
 * @throws VeilshareError INVALID_ARGUMENT for a `least` that is not positive; BOUND_EXCEEDED when 1 / sqrt(least) does not fit.
 *
 * **Error.** 2^-22 of the result, or 2 units.
 *
 * **Cost.** As `reciprocal`, with four products and truncations more.
 */
export async function inverseSquareRoot(
  engine: Engine,
  x: SecretMatrix,
  options: ReciprocalOptions,
): Promise<SecretMatrix> {
  checkOperands("inverseSquareRoot", engine, { x });
  checkOptions("inverseSquareRoot", options, reciprocalRules);
  const { fractionalBits = x.fractionalBits } = options;
  const least = checkLeast("inverseSquareRoot", x, options.least);
  const largest = unitsWithin({
    caller: "inverseSquareRoot",
    what: "1 / sqrt(least)",
    bound: 1 / Math.sqrt(least),
    fractionalBits,
    advice: "state a larger least value or fewer fractional bits",
  });
  const normalized = await normalize("inverseSquareRoot", engine, x, { least });
  const { mantissa } = normalized;
  // Of an odd exponent, the square root of two is left over: one of the language's constants, so that all parties round
  // the same number.
  const parity = choiceSum(
    normalized,
    (exponent) => (exponent % 2 === 0 ? 1 : 2 * Math.SQRT1_2),
    mantissaBits,
  );
  let y = await evaluate(engine, inverseRootStart, mantissa);
  // A relative error e becomes 1.5 e^2.
  for (let i = 0; i < 2; i++) {
    const [square, factor] = await Promise.all([
      fixedProduct(engine, y, y, { provenBound: 2.1 }),
      i === 0 ? y : fixedProduct(engine, y, parity, { provenBound: 2.1 }),
    ]);
    const product = await fixedProduct(engine, mantissa, square, { provenBound: 1.1 });
    const correction = product.negate().addPublic(new Float64Array(x.length).fill(3)).assumeBound(2.1);
    const twice = await engine.multiply(factor, correction, { provenBound: 4.2 });
    y = (await engine.truncate(twice.timesPowerOfTwo(-1), mantissaBits + 1)).assumeBound(2.1);
  }
  const power = (exponent: number): number => -Math.ceil(exponent / 2);
  return scaledBack(engine, y, normalized, { largest, fractionalBits, power });
}
