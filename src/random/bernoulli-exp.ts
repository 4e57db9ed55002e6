/**
 * Coins that show heads with a probability of exp(-x), exactly, for rational x: what the discrete Laplace and Gaussian
 * distributions are made of.
 *
 * **Source.** Canonne, Kamath, Steinke: The Discrete Gaussian for Differential Privacy, NeurIPS 2020, algorithm 1.
 */

import { checkArgument } from "../checks/options.js";
import { callback, optional } from "../checks/rules.js";
import { invalidArgument } from "../errors.js";
import type { RandomSource } from "./csprng.js";
import { rationalRule, type Rational } from "./rational.js";
import { brokenSource, maxAttempts, WordSource } from "./word-source.js";

/**
 * True with a probability of exactly exp(-exponent).
 *
 * **Security.** Exact for an ideal source. Time and number of bytes drawn depend on the outcome and the exponent.
 *
 * @param exponent - A fraction of 0 or more.
 * @param random - Taken in steps of 4096 bytes. Default: the CSPRNG.
 * @throws VeilshareError INVALID_ARGUMENT for a negative exponent, or a source that is not random.
 */
export function bernoulliExp(exponent: Rational, random?: RandomSource): boolean {
  checkArgument("bernoulliExp", "exponent", exponent, rationalRule);
  checkArgument("bernoulliExp", "random", random, optional(callback));
  const { numerator, denominator } = exponent;
  if (numerator < 0n || denominator <= 0n) {
    throw invalidArgument("bernoulliExp", "an exponent of 0 or more", "another");
  }
  return expChance(new WordSource(random), numerator, denominator);
}

/** {@link bernoulliExp} from words, in big integers: the reference. */
export function expChance(words: WordSource, numerator: bigint, denominator: bigint): boolean {
  const whole = numerator / denominator;
  if (!wholeExpChance(words, Number(whole))) return false;
  const rest = numerator % denominator;
  if (rest === 0n) return true;
  for (let k = 1n; k < BigInt(maxAttempts); k++) {
    if (!words.chance(rest, denominator * k)) return k % 2n === 1n;
  }
  throw brokenSource();
}

/**
 * True with a probability of exp(-whole). A number too large to be exact, or infinite, does as well: beyond
 * {@link maxAttempts} only a source that is not random comes to the end.
 */
export function wholeExpChance(words: WordSource, whole: number): boolean {
  for (let i = 0; i < whole; i++) {
    if (!inverseEChance(words)) return false;
    if (i === maxAttempts) throw brokenSource();
  }
  return true;
}

/** Heads with a probability of 1/e. */
export function inverseEChance(words: WordSource): boolean {
  // The first coin has a probability of 1/1 and needs no word.
  for (let k = 2; k < maxAttempts; k++) if (words.below(k) !== 0) return k % 2 === 1;
  throw brokenSource();
}

/** How often a coin of 1/e shows heads before the first tails. */
export function inverseERun(words: WordSource): number {
  for (let run = 0; run < maxAttempts; run++) if (!inverseEChance(words)) return run;
  throw brokenSource();
}
