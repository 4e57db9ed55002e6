/**
 * The discrete Laplace distribution: an integer x with a probability proportional to exp(-|x| / scale), sampled exactly.
 *
 * **Source.** Canonne, Kamath, Steinke, NeurIPS 2020, algorithm 2.
 */

import { checkOptions, type RulesOf } from "../checks/options.js";
import { callback, integer, optional } from "../checks/rules.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { expChance, inverseERun } from "./bernoulli-exp.js";
import { checkCount, type RandomSource } from "./csprng.js";
import { checkPositive, rational, rationalRule, type Rational } from "./rational.js";
import { brokenSource, maxAttempts, WordSource } from "./word-source.js";

/** Beyond this scale a sample might not fit 64 bits. */
const maxScale = 2n ** 50n;
const maxFastNumerator = 2n ** 32n;
const maxFastDenominator = 2n ** 20n;

/** Options of {@link discreteLaplace}. */
export interface DiscreteLaplaceOptions {
  /** Above 0, at most 2^50. */
  readonly scale: Rational;
  /** How many samples. */
  readonly length: number;
  /** Taken in steps of 4096 bytes. Default: the CSPRNG. */
  readonly random?: RandomSource;
}

const laplaceRules: RulesOf<DiscreteLaplaceOptions> = {
  scale: rationalRule,
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
 * **Cost.** About 8 words of 32 bits a sample. With a scale whose numerator is at most 2^32 and whose denominator is at
 * most 2^20 in machine numbers (100,000 samples in some 20 ms), otherwise in big integers (20 times as long).
 *
 * @throws VeilshareError INVALID_ARGUMENT for a scale or length out of range, or a source that is not random.
 */
export function discreteLaplace(options: DiscreteLaplaceOptions): BigInt64Array {
  checkOptions("discreteLaplace", options, laplaceRules);
  const { length } = options;
  checkCount("discreteLaplace", length);
  checkPositive("discreteLaplace", "scale", options.scale);
  const { numerator, denominator } = rational(options.scale.numerator, options.scale.denominator);
  if (numerator > maxScale * denominator)
    throw invalidArgument("discreteLaplace", "a scale of at most 2^50", "more");
  const words = new WordSource(options.random);
  const samples = new BigInt64Array(length);
  const fast = numerator <= maxFastNumerator && denominator <= maxFastDenominator;
  const [t, s] = [Number(numerator), Number(denominator)];
  for (let i = 0; i < length; i++) {
    samples[i] = fast ? BigInt(fastLaplace(words, t, s)) : fitting(laplace(words, numerator, denominator));
  }
  return samples;
}

/** One sample of scale t / s in big integers: the reference. */
export function laplace(words: WordSource, t: bigint, s: bigint): bigint {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const rest = words.belowBig(t);
    if (!expChance(words, rest, t)) continue;
    const size = (rest + t * BigInt(inverseERun(words))) / s;
    const negative = (words.word() & 1) === 1;
    if (!negative) return size;
    if (size !== 0n) return -size; // else 0 would come twice as often
  }
  throw brokenSource();
}

/**
 * The same sample from the same words, in doubles that hold integers exactly: t is at most 2^32, s at most 2^20, so
 * size * s stays below 2^42, and the quotient of two such integers, rounded, never reaches the next integer.
 */
export function fastLaplace(words: WordSource, t: number, s: number): number {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const rest = words.below(t);
    if (rest !== 0 && !fractionExpChance(words, rest, t)) continue;
    const size = Math.floor((rest + t * inverseERun(words)) / s);
    const negative = (words.word() & 1) === 1;
    if (!negative) return size;
    if (size !== 0) return -size;
  }
  throw brokenSource();
}

/** True with a probability of exp(-rest / t), for integers 0 < rest < t <= 2^32. */
function fractionExpChance(words: WordSource, rest: number, t: number): boolean {
  const quotient = rest / t;
  for (let k = 1; k < maxAttempts; k++) {
    // Two roundings: within 2^-52 of the exact probability.
    const heads = words.decide(quotient / k) ?? words.settle(BigInt(rest), BigInt(t) * BigInt(k));
    if (!heads) return k % 2 === 1;
  }
  throw brokenSource();
}

/** A sample that a signed 64-bit integer holds: any other comes with a probability below 2^-10000. */
export function fitting(sample: bigint): bigint {
  if (BigInt.asIntN(64, sample) === sample) return sample;
  throw new VeilshareError("VALUE_OUT_OF_RANGE", "noise: a sample does not fit 64 bits");
}
