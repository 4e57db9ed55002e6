import { once } from "node:events";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bytesFromInteger,
  integerFromBytes,
  PrimeField,
  primeField,
  ristretto255Scalars,
} from "../../dist/field/prime-field.js";
import { chiSquare } from "../support/chi-square.js";
import { expectError } from "../support/expect-error.js";
import { VeilshareError } from "../../dist/errors.js";

const orders = [2n, 3n, 251n, 65_537n, 2n ** 61n - 1n, ristretto255Scalars.order, 2n ** 521n - 1n];
const integers = fc.bigInt({ min: -(2n ** 600n), max: 2n ** 600n });

describe("PrimeField", () => {
  it("has the order of ristretto255 (RFC 9496, 4.4)", () => {
    expect(ristretto255Scalars.order).toBe(
      7237005577332262213973186563042994240857116359379907606001950938285454250989n,
    );
    expect(ristretto255Scalars.byteLength).toBe(32);
  });

  it.each(orders)("obeys the field laws modulo %d", (order) => {
    const field = new PrimeField(order);
    fc.assert(
      fc.property(integers, integers, integers, (x, y, z) => {
        const [a, b, c] = [field.reduce(x), field.reduce(y), field.reduce(z)];
        expect(field.isElement(a)).toBe(true);
        expect((x - a) % order).toBe(0n);
        expect(field.add(field.add(a, b), c)).toBe(field.add(a, field.add(b, c)));
        expect(field.subtract(field.add(a, b), b)).toBe(a);
        expect(field.multiply(a, field.add(b, c))).toBe(
          field.add(field.multiply(a, b), field.multiply(a, c)),
        );
        if (a !== 0n) {
          expect(field.multiply(a, field.invert(a))).toBe(1n);
          expect(field.invertVartime(a)).toBe(field.invert(a));
        }
        expect(field.power(a, order)).toBe(a); // Fermat
        expect(field.power(a, 0n)).toBe(1n);
        expect(field.decode(field.encode(a))).toBe(a);
      }),
    );
  });

  it("refuses the inverse of zero, negative exponents, and orders that are none", () => {
    const field = new PrimeField(251n);
    expectError(() => field.invert(0n), "INVALID_ARGUMENT");
    expectError(() => field.invert(251n), "INVALID_ARGUMENT");
    expectError(() => field.invertVartime(-251n), "INVALID_ARGUMENT");
    expectError(() => field.power(3n, -1n), "INVALID_ARGUMENT");
    for (const order of [1n, 0n, -7n, 2n ** 524_281n]) {
      expectError(() => new PrimeField(order), "INVALID_ARGUMENT");
    }
  });

  it("refuses encodings of another length or of the order and more, and to encode what is no element", () => {
    const field = new PrimeField(65_537n);
    expect(field.byteLength).toBe(3);
    expect(field.encode(65_536n)).toEqual(Uint8Array.of(0, 0, 1));
    expectError(() => field.decode(Uint8Array.of(1, 0, 1)), "INVALID_ARGUMENT");
    expectError(() => field.decode(Uint8Array.of(255, 255, 255)), "INVALID_ARGUMENT");
    expectError(() => field.decode(new Uint8Array(2)), "INVALID_ARGUMENT");
    expectError(() => field.decode(new Uint8Array(4)), "INVALID_ARGUMENT");
    expectError(() => field.encode(65_537n), "VALUE_OUT_OF_RANGE");
    expectError(() => field.encode(-1n), "VALUE_OUT_OF_RANGE");
  });

  it("draws uniform elements, zero included", () => {
    const field = new PrimeField(11n);
    const counts = new Uint32Array(11);
    for (let draw = 0; draw < 5000; draw++) {
      const cell = Number(field.random());
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
    expect(chiSquare(counts).exceeds).toBe(false);
  });

  it("draws from the source it is given, little-endian, with 32 bytes to spare", () => {
    const field = new PrimeField(65_537n);
    const random = (byteLength: number): Uint8Array => {
      expect(byteLength).toBe(35);
      return bytesFromInteger(65_537n * 5n + 9n, byteLength);
    };
    expect(field.random(random)).toBe(9n);
  });
});

describe("primeField", () => {
  it("loads its primality test when it is called, not at import: loaded, it listens on a worker thread's port", async () => {
    const module = new URL("../../dist/sharing/index.js", import.meta.url).href;
    const script = `
      const { parentPort } = require("node:worker_threads");
      import(${JSON.stringify(module)}).then(async ({ primeField }) => {
        const before = parentPort.listenerCount("message");
        await primeField(251n);
        parentPort.postMessage([before, parentPort.listenerCount("message")]);
        process.exit();
      });`;
    const worker = new Worker(script, { eval: true });
    const [counts] = (await once(worker, "message")) as [readonly number[]];
    await worker.terminate();
    expect(counts).toEqual([0, 1]);
  });

  it("takes primes and refuses composites, Carmichael numbers and strong pseudoprimes to small bases", async () => {
    for (const order of orders) expect((await primeField(order)).order).toBe(order);
    const composites = [
      4n,
      561n,
      3_215_031_751n,
      (2n ** 61n - 1n) * (2n ** 31n - 1n),
      ristretto255Scalars.order * 3n,
    ];
    for (const order of composites) {
      const refused = primeField(order);
      await expect(refused).rejects.toBeInstanceOf(VeilshareError);
      await expect(refused).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
    await expect(primeField(1n)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});

describe("integers as little-endian bytes", () => {
  it("return from their bytes, of any length", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const integer = integerFromBytes(bytes);
        expect(bytesFromInteger(integer, bytes.length)).toEqual(bytes);
        expect(integer).toBe(bytes.reduceRight((total, byte) => 256n * total + BigInt(byte), 0n));
      }),
    );
  });
});
