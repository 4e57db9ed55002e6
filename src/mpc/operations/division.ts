/** Reciprocals and quotients of secrets, by Newton's iteration on a normalized divisor. */

import { checkOptions, type RulesOf } from "../../checks/options.js";
import { optional } from "../../checks/rules.js";
import { anyNumberRule, checkOperands, optionalBitsRule } from "../arguments.js";
import { invalidArgument } from "../../errors.js";
import type { Engine } from "../engine.js";
import type { SecretMatrix } from "../secret-matrix.js";
import { unitsWithin } from "./budget.js";
import { mantissaBits, normalize, type Normalized, type PositiveOptions } from "./normalization.js";
import { shiftBySecret } from "./power-shift.js";
import { mantissaReciprocal, quotientOf } from "./quotient.js";
import { asReal, asUnits } from "./wide-product.js";

/** Options of {@link reciprocal} and `inverseSquareRoot`. */
export interface ReciprocalOptions extends PositiveOptions {
  /** Of the result; those of x when left out. */
  readonly fractionalBits?: number;
}

/** Options of {@link divide}. */
export interface DivideOptions extends PositiveOptions {
  /** Of the quotient; those of a when left out. */
  readonly fractionalBits?: number;
  /**
   * No quotient is larger in absolute value; proved by the caller. Default: a's bound / `least`. Quotients beyond it give a
   * result that means nothing.
   */
  readonly atMost?: number;
}

/** What the options of {@link ReciprocalOptions} must be; sizes are looked at where they are used. */
export const reciprocalRules: RulesOf<ReciprocalOptions> = {
  least: anyNumberRule,
  fractionalBits: optionalBitsRule,
};

const divideRules: RulesOf<DivideOptions> = { ...reciprocalRules, atMost: optional(anyNumberRule) };

/**
 * 1 / x.
 *
 * @returns With x's fractional bits, unless stated.
 * @throws VeilshareError INVALID_ARGUMENT for a `least` that is not positive; BOUND_EXCEEDED when 1 / least does not fit.
 *
 * **Error.** 2^-22 of the result, or 2 units.
 *
 * **Cost.** A normalization; seven products and truncations; about 30 rounds.
 */
export async function reciprocal(
  engine: Engine,
  x: SecretMatrix,
  options: ReciprocalOptions,
): Promise<SecretMatrix> {
  checkOperands("reciprocal", engine, { x });
  checkOptions("reciprocal", options, reciprocalRules);
  const { least, fractionalBits = x.fractionalBits } = options;
  const checked = checkLeast("reciprocal", x, least);
  const largest = unitsWithin({
    caller: "reciprocal",
    what: "1 / least",
    bound: 1 / checked,
    fractionalBits,
    advice: "state a larger least value or fewer fractional bits",
  });
  const normalized = await normalize("reciprocal", engine, x, { least: checked });
  const inverse = await mantissaReciprocal(engine, normalized.mantissa);
  return scaledBack(engine, inverse, normalized, { largest, fractionalBits, power: (exponent) => -exponent });
}

/**
 * Refuses what is no least value.
 *
 * @throws VeilshareError INVALID_ARGUMENT
 */
export function checkLeast(caller: string, x: SecretMatrix, least: number): number {
  if (typeof least === "number" && least > 0 && Number.isFinite(least)) return least;
  throw invalidArgument(caller, `a positive least value below the bound of ${x.bound}`, String(least));
}

/** A mantissa's result, of a number of {@link mantissaBits}, times a power of two that the exponent gives. */
export async function scaledBack(
  engine: Engine,
  y: SecretMatrix,
  { oneHot, exponents }: Normalized,
  result: {
    /** No result is larger, in units of its last place. */
    readonly largest: bigint;
    readonly fractionalBits: number;
    readonly power: (exponent: number) => number;
  },
): Promise<SecretMatrix> {
  const { largest, fractionalBits, power } = result;
  const shifts = exponents.map((exponent) => power(exponent) + fractionalBits - mantissaBits);
  const magnitude = largest + (largest >> 20n) + 2n;
  const units = await shiftBySecret(engine, asUnits(y), { oneHot, shifts }, magnitude);
  return asReal(units, fractionalBits);
}

/**
 * a / b.
 *
 * @param b - As many elements as a; or one column, whose element divides the whole row of a.
 * @param options - `least`: no divisor is smaller.
 * @returns With a's fractional bits, unless stated; 0 where the divisor is 0.
 * @throws VeilshareError INVALID_ARGUMENT for different shapes or a `least` that is not positive; BOUND_EXCEEDED when a
 *   quotient of `atMost` does not fit.
 *
 * **Error.** 2^-22 of the result, or 2 units.
 *
 * **Cost.** A normalization; nine products and truncations; about 35 rounds.
 */
export async function divide(
  engine: Engine,
  a: SecretMatrix,
  b: SecretMatrix,
  options: DivideOptions,
): Promise<SecretMatrix> {
  checkOperands("divide", engine, { a, b });
  checkOptions("divide", options, divideRules);
  return quotients(engine, "divide", a, b, options);
}

/** {@link divide}, in the name of an operation that is made of it. */
export async function quotients(
  engine: Engine,
  caller: string,
  a: SecretMatrix,
  b: SecretMatrix,
  options: DivideOptions & { readonly advice?: string },
): Promise<SecretMatrix> {
  const least = checkLeast(caller, b, options.least);
  const spread = spreadOver(caller, a, b);
  const { fractionalBits = a.fractionalBits, atMost = a.bound / least } = options;
  if (!(atMost >= 0) || !Number.isFinite(atMost)) {
    throw invalidArgument(caller, "atMost as a finite number of at least 0", String(atMost));
  }
  const bound = Math.min(atMost, a.bound / least);
  const { advice = `state atMost, a larger least value or fewer fractional bits` } = options;
  // Refused before the divisor is looked at.
  unitsWithin({ caller, what: "a quotient", bound, fractionalBits, advice });
  const normalized = await normalize(caller, engine, b, { least });
  const inverse = await mantissaReciprocal(engine, normalized.mantissa);
  const numerator = { units: asUnits(a), fractionalBits: a.fractionalBits };
  return quotientOf(
    engine,
    [numerator],
    { normalized, inverse },
    { caller, bound, fractionalBits, advice, spread },
  );
}

/** From one value for each divisor to one for each numerator. */
export function spreadOver(
  caller: string,
  a: SecretMatrix,
  b: SecretMatrix,
): (perDivisor: SecretMatrix) => SecretMatrix {
  if (a.rows === b.rows && a.columns === b.columns) return (perDivisor) => perDivisor;
  if (a.rows === b.rows && b.columns === 1) return (perDivisor) => perDivisor.repeatColumns(a.columns);
  throw invalidArgument(
    caller,
    `a divisor of ${a.rows} x ${a.columns}, or one column`,
    `${b.rows} x ${b.columns}`,
  );
}
