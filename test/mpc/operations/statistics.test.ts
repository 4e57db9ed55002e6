import { describe, expect, it } from "vitest";
import {
  correlation,
  groupSums,
  histogram,
  mean,
  median,
  percentile,
  SecretMatrix,
  variance,
} from "../../../dist/mpc/index.js";
import { Prg } from "../../../dist/random/index.js";
import { schemes } from "../computation.js";

const rows = 23;
const unit = 2 ** -20;

/** Columns with some spread and some dependence, encoded exactly. */
function columns(): { readonly a: number[]; readonly b: number[]; readonly group: number[] } {
  const words = new Prg(new Uint8Array(32).fill(9)).words(3 * rows);
  const real = (i: number): number => Number((words[i] ?? 0n) >> 44n) * unit; // 0 to 1
  const a = Array.from({ length: rows }, (_, i) => Math.round((real(i) * 90 - 45) / unit) * unit);
  const b = a.map((x, i) => Math.round((0.5 * x + 20 * real(rows + i)) / unit) * unit);
  return { a, b, group: a.map((_, i) => Number((words[2 * rows + i] ?? 0n) % 4n)) };
}

const average = (list: readonly number[]): number => list.reduce((x, y) => x + y, 0) / list.length;

function covariance(x: readonly number[], y: readonly number[]): number {
  const [mx, my] = [average(x), average(y)];
  return x.reduce((total, value, i) => total + (value - mx) * ((y[i] ?? 0) - my), 0) / (x.length - 1);
}

describe.each(schemes)("with $name,", (scheme) => {
  const { a, b, group } = columns();

  it("mean, variance and correlation across two owners' columns agree with plain numbers", async () => {
    const [result] = await scheme.compute(async ({ engine, own }) => {
      const x = await own(0, a, { rows, bound: 50 });
      const y = await own(1, b, { rows, bound: 50 });
      const both = SecretMatrix.concatColumns([x, y]);
      const parts = await Promise.all([
        mean(engine, both),
        variance(engine, both),
        correlation(engine, both),
      ]);
      return Promise.all(parts.map(async (part) => [...(await engine.reveal(part))]));
    });
    const [means = [], variances = [], correlations = []] = result ?? [];
    for (const [i, column] of [a, b].entries()) {
      expect(Math.abs((means[i] ?? NaN) - average(column))).toBeLessThan(2 * unit);
      expect(Math.abs((variances[i] ?? NaN) / covariance(column, column) - 1)).toBeLessThan(1e-5);
    }
    const r = covariance(a, b) / Math.sqrt(covariance(a, a) * covariance(b, b));
    const expected = [1, r, r, 1];
    for (const [i, value] of expected.entries()) {
      expect(Math.abs((correlations[i] ?? NaN) - value)).toBeLessThan(1e-4);
    }
  });

  it("median and percentiles agree with plain numbers", async () => {
    const parts = [0.1, 0.77];
    const [result] = await scheme.compute(async ({ engine, own }) => {
      const x = await own(0, a, { rows, bound: 50 });
      const found = await Promise.all([
        median(engine, x),
        ...parts.map((part) => percentile(engine, x, part)),
      ]);
      return Promise.all(found.map(async (value) => (await engine.reveal(value))[0]));
    });
    const sorted = a.toSorted((x, y) => x - y);
    const expected = [0.5, ...parts].map((part) => {
      const position = (rows - 1) * part;
      const [low, high] = [sorted[Math.floor(position)] ?? NaN, sorted[Math.ceil(position)] ?? NaN];
      return low + (high - low) * (position - Math.floor(position));
    });
    for (const [i, value] of expected.entries()) {
      expect(Math.abs((result?.[i] ?? NaN) - value)).toBeLessThan(2 * unit);
    }
  });

  it("group sums and histograms agree with plain numbers, empty and unlisted groups too", async () => {
    const groups = [0, 1, 2, 9];
    const edges = [-60, -10, 0, 10];
    const [result] = await scheme.compute(async ({ engine, own }) => {
      const key = await own(1, group, { rows, bound: 3, fractionalBits: 0 });
      const values = await own(0, a, { rows, bound: 50 });
      const [found, bins] = await Promise.all([
        groupSums(engine, { key, groups, values }),
        histogram(engine, values, edges),
      ]);
      const parts = [found.counts, found.sums, bins];
      return Promise.all(parts.map(async (part) => [...(await engine.reveal(part))]));
    });
    const members = groups.map((g) => a.filter((_, i) => group[i] === g));
    const bin = (value: number): number => edges.filter((edge) => value >= edge).length;
    expect(result?.[0]).toEqual(members.map((list) => list.length));
    expect(result?.[1]).toEqual(members.map((list) => list.reduce((x, y) => x + y, 0)));
    expect(result?.[2]).toEqual([0, 1, 2, 3, 4].map((at) => a.filter((value) => bin(value) === at).length));
  });
});

describe("statistics", () => {
  it("refuse one row, no edges, edges out of order, and parts that are none", async () => {
    const [scheme] = schemes;
    await scheme?.compute(async ({ engine, own }) => {
      const one = await own(0, [1], { rows: 1, bound: 1 });
      const attempts = [
        () => variance(engine, one),
        () => correlation(engine, one),
        () => histogram(engine, one, []),
        () => histogram(engine, one, [1, 1]),
        () => percentile(engine, one, 1.5),
        () => groupSums(engine, { key: one, groups: [], values: one }),
      ];
      for (const attempt of attempts)
        await expect(attempt()).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      const same = await percentile(engine, one, 0.5);
      expect([...(await engine.reveal(same))]).toEqual([1]);
    });
  });
});
