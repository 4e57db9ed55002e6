import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  add,
  addPlain,
  decodeEncryptedVector,
  decrypt,
  encrypt,
  generatePaillierKey,
  multiplyPlain,
  PaillierPrivateKey,
  PaillierPublicKey,
  PrecomputedRandomisers,
  rerandomise,
  slotLayout,
} from "../../dist/he/index.js";
import { createPool } from "../../dist/parallel/index.js";
import { Prg } from "../../dist/random/index.js";
import { expectRedacted } from "../support/expect-redacted.js";
import { longSecretBytes, n, p, plainDecrypt, plainPower, q, secretBytes, testKey } from "./test-key.js";

const { publicKey } = testKey;
const maxAbs = 2n ** 40n;
const value = fc.bigInt({ min: -maxAbs, max: maxAbs });
const vectors = fc
  .integer({ min: 0, max: 5 })
  .chain((length) =>
    fc.tuple(...[0, 1].map(() => fc.array(value, { minLength: length, maxLength: length }))),
  );

describe("a ciphertext", () => {
  it("is (1 + n)^m r^n mod n^2, by the formula and the randomness", async () => {
    const stream = new Prg(new Uint8Array(32).fill(8));
    const replay = new Prg(new Uint8Array(32).fill(8));
    const values = [0n, 1n, -1n, 2n ** 40n, -(2n ** 40n)];
    const sealed = await encrypt(publicKey, values, { maxAbs, random: (length) => stream.bytes(length) });
    for (const [i, m] of values.entries()) {
      const bytes = replay.bytes(256 + 32);
      const r = BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`) % n;
      const expected = (plainPower(1n + n, (m + n) % n, n * n) * plainPower(r, n, n * n)) % (n * n);
      expect(sealed.ciphertexts[i]).toBe(expected);
    }
  });

  it("decrypts as Paillier's own formula without the factors says, whoever encrypted", async () => {
    const bound = (n - 1n) / 8n;
    for (const encryptor of [
      publicKey,
      testKey,
      new PrecomputedRandomisers(testKey),
      new PrecomputedRandomisers(publicKey),
    ]) {
      const values = [-5n, encryptor === publicKey ? -bound : bound];
      const sealed = await encrypt(encryptor, values, { maxAbs: bound });
      expect(sealed.ciphertexts.map(plainDecrypt)).toEqual(values);
      expect(await decrypt(testKey, sealed)).toEqual(values);
    }
  });

  it("by the private key has an n-th residue as randomiser, as one by the public key", async () => {
    for (const encryptor of [testKey, publicKey]) {
      const { ciphertexts } = await encrypt(encryptor, [0n, 0n], { maxAbs: 0n });
      for (const c of ciphertexts) expect(plainPower(c, (p - 1n) * (q - 1n), n * n)).toBe(1n);
      expect(new Set(ciphertexts.map((c) => c % p)).size).toBe(2);
    }
  });
});

describe("computing on ciphertexts", () => {
  it("adds, adds known values and multiplies by known factors of any sign, in every slot", async () => {
    await fc.assert(
      fc.asyncProperty(
        vectors,
        fc.bigInt({ min: -1000n, max: 1000n }),
        fc.integer({ min: 1, max: 40 }),
        async ([a = [], b = []], factor, slots) => {
          const layout = slotLayout(publicKey.bits, 1001n * 2n * maxAbs, Math.min(slots, 35));
          const options = { maxAbs, layout };
          const [first, second] = [await encrypt(testKey, a, options), await encrypt(testKey, b, options)];
          expect(await decrypt(testKey, add(first, second))).toEqual(a.map((x, i) => x + (b[i] ?? 0n)));
          expect(await decrypt(testKey, addPlain(first, b, maxAbs))).toEqual(
            a.map((x, i) => x + (b[i] ?? 0n)),
          );
          const product = await multiplyPlain(first, factor, 1000n);
          expect(await decrypt(testKey, add(product, second))).toEqual(
            a.map((x, i) => x * factor + (b[i] ?? 0n)),
          );
        },
      ),
      { numRuns: 12 },
    );
  });

  it("multiplies each value by a factor of its own, up to 64 bits", async () => {
    const values = [3n, -4n, 5n, 0n, 7n];
    const factors = [2n ** 64n - 1n, -(2n ** 63n), 0n, 9n, -1n];
    const sealed = await encrypt(testKey, values, { maxAbs: 10n });
    const product = await multiplyPlain(sealed, factors, 2n ** 64n - 1n);
    expect(await decrypt(testKey, product)).toEqual(values.map((x, i) => x * (factors[i] ?? 0n)));
    expect(product.maxAbs).toBe(10n * (2n ** 64n - 1n));
  });

  it("fills every slot to its edge, signs alternating, and reads all back", async () => {
    const layout = slotLayout(publicKey.bits, 2n ** 40n - 1n);
    expect(layout).toEqual({ slotBits: 41, slots: 49 });
    const edge = 2n ** 40n - 1n;
    for (const sign of [
      (i: number) => (i % 2 === 0 ? edge : -edge),
      () => edge,
      () => -edge,
      (i: number) => BigInt(i % 3) - 1n,
    ]) {
      const values = Array.from({ length: 100 }, (_, i) => sign(i));
      const sealed = await encrypt(testKey, values, { maxAbs: edge, layout });
      expect(sealed.ciphertexts.length).toBe(3);
      expect(await decrypt(testKey, sealed)).toEqual(values);
    }
  });

  it("gives the same values under new ciphertexts when it randomises again", async () => {
    const sealed = await encrypt(publicKey, [1n, 2n], { maxAbs: 2n });
    const again = await rerandomise(publicKey, sealed);
    expect(again.ciphertexts.every((c, i) => c !== sealed.ciphertexts[i])).toBe(true);
    expect(await decrypt(testKey, again)).toEqual([1n, 2n]);
  });

  it("works in the pool's threads as in the caller's", async () => {
    const pool = createPool({ workers: 1 });
    try {
      const values = Array.from({ length: 20 }, (_, i) => BigInt(i) - 10n);
      const done: number[] = [];
      const random = (length: number): Uint8Array => new Uint8Array(length).fill(7);
      const options = { maxAbs: 10n, random, onProgress: (count: number) => done.push(count) };
      const threaded = await encrypt(publicKey, values, { ...options, pool });
      expect(threaded.ciphertexts).toEqual(
        (await encrypt(publicKey, values, { maxAbs: 10n, random })).ciphertexts,
      );
      expect(done).toEqual([8, 16, 20]);
      const product = await multiplyPlain(threaded, values, 10n, { pool });
      expect(await decrypt(testKey, product, { pool })).toEqual(values.map((x) => x * x));
    } finally {
      await pool.close();
    }
  });

  it("stops when it is cancelled", async () => {
    const signal = AbortSignal.abort();
    await expect(encrypt(publicKey, [1n], { maxAbs: 1n, signal })).rejects.toMatchObject({ code: "ABORTED" });
    await expect(generatePaillierKey({ bits: 2048, signal })).rejects.toMatchObject({ code: "ABORTED" });
  });
});

describe("a precomputed of randomisers", () => {
  it("gives each once, makes what is missing, and prints as redacted", async () => {
    const precomputed = new PrecomputedRandomisers(publicKey);
    await precomputed.add(3);
    expect(precomputed.size).toBe(3);
    const taken = [...(await precomputed.take(2)), ...(await precomputed.take(3))];
    expect(precomputed.size).toBe(0);
    expect(new Set(taken).size).toBe(5);
    await precomputed.add(2);
    const sealed = await encrypt(precomputed, [4n, 5n], { maxAbs: 5n });
    expect(precomputed.size).toBe(0);
    expect(await decrypt(testKey, sealed)).toEqual([4n, 5n]);
    expectRedacted(precomputed);
    await expect(precomputed.add(-1)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});

describe("keys", () => {
  it("are made with the length that was asked for, from two primes, and come back from their bytes", async () => {
    const key = await generatePaillierKey({ bits: 2048 });
    expect(key.publicKey.n.toString(2).length).toBe(2048);
    const bytes = key.secretBytes();
    const again = await PaillierPrivateKey.fromSecretBytes(bytes);
    expect(again.publicKey.n).toBe(key.publicKey.n);
    expect(await decrypt(again, await encrypt(key.publicKey, [-9n], { maxAbs: 9n }))).toEqual([-9n]);
    expect((await generatePaillierKey({ bits: 2048 })).publicKey.n).not.toBe(key.publicKey.n);
    expectRedacted(key);
  }, 240_000);

  it("print as redacted, and keep no memory of the caller's", async () => {
    const bytes = secretBytes.slice();
    const key = await PaillierPrivateKey.fromSecretBytes(bytes);
    bytes.fill(0);
    expect(key.secretBytes()).toEqual(secretBytes);
    expectRedacted(key);
    const encoded = publicKey.toBytes();
    expect(PaillierPublicKey.fromBytes(encoded).equals(publicKey)).toBe(true);
  });

  it("serve 3072 bits as well", async () => {
    const key = await PaillierPrivateKey.fromSecretBytes(longSecretBytes);
    expect(key.publicKey.ciphertextBytes).toBe(768);
    const layout = slotLayout(3072, 2n ** 51n);
    const sealed = await encrypt(key, [1n, -2n, 3n], { maxAbs: 2n ** 50n, layout });
    const read = await decodeEncryptedVector(sealed.toBytes(), sealed);
    expect(await decrypt(key, add(read, sealed))).toEqual([2n, -4n, 6n]);
  });
});
