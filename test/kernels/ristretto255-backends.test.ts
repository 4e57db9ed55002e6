import { ed25519 } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { byteRowsFromArrays } from "../../dist/bytes/byte-rows.js";
import type { GroupBackend } from "../../dist/group/backend.js";
import { createKernelBackend } from "../../dist/group/kernel-backend.js";
import { referenceBackend } from "../../dist/group/reference-backend.js";
import { randomScalars } from "../../dist/group/scalars.js";
import { Prg } from "../../dist/random/prg.js";

const dst = new TextEncoder().encode("veilshare-test-kernel");
const order = 2n ** 252n + 27742317777372353535851937790883648493n;
const prime = 2n ** 255n - 19n;

function littleEndian(value: bigint): Uint8Array {
  const bytes = new Uint8Array(32);
  for (let i = 0; i < 32; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 255n);
  return bytes;
}

/** Encodings of `count` elements nobody chose. */
function someElements(count: number, seed: number): Uint8Array {
  const prg = new Prg(new Uint8Array(32).fill(seed));
  return referenceBackend.hashToGroup(
    byteRowsFromArrays(Array.from({ length: count }, () => prg.bytes(16))),
    dst,
  );
}

describe("the compiled kernel", () => {
  let kernel: GroupBackend;

  beforeAll(() => {
    const created = createKernelBackend();
    if (created === undefined) throw new Error("this platform cannot run the kernel");
    kernel = created;
  });

  it("hashes messages of every length around the hash's blocks as the reference does", () => {
    const lengths = Array.from({ length: 300 }, (_, length) => length);
    const prg = new Prg(new Uint8Array(32).fill(7));
    const rows = byteRowsFromArrays(lengths.map((length) => prg.bytes(length)));
    expect(kernel.hashToGroup(rows, dst)).toEqual(referenceBackend.hashToGroup(rows, dst));
    expect(kernel.expandMessages(rows, dst)).toEqual(referenceBackend.expandMessages(rows, dst));
  }, 120_000);

  it("hashes with tags of 1 to 300 bytes as the reference does, long ones hashed first", () => {
    const rows = byteRowsFromArrays([new Uint8Array(5)]);
    for (const length of [1, 2, 31, 110, 111, 112, 127, 128, 254, 255, 256, 300]) {
      const tag = new Uint8Array(length).fill(65);
      expect(kernel.hashToGroup(rows, tag)).toEqual(referenceBackend.hashToGroup(rows, tag));
    }
  });

  it("hashes a message larger than its buffer, between small ones", () => {
    const rows = byteRowsFromArrays([
      new Uint8Array(3),
      new Uint8Array(70_000).fill(9),
      new Uint8Array(65_536),
    ]);
    expect(kernel.hashToGroup(rows, dst)).toEqual(referenceBackend.hashToGroup(rows, dst));
    expect(kernel.expandMessages(rows, dst)).toEqual(referenceBackend.expandMessages(rows, dst));
    const scalar = randomScalars(1);
    const products = kernel.hashAndMultiply(rows, dst, scalar);
    expect(products).toEqual(referenceBackend.hashAndMultiply(rows, dst, scalar));
  });

  it("multiplies by edge scalars as the reference does", () => {
    const elements = someElements(5, 1);
    const powers = Array.from({ length: 252 }, (_, bit) => 1n << BigInt(bit));
    const edges = [1n, 2n, 3n, 7n, 8n, 9n, 15n, 16n, 17n, order - 1n, order - 2n, (order - 1n) / 2n];
    for (const scalar of [...edges, ...powers.filter((_, bit) => bit % 17 === 0)]) {
      const bytes = littleEndian(scalar);
      const products = kernel.multiply(elements, bytes, "refuse");
      expect(products).toEqual(referenceBackend.multiply(elements, bytes, "refuse"));
    }
  });

  it("equals the reference on random batches of every size around its capacity, one scalar or one a row", () => {
    for (const count of [0, 1, 2, 3, 4, 5, 257]) {
      const elements = someElements(count, count % 251);
      const scalar = randomScalars(1);
      expect(kernel.multiply(elements, scalar, "refuse")).toEqual(
        referenceBackend.multiply(elements, scalar, "refuse"),
      );
      if (count === 1) continue; // one scalar for one row is the case above
      const scalars = randomScalars(count);
      expect(kernel.multiply(elements, scalars, "refuse")).toEqual(
        referenceBackend.multiply(elements, scalars, "refuse"),
      );
    }
  }, 120_000);

  // 10,000 random cases; bench/kernel-check.ts runs a million.
  it("equals the reference on 3,000 random products, chained so that most elements are products themselves", () => {
    let elements = someElements(1500, 3);
    for (let round = 0; round < 2; round++) {
      const scalars = randomScalars(1500);
      const products = kernel.multiply(elements, scalars, "refuse");
      expect(products).toEqual(referenceBackend.multiply(elements, scalars, "refuse"));
      elements = products;
    }
  }, 240_000); // the reference takes its time on a busy machine

  it("equals the reference on 3,500 random messages", () => {
    const prg = new Prg(new Uint8Array(32).fill(4));
    const rows = byteRowsFromArrays(Array.from({ length: 3500 }, (_, i) => prg.bytes(i % 50)));
    expect(kernel.hashToGroup(rows, dst)).toEqual(referenceBackend.hashToGroup(rows, dst));
  }, 120_000);

  it("equals the reference on 3,500 random products of the generator", () => {
    const scalars = randomScalars(3500);
    expect(kernel.multiplyBase(scalars)).toEqual(referenceBackend.multiplyBase(scalars));
  }, 120_000);

  it("accepts and refuses exactly the encodings that the reference does", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.boolean(), (random, tame) => {
        const encoding = random.slice();
        if (tame) {
          encoding[0] = (encoding[0] as number) & 0xfe;
          encoding[31] = (encoding[31] as number) & 0x7f;
        }
        const expected = referenceBackend.firstInvalidElement(encoding, "refuse");
        expect(kernel.firstInvalidElement(encoding, "refuse")).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it("refuses values at and above p, negative ones, and the top bit, whatever row they are in", () => {
    const values = [
      prime - 1n,
      prime,
      prime + 1n,
      prime + 2n,
      prime + 18n,
      2n ** 255n - 1n,
      2n ** 255n,
      2n ** 256n - 1n,
      1n,
      3n,
    ];
    for (const [i, value] of values.entries()) {
      const elements = someElements(9, 5);
      const row = i % 9;
      elements.set(littleEndian(value), 32 * row);
      expect(kernel.firstInvalidElement(elements, "allow")).toBe(row);
      expect(() => kernel.multiply(elements, littleEndian(5n), "allow")).toThrow(`row ${row}`);
    }
  });

  it("refuses the identity where it must and gives the identity where it may", () => {
    const elements = someElements(6, 6);
    elements.fill(0, 64, 96);
    expect(kernel.firstInvalidElement(elements, "refuse")).toBe(2);
    expect(kernel.firstInvalidElement(elements, "allow")).toBe(-1);
    expect(() => kernel.multiply(elements, littleEndian(5n), "refuse")).toThrow("row 2");
    const products = kernel.multiply(elements, littleEndian(5n), "allow");
    expect(products).toEqual(referenceBackend.multiply(elements, littleEndian(5n), "allow"));
    expect(products.subarray(64, 96)).toEqual(new Uint8Array(32));
  });

  it("refuses the encodings of Edwards points that are not canonical ristretto encodings", () => {
    const torsion = ed25519.Point.fromHex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a");
    for (let k = 1n; k <= 8n; k++) {
      const encoding = ed25519.Point.BASE.multiply(12345n).add(torsion.multiplyUnsafe(k)).toBytes();
      const expected = referenceBackend.firstInvalidElement(encoding, "refuse");
      expect(kernel.firstInvalidElement(encoding, "refuse")).toBe(expected);
    }
  });

  it("leaves no trace of a batch: the next one does not depend on it", () => {
    const elements = someElements(3, 8);
    const first = kernel.multiply(elements, littleEndian(77n), "refuse");
    kernel.multiply(someElements(256, 9), randomScalars(1), "refuse");
    expect(kernel.multiply(elements, littleEndian(77n), "refuse")).toEqual(first);
  });
});
