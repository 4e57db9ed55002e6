/**
 * Uniform 32-bit words and exact decisions by them. A decision compares a uniform real number, of which only as many bits
 * are drawn as are needed, with a probability that is known exactly: no rounding ever enters.
 */

import { printAsRedacted } from "../bytes/redacted.js";
import { invalidArgument } from "../errors.js";
import { drawBytes, randomBytes, type RandomSource } from "./csprng.js";

const poolBytes = 4096;
const wordSpan = 2 ** 32;

/**
 * How far, in units of the last bit of a word, a probability in double precision may be from the exact one: 2^-8 stands for
 * an error of 2^-40. What falls nearer to the edge is decided exactly.
 */
const slack = 2 ** -8;

/** Words of a source, drawn 4096 bytes at a time, little-endian. */
export class WordSource {
  static {
    printAsRedacted(this);
  }

  readonly #random: RandomSource;
  #pool: DataView = new DataView(new ArrayBuffer(0));
  #next = 0;
  #last = 0;

  constructor(random: RandomSource = randomBytes) {
    this.#random = random;
  }

  /** A uniform integer below 2^32. */
  word(): number {
    if (this.#next === this.#pool.byteLength) {
      const bytes = drawBytes(this.#random, poolBytes);
      this.#pool = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.#next = 0;
    }
    const word = this.#pool.getUint32(this.#next, true);
    this.#pool.setUint32(this.#next, 0, true); // used: it may have decided on a secret
    this.#next += 4;
    this.#last = word;
    return word;
  }

  /** A uniform integer below a bound of 1 to 2^32, by rejection. */
  below(bound: number): number {
    const limit = wordSpan - (wordSpan % bound);
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const word = this.word();
      if (word < limit) return word % bound;
    }
    throw brokenSource();
  }

  /** A uniform integer below a bound of any size, by rejection of words with as many bits. */
  belowBig(bound: bigint): bigint {
    if (bound <= BigInt(wordSpan)) return BigInt(this.below(Number(bound)));
    const bits = (bound - 1n).toString(2).length;
    const words = Math.ceil(bits / 32);
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      let drawn = 0n;
      for (let i = 0; i < words; i++) drawn = (drawn << 32n) | BigInt(this.word());
      const candidate = drawn >> BigInt(32 * words - bits);
      if (candidate < bound) return candidate;
    }
    throw brokenSource();
  }

  /** True with a probability of numerator / denominator, exactly; at most 1, denominator above 0. */
  chance(numerator: bigint, denominator: bigint): boolean {
    return this.#chance(numerator, denominator, this.word());
  }

  /**
   * The same decision from the same first word, for a probability known as a double to within 2^-40; undefined where the
   * word is too near to the edge (one of 2^32 or so), which {@link WordSource.settle} then decides.
   */
  decide(approximate: number): boolean | undefined {
    const word = this.word();
    const edge = approximate * wordSpan; // exact: a power of two
    if (word + 1 <= edge - slack) return true;
    if (word >= edge + slack) return false;
    return undefined;
  }

  /** Goes on where {@link WordSource.decide} stopped, with the exact probability. */
  settle(numerator: bigint, denominator: bigint): boolean {
    return this.#chance(numerator, denominator, this.#last);
  }

  #chance(numerator: bigint, denominator: bigint, firstWord: number): boolean {
    let left = numerator;
    let word = firstWord;
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      // The uniform number is (word + rest) / 2^32; compare rest with what the probability leaves of it.
      left = (left << 32n) - BigInt(word) * denominator;
      if (left <= 0n) return false;
      if (left >= denominator) return true;
      word = this.word();
    }
    throw brokenSource();
  }
}

/**
 * No loop with a chance of at least 1/4 to end goes round so often, except with a probability below 2^-400. A source that
 * gives the same words over and over would go round for ever.
 */
export const maxAttempts = 1000;

/** What is thrown when a loop went round too often. */
export function brokenSource(): Error {
  return invalidArgument("random", "a source of random bytes", "bytes that are not random");
}
