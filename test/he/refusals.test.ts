import { describe, expect, it } from "vitest";
import { MalformedMessage } from "../../dist/bytes/codec.js";
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
  rerandomise,
  slotLayout,
  type PaillierKeyBits,
} from "../../dist/he/index.js";
import { expectError } from "../support/expect-error.js";
import { n, p, q, secretBytes, testKey } from "./test-key.js";

const { publicKey } = testKey;

/** Little-endian, as everything is on the wire. */
function bytesOf(integer: bigint, byteLength: number): Uint8Array {
  return Uint8Array.from({ length: byteLength }, (_, i) => Number((integer >> BigInt(8 * i)) & 255n));
}

describe("another party's ciphertexts", () => {
  const shape = { publicKey, layout: { slots: 1, slotBits: 64 }, length: 2, maxAbs: 9n };
  const read = (c: bigint): Promise<unknown> => {
    const bytes = new Uint8Array(1024);
    bytes.set(bytesOf(1n + 5n * n, 512));
    bytes.set(bytesOf(c, 512), 512);
    return decodeEncryptedVector(bytes, shape);
  };

  it("are read where all are coprime to n and below n^2", async () => {
    await expect(read(1n + 7n * n)).resolves.toMatchObject({ length: 2 });
    await expect(read(n * n - 1n)).resolves.toMatchObject({ length: 2 });
  });

  it.each<[string, bigint]>([
    ["zero", 0n],
    ["n^2", n * n],
    ["n^2 and more", n * n + 1n],
    ["the largest integer of as many bytes", 2n ** 4096n - 1n],
    ["n", n],
    ["a multiple of one factor", 3n * p],
    ["a multiple of the other", q * q],
  ])("are refused with %s", async (_, c) => {
    await expect(read(c)).rejects.toBeInstanceOf(MalformedMessage);
  });

  it.each([0, 512, 1023, 1025, 1536])("are refused with %d bytes", async (byteLength) => {
    await expect(decodeEncryptedVector(new Uint8Array(byteLength).fill(1), shape)).rejects.toBeInstanceOf(
      MalformedMessage,
    );
  });
});

