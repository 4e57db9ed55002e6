import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { discrimination } from "../../dist/risk/index.js";
import { expectError } from "../support/expect-error.js";

/** All pairs and all thresholds, one by one. */
function oracle(scores: readonly number[], labels: readonly number[]): { auc: number; ks: number } {
  const of = (label: number): number[] => scores.filter((_, i) => labels[i] === label);
  const [positives, negatives] = [of(1), of(0)];
  let wins = 0;
  for (const p of positives) for (const q of negatives) wins += p > q ? 1 : p === q ? 0.5 : 0;
  const share = (list: number[], threshold: number): number =>
    list.filter((score) => score <= threshold).length / list.length;
  const distances = scores.map((threshold) =>
    Math.abs(share(positives, threshold) - share(negatives, threshold)),
  );
  return { auc: wins / (positives.length * negatives.length), ks: Math.max(...distances) };
}

describe("discrimination", () => {
  it("agrees with a count of all pairs and thresholds, ties included", () => {
    const rows = fc.array(fc.tuple(fc.integer({ min: -4, max: 4 }), fc.constantFrom(0, 1)), { minLength: 2 });
    fc.assert(
      fc.property(rows, (list) => {
        const scores = list.map(([score]) => score);
        const labels = list.map(([, label]) => label);
        const got = discrimination(scores, labels);
        if (new Set<number>(labels).size < 2) {
          expect(got).toBeUndefined();
          return;
        }
        const expected = oracle(scores, labels);
        expect(got?.auc).toBeCloseTo(expected.auc, 12);
        expect(got?.ks).toBeCloseTo(expected.ks, 12);
      }),
    );
  });

  it("is 1 for perfect scores, 0.5 for equal ones, and 0 for reversed ones", () => {
    expect(discrimination([1, 2, 3, 4], [0, 0, 1, 1])).toEqual({ auc: 1, ks: 1 });
    expect(discrimination([7, 7, 7, 7], [0, 1, 0, 1])).toEqual({ auc: 0.5, ks: 0 });
    expect(discrimination([4, 3, 2, 1], [0, 0, 1, 1])).toEqual({ auc: 0, ks: 1 });
  });

  it("refuses what has no order", () => {
    expectError(() => discrimination([NaN], [1]), "INVALID_ARGUMENT");
    expectError(() => discrimination([1], [2]), "INVALID_ARGUMENT");
    expectError(() => discrimination([1, 2], [1]), "INVALID_ARGUMENT");
  });
});
