import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SecretMatrix } from "../../dist/mpc/index.js";
import { schemes, type Desk } from "./computation.js";

const runs = { numRuns: 10 };

/** Integers of up to 29 bits: every product below fits, and BigInt arithmetic is the oracle. */
const integer = fc.bigInt({ min: -(2n ** 29n), max: 2n ** 29n });
const integers = (length: number): fc.Arbitrary<BigInt64Array> =>
  fc.array(integer, { minLength: length, maxLength: length }).map((list) => BigInt64Array.from(list));

const dimension = fc.integer({ min: 1, max: 5 });
const whole = { bound: 2 ** 29, fractionalBits: 0 };

function oracleProduct(
  a: BigInt64Array,
  b: BigInt64Array,
  [rows, inner, columns]: readonly [number, number, number],
): bigint[] {
  const result: bigint[] = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let total = 0n;
      for (let k = 0; k < inner; k++) total += (a[i * inner + k] ?? 0n) * (b[k * columns + j] ?? 0n);
      result.push(total);
    }
  }
  return result;
}

function transposed(a: BigInt64Array, rows: number, columns: number): BigInt64Array {
  return BigInt64Array.from({ length: a.length }, (_, at) => {
    return a[(at % rows) * columns + Math.floor(at / rows)] ?? 0n;
  });
}

describe.each(schemes)("operations of $name", (scheme) => {
  const last = scheme.n - 1;

  async function revealed(program: (desk: Desk) => Promise<BigInt64Array>): Promise<bigint[]> {
    const results = await scheme.compute(program);
    for (const other of results) expect(other).toEqual(results[0]);
    return [...(results[0] ?? [])];
  }

  it("add, subtract, negate, scale and addPublic agree with integers", async () => {
    const inputs = fc.tuple(integers(4), integers(4), fc.integer({ min: -1000, max: 1000 }));
    await fc.assert(
      fc.asyncProperty(inputs, async ([a, b, factor]) => {
        const got = await revealed(async ({ engine, own }) => {
          const x = await own(0, a, { rows: 4, ...whole });
          const y = await own(last, b, { rows: 4, ...whole });
          return engine.revealUnits(x.add(y).scale(factor).subtract(y.negate()).addPublic(a));
        });
        const k = BigInt(factor);
        expect(got).toEqual([...a].map((x, i) => (x + (b[i] ?? 0n)) * k + (b[i] ?? 0n) + x));
      }),
      runs,
    );
  });

  it("multiply agrees with integers", async () => {
    await fc.assert(
      fc.asyncProperty(integers(6), integers(6), async (a, b) => {
        const got = await revealed(async ({ engine, own }) => {
          const x = await own(0, a, { rows: 2, columns: 3, ...whole });
          const y = await own(last, b, { rows: 2, columns: 3, ...whole });
          return engine.revealUnits(await engine.multiply(x, y));
        });
        expect(got).toEqual([...a].map((x, i) => x * (b[i] ?? 0n)));
      }),
      runs,
    );
  });

  it("matrix products, fixed or not, transposed or not, agree with integers", async () => {
    const cases = fc
      .tuple(dimension, dimension, dimension)
      .chain(([rows, inner, columns]) =>
        fc.tuple(
          fc.constant([rows, inner, columns] as const),
          integers(rows * inner),
          integers(inner * columns),
          integers(rows * columns),
        ),
      );
    await fc.assert(
      fc.asyncProperty(cases, async ([[rows, inner, columns], a, b, c]) => {
        const got = await revealed(async ({ engine, own }) => {
          const x = await own(0, a, { rows, columns: inner, bound: 2 ** 29, fractionalBits: 0 });
          const y = await own(last, b, { rows: inner, columns, bound: 2 ** 29, fractionalBits: 0 });
          const z = await own(last, c, { rows, columns, bound: 2 ** 29, fractionalBits: 0 });
          const fixed = await engine.reusableOperand(x);
          const products = await Promise.all([
            engine.matrixProduct(x, y),
            fixed.product(y),
            fixed.transposedProduct(z),
            fixed.product(y),
          ]);
          const parts = await Promise.all(products.map((product) => engine.revealUnits(product)));
          return BigInt64Array.from(parts.flatMap((part) => [...part]));
        });
        const xy = oracleProduct(a, b, [rows, inner, columns]);
        const xtz = oracleProduct(transposed(a, rows, inner), c, [inner, rows, columns]);
        expect(got).toEqual([...xy, ...xy, ...xtz, ...xy]);
      }),
      { numRuns: 8 },
    );
  });

  it("combine agrees with real numbers within the last place and the factors' rounding", async () => {
    const real = fc.double({ min: -1000, max: 1000, noNaN: true });
    const factor = fc.double({ min: -4, max: 4, noNaN: true });
    const inputs = fc.tuple(fc.array(real, { minLength: 3, maxLength: 3 }), real, factor, factor);
    await fc.assert(
      fc.asyncProperty(inputs, async ([a, b, f, g]) => {
        const [got] = await scheme.compute(async ({ engine, own }) => {
          const x = await own(0, a, { rows: 3, bound: 1000 });
          const y = await own(last, [b, b, b], { rows: 3, bound: 1000 });
          const sum = await engine.combine([
            { secret: x, factor: f },
            { secret: y, factor: [g, 0, -g] },
          ]);
          return engine.reveal(sum);
        });
        for (const [i, sign] of [1, 0, -1].entries()) {
          const expected = (a[i] ?? 0) * f + b * g * sign;
          expect(Math.abs((got?.[i] ?? NaN) - expected)).toBeLessThan(2 ** -17);
        }
      }),
      runs,
    );
  });

  it("reveal gives what was put in, revealTo only to its party", async () => {
    const values = [1.5, -2.25, 0];
    const results = await scheme.compute(async ({ engine, own }) => {
      const x = await own(last, values, { rows: 3, bound: 3 });
      return [await engine.reveal(x), await engine.revealTo(0, x)] as const;
    });
    for (const [i, [all, one]] of results.entries()) {
      expect([...all]).toEqual(values);
      expect(one === undefined ? undefined : [...one]).toEqual(i === 0 ? values : undefined);
    }
  });

  it("slices, joins, transposes and sums without a message", async () => {
    const results = await scheme.compute(async ({ engine, own }) => {
      const x = await own(0, [1, 2, 3, 4, 5, 6], { rows: 3, columns: 2, bound: 6 });
      const constant = engine.constant({ rows: 3, values: [7, 8, 9] });
      const before = engine.rounds;
      const local = [x.rowRange(1, 3), x.transpose(), x.sum(), x.timesPowerOfTwo(-1)];
      const joined = SecretMatrix.concatColumns([x, constant]);
      expect(engine.rounds).toBe(before);
      return Promise.all([...local, joined].map(async (secret) => [...(await engine.reveal(secret))]));
    });
    expect(results[0]).toEqual([
      [3, 4, 5, 6],
      [1, 3, 5, 2, 4, 6],
      [21],
      [0.5, 1, 1.5, 2, 2.5, 3],
      [1, 2, 7, 3, 4, 8, 5, 6, 9],
    ]);
  });
});