describe("another party's public key", () => {
  const bits2048 = (make: (x: bigint) => boolean, start: bigint): bigint => {
    for (let x = start; ; x += 2n) if (make(x)) return x;
  };

  it.each<[string, bigint, RegExp]>([
    ["zero", 0n, /0 bits/],
    ["a negative number", -n, /0 bits/],
    ["2047 bits", n >> 1n, /2047 bits/],
    ["2049 bits", n * 2n + 1n, /2049 bits/],
    ["an even number", n - 1n, /multiple of 2/],
    [
      "a multiple of 65521",
      bits2048((x) => x % 65521n === 0n && [3n, 5n, 7n].every((f) => x % f !== 0n), n),
      /a multiple of/,
    ],
    ["a square", p * p, /a square/],
  ])("is refused when it is %s", (_, modulus, text) => {
    expect(() => new PaillierPublicKey(modulus)).toThrow(text);
  });

  it("is refused when it is a prime, or of another length in bytes", async () => {
    // 2^2048 - 1942289 is the largest prime of 2048 bits.
    expect(() => new PaillierPublicKey(2n ** 2048n - 1942289n)).toThrow(/a prime/);
    for (const length of [0, 255, 257, 384 * 2]) {
      expectError(() => PaillierPublicKey.fromBytes(new Uint8Array(length).fill(255)), "INVALID_ARGUMENT");
    }
    await expect(generatePaillierKey({ bits: 1024 as PaillierKeyBits })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });
});

describe("a private key's bytes", () => {
  const half = 128;
  it.each<[string, Uint8Array]>([
    ["nothing", new Uint8Array(0)],
    ["a byte less", secretBytes.slice(1)],
    ["one prime twice", Uint8Array.from([...secretBytes.slice(0, half), ...secretBytes.slice(0, half)])],
    ["a number that is no prime", bytesOf(p + ((q + 2n) << 1024n), 256)],
    ["a shorter prime", bytesOf(p + (65537n << 1024n), 256)],
  ])("are refused when they are %s", async (_, bytes) => {
    await expect(PaillierPrivateKey.fromSecretBytes(bytes)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });
});

describe("bounds", () => {
  it("refuse values, factors and layouts beyond them before anything is computed", async () => {
    const sealed = await encrypt(testKey, [1n, 2n], { maxAbs: 3n, layout: slotLayout(2048, 3n) });
    const range = { code: "VALUE_OUT_OF_RANGE" };
    await expect(encrypt(publicKey, [1n, 4n], { maxAbs: 3n })).rejects.toMatchObject({
      ...range,
      field: "values[1]",
    });
    await expect(encrypt(publicKey, [1.5 as unknown as bigint], { maxAbs: 3n })).rejects.toMatchObject(range);
    await expect(encrypt(publicKey, [1n], { maxAbs: -1n })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    await expect(encrypt(publicKey, [], { maxAbs: 4n, layout: slotLayout(2048, 3n) })).rejects.toMatchObject({
      code: "BOUND_EXCEEDED",
    });
    await expect(
      encrypt(publicKey, [], { maxAbs: 1n, layout: { slots: 64, slotBits: 32 } }),
    ).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expectError(() => addPlain(sealed, [4n, 0n], 3n), "VALUE_OUT_OF_RANGE");
    expectError(() => addPlain(sealed, [1n], 3n), "INVALID_ARGUMENT");
    await expect(multiplyPlain(sealed, 3n, 2n)).rejects.toMatchObject(range);
    await expect(multiplyPlain(sealed, [1n, 1n], 1n)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(multiplyPlain(sealed, 1n, 2n ** 64n)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expectError(() => slotLayout(2048, -1n), "INVALID_ARGUMENT");
    expectError(() => slotLayout(2048, 1n, 0), "INVALID_ARGUMENT");
    expectError(() => slotLayout(2048, 2n ** 1000n, 3), "BOUND_EXCEEDED");
    expectError(() => slotLayout(2048, 2n ** 2047n), "BOUND_EXCEEDED");
  });

  it("refuse sums and products that could outgrow a slot, at the first that could", async () => {
    let sum = await encrypt(testKey, [3n, -3n], { maxAbs: 3n, layout: slotLayout(2048, 15n) });
    const one = sum;
    for (let terms = 2; terms <= 5; terms++) sum = add(sum, one);
    expect(await decrypt(testKey, sum)).toEqual([15n, -15n]);
    expectError(() => add(sum, one), "BOUND_EXCEEDED");
    await expect(multiplyPlain(one, 6n, 6n)).rejects.toMatchObject({ code: "BOUND_EXCEEDED" });
    expect(await decrypt(testKey, await multiplyPlain(one, -5n, 5n))).toEqual([-15n, 15n]);
  });

  it("catch at decryption what was encrypted beyond them, in a slot or above all", async () => {
    const layout = { slots: 2, slotBits: 8 };
    const shape = { publicKey, layout, length: 2, maxAbs: 100n };
    for (const plaintext of [101n, -101n, 101n << 8n, 1n << 16n, -(1n << 200n)]) {
      const c = (1n + (((plaintext % n) + n) % n) * n) % (n * n);
      const vector = await decodeEncryptedVector(bytesOf(c, 512), shape);
      await expect(decrypt(testKey, vector)).rejects.toMatchObject({ code: "VALUE_OUT_OF_RANGE" });
    }
  });

  it("and keys, lengths and layouts must be alike", async () => {
    const one = await encrypt(testKey, [1n], { maxAbs: 1n });
    const other = new PaillierPublicKey(n + 2n * firstGap());
    const shape = { publicKey: other, layout: one.layout, length: 1, maxAbs: 1n };
    const foreign = await decodeEncryptedVector(one.toBytes(), shape);
    const longer = await encrypt(testKey, [1n, 1n], { maxAbs: 1n });
    const packed = await encrypt(testKey, [1n], { maxAbs: 1n, layout: slotLayout(2048, 1n) });
    for (const wrong of [longer, packed]) expectError(() => add(one, wrong), "INVALID_ARGUMENT");
    expectError(() => add(one, foreign), "INVALID_ARGUMENT");
    await expect(decrypt(testKey, foreign)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    expect(() => rerandomise(other, one)).toThrow(/of one key/);
  });
});

/** Half the distance from n to the next number that passes as a key. */
function firstGap(): bigint {
  for (let gap = 1n; ; gap++) {
    try {
      return new PaillierPublicKey(n + 2n * gap) instanceof PaillierPublicKey ? gap : 0n;
    } catch {
      continue;
    }
  }
}
