import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Prg } from "../../dist/random/index.js";
import { SecretMatrix, type Engine } from "../../dist/mpc/index.js";
import { computeTampered, schemes, withDealer, type SchemeCase, type Tamper } from "./computation.js";

const limit = 2n ** 62n;
/** The largest bound that a double can state and that is below 2^62. */
const bound = 2 ** 62 - 512;
const largest = BigInt(bound);

/** Values over the whole range: uniform, of every size, and next to the bounds and to zero. */
function values(count: number, seed: number): BigInt64Array {
  const prg = new Prg(new Uint8Array(32).fill(seed));
  const words = prg.words(count);
  return BigInt64Array.from(words, (word, i) => {
    const signed = BigInt.asIntN(63, word); // uniform in [-2^62, 2^62)
    const sized = signed >> BigInt(i % 63);
    const near = BigInt(i % 11);
    const picked = [signed, sized, largest - near, near - largest, near, -near][i % 6] ?? 0n;
    return picked > largest ? largest : picked < -largest ? -largest : picked;
  });
}

/** |result * 2^shift - x| < 2^shift: less than one unit in the last place. */
function offBy(x: bigint, result: bigint, shift: number): bigint {
  const difference = (result << BigInt(shift)) - x;
  return difference < 0n ? -difference : difference;
}

async function truncated(scheme: SchemeCase, x: BigInt64Array, shift: number): Promise<BigInt64Array> {
  const [result] = await scheme.compute(async ({ engine, own }) => {
    const input = await own(scheme.n - 1, x, { rows: x.length, bound, fractionalBits: 0 });
    return asItIs(engine, await engine.truncate(input.timesPowerOfTwo(-shift), shift));
  });
  return result ?? new BigInt64Array(0);
}

/** A truncated value as it was rounded: a sum is not what was truncated, so that `reveal` does not round it exactly. */
function asItIs(engine: Engine, truncated: SecretMatrix): Promise<BigInt64Array> {
  const { rows, columns, fractionalBits } = truncated;
  const values = new Float64Array(truncated.length);
  const zeros = engine.constant({ rows, columns, fractionalBits, values });
  return engine.revealUnits(truncated.add(zeros));
}

/** x / 2^shift to the nearest integer, ties up. */
function nearest(x: bigint, shift: number): bigint {
  return (x + (1n << BigInt(shift - 1))) >> BigInt(shift);
}

