import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  absolute,
  bitsOf,
  equal,
  greater,
  greaterOrEqual,
  greaterThan,
  lessOrEqual,
  lessThan,
  maximum,
  minimum,
  select,
  smaller,
  type SecretMatrix,
} from "../../../dist/mpc/index.js";
import { schemes, type Desk } from "../computation.js";

const whole = (bound: number) => ({ bound, fractionalBits: 0 });
const runs = { numRuns: 4 };

/** Integers of up to `bits` bits, many of them at the edges, next to zero and equal to others. */
function integers(bits: number, length: number): fc.Arbitrary<BigInt64Array> {
  const most = 2n ** BigInt(bits) - 1n;
  const value = fc.oneof(
    fc.bigInt({ min: -most, max: most }),
    fc.constantFrom(most, -most, 0n, 1n, -1n, most - 1n, most / 2n, -(most / 2n) - 1n),
  );
  return fc.array(value, { minLength: length, maxLength: length }).map((list) => BigInt64Array.from(list));
}

describe.each(schemes)("with $name,", (scheme) => {
  const last = scheme.n - 1;

  async function opened(program: (desk: Desk) => Promise<SecretMatrix[]>): Promise<number[][]> {
    const results = await scheme.compute(async (desk) => {
      const secrets = await program(desk);
      return Promise.all(secrets.map(async (secret) => [...(await desk.engine.reveal(secret))]));
    });
    for (const other of results) expect(other).toEqual(results[0]);
    return results[0] ?? [];
  }

  it.each([1, 31, 60])("comparisons agree with integers of %i bits", async (bits) => {
    // Lengths on both sides of a word of packed bits.
    const pairs = fc
      .constantFrom(1, 5, 64, 70)
      .chain((length) => fc.tuple(integers(bits, length), integers(bits, length)));
    await fc.assert(
      fc.asyncProperty(pairs, async ([a, b]) => {
        const size = { rows: a.length, ...whole(2 ** bits - (bits > 53 ? 2 ** (bits - 53) : 1)) };
        const clip = (list: BigInt64Array): BigInt64Array =>
          list.map((v) =>
            v > BigInt(size.bound) ? BigInt(size.bound) : v < -size.bound ? BigInt(-size.bound) : v,
          );
        const [p, q] = [clip(a), clip(b)];
        const got = await opened(async ({ engine, own }) => {
          const [x, y] = await Promise.all([own(0, p, size), own(last, q, size)]);
          return Promise.all([
            lessThan(engine, x, y),
            greaterThan(engine, x, y),
            lessOrEqual(engine, x, y),
            greaterOrEqual(engine, x, y),
            equal(engine, x, y),
            equal(engine, x, x),
            lessThan(engine, x, 1),
          ]);
        });
        const oracle = (test: (x: bigint, y: bigint) => boolean): number[] =>
          [...p].map((x, i) => Number(test(x, q[i] ?? 0n)));
        expect(got).toEqual([
          oracle((x, y) => x < y),
          oracle((x, y) => x > y),
          oracle((x, y) => x <= y),
          oracle((x, y) => x >= y),
          oracle((x, y) => x === y),
          oracle(() => true),
          oracle((x) => x < 1n),
        ]);
      }),
      runs,
    );
  });

  it("selection, absolute value, and the smaller and greater of two agree with integers", async () => {
    const inputs = fc.tuple(integers(40, 9), integers(40, 9));
    await fc.assert(
      fc.asyncProperty(inputs, async ([a, b]) => {
        const got = await opened(async ({ engine, own }) => {
          const size = { rows: 3, columns: 3, ...whole(2 ** 40) };
          const [x, y] = await Promise.all([own(0, a, size), own(last, b, size)]);
          const choice = await own(0, [1, 0, 1], { rows: 3, ...whole(1) });
          return Promise.all([
            select(engine, choice, x, y),
            absolute(engine, x),
            smaller(engine, x, y),
            greater(engine, x, y),
          ]);
        });
        const pairs = [...a].map((x, i) => [Number(x), Number(b[i] ?? 0n)] as const);
        expect(got).toEqual([
          pairs.map(([x, y], i) => (Math.floor(i / 3) === 1 ? y : x)),
          pairs.map(([x]) => Math.abs(x)),
          pairs.map(([x, y]) => Math.min(x, y)),
          pairs.map(([x, y]) => Math.max(x, y)),
        ]);
      }),
      runs,
    );
  });

  it.each([1, 2, 7])(
    "the largest and smallest of %i rows are found with the first row that has them",
    async (rows) => {
      const list = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 2 * rows, maxLength: 2 * rows });
      await fc.assert(
        fc.asyncProperty(list, async (values) => {
          const got = await opened(async ({ engine, own }) => {
            const x = await own(0, values, { rows, columns: 2, bound: 3 });
            const [most, least] = await Promise.all([maximum(engine, x), minimum(engine, x)]);
            return [most.value, most.row, least.value, least.row];
          });
          const columns = [0, 1].map((c) => values.filter((_, i) => i % 2 === c));
          const extremes = [Math.max, Math.min].flatMap((f) => {
            const found = columns.map((column) => f(...column));
            return [found, columns.map((column, c) => column.indexOf(found[c] ?? NaN))];
          });
          expect(got.map((part) => part.map((v) => v + 0))).toEqual(extremes);
        }),
        runs,
      );
    },
  );

  it("all bits of a number are those of its two's complement", async () => {
    const values = BigInt64Array.of(0n, 1n, -1n, 5n, -8n, 2n ** 30n, -(2n ** 30n), 123456789n);
    const results = await scheme.compute(async ({ engine, own }) => {
      const x = await own(0, values, { rows: values.length, ...whole(2 ** 30) });
      const bits = await bitsOf(engine, x, 32);
      return [...(await engine.revealBits(bits))];
    });
    expect(results[last]).toEqual([...values].map((v) => Number(BigInt.asUintN(32, v))));
  });
});

describe("comparison", () => {
  it("refuses different shapes and scales, secrets of another engine, and what may reach 2^62", async () => {
    for (const scheme of schemes) {
      await scheme.compute(async ({ engine, own }) => {
        const x = await own(0, [1, 2], { rows: 2, bound: 4 });
        const large = await own(0, [1, 2], { rows: 2, bound: 2 ** 41.5 });
        const attempts: [() => Promise<unknown>, string][] = [
          [() => lessThan(engine, x, x.transpose()), "INVALID_ARGUMENT"],
          [() => lessThan(engine, x, x.timesPowerOfTwo(1)), "INVALID_ARGUMENT"],
          [() => equal(engine, large, large.negate()), "BOUND_EXCEEDED"],
          [() => select(engine, x, x, x), "INVALID_ARGUMENT"],
          [async () => select(engine, await equal(engine, x, 1), x, x.transpose()), "INVALID_ARGUMENT"],
        ];
        for (const [attempt, code] of attempts) await expect(attempt()).rejects.toMatchObject({ code });
      });
    }
  });
});
