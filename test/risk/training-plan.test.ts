import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  gradientBound,
  logitBound,
  momentum,
  planTraining,
  valueBound,
} from "../../dist/risk/training-plan.js";
import { fitWhitening, whiten } from "../../dist/risk/whitening.js";
import { linearSigmoidAt } from "../../dist/mpc/index.js";
import { expectError } from "../support/expect-error.js";

/** A standardised design with an intercept: random columns, some nearly the same, some spiky. */
function standardised(rows: number, columns: number, prg: () => number, likeness: number): number[][] {
  const base = Array.from({ length: rows }, () => prg() - 0.5);
  const design = Array.from({ length: columns }, (_, j) => {
    const spiky = j % 3 === 2;
    const column = base.map((x) =>
      spiky ? (prg() < 2 / rows ? 1 : 0) : likeness * x + (1 - likeness) * (prg() - 0.5),
    );
    column[0] = (column[0] ?? 0) + 1e-3;
    const mean = column.reduce((a, b) => a + b, 0) / rows;
    const deviation = Math.sqrt(column.reduce((a, b) => a + (b - mean) ** 2, 0) / rows);
    return column.map((x) => (x - mean) / deviation);
  });
  return [...design, new Array<number>(rows).fill(1)];
}

/** Numbers from a seed, the same on every machine. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("the bounds of a training", () => {
  it("hold at every step, whatever the columns and labels", () => {
    const cases = fc.record({
      rows: fc.integer({ min: 5, max: 60 }),
      columns: fc.integer({ min: 1, max: 8 }),
      seed: fc.nat(),
      likeness: fc.constantFrom(0, 0.9, 0.999, 1),
      l2: fc.constantFrom(0, 0.001, 1),
    });
    fc.assert(
      fc.property(cases, ({ rows, columns, seed, likeness, l2 }) => {
        const prg = generator(seed);
        const design = standardised(rows, columns, prg, likeness);
        const labels = Array.from({ length: rows }, (_, i) =>
          likeness === 1 && (design[0]?.[i] ?? 0) > 0 ? 1 : prg() < 0.3 ? 1 : 0,
        );
        const half = Math.ceil(columns / 2);
        const parts = [design.slice(0, half), design.slice(half, columns)].map((part) => {
          const values = Float64Array.from({ length: rows * part.length }, (_, at) => {
            return part[at % part.length]?.[Math.floor(at / part.length)] ?? 0;
          });
          const matrix = { rows, columns: part.length, values };
          return whiten(matrix, fitWhitening(matrix));
        });
        const plan = planTraining(rows, columns, { iterations: 60, l2 });
        const widths = [half, columns - half];
        const whitened = parts.flatMap((values, part) =>
          Array.from({ length: widths[part] ?? 0 }, (_, j) =>
            Array.from({ length: rows }, (_row, i) => values[i * (widths[part] ?? 0) + j] ?? 0),
          ),
        );
        for (const column of whitened) {
          for (const x of column) expect(Math.abs(x)).toBeLessThanOrEqual(valueBound(plan));
        }
        const all = [...whitened, new Array<number>(rows).fill(1)];
        let weights = all.map(() => 0);
        let point = all.map(() => 0);
        for (let k = 0; k < plan.iterations; k++) {
          const logits = labels.map((_, i) =>
            all.reduce((sum, column, j) => sum + (column[i] ?? 0) * (point[j] ?? 0), 0),
          );
          const sums = all.map((column) =>
            column.reduce((sum, x, i) => sum + x * (linearSigmoidAt(logits[i] ?? 0) - (labels[i] ?? 0)), 0),
          );
          if (logits.some((z) => Math.abs(z) > logitBound(plan, k)))
            throw new Error(`logit beyond its bound, step ${k}`);
          if (sums.some((g) => Math.abs(g) > gradientBound(plan)))
            throw new Error(`gradient beyond, step ${k}`);
          const next = point.map(
            (at, j) => at - plan.stepSize * ((sums[j] ?? 0) / rows + (j === columns ? 0 : l2 * at)),
          );
          point = next.map((at, j) => at + momentum(k) * (at - (weights[j] ?? 0)));
          weights = next;
          if (Math.hypot(...weights) > (plan.weightBounds[k + 1] ?? 0))
            throw new Error(`weight beyond, step ${k}`);
          if (Math.hypot(...point) > (plan.pointBounds[k + 1] ?? 0))
            throw new Error(`point beyond, step ${k}`);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("are those of a plan whose options are in range", () => {
    for (const iterations of [0, 1.5, 1001, NaN])
      expectError(() => planTraining(9, 2, { iterations }), "INVALID_ARGUMENT");
    for (const l2 of [-1, NaN, 11]) expectError(() => planTraining(9, 2, { l2 }), "INVALID_ARGUMENT");
  });
});
