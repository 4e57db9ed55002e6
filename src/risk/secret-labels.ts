/** The lender's labels as secrets, and the few numbers of them that training and measures need. */

import type { Engine } from "../mpc/engine.js";
import type { SecretMatrix } from "../mpc/secret-matrix.js";
import { logitBits, riskBits } from "./logistic.js";
import { countBits, pairBits, type SecretLabels } from "./secret-evaluation.js";
import { convergedPart, maxPrior, rowExponent } from "./training-plan.js";

/** Labels at the lender. */
export type OwnLabels = Uint8Array;

/** Fractional bits of the tolerance, as of what it is compared with. */
const toleranceBits = 30;

/** Shares labels, rows x 1. */
export function shareLabels(
  engine: Engine,
  lender: number,
  rows: number,
  own: OwnLabels | undefined,
): Promise<SecretMatrix> {
  return engine.input({
    owner: lender,
    rows,
    bound: 1,
    fractionalBits: 0,
    ...(own === undefined ? {} : { values: Float64Array.from(own) }),
  });
}

/** What the training needs: the bad rate, its log-odds, and when a step no longer matters. */
export async function shareLabelScalars(
  engine: Engine,
  lender: number,
  rows: number,
  own: OwnLabels | undefined,
): Promise<Readonly<Record<"rate" | "prior" | "tolerance", SecretMatrix>>> {
  const rate = own === undefined ? undefined : positivesOf(own) / rows;
  const scalar = (
    bound: number,
    fractionalBits: number,
    f: (rate: number) => number,
  ): Promise<SecretMatrix> =>
    engine.input({
      owner: lender,
      rows: 1,
      bound,
      fractionalBits,
      ...(rate === undefined ? {} : { values: [f(rate)] }),
    });
  const entropy = (p: number): number => -p * Math.log(p) - (1 - p) * Math.log(1 - p);
  const inRows = rows / 2 ** rowExponent(rows);
  const [secretRate, prior, tolerance] = await Promise.all([
    scalar(1, riskBits, (p) => p),
    scalar(maxPrior, logitBits, (p) => Math.log(p / (1 - p))),
    // A step gains half of its length times the slope, in units of rows / 2^e.
    scalar(4, toleranceBits, (p) => 2 * convergedPart * inRows * entropy(p)),
  ]);
  return { rate: secretRate, prior, tolerance };
}

/** What measures need beside the labels. */
export async function shareInverseCounts(
  engine: Engine,
  lender: number,
  own: OwnLabels | undefined,
): Promise<Omit<SecretLabels, "labels">> {
  const scalar = (
    bound: number,
    fractionalBits: number,
    f: (positives: number, negatives: number) => number,
  ): Promise<SecretMatrix> => {
    const positives = own === undefined ? 0 : positivesOf(own);
    const value = own === undefined ? 0 : f(positives, own.length - positives);
    const units = Number.isFinite(value) ? Math.round(value * 2 ** fractionalBits) : 0;
    const values = BigInt64Array.of(BigInt(units));
    return engine.input({
      owner: lender,
      rows: 1,
      bound,
      fractionalBits,
      ...(own === undefined ? {} : { values }),
    });
  };
  const [inversePairs, inversePositives, inverseNegatives] = await Promise.all([
    scalar(0.5, pairBits, (p, n) => 1 / (2 * p * n)),
    scalar(1, countBits, (p) => 1 / p),
    scalar(1, countBits, (_, n) => 1 / n),
  ]);
  return { inversePairs, inversePositives, inverseNegatives };
}

/** Rows with label 1. */
export function positivesOf(labels: OwnLabels): number {
  return labels.reduce((count, label) => count + label, 0);
}
