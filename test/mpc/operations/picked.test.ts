import { describe, expect, it } from "vitest";
import {
  argmaxOneHot,
  bitsOf,
  divideIntegers,
  gatherRows,
  inverseOfPositive,
  numberOfBits,
  oneHot,
  solvePositive,
  topK,
} from "../../../dist/mpc/index.js";
import { Prg } from "../../../dist/random/index.js";
import { schemes } from "../computation.js";

const words = (count: number, seed: number): bigint[] => [
  ...new Prg(new Uint8Array(32).fill(seed)).words(count),
];

describe.each(schemes)("with $name,", (scheme) => {
  const last = scheme.n - 1;

  it("positions become one-hot rows and pick rows of a table; what is no position picks zeros", async () => {
    const positions = [0, 4, 2, 6, 5, -1, 7, -8, 1000];
    const table = Array.from({ length: 14 }, (_, i) => 10 * i - 35.5);
    const results = await scheme.compute(async ({ engine, own }) => {
      const index = await own(0, positions, { rows: positions.length, bound: 1000, fractionalBits: 0 });
      const secret = await own(last, table, { rows: 7, columns: 2, bound: 200 });
      const parts = await Promise.all([oneHot(engine, index, 7), gatherRows(engine, secret, index)]);
      return Promise.all(parts.map(async (part) => [...(await engine.reveal(part))]));
    });
    for (const [hot, rows] of results) {
      expect(hot).toEqual(positions.flatMap((p) => Array.from({ length: 7 }, (_, i) => (i === p ? 1 : 0))));
      expect(rows).toEqual(
        positions.flatMap((p) => (p in [0, 1, 2, 3, 4, 5, 6] ? table.slice(2 * p, 2 * p + 2) : [0, 0])),
      );
    }
  });

  it("bits and numbers are each other's way back, signed and not", async () => {
    const numbers = [0, 1, -1, 1023, -1024, 512, -513];
    const [result] = await scheme.compute(async ({ engine, own }) => {
      const x = await own(last, numbers, { rows: numbers.length, bound: 1024, fractionalBits: 0 });
      const bits = await bitsOf(engine, x, 11);
      const parts = await Promise.all([
        numberOfBits(engine, bits, { signed: true }),
        numberOfBits(engine, bits),
      ]);
      return Promise.all(parts.map(async (part) => [...(await engine.reveal(part))]));
    });
    expect(result?.[0]).toEqual(numbers);
    expect(result?.[1]).toEqual(numbers.map((value) => (value + 2048) % 2048));
  });

  it("the largest few come first, with their rows and what belongs to them, of rows that count", async () => {
    const values = [3, -7, 9.5, 0, 9, -2, 4.25];
    const weights = [1, 1, 0, 1, 1, 0, 1];
    const results = await scheme.compute(async ({ engine, own }) => {
      const x = await own(0, values, { rows: 7, bound: 10 });
      const w = await own(last, weights, { rows: 7, bound: 1, fractionalBits: 0 });
      const all = await topK(engine, x, { k: 3, payload: [x.scale(2)] });
      const counted = await topK(engine, x, { k: 6, weights: w });
      const hot = await argmaxOneHot(engine, x);
      const parts = [all.value, all.row, ...all.payload, counted.value.rowRange(0, 5), hot];
      if (counted.weights !== undefined) parts.push(counted.weights);
      return Promise.all(parts.map(async (part) => [...(await engine.reveal(part))]));
    });
    expect(results[0]).toEqual([
      [9.5, 9, 4.25],
      [2, 4, 6],
      [19, 18, 8.5],
      [9, 4.25, 3, 0, -7],
      [0, 0, 1, 0, 0, 0, 0],
      [1, 1, 1, 1, 1, 0],
    ]);
  });

  it("whole numbers divide exactly, with quotients of up to 55 bits and remainders", async () => {
    const drawn = words(60, 3 + scheme.n);
    const pairs = drawn.slice(0, 30).map((word, i) => {
      const divisor = 1n + ((drawn[30 + i] ?? 0n) >> BigInt(34 + (i % 30)));
      return [BigInt.asIntN(56, word) >> BigInt(i % 20), divisor] as const;
    });
    const edges = [
      [0n, 5n],
      [-1n, 2n ** 30n],
      [2n ** 55n, 1n],
      [-(2n ** 55n), 1n],
      [2n ** 55n - 1n, 2n ** 30n - 1n],
    ] as const;
    const cases = [...pairs, ...edges];
    const results = await scheme.compute(async ({ engine, own }) => {
      const shape = { rows: cases.length, fractionalBits: 0 };
      const a = await own(
        0,
        BigInt64Array.from(cases, ([x]) => x),
        { ...shape, bound: 2 ** 55 },
      );
      const b = await own(
        last,
        BigInt64Array.from(cases, ([, y]) => y),
        { ...shape, bound: 2 ** 30 },
      );
      const { quotient, remainder } = await divideIntegers(engine, a, b);
      return [[...(await engine.revealUnits(quotient))], [...(await engine.revealUnits(remainder))]] as const;
    });
    const down = (a: bigint, b: bigint): bigint => (a - (((a % b) + b) % b)) / b;
    for (const [quotients, remainders] of results) {
      expect(quotients).toEqual(cases.map(([a, b]) => down(a, b)));
      expect(remainders).toEqual(cases.map(([a, b]) => a - down(a, b) * b));
    }
  });

  it(
    "symmetric positive definite systems are solved and inverted within their error",
    { timeout: 60_000 },
    async () => {
      for (const [d, condition] of [
        [1, 1],
        [4, 30],
        [8, 2000],
      ] as const) {
        const { matrix, inverse } = positive(d, condition);
        const solution = Array.from({ length: d }, (_, i) => (i % 3) - 1.25);
        const right = Array.from({ length: d }, (_, i) =>
          solution.reduce((sum, x, j) => sum + (matrix[i * d + j] ?? 0) * x, 0),
        );
        const options = { least: 0.999 / condition, atMost: 1.001, fractionalBits: 20 };
        const [result] = await scheme.compute(async ({ engine, own }) => {
          const a = await own(0, matrix, { rows: d, columns: d, bound: 1, fractionalBits: 30 });
          const b = await own(last, right, { rows: d, bound: 4, fractionalBits: 30 });
          const parts = await Promise.all([
            solvePositive(engine, a, b, options),
            inverseOfPositive(engine, a, options),
          ]);
          return Promise.all(parts.map(async (part) => [...(await engine.reveal(part))]));
        });
        const unit = 2 ** -20;
        const allowed = Math.max(2 * unit, d * condition * condition * 2 ** -24);
        const off = (got: readonly number[] | undefined, want: readonly number[]): number =>
          Math.max(...want.map((value, i) => Math.abs((got?.[i] ?? NaN) - value)));
        expect(off(result?.[0], solution)).toBeLessThan(4 * allowed);
        expect(off(result?.[1], inverse)).toBeLessThan(allowed);
      }
    },
  );
});

