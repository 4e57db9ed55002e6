/**
 * Tables of probabilities from whole numbers alone, as an oracle for samplers: exp(-x) to 250 bits by its series, and
 * with it the discrete Laplace and Gaussian distributions.
 */

import type { Rational } from "../../dist/random/index.js";

const fractionalBits = 320n;
const one = 1n << fractionalBits;

/** exp(-x) for a fraction x of 0 or more, in units of 2^-320; right to 250 bits or more. */
export function expNegative({ numerator, denominator }: Rational): bigint {
  // exp(-x) = exp(-x / 2^k)^(2^k), with x / 2^k below 1/2.
  let halvings = 0n;
  while (2n * numerator > denominator << halvings) halvings++;
  const x = (numerator << fractionalBits) / (denominator << halvings);
  let term = one;
  let sum = one;
  for (let k = 1n; term !== 0n; k++) {
    term = (-term * x) / (k << fractionalBits);
    sum += term;
  }
  for (let i = 0n; i < halvings; i++) sum = (sum * sum) >> fractionalBits;
  return sum;
}

/** A number in units of 2^-320, as a double. */
export function asNumber(fixed: bigint): number {
  return Number(fixed) / 2 ** Number(fractionalBits);
}

function normalised(weights: readonly bigint[]): number[] {
  let total = 0n;
  for (const [x, weight] of weights.entries()) total += x === 0 ? weight : 2n * weight;
  return weights.map((weight) => Number((weight << 256n) / total) / 2 ** 256);
}

/** P(x) for x = 0..largest of the discrete Laplace distribution; what is beyond must be negligible. */
export function laplaceTable(scale: Rational, largest: number): number[] {
  const weights = Array.from({ length: largest + 1 }, (_, x) =>
    expNegative({ numerator: BigInt(x) * scale.denominator, denominator: scale.numerator }),
  );
  return normalised(weights);
}

/** P(x) for x = 0..largest of the discrete Gaussian distribution; what is beyond must be negligible. */
export function gaussianTable(variance: Rational, largest: number): number[] {
  const weights = Array.from({ length: largest + 1 }, (_, x) =>
    expNegative({
      numerator: BigInt(x) ** 2n * variance.denominator,
      denominator: 2n * variance.numerator,
    }),
  );
  return normalised(weights);
}
