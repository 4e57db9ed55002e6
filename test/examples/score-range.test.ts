import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { discrimination } from "../../dist/risk/index.js";
import { isWithin, largestDifference, type PlainRanges } from "../../examples/risk/plain-training.js";
import { measureRanges } from "../../examples/risk/score-range.js";

const someRows = fc.array(
  fc.record({
    score: fc.integer({ min: -20, max: 20 }).map((tenths) => tenths / 10), // many are equal
    label: fc.constantFrom(0, 1),
    move: fc.double({ min: -1, max: 1, noNaN: true }),
  }),
  { minLength: 4, maxLength: 60 },
);

describe("measureRanges", () => {
  it("holds AUC and KS of scores that are each off by the slack or less, for few rows and for ties", () => {
    fc.assert(
      fc.property(someRows, fc.constantFrom(0, 0.01, 0.3), (rows, slack) => {
        const labels = Uint8Array.from(rows, ({ label }) => label);
        fc.pre(labels.includes(0) && labels.includes(1));
        const scores = Float64Array.from(rows, ({ score }) => score);
        const moved = scores.map((score, row) => score + slack * (rows[row]?.move ?? 0));
        const { auc, ks } = measureRanges(scores, labels, slack);
        const told = discrimination(moved, labels);
        expect(told?.auc).toBeGreaterThanOrEqual(auc.least - 1e-9);
        expect(told?.auc).toBeLessThanOrEqual(auc.most + 1e-9);
        expect(told?.ks).toBeGreaterThanOrEqual(ks.least - 1e-9);
        expect(told?.ks).toBeLessThanOrEqual(ks.most + 1e-9);
      }),
      { numRuns: 300 },
    );
  });

  it("is no wider than what pairs nearer than twice the slack explain", () => {
    const scores = Float64Array.of(0, 1, 2, 3, 4, 5);
    const labels = Uint8Array.of(0, 1, 0, 1, 0, 1);
    const { auc, ks } = measureRanges(scores, labels, 0.4);
    expect([auc.least, auc.most]).toEqual([6 / 9, 6 / 9]);
    expect(ks.least).toBeCloseTo(1 / 3, 9);
    expect(ks.most).toBeCloseTo(1 / 3, 9);
  });
});

describe("a told measure", () => {
  const at = (value: number): PlainRanges["auc"] => ({ least: value, most: value });
  const ranges = { auc: at(0.8123), ks: at(0.5), logLoss: at(0.4) };
  const told = { auc: 0.81, ks: 0.5, logLoss: 0.4, decimals: 2 };
  const check = (training: typeof told): boolean =>
    isWithin(largestDifference({ training: ranges, holdout: null }, { training, holdout: null }));

  it("is that of plain training when rounding explains the rest, and not when it is a hundredth off", () => {
    expect(check(told)).toBe(true);
    for (const measure of ["auc", "ks", "logLoss"] as const) {
      expect(check({ ...told, [measure]: told[measure] + 0.011 })).toBe(false);
      expect(check({ ...told, [measure]: told[measure] - 0.011 })).toBe(false);
    }
  });
});