describe.each([...schemes, withDealer(5)])("truncation by $name", (scheme) => {
  it("is never off by a unit in the last place, for 20,000 values over the whole range", async () => {
    for (const [i, shift] of [1, 20, 23, 40].entries()) {
      const x = values(5000, 16 * scheme.n + i);
      const result = await truncated(scheme, x, shift);
      expect(result.length).toBe(x.length);
      const unit = 1n << BigInt(shift);
      let wrong = 0;
      for (let k = 0; k < x.length; k++) if (offBy(x[k] ?? 0n, result[k] ?? limit, shift) >= unit) wrong += 1;
      expect(wrong).toBe(0);
    }
  });

  it("is exact where nothing is cut off", async () => {
    const x = values(500, 7).map((value) => (value >> 12n) << 10n);
    const result = await truncated(scheme, x, 10);
    expect([...result]).toEqual([...x].map((value) => value >> 10n));
  });

  it("holds for every shift and any value", async () => {
    const x = fc.array(fc.bigInt({ min: -largest, max: largest }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(x, fc.integer({ min: 1, max: 62 }), async (list, shift) => {
        const result = await truncated(scheme, BigInt64Array.from(list), shift);
        for (const [i, value] of list.entries()) {
          expect(offBy(value, result[i] ?? limit, shift) < 1n << BigInt(shift)).toBe(true);
        }
      }),
      { numRuns: 20 },
    );
  });

  // 20,000 roundings of a quarter: their mean has a standard deviation of sqrt(3)/4 / sqrt(20,000) = 0.0031; beyond
  // six of them once in 5 * 10^8 runs.
  it("rounds up with the probability of the fraction cut off", async () => {
    const x = new BigInt64Array(20_000).fill(-7n); // -1.75 in units of 4
    const result = await truncated(scheme, x, 2);
    let total = 0;
    for (const value of result) total += Number(value);
    expect(Math.abs(total / x.length + 1.75)).toBeLessThan(6 * 0.0031);
  });

  // As above: three eighths have a standard deviation of 0.484, and a mean over 20,000 one of 0.0035.
  it("does so whoever put the value in, and for constants", async () => {
    const count = 20_000;
    const value = 3n + 8n * 512n;
    const means = await Promise.all(
      [...Array.from({ length: scheme.n }, (_, owner) => owner), undefined].map(async (owner) => {
        const [result] = await scheme.compute(async ({ engine, own }) => {
          const shape = { rows: count, fractionalBits: 3 };
          const values = new BigInt64Array(count).fill(value);
          const x =
            owner === undefined
              ? engine.constant({ ...shape, values })
              : await own(owner, values, { ...shape, bound: 1024 });
          return engine.reveal((await engine.truncate(x, 3)).sum());
        });
        return (result?.[0] ?? NaN) / count;
      }),
    );
    for (const mean of means) expect(Math.abs(mean - 512.375)).toBeLessThan(6 * 0.0035);
  });

  it("is opened rounded to the nearest, by reveal, revealUnits and revealTo, in any shape", async () => {
    const x = values(600, 3);
    for (const shift of [1, 2, 13, 40, 61, 62]) {
      const results = await scheme.compute(async ({ engine, own }) => {
        const input = await own(0, x, { rows: 300, columns: 2, bound, fractionalBits: 0 });
        const cut = await engine.truncate(input.timesPowerOfTwo(-shift), shift);
        const parts = SecretMatrix.concatRows([cut.rowRange(0, 100), cut.pickRows([299, 100])]);
        const [all, some, one] = await Promise.all([
          engine.revealUnits(cut),
          engine.reveal(parts.transpose()),
          engine.revealTo([1], SecretMatrix.concatColumns([cut, input])),
        ]);
        return { all, some, one };
      });
      const expected = [...x].map((value) => nearest(value, shift));
      for (const { all, some } of results) {
        expect([...all]).toEqual(expected);
        expect(some[0]).toBe(Number(expected[0]));
        expect(some[101]).toBe(Number(expected[200]));
      }
      expect(results[0]?.one).toBeUndefined();
      expect(results[1]?.one?.[0]).toBe(Number(expected[0]));
      expect(results[1]?.one?.[2]).toBe(Number(x[0]));
    }
  });
});

describe("the test above", () => {
  async function truncatedWith(n: number, tamper: Tamper): Promise<BigInt64Array> {
    const x = values(2000, 99);
    const [result] = await computeTampered(n, tamper, async ({ engine, own }) => {
      const input = await own(0, x, { rows: x.length, bound, fractionalBits: 0 });
      const secret = input.timesPowerOfTwo(-20);
      return asItIs(engine, await engine.truncate(secret, 20));
    });
    return result ?? new BigInt64Array(0);
  }

  /** Replaces one of the vectors that depend on the mask by zeros. */
  function withoutDependent(wanted: number): Tamper {
    return (source) => ({
      draw(correlation) {
        const shares = source.draw(correlation);
        const dependent = async (): Promise<readonly BigUint64Array[]> =>
          (await shares.dependent()).map((part, i) =>
            i === wanted ? new BigUint64Array(part.length) : part,
          );
        return { ...shares, dependent };
      },
      close: () => source.close(),
    });
  }

  it("catches a truncation that forgets the carry or the mask, as does the bound of what is revealed", async () => {
    await expect(truncatedWith(3, (source) => source)).resolves.toHaveLength(2000);
    for (const part of [0, 1]) {
      await expect(truncatedWith(3, withoutDependent(part))).rejects.toMatchObject({
        code: "VALUE_OUT_OF_RANGE",
      });
    }
  });

  it("catches two parties who forget the wrap", async () => {
    await expect(truncatedWith(2, (source) => source)).resolves.toHaveLength(2000);
    await expect(truncatedWith(2, withoutDependent(0))).rejects.toMatchObject({ code: "VALUE_OUT_OF_RANGE" });
  });
});
