/**
 * The discrete Gaussian distribution: an integer x with a probability proportional to exp(-x^2 / (2 variance)), sampled
 * exactly. The parameter is the variance of the continuous Gaussian; that of the discrete one is a little smaller.
 *
 * **Source.** Canonne, Kamath, Steinke, NeurIPS 2020, algorithm 3.
 */

import { checkOptions, type RulesOf } from "../checks/options.js";
import { callback, integer, optional } from "../checks/rules.js";
import { invalidArgument } from "../errors.js";
import { expChance, wholeExpChance } from "./bernoulli-exp.js";
import { checkCount, type RandomSource } from "./csprng.js";
import { fastLaplace, fitting, laplace } from "./discrete-laplace.js";
import { checkPositive, numberFromRational, rational, rationalRule, type Rational } from "./rational.js";
import { brokenSource, maxAttempts, WordSource } from "./word-source.js";

/** Beyond this variance a sample might not fit 64 bits. */
const maxVariance = 2n ** 100n;
const maxFastVariance = 2n ** 62n;

/** Exponents above this are left to the big integers. */
const maxFastExponent = 64;

/** Options of {@link discreteGaussian}. */
export interface DiscreteGaussianOptions {
  /** sigma^2: above 0, at most 2^100. */
  readonly variance: Rational;
  /** How many samples. */
  readonly length: number;
  /** Taken in steps of 4096 bytes. Default: the CSPRNG. */
  readonly random?: RandomSource;
}

const gaussianRules: RulesOf<DiscreteGaussianOptions> = {
  variance: rationalRule,
  length: integer(),
  random: optional(callback),
};

/**
 * Independent samples.
 *
 * **Security.** The distribution is exact for an ideal source: no floating-point number takes part in a decision unless it
 * is provably on the right side. Time and bytes drawn depend on the samples; who can measure one sampling closely
 * learns about the noise.
 *
 * **Cost.** About 16 words of 32 bits a sample. With a variance below 2^62 in machine numbers (100,000 samples in some
 * 50 ms), otherwise in big integers (20 times as long).
 *
 * @throws VeilshareError INVALID_ARGUMENT for a variance or length out of range, or a source that is not random.
 */
export function discreteGaussian(options: DiscreteGaussianOptions): BigInt64Array {
  checkOptions("discreteGaussian", options, gaussianRules);
  const { length } = options;
  checkCount("discreteGaussian", length);
  checkPositive("discreteGaussian", "variance", options.variance);
  const variance = rational(options.variance.numerator, options.variance.denominator);
  const { numerator, denominator } = variance;
  if (numerator > maxVariance * denominator) {
    throw invalidArgument("discreteGaussian", "a variance of at most 2^100", "more");
  }
  const words = new WordSource(options.random);
  const shape = gaussianShape(variance);
  const samples = new BigInt64Array(length);
  const fast = numerator < maxFastVariance * denominator;
  for (let i = 0; i < length; i++) {
    samples[i] = fast ? BigInt(fastGaussian(words, shape)) : fitting(gaussian(words, variance));
  }
  return samples;
}

/** One sample in big integers: the reference. */
export function gaussian(words: WordSource, variance: Rational): bigint {
  const t = squareRoot(variance.numerator / variance.denominator) + 1n;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const candidate = laplace(words, t, 1n);
    const [numerator, denominator] = rejection(candidate < 0n ? -candidate : candidate, t, variance);
    if (expChance(words, numerator, denominator)) return candidate;
  }
  throw brokenSource();
}

/** What a sampler computes once. */
export interface GaussianShape {
  readonly variance: Rational;
  /** Scale of the Laplace distribution that proposes: the floor of sigma, plus 1. */
  readonly scale: number;
  /** variance / scale, within a relative 2^-50. */
  readonly centre: number;
  /** 1 / (2 variance), within a relative 2^-50. */
  readonly factor: number;
}

/** The shape for a variance below 2^62. */
export function gaussianShape(variance: Rational): GaussianShape {
  const scale = Number(squareRoot(variance.numerator / variance.denominator) + 1n);
  const approximate = numberFromRational(variance);
  return { variance, scale, centre: approximate / scale, factor: 0.5 / approximate };
}

/** The same sample from the same words. */
export function fastGaussian(words: WordSource, shape: GaussianShape): number {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const candidate = fastLaplace(words, shape.scale, 1);
    if (accepts(words, Math.abs(candidate), shape)) return candidate;
  }
  throw brokenSource();
}

/**
 * True with a probability of exp(-x), x = (size - variance / t)^2 / (2 variance), t > sigma.
 *
 * Error of the double: with m = size - centre, m is wrong by at most (centre + |m|) 2^-50, and centre < sigma, so x is
 * wrong by at most (sqrt(2 x) + 2 x) 2^-50 and some roundings, together below (1 + x) 2^-47: for x up to 64, 2^-40. Where
 * that leaves the whole part of x open, big integers decide.
 */
function accepts(words: WordSource, size: number, shape: GaussianShape): boolean {
  const { variance, scale, centre, factor } = shape;
  const distance = size - centre;
  const exponent = distance * distance * factor;
  const error = (1 + exponent) * 2 ** -47;
  const whole = Math.floor(exponent - error);
  // Written so that NaN takes the exact way too.
  if (!(whole >= 0 && exponent <= maxFastExponent && whole === Math.floor(exponent + error))) {
    return expChance(words, ...rejection(BigInt(size), BigInt(scale), variance));
  }
  if (!wholeExpChance(words, whole)) return false;
  const rest = exponent - whole;
  for (let k = 1; k < maxAttempts; k++) {
    const heads = words.decide(rest / k) ?? settle(words, size, shape, whole, k);
    if (!heads) return k % 2 === 1;
  }
  throw brokenSource();
}

function settle(words: WordSource, size: number, shape: GaussianShape, whole: number, k: number): boolean {
  const [numerator, denominator] = rejection(BigInt(size), BigInt(shape.scale), shape.variance);
  return words.settle(numerator - BigInt(whole) * denominator, denominator * BigInt(k));
}

/** (size - v/t)^2 / (2 v) as a fraction, for v = n / d: (size t d - n)^2 / (2 n d t^2). */
function rejection(size: bigint, t: bigint, { numerator: n, denominator: d }: Rational): [bigint, bigint] {
  return [(size * t * d - n) ** 2n, 2n * n * d * t * t];
}

/** The floor of the square root: Newton's iteration from above. */
function squareRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
