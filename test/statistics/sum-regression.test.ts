import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as statistics from "../../dist/statistics/index.js";
import { symmetricEigen } from "../../dist/statistics/symmetric-eigen.js";
import { simulate } from "../../dist/channel/index.js";
import { importMutant } from "../support/mutant.js";

type Row = statistics.RegressionRow;
type Options = statistics.RegressionOptions;

const base: Options = {
  features: [
    { min: -100, max: 100, decimals: 1 },
    { min: 0, max: 10 },
  ],
  target: { min: -1000, max: 1000, decimals: 2 },
  maxRows: 60,
};

/** Deals rows out to four parties in turn. */
const deal = (rows: readonly Row[], parties = 4): Row[][] =>
  Array.from({ length: parties }, (_, party) => rows.filter((__, i) => i % parties === party));

async function regress(
  data: readonly (readonly Row[])[],
  options: Options = base,
  sumRegression = statistics.sumRegression,
): Promise<statistics.Regression> {
  const results = await simulate(data.length, (party) =>
    sumRegression(party, data[party.index] ?? [], options),
  );
  for (const result of results) expect(result).toEqual(results[0]);
  const [first] = results;
  if (first === undefined) throw new Error("no result");
  return first;
}

/** Coefficients and intercept by the normal equations and Gaussian elimination, ridge on standardised features. */
function plain(rows: readonly Row[], ridge = 0): number[] {
  const d = rows[0]?.features.length ?? 0;
  const mean = (pick: (row: Row) => number): number =>
    rows.reduce((sum, row) => sum + pick(row), 0) / rows.length;
  const feature =
    (j: number) =>
    (row: Row): number =>
      row.features[j] ?? 0;
  const centre = Array.from({ length: d }, (_, j) => mean(feature(j)));
  const targetMean = mean(({ target }) => target);
  const covariance = (j: number, k: number): number =>
    mean((row) => (feature(j)(row) - (centre[j] ?? 0)) * (feature(k)(row) - (centre[k] ?? 0)));
  const system = Array.from({ length: d }, (_, j) => [
    ...Array.from({ length: d }, (__, k) => covariance(j, k) * (j === k ? 1 + ridge : 1)),
    mean((row) => (feature(j)(row) - (centre[j] ?? 0)) * (row.target - targetMean)),
  ]);
  for (let p = 0; p < d; p++) {
    for (let i = 0; i < d; i++) {
      const [row, pivot] = [system[i] ?? [], system[p] ?? []];
      if (i === p) continue;
      const factor = (row[p] ?? 0) / (pivot[p] ?? 1);
      for (let k = 0; k <= d; k++) row[k] = (row[k] ?? 0) - factor * (pivot[k] ?? 0);
    }
  }
  const coefficients = system.map((row, i) => (row[d] ?? 0) / (row[i] ?? 1));
  return [...coefficients, targetMean - coefficients.reduce((sum, b, j) => sum + b * (centre[j] ?? 0), 0)];
}

const rowsOf = (count: number, seed: number): Row[] => {
  let state = seed;
  const next = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return (state >> 8) % below;
  };
  return Array.from({ length: count }, () => {
    const [a, b] = [(next(2001) - 1000) / 10, next(11)];
    return { features: [a, b], target: Math.round((3 * a - 7 * b + 12 + next(1000) / 100) * 100) / 100 };
  });
};

const close = (got: readonly number[], right: readonly number[], digits = 9): void => {
  expect(got.length).toBe(right.length);
  for (const [i, value] of got.entries()) expect(value).toBeCloseTo(right[i] ?? Number.NaN, digits);
};

