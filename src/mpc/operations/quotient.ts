/**
 * Quotients by a normalized divisor m 2^e: the numerator is multiplied by 2^-e first, exactly, and then by 1 / m, which
 * lies from 1 to 2. So errors are relative to the quotient, not to the numerator.
 */

import type { Engine } from "../engine.js";
import { secretWithMagnitude, type SecretMatrix } from "../secret-matrix.js";
import { unitsWithin, unitLimit } from "./budget.js";
import { evaluate, fixedProduct, type Polynomial } from "./fixed-point.js";
import { mantissaBits, type Normalized } from "./normalization.js";
import { shiftBySecret } from "./power-shift.js";
import { asReal, wideProduct } from "./wide-product.js";

/** 1/m over [1/2, 1), within 0.0147: best of degree 2. */
const reciprocalStart: Polynomial = {
  coefficients: [1161897110, -1626398953, 736887861],
  fractionalBits: mantissaBits,
  bound: 7,
};

/** 1 / m of a mantissa, with as many fractional bits; off by less than 2^-24. */
export async function mantissaReciprocal(engine: Engine, mantissa: SecretMatrix): Promise<SecretMatrix> {
  let y = await evaluate(engine, reciprocalStart, mantissa);
  // An error e of m y becomes e^2: 0.0147^4 < 2^-24.
  for (let i = 0; i < 2; i++) {
    const product = await fixedProduct(engine, mantissa, y, { provenBound: 1.1 });
    const correction = product.negate().addPublic(new Float64Array(y.length).fill(2)).assumeBound(1.1);
    y = await fixedProduct(engine, y, correction, { provenBound: 2.1 });
  }
  return y;
}

/** A divisor, ready for numerators of any size. */
export interface Divisor {
  readonly normalized: Normalized;
  /** 1 / m. */
  readonly inverse: SecretMatrix;
}

/** An addend of a numerator: units 2^-fractionalBits, which may be beyond what a secret can have. */
export interface NumeratorTerm {
  readonly units: SecretMatrix;
  readonly fractionalBits: number;
}

/** Options of {@link quotientOf}. */
export interface QuotientOptions {
  /** The operation that the user called. */
  readonly caller: string;
  /** No quotient is larger. */
  readonly bound: number;
  /** No term's part of it is larger. Default: the quotient's bound. */
  readonly termBound?: number;
  readonly fractionalBits: number;
  /** What the user may change where the quotient does not fit. */
  readonly advice: string;
  /** Makes of what is one for each divisor what is one for each numerator. */
  readonly spread?: (perDivisor: SecretMatrix) => SecretMatrix;
}

const guardBits = 3;

/**
 * The sum of some terms over a divisor.
 *
 * @returns Off by less than 2^-23 of the quotient and two units in the last place.
 * @throws VeilshareError BOUND_EXCEEDED when a quotient may not fit; nothing was sent.
 */
export async function quotientOf(
  engine: Engine,
  terms: readonly NumeratorTerm[],
  { normalized, inverse }: Divisor,
  options: QuotientOptions,
): Promise<SecretMatrix> {
  const { fractionalBits, bound, termBound = bound } = options;
  const spread = options.spread ?? unspread;
  const largest = unitsWithin({ ...options, bound: termBound, what: "a quotient" });
  let guard = 0;
  while (guard < guardBits + terms.length - 1 && largest << BigInt(guard + 1) < unitLimit) guard += 1;
  const finer = fractionalBits + guard;
  const spreadChoice = (perChoice: SecretMatrix): SecretMatrix =>
    spread(perChoice.reshape(inverse.rows, inverse.columns));
  const lifted = await Promise.all(
    terms.map(({ units, fractionalBits: own }) => {
      const shifts = normalized.exponents.map((exponent) => finer - own - exponent);
      const choice = { oneHot: normalized.oneHot, shifts, spread: spreadChoice };
      return shiftBySecret(engine, units, choice, largest << BigInt(guard));
    }),
  );
  let total = lifted[0] as SecretMatrix; // at least one term
  const magnitude = (largest << BigInt(guard)) + BigInt(2 * terms.length);
  for (const part of lifted.slice(1)) {
    total = secretWithMagnitude(secretWithMagnitude(total, 0n).add(secretWithMagnitude(part, 0n)), magnitude);
  }
  return wideProduct(engine, asReal(total, finer), spread(inverse), {
    ...options,
    bound: bound + 2 ** (1 - fractionalBits),
    fractionalBits,
  });
}

function unspread(perDivisor: SecretMatrix): SecretMatrix {
  return perDivisor;
}
