/**
 * What whoever has no key sees of encrypted vectors. Each check states how often it fails although all is well, and is
 * shown to catch a broken package ("mutant").
 */

import { describe, expect, it } from "vitest";
import * as honest from "../../dist/he/index.js";
import { importMutant } from "../support/mutant.js";
import { n, testKey } from "./test-key.js";

type He = Pick<
  typeof honest,
  "encrypt" | "rerandomise" | "PrecomputedRandomisers" | "PaillierPrivateKey" | "PaillierPublicKey"
>;

const maxAbs = 2n ** 30n;

/** Ciphertexts that anybody reads: without a randomiser, c = 1 + m n. */
const readable = (ciphertexts: readonly bigint[]): number => ciphertexts.filter((c) => c % n === 1n).length;

/** How many came before; by chance one in 2^2000. */
const repeated = (ciphertexts: readonly bigint[]): number => ciphertexts.length - new Set(ciphertexts).size;

/** Whether the lowest bit tells zeros from others: of 256 coins, six deviations of 8 from the mean, below 10^-8. */
const bitsLookFair = (ciphertexts: readonly bigint[]): boolean => {
  const ones = ciphertexts.filter((c) => (c & 1n) === 1n).length;
  return Math.abs(ones - ciphertexts.length / 2) <= 6 * Math.sqrt(ciphertexts.length / 4);
};

async function sealedTwice(he: He, value: bigint): Promise<bigint[]> {
  const publicKey = new he.PaillierPublicKey(n);
  const precomputed = new he.PrecomputedRandomisers(publicKey);
  await precomputed.add(2);
  const values = [value, value];
  const fromStock = await he.encrypt(precomputed, values, { maxAbs });
  const fresh = await he.encrypt(publicKey, values, { maxAbs });
  return [...fromStock.ciphertexts, ...fresh.ciphertexts];
}

/** Whether who knows the vector and tries factors sees which it was multiplied by. */
async function factorShows(he: He): Promise<boolean> {
  const sealed = await honest.encrypt(testKey, [5n], { maxAbs: 5n });
  const product = await he.rerandomise(testKey, await honest.multiplyPlain(sealed, 3n, 5n));
  const tried = await Promise.all([1n, 2n, 3n, 4n].map((factor) => honest.multiplyPlain(sealed, factor, 5n)));
  return tried.some(({ ciphertexts }) => ciphertexts[0] === product.ciphertexts[0]);
}

describe("ciphertexts", () => {
  it("of one value differ every time, can't be read without the key (2^-2000), and have fair bits (1e-8)", async () => {
    const all = [...(await sealedTwice(honest, 0n)), ...(await sealedTwice(honest, 7n))];
    expect([repeated(all), readable(all)]).toEqual([0, 0]);
    for (const value of [0n, 7n]) {
      const { ciphertexts } = await honest.encrypt(testKey, Array<bigint>(256).fill(value), { maxAbs });
      expect(bitsLookFair(ciphertexts)).toBe(true);
      expect(repeated(ciphertexts)).toBe(0);
    }
  });

  it("that were computed and randomised again do not show by what they were multiplied", async () => {
    expect(await factorShows(honest)).toBe(false);
  });
});

describe("the same checks catch", () => {
  it("a precomputed that gives randomisers twice", async () => {
    const mutant = await importMutant<He>("he-precomputed-twice", "he/index.js", {
      file: "he/precomputed-randomisers.js",
      text: "this.#precomputed.splice(Math.max(0, this.#precomputed.length - count))",
      replacement: "[this.#precomputed[0], this.#precomputed[0]]",
    });
    expect(repeated(await sealedTwice(mutant, 7n))).toBeGreaterThan(0);
  });

  it("encryption that leaves the randomiser out, and randomising again that does nothing", async () => {
    const mutant = await importMutant<He>("he-no-randomiser", "he/index.js", {
      file: "he/paillier.js",
      text: "(c * randomisers[i]) % publicKey.nSquared",
      replacement: "c",
    });
    // The mutant's classes are its own: its key is made of the same bytes.
    const key = await mutant.PaillierPrivateKey.fromSecretBytes(testKey.secretBytes());
    const { ciphertexts } = await mutant.encrypt(key, [0n, 7n, 7n], { maxAbs });
    expect(readable(ciphertexts)).toBe(3);
    const sealed = await honest.encrypt(testKey, [5n], { maxAbs: 5n });
    const product = await honest.multiplyPlain(sealed, 3n, 5n);
    expect((await mutant.rerandomise(key, product)).ciphertexts).toEqual(product.ciphertexts);
  });
});
