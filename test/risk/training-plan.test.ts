import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  fitLogisticRegression,
  logLoss,
  scoreInTheClear,
  trainInTheClear,
  type DesignMatrix,
} from "../../dist/risk/index.js";
import { relativeLogisticAt } from "../../dist/risk/logistic.js";
import { completeTrainingOptions } from "../../dist/risk/training-plan.js";
import { expectError } from "../support/expect-error.js";

/** Numbers from a seed, the same on every machine. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function normal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(uniform() + 1e-300)) * Math.cos(2 * Math.PI * uniform());
}

/** Standardised columns. */
function matrix(columns: readonly Float64Array[]): DesignMatrix {
  const rows = columns[0]?.length ?? 0;
  const values = new Float64Array(rows * columns.length);
  for (const [j, column] of columns.entries()) {
    const mean = column.reduce((sum, x) => sum + x, 0) / rows;
    const deviation = Math.sqrt(column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / rows);
    for (const [i, x] of column.entries()) values[i * columns.length + j] = (x - mean) / deviation;
  }
  return { rows, columns: columns.length, values };
}

function sideBySide(a: DesignMatrix, b: DesignMatrix): DesignMatrix {
  const columns = a.columns + b.columns;
  const values = new Float64Array(a.rows * columns);
  for (let i = 0; i < a.rows; i++) {
    values.set(a.values.subarray(i * a.columns, (i + 1) * a.columns), i * columns);
    values.set(b.values.subarray(i * b.columns, (i + 1) * b.columns), i * columns + a.columns);
  }
  return { rows: a.rows, columns, values };
}

describe("the training's algorithm", () => {
  it("gives the scores of exact logistic regression within 0.06 log-odds, root mean square, in seven steps, at any bad rate and correlation", () => {
    const cases = fc.record({
      seed: fc.nat(),
      prior: fc.constantFrom(0, -1.5, -3, -5),
      likeness: fc.constantFrom(0, 0.9, 0.99, 0.995),
    });
    fc.assert(
      fc.property(cases, ({ seed, prior, likeness }) => {
        const uniform = generator(seed);
        const rows = 4000;
        const fresh = (): Float64Array => Float64Array.from({ length: rows }, () => normal(uniform));
        const [a, c] = [fresh(), fresh()];
        const b = a.map((x) => likeness * x + Math.sqrt(1 - likeness ** 2) * normal(uniform));
        const labels = a.map((x, i) => {
          const logit = prior + 0.7 * x + 0.5 * (c[i] ?? 0) + 0.3 * (b[i] ?? 0);
          return uniform() < 1 / (1 + Math.exp(-logit)) ? 1 : 0;
        });
        labels.set([0, 1]);
        const parts = [matrix([a, c]), matrix([b])] as const;
        const ours = trainInTheClear(parts, labels);
        const exact = fitLogisticRegression(sideBySide(...parts), labels, 1 / rows);
        const design = sideBySide(...parts);
        const [mine, theirs] = [scoreInTheClear(design, ours), scoreInTheClear(design, exact)];
        let squares = 0;
        for (const [i, score] of mine.entries()) squares += (score - (theirs[i] ?? NaN)) ** 2 / rows;
        expect(Math.sqrt(squares)).toBeLessThan(0.06);
      }),
      { numRuns: 20 },
    );
  });

  it("gives the log loss of exact logistic regression within 1 % where few rows have what makes a rare outcome likely", () => {
    // Quadratic steps alone go to e^9 here: the curvature at the start does not know how risks grow.
    const cases = fc.record({
      seed: fc.nat(),
      part: fc.constantFrom(0.01, 0.02, 0.05),
      effect: fc.constantFrom(2, 3, 4),
    });
    fc.assert(
      fc.property(cases, ({ seed, part, effect }) => {
        const uniform = generator(seed);
        const rows = 5000;
        const flag = (): Float64Array =>
          Float64Array.from({ length: rows }, () => (uniform() < part ? 1 : 0));
        const other = (): Float64Array => Float64Array.from({ length: rows }, () => normal(uniform));
        const [a, b, c, d] = [flag(), flag(), other(), other()];
        const labels = a.map((x, i) => {
          const logit = -5 + effect * (x + (b[i] ?? 0)) + 0.5 * (c[i] ?? 0) + 0.3 * (d[i] ?? 0);
          return uniform() < 1 / (1 + Math.exp(-logit)) ? 1 : 0;
        });
        labels.set([0, 1]);
        const parts = [matrix([a, c]), matrix([b, d])] as const;
        const design = sideBySide(...parts);
        const loss = (model: ReturnType<typeof trainInTheClear>): number =>
          logLoss(scoreInTheClear(design, model), labels);
        const exact = loss(fitLogisticRegression(design, labels, 1 / rows));
        expect(loss(trainInTheClear(parts, labels)) / exact).toBeLessThan(1.01);
      }),
      { numRuns: 30 },
    );
  });

  it("has a logistic function within 0.6 % of the exact one from -8 up, and within 0.00001 below -12", () => {
    for (let x = -8; x < 20; x += 1 / 64) {
      const exact = 1 / (1 + Math.exp(-x));
      expect(Math.abs(relativeLogisticAt(x) / exact - 1)).toBeLessThan(0.006);
    }
    expect(relativeLogisticAt(-12.5)).toBe(0);
    expect(1 / (1 + Math.exp(12))).toBeLessThan(0.00001);
  });

  it("refuses steps and penalties out of range", () => {
    for (const iterations of [0, 1.5, 51, NaN])
      expectError(() => completeTrainingOptions({ iterations }), "INVALID_ARGUMENT");
    for (const l2 of [-1, NaN, 11]) expectError(() => completeTrainingOptions({ l2 }), "INVALID_ARGUMENT");
  });
});
