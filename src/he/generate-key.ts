/** Making Paillier keys. */

import { checkOptions, signalRule, type RulesOf } from "../checks/options.js";
import { callback, oneOf, optional } from "../checks/rules.js";
import { VeilshareError } from "../errors.js";
import { integerFromBytes } from "../field/prime-field.js";
import { eventLoopTurn } from "../parallel/event-loop.js";
import { wipe } from "../bytes/wipe.js";
import { drawBytes, randomBytes, type RandomSource } from "../random/csprng.js";
import { numberTheory, type NumberTheory } from "./number-theory.js";
import { factorsOf, isPrime, PaillierPrivateKey } from "./private-key.js";
import { paillierKeyBits, type PaillierKeyBits } from "./public-key.js";

/** Options of {@link generatePaillierKey}. */
export interface PaillierKeyOptions {
  /** Length of n: 2048 (112 bits of security) or 3072 (128 bits). Default 3072. */
  readonly bits?: PaillierKeyBits;
  readonly signal?: AbortSignal;
  /** Where candidates come from; other than the default only to make a key again. */
  readonly random?: RandomSource;
}

const keyRules: RulesOf<PaillierKeyOptions> = {
  bits: optional(oneOf(...paillierKeyBits)),
  signal: optional(signalRule),
  random: optional(callback),
};

/** A factor of half the length must not be close to the other (FIPS 186-5, A.1.3): Fermat's method would find them. */
const differenceBits = 100;

/** Most candidates have a small factor and are refused at once. */
const candidatesPerTurn = 16;

/**
 * A fresh key: two random primes, the two highest bits of each set, so that n has exactly the length. Primes are found by
 * testing random odd integers by Miller-Rabin.
 *
 * **Security.** One round on each candidate, then 40 on random bases for the one that passes. Testing takes time that
 * depends on the primes, in the thread of the caller.
 *
 * **Cost.** About 0.9 s of CPU for 2048 bits and 2.6 s for 3072, give or take a factor of two.
 *
 * @throws VeilshareError INVALID_ARGUMENT for another length; ABORTED.
 * @example
 * const key = await generatePaillierKey({ bits: 3072 });
 */
export async function generatePaillierKey(options: PaillierKeyOptions = {}): Promise<PaillierPrivateKey> {
  checkOptions("generatePaillierKey", options, keyRules);
  const { bits = 3072, random = randomBytes, signal } = options;
  const tests = await numberTheory();
  const p = await randomPrime(bits / 2, tests, random, signal);
  for (;;) {
    const q = await randomPrime(bits / 2, tests, random, signal);
    const difference = p > q ? p - q : q - p;
    if (difference.toString(2).length > bits / 2 - differenceBits) {
      return new PaillierPrivateKey(await factorsOf(p, q));
    }
  }
}

async function randomPrime(
  bits: number,
  tests: NumberTheory,
  random: RandomSource,
  signal: AbortSignal | undefined,
): Promise<bigint> {
  for (let tried = 1; ; tried++) {
    if (signal?.aborted === true) {
      throw new VeilshareError("ABORTED", "generatePaillierKey: the caller cancelled", {
        cause: signal.reason,
      });
    }
    const bytes = drawBytes(random, bits / 8);
    bytes[0] = (bytes[0] ?? 0) | 1;
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 0xc0;
    const candidate = integerFromBytes(bytes);
    wipe(bytes);
    if (await isPrime(candidate, tests)) return candidate;
    if (tried % candidatesPerTurn === 0) await eventLoopTurn();
  }
}
