import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitWhitening, unwhitenedWeights, whiten } from "../../dist/owners/whitening.js";
import type { DesignMatrix } from "../../dist/risk/index.js";

const designs = fc
  .record({ rows: fc.integer({ min: 3, max: 40 }), columns: fc.integer({ min: 1, max: 7 }) })
  .chain(({ rows, columns }) =>
    fc
      .array(fc.double({ min: -3, max: 3, noNaN: true }), {
        minLength: rows * columns,
        maxLength: rows * columns,
      })
      .map((values): DesignMatrix => ({ rows, columns, values: Float64Array.from(values) })),
  );

describe("whitening", () => {
  it("gives columns whose products' mean is diagonal, with eigenvalues below 1, and rows whose squares sum to at most n", () => {
    fc.assert(
      fc.property(designs, (design) => {
        const { rows, columns } = design;
        const values = whiten(design, fitWhitening(design));
        for (let j = 0; j < columns; j++) {
          for (let k = 0; k < columns; k++) {
            let mean = 0;
            for (let i = 0; i < rows; i++) {
              mean += ((values[i * columns + j] ?? 0) * (values[i * columns + k] ?? 0)) / rows;
            }
            if (j === k) expect(mean).toBeLessThan(1);
            else expect(Math.abs(mean)).toBeLessThan(1e-9);
          }
        }
        for (let i = 0; i < rows; i++) {
          const row = values.subarray(i * columns, (i + 1) * columns);
          expect(row.reduce((sum, x) => sum + x * x, 0)).toBeLessThanOrEqual(rows * (1 + 1e-9));
        }
      }),
      { numRuns: 200 },
    );
  });

  it("keeps scores: whitened columns times weights are columns times the weights turned back", () => {
    fc.assert(
      fc.property(designs, fc.nat(), (design, seed) => {
        const whitening = fitWhitening(design);
        const values = whiten(design, whitening);
        const weights = Float64Array.from({ length: design.columns }, (_, j) => Math.sin(seed + j));
        const back = unwhitenedWeights(weights, whitening);
        for (let i = 0; i < design.rows; i++) {
          let [a, b] = [0, 0];
          for (let j = 0; j < design.columns; j++) {
            a += (values[i * design.columns + j] ?? 0) * (weights[j] ?? 0);
            b += (design.values[i * design.columns + j] ?? 0) * (back[j] ?? 0);
          }
          expect(a).toBeCloseTo(b, 8);
        }
      }),
    );
  });

  it("of no columns is nothing", () => {
    const none = { rows: 3, columns: 0, values: new Float64Array(0) };
    expect(whiten(none, fitWhitening(none)).length).toBe(0);
  });
});
