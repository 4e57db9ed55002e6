import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { power, powersByBigInt } from "../../dist/he/power.js";
import { powersOf as powersByOpenSsl } from "../../dist/he/powers-node.js";
import { n, p, plainPower, q } from "./test-key.js";

describe("power", () => {
  it("is the product of as many factors, for any base, exponent and modulus", () => {
    const integer = (bits: number): fc.Arbitrary<bigint> => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) });
    fc.assert(
      fc.property(
        integer(300),
        integer(400),
        fc.bigInt({ min: 2n, max: 2n ** 256n }),
        (base, exponent, modulus) => {
          expect(power(base, exponent, modulus)).toBe(plainPower(base, exponent, modulus));
        },
      ),
      { numRuns: 300 },
    );
    for (let exponent = 0n; exponent < 300n; exponent++)
      expect(power(3n, exponent, 1009n)).toBe(3n ** exponent % 1009n);
  });
});

describe("powers by OpenSSL", () => {
  it("are those by BigInt, for moduli that are no primes, on random bases and exponents of every length", () => {
    const exponent = fc.oneof(fc.bigInt({ min: 0n, max: 70n }), fc.bigInt({ min: 0n, max: 2n ** 1030n }));
    const modulus = fc.oneof(fc.constantFrom(p * p, q * q, n, p), fc.bigInt({ min: 2n, max: 2n ** 1100n }));
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: 0n, max: 2n ** 2048n }), { maxLength: 3 }),
        exponent,
        modulus,
        (some, e, m) => {
          const bases = some.map((base) => base % m);
          expect(powersByOpenSsl(bases, e, m)).toEqual(powersByBigInt(bases, e, m));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("are those by BigInt where a key exchange would refuse: 0, 1, -1, roots of one, and multiples of a factor", () => {
    const squared = p * p;
    // 1 + k p has order p modulo p^2, so its p-th power is 1.
    const bases = [0n, 1n, 2n, squared - 1n, squared - 2n, p, 1n + 5n * p];
    for (const exponent of [0n, 1n, 2n, p, p - 1n]) {
      expect(powersByOpenSsl(bases, exponent, squared)).toEqual(
        bases.map((base) => plainPower(base, exponent, squared)),
      );
    }
  });
});
