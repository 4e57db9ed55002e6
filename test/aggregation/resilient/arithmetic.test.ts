import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodePolynomial } from "../../../dist/aggregation/resilient/reed-solomon.js";
import {
  addWords,
  packedBytes,
  packWords,
  totalsOfWords,
  unpackWords,
  wordsOfVector,
} from "../../../dist/aggregation/resilient/ring.js";
import { ScalarCombiner, splitScalar } from "../../../dist/aggregation/resilient/scalar-shares.js";
import { ristretto255Scalars as field, integerFromBytes } from "../../../dist/field/prime-field.js";
import { encodeScalar } from "../../../dist/group/scalars.js";
import { Prg, randomBytes } from "../../../dist/random/index.js";
import { keystreamSumJob } from "../../../dist/ring/keystream-sum.js";

/** Lagrange's formula at 0, as it stands in a textbook. */
function lagrange(points: readonly { readonly x: bigint; readonly y: bigint }[]): bigint {
  return points.reduce((sum, { x, y }) => {
    const others = points.filter((other) => other.x !== x);
    const numerator = others.reduce((product, other) => field.multiply(product, -other.x), 1n);
    const denominator = others.reduce((product, other) => field.multiply(product, x - other.x), 1n);
    return field.add(sum, field.multiply(y, field.multiply(numerator, field.invert(denominator))));
  }, 0n);
}

const sharesOf = (bytes: Uint8Array): { holder: number; value: Uint8Array }[] =>
  Array.from({ length: bytes.length / 32 }, (_, holder) => ({
    holder,
    value: bytes.slice(32 * holder, 32 * holder + 32),
  }));

describe("shares of a scalar", () => {
  const cases = fc.integer({ min: 2, max: 40 }).chain((holders) =>
    fc.record({
      holders: fc.constant(holders),
      threshold: fc.integer({ min: 2, max: holders }),
      secret: fc.oneof(fc.bigInt(0n, field.order - 1n), fc.constantFrom(0n, 1n, field.order - 1n)),
      order: fc.shuffledSubarray([...Array(holders).keys()], { minLength: holders }),
    }),
  );

  it("put it together from any threshold of them as Lagrange's formula does, and from one fewer do not", () => {
    fc.assert(
      fc.property(cases, ({ holders, threshold, secret, order }) => {
        const shares = sharesOf(
          splitScalar(encodeScalar(secret), { threshold, holders, random: randomBytes }),
        );
        const some = order
          .slice(0, threshold)
          .map((holder) => shares[holder] ?? { holder, value: new Uint8Array(32) });
        const points = some.map(({ holder, value }) => ({
          x: BigInt(holder + 1),
          y: integerFromBytes(value),
        }));
        expect(lagrange(points)).toBe(secret);
        const combiner = new ScalarCombiner(holders, threshold);
        const isRight = (found: Uint8Array): boolean => integerFromBytes(found) === secret;
        expect(combiner.combine(some, isRight)).toEqual({ secret: encodeScalar(secret), wrongHolders: [] });
        expect(combiner.combine(some.slice(1), isRight)).toBeUndefined();
        // The highest coefficient is zero with a chance of 2^-252, so one share fewer lies on no such polynomial.
        if (threshold > 2) expect(lagrange(points.slice(1))).not.toBe(secret);
      }),
      { numRuns: 60 },
    );
  });

  it("are corrected, and their holders named, for every number of wrong ones up to (shares - threshold) / 2", () => {
    const [holders, threshold] = [14, 5];
    const secret = field.random();
    const combiner = new ScalarCombiner(holders, threshold);
    const isRight = (found: Uint8Array): boolean => integerFromBytes(found) === secret;
    for (let wrong = 0; wrong <= 6; wrong++) {
      const shares = sharesOf(splitScalar(encodeScalar(secret), { threshold, holders, random: randomBytes }));
      const spoilt = shares.map((share) =>
        share.holder % 2 === 1 && share.holder < 2 * wrong
          ? { ...share, value: encodeScalar(field.random()) }
          : share,
      );
      const found = combiner.combine(spoilt, isRight);
      if (wrong > 4) expect(found).toBeUndefined();
      else expect(found?.wrongHolders).toEqual(Array.from({ length: wrong }, (_, i) => 2 * i + 1));
    }
  });

  it("decode to no polynomial from points that lie on none", () => {
    const points = Array.from({ length: 9 }, (_, i) => ({ x: BigInt(i + 1), y: field.random() }));
    expect(decodePolynomial(points, 3, field)).toBeUndefined();
    const zeros = points.map(({ x }) => ({ x, y: 0n }));
    expect(decodePolynomial(zeros, 3, field)).toEqual([]);
  });
});

describe("ring elements", () => {
  it("are packed without a gap: as many bytes as their bits need, and the same bits again", () => {
    const prg = new Prg(new Uint8Array(32).fill(3));
    for (let bits = 1; bits <= 64; bits++) {
      for (const count of [1, 7, 8, 65]) {
        const random = prg.words(count);
        const words = bits <= 32 ? Uint32Array.from(random, (word) => Number(word & 0xffffffffn)) : random;
        const packed = packWords(words, bits);
        expect(packed).toHaveLength(packedBytes(count, bits));
        const unpacked = unpackWords(packed, count, bits);
        for (let i = 0; i < count; i++) {
          expect(BigInt(unpacked[i] ?? -1)).toBe(BigInt.asUintN(bits, BigInt(words[i] ?? -1)));
        }
      }
    }
  });

  it("of vectors of any kind add up to the integers' sum", () => {
    const range = { max: 2n ** 31n, signed: true };
    for (const bits of [32 + 3, 64]) {
      const vectors = [
        Int32Array.of(-(2 ** 31), 5),
        Float64Array.of(2 ** 31, -0),
        BigInt64Array.of(-7n, 2n ** 31n),
        Uint32Array.of(1, 2),
      ];
      const sum = wordsOfVector(BigUint64Array.of(3n, 4n), 2, range, bits);
      for (const vector of vectors) addWords(sum, wordsOfVector(vector, 2, range, bits));
      expect([...totalsOfWords(sum, range, bits)]).toEqual([-3n, 2n ** 31n + 11n]);
    }
  });

  it("are masked by the sum of their seeds' streams, in words of both widths", async () => {
    const seeds = randomBytes(3 * 32);
    const subtract = Uint8Array.of(0, 1, 0);
    for (const wordBits of [32, 64] as const) {
      const length = 40_000; // several pieces
      const words = await keystreamSumJob.run({ seeds, subtract, length, wordBits });
      const streams = [0, 1, 2].map((i) => {
        const bytes = new Prg(seeds.subarray(32 * i, 32 * (i + 1))).bytes((length * wordBits) / 8);
        return wordBits === 32 ? new Uint32Array(bytes.buffer) : new BigUint64Array(bytes.buffer);
      });
      for (const i of [0, 1, 16_383, 16_384, 39_999]) {
        const [a, b, c] = streams.map((stream) => BigInt(stream[i] ?? -1));
        expect(BigInt(words[i] ?? -1)).toBe(BigInt.asUintN(wordBits, (a ?? 0n) - (b ?? 0n) + (c ?? 0n)));
      }
    }
  });
});
