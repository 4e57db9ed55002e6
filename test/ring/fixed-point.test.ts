import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add, decodeFixed, defaultFractionalBits, encodeFixed, multiply } from "../../dist/ring/index.js";
import { expectError } from "../support/expect-error.js";

const bits = fc.integer({ min: 0, max: 52 });

/** A number of fractional bits and finite numbers that fit it. */
const fitting = bits.chain((fractionalBits) => {
  const limit = 2 ** (63 - fractionalBits);
  return fc.record({
    fractionalBits: fc.constant(fractionalBits),
    values: fc.array(fc.double({ min: -limit, max: limit, maxExcluded: true, noNaN: true }), {
      maxLength: 20,
    }),
  });
});

describe("encodeFixed and decodeFixed", () => {
  it("return every number to half a unit of the last bit, or to a double's precision where that is coarser", () => {
    fc.assert(
      fc.property(fitting, ({ values, fractionalBits }) => {
        const decoded = decodeFixed(encodeFixed(values, fractionalBits), fractionalBits);
        for (const [i, value] of values.entries()) {
          expect(Math.abs((decoded[i] ?? Number.NaN) - value)).toBeLessThanOrEqual(
            2 ** -(fractionalBits + 1),
          );
        }
      }),
    );
  });

  it("hold round(x * 2^f) in two's complement (oracle: exact fractions)", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 52n), max: 2n ** 52n }),
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: 0, max: 10 }),
        (numerator, denominatorBits, fractionalBits) => {
          const value = Number(numerator) / 2 ** denominatorBits; // exact
          const [word] = encodeFixed([value], fractionalBits);
          // round half up: floor((2 * numerator * 2^f + 2^d) / 2^(d + 1))
          const doubled = ((2n * numerator) << BigInt(fractionalBits)) + (1n << BigInt(denominatorBits));
          expect(BigInt.asIntN(64, word ?? 0n)).toBe(doubled >> BigInt(denominatorBits + 1));
        },
      ),
    );
  });

  it("round ties up, take -0 for 0 and reach both ends of the range", () => {
    expect([...encodeFixed([0.5, -0.5, 1.5, -1.5, -0], 0)]).toEqual([1n, 0n, 2n, 2n ** 64n - 1n, 0n]);
    const largest = 2 ** 63 - 1024; // the largest double below 2^63
    expect([...encodeFixed([largest, -(2 ** 63)], 0)]).toEqual([2n ** 63n - 1024n, 2n ** 63n]);
    expect([...decodeFixed(BigUint64Array.of(2n ** 63n, 2n ** 64n - 1n, 1n), 0)]).toEqual([
      -(2 ** 63),
      -1,
      1,
    ]);
    expect([...decodeFixed(encodeFixed(Float64Array.of(-0.25, 3.75)))]).toEqual([-0.25, 3.75]);
    expect(defaultFractionalBits).toBe(20);
  });

  it("are linear, and a product carries twice the fractional bits", () => {
    const number = fc.double({ min: -1000, max: 1000, noNaN: true });
    fc.assert(
      fc.property(number, number, (x, y) => {
        const [a, b] = [encodeFixed([x]), encodeFixed([y])];
        expect(Math.abs((decodeFixed(add(a, b))[0] ?? Number.NaN) - (x + y))).toBeLessThanOrEqual(2 ** -20);
        // The stated bound: the product of values below 1000 stays below 2^22 and is right.
        const product = decodeFixed(multiply(a, b), 40)[0] ?? Number.NaN;
        expect(Math.abs(product - x * y)).toBeLessThanOrEqual(2001 * 2 ** -21);
      }),
    );
  });

  it("decode any word to the nearest double (oracle: BigInt), also from a view", () => {
    const word = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), bits, (values, fractionalBits) => {
        const words = BigUint64Array.from([7n, ...values]).subarray(1);
        const expected = values.map((value) => Number(BigInt.asIntN(64, value)) / 2 ** fractionalBits);
        expect([...decodeFixed(words, fractionalBits)]).toEqual(expected);
      }),
    );
  });

  it("refuse NaN, infinities and whatever does not fit, with its position, instead of wrapping or clipping", () => {
    for (const fractionalBits of [0, 20, 52]) {
      const limit = 2 ** (63 - fractionalBits);
      for (const bad of [
        Number.NaN,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
        limit,
        -limit * (1 + 2 ** -52),
        1e300,
      ]) {
        expectError(() => encodeFixed([0, 1, bad, 2], fractionalBits), "VALUE_OUT_OF_RANGE", { field: "2" });
      }
      expect(encodeFixed([-limit], fractionalBits)).toEqual(BigUint64Array.of(2n ** 63n));
    }
    expectError(() => encodeFixed([Number.MAX_VALUE], 52), "VALUE_OUT_OF_RANGE"); // overflows to infinity when scaled
    expectError(() => encodeFixed({ length: 1 }), "VALUE_OUT_OF_RANGE");
  });

  it("put no value into the error", () => {
    const error = expectError(() => encodeFixed([123456789e12]), "VALUE_OUT_OF_RANGE");
    expect(JSON.stringify(error)).not.toContain("123456789");
  });

  it("refuse numbers of fractional bits that are none", () => {
    for (const bad of [-1, 53, 1.5, Number.NaN]) {
      expectError(() => encodeFixed([1], bad), "INVALID_ARGUMENT");
      expectError(() => decodeFixed(BigUint64Array.of(1n), bad), "INVALID_ARGUMENT");
    }
  });

  it("change no argument", () => {
    const values = Float64Array.of(1.5);
    const words = encodeFixed(values);
    const kept = words.slice();
    decodeFixed(words).fill(0);
    words.fill(0n);
    expect([values, kept]).toEqual([Float64Array.of(1.5), BigUint64Array.of(3n << 19n)]);
  });
});