/** Q D Q^T with eigenvalues from 1 down to 1 / condition, on the grid of 30 bits, and Q D^-1 Q^T. */
function positive(d: number, condition: number): { matrix: number[]; inverse: number[] } {
  const rows: number[][] = [];
  const drawn = words(d * d, d).map((word) => Number(word >> 40n) * 2 ** -24 - 0.5);
  for (let i = 0; i < d; i++) {
    let row = drawn.slice(i * d, (i + 1) * d);
    for (const other of rows) {
      const along = row.reduce((sum, x, k) => sum + x * (other[k] ?? 0), 0);
      row = row.map((x, k) => x - along * (other[k] ?? 0));
    }
    const length = Math.hypot(...row);
    rows.push(row.map((x) => x / length));
  }
  const eigenvalue = (k: number): number => (d === 1 ? 1 : condition ** (-k / (d - 1)));
  const entries = (f: (k: number) => number): number[] =>
    Array.from({ length: d * d }, (_, at) => {
      const [i, j] = [Math.floor(at / d), at % d];
      return rows.reduce((sum, row, k) => sum + (row[i] ?? 0) * f(k) * (row[j] ?? 0), 0);
    });
  return {
    matrix: entries(eigenvalue).map((x) => Math.round(x * 2 ** 30) * 2 ** -30),
    inverse: entries((k) => 1 / eigenvalue(k)),
  };
}

describe("what picks, divides and solves", () => {
  it("refuses what it can't do by name, before anything is sent", async () => {
    const [scheme] = schemes;
    await scheme?.compute(async ({ engine, own, party }) => {
      const x = await own(0, [1, 2, 3, 4], { rows: 4, bound: 4 });
      const whole = await own(0, [1, 2, 3, 4], { rows: 4, bound: 4, fractionalBits: 0 });
      const wide = await own(0, [1, 2], { rows: 2, bound: 2 ** 61, fractionalBits: 0 });
      const square = x.reshape(2, 2);
      const before = party.traffic.messagesSent;
      const attempts: readonly [() => Promise<unknown>, string, string][] = [
        [() => oneHot(engine, x, 4), "oneHot", "INVALID_ARGUMENT"],
        [() => oneHot(engine, whole, 0), "oneHot", "INVALID_ARGUMENT"],
        [() => gatherRows(engine, x, whole.reshape(2, 2)), "oneHot", "INVALID_ARGUMENT"],
        [() => topK(engine, x, { k: 5 }), "topK", "INVALID_ARGUMENT"],
        [() => topK(engine, square, { k: 1 }), "topK", "INVALID_ARGUMENT"],
        [() => topK(engine, x, { k: 1, payload: [square] }), "topK", "INVALID_ARGUMENT"],
        [() => divideIntegers(engine, x, whole), "divideIntegers", "INVALID_ARGUMENT"],
        [() => divideIntegers(engine, whole, whole, { least: 0 }), "divideIntegers", "INVALID_ARGUMENT"],
        [() => divideIntegers(engine, wide, wide), "divideIntegers", "BOUND_EXCEEDED"],
        [
          () => inverseOfPositive(engine, x, { least: 1, atMost: 2 }),
          "inverseOfPositive",
          "INVALID_ARGUMENT",
        ],
        [
          () => inverseOfPositive(engine, square, { least: 0, atMost: 2 }),
          "inverseOfPositive",
          "INVALID_ARGUMENT",
        ],
        [
          () => inverseOfPositive(engine, square, { least: 1e-9, atMost: 2 }),
          "inverseOfPositive",
          "BOUND_EXCEEDED",
        ],
        [
          () => solvePositive(engine, square, x, { least: 1, atMost: 2 }),
          "solvePositive",
          "INVALID_ARGUMENT",
        ],
      ];
      for (const [attempt, name, code] of attempts) {
        const refusal = await attempt().then(
          () => undefined,
          (error: unknown) => error as { code: string; message: string },
        );
        expect(refusal?.code, name).toBe(code);
        expect(refusal?.message.startsWith(`${name}: `), refusal?.message).toBe(true);
      }
      expect(party.traffic.messagesSent).toBe(before);
    });
  });
});