describe("sumRegression", () => {
  it.each([0, 0.3, 5])("agrees with the normal equations in doubles, ridge %d", async (ridge) => {
    const rows = rowsOf(80, 7);
    const fitted = await regress(deal(rows), { ...base, ridge });
    if (fitted.status !== "fitted") throw new Error("expected a fit");
    close([...fitted.coefficients, fitted.intercept], plain(rows, ridge));
    const mean = rows.reduce((sum, { target }) => sum + target, 0) / rows.length;
    const predicted = (row: Row): number =>
      fitted.intercept + fitted.coefficients.reduce((sum, b, j) => sum + b * (row.features[j] ?? 0), 0);
    const errors = rows.reduce((sum, row) => sum + (row.target - predicted(row)) ** 2, 0);
    const spread = rows.reduce((sum, { target }) => sum + (target - mean) ** 2, 0);
    expect(fitted.rSquared).toBeCloseTo(1 - errors / spread, 9);
    expect([fitted.kind, fitted.contributors, fitted.rows]).toEqual(["exact", 4, 80]);
  });

  it("would be caught if the ridge were forgotten", async () => {
    const mutant = await importMutant<typeof statistics>("no-ridge", "statistics/index.js", {
      file: "statistics/sum-regression.js",
      text: "values.map((value) => value + ridge)",
      replacement: "values",
    });
    const rows = rowsOf(80, 7);
    const fitted = await regress(deal(rows), { ...base, ridge: 0.3 }, mutant.sumRegression);
    if (fitted.status !== "fitted") throw new Error("expected a fit");
    expect(fitted.coefficients[0]).not.toBeCloseTo(plain(rows, 0.3)[0] ?? 0, 3);
  });

  it("finds the plane that the rows lie on, far from the origin too", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => {
      const [a, b] = [1e6 + i, (i * i) % 11];
      return { features: [a, b], target: 2 * a - 3 * b + 5 };
    });
    const options = {
      ...base,
      features: [
        { min: 0, max: 2e6 },
        { min: 0, max: 10 },
      ],
      target: { min: 0, max: 1e7 },
    };
    const fitted = await regress(deal(rows), options);
    if (fitted.status !== "fitted") throw new Error("expected a fit");
    close(fitted.coefficients, [2, -3]);
    expect(fitted.intercept).toBeCloseTo(5, 3);
    expect(fitted.rSquared).toBeCloseTo(1, 12);
  });

  it("gives no coefficients for features that do not vary or follow from each other, and does with a ridge", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({ features: [2 * (i % 9), i % 9], target: i % 9 }));
    const dependent = await regress(deal(rows));
    expect(dependent.status).toBe("ill-conditioned");
    expect(dependent.condition).toBeGreaterThan(1e6);
    expect("coefficients" in dependent).toBe(false);
    expect((await regress(deal(rows), { ...base, ridge: 0.01 })).status).toBe("fitted");
    const constant = rows.map(({ target }) => ({ features: [target, 4], target }));
    expect(await regress(deal(constant))).toMatchObject({ status: "ill-conditioned", condition: Infinity });
  });

  it("explains nothing of a target that does not vary", async () => {
    const rows = rowsOf(40, 3).map(({ features }) => ({ features, target: 8 }));
    const fitted = await regress(deal(rows));
    if (fitted.status !== "fitted") throw new Error("expected a fit");
    close([...fitted.coefficients, fitted.intercept], [0, 0, 8]);
    expect(fitted.rSquared).toBe(undefined);
  });

  it.each<[string, readonly (readonly Row[])[], Partial<Options>]>([
    ["two contributors", deal(rowsOf(40, 1), 2), {}],
    ["fewer rows than twice the sums", deal(rowsOf(17, 1)), {}],
    ["one party with most of the rows", [rowsOf(40, 1), rowsOf(5, 2), rowsOf(5, 3)], {}],
  ])("refuses %s once the counts are known, with nothing else added up", async (_, data, options) => {
    await expect(regress(data, { ...base, ...options })).rejects.toMatchObject({
      code: "DISCLOSURE_REFUSED",
    });
  });

  it.each<[string, Partial<Options>, Row, string]>([
    ["a feature beyond its bounds", {}, { features: [101, 1], target: 1 }, "VALUE_OUT_OF_RANGE"],
    ["a target with more decimals", {}, { features: [1, 1], target: 1.001 }, "VALUE_OUT_OF_RANGE"],
    ["a feature too few", {}, { features: [1], target: 1 }, "INVALID_ARGUMENT"],
    ["no features", { features: [] }, { features: [], target: 1 }, "INVALID_ARGUMENT"],
    ["a negative ridge", { ridge: -1 }, { features: [1, 1], target: 1 }, "INVALID_ARGUMENT"],
    [
      "products that would not fit",
      { target: { min: 0, max: 2 ** 50 } },
      { features: [1, 1], target: 1 },
      "BOUND_EXCEEDED",
    ],
  ])("refuses %s", async (_, options, row, code) => {
    await expect(regress([[row], [row], [row]], { ...base, ...options })).rejects.toMatchObject({ code });
  });
});

describe("symmetricEigen", () => {
  it("gives values and orthonormal vectors that make up the matrix again", () => {
    const entry = fc.double({ min: -10, max: 10, noNaN: true });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.array(entry, { minLength: 36, maxLength: 36 }),
        (n, entries) => {
          const at = (i: number, j: number): number => entries[6 * Math.min(i, j) + Math.max(i, j)] ?? 0;
          const range = Array.from({ length: n }, (_, i) => i);
          const { values, vectors } = symmetricEigen(range.map((i) => range.map((j) => at(i, j))));
          for (const i of range) {
            for (const j of range) {
              const sum = (f: (k: number) => number): number => range.reduce((total, k) => total + f(k), 0);
              const v = (row: number, k: number): number => vectors[row]?.[k] ?? 0;
              expect(sum((k) => v(i, k) * v(j, k) * (values[k] ?? 0))).toBeCloseTo(at(i, j), 8);
              expect(sum((k) => v(i, k) * v(j, k))).toBeCloseTo(i === j ? 1 : 0, 8);
            }
          }
        },
      ),
    );
  });
});
