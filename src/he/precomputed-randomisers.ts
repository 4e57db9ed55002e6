/** Randomisers made ahead of time: n-th powers modulo n^2, each for one ciphertext. */

import { checkOptions } from "../checks/options.js";
import { printAsRedacted } from "../bytes/redacted.js";
import { checkCount } from "../random/csprng.js";
import type { PaillierPrivateKey } from "./private-key.js";
import { PaillierPublicKey } from "./public-key.js";
import { powersInPool, randomBelow, workRules, type HeWork } from "./work.js";

/**
 * Uniform n-th powers r^n modulo n^2.
 *
 * The exponent is n itself. A power of one fixed base to a short exponent (Damgard, Jurik, Nielsen 2010, section 4.2) would
 * take half the time here, but rests on one more assumption, and on a form of n that an encryptor can't check.
 */
export async function freshRandomisers(
  key: PaillierPublicKey | PaillierPrivateKey,
  count: number,
  work: HeWork,
): Promise<bigint[]> {
  if (!(key instanceof PaillierPublicKey)) return key.randomisers(count, work);
  const bases = Array.from({ length: count }, () => randomBelow(key.n, work.random));
  return powersInPool(bases, key.n, key.nSquared, work);
}

/** Randomisers in precomputed. Whoever knows one that was used reads the ciphertext. Prints as redacted. */
export class PrecomputedRandomisers {
  static {
    printAsRedacted(this);
  }

  readonly #key: PaillierPublicKey | PaillierPrivateKey;
  readonly #precomputed: bigint[] = [];

  /** @param key - The public key, or the private one, with which they take a third of the time. */
  constructor(key: PaillierPublicKey | PaillierPrivateKey) {
    this.#key = key;
  }

  get publicKey(): PaillierPublicKey {
    return this.#key instanceof PaillierPublicKey ? this.#key : this.#key.publicKey;
  }

  /** How many there are. */
  get size(): number {
    return this.#precomputed.length;
  }

  /** Makes so many more, e.g. while nothing else is to be done. */
  async add(count: number, work: HeWork = {}): Promise<void> {
    checkOptions("PrecomputedRandomisers.add", work, workRules);
    checkCount("PrecomputedRandomisers", count);
    this.#precomputed.push(...(await freshRandomisers(this.#key, count, work)));
  }

  /** Takes so many out, each for one use; what the precomputed lacks is made now. */
  async take(count: number, work: HeWork = {}): Promise<bigint[]> {
    checkOptions("PrecomputedRandomisers.take", work, workRules);
    checkCount("PrecomputedRandomisers", count);
    const taken = this.#precomputed.splice(Math.max(0, this.#precomputed.length - count));
    const missing = count - taken.length;
    return missing === 0 ? taken : [...taken, ...(await freshRandomisers(this.#key, missing, work))];
  }
}
