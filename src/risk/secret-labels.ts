/** The lender's labels as secrets, and the few numbers of them that training and measures need. */

import type { Engine } from "../mpc/engine.js";
import type { SecretMatrix } from "../mpc/secret-matrix.js";
import { logitBits, riskBits } from "./logistic.js";
import { factorBits, productBits, type SecretStart } from "./preconditioner.js";
import { countBits, pairBits, type SecretLabels } from "./secret-evaluation.js";
import {
  convergedPart,
  correlationPart,
  leastCurvature,
  maxPrior,
  rowPart,
  startCurvature,
  type StartCurvature,
  type TrainingPlan,
} from "./training-plan.js";

/** Labels at the lender. */
export type OwnLabels = Uint8Array;

/** Fractional bits of the tolerance, and of the curvature at the start. */
const toleranceBits = 30;
export const curvatureBits = 24;

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

/** What only the lender can work out of the labels, 1 x 1 each. */
export interface LabelScalars {
  /** The part of label 1, and its log-odds. */
  readonly rate: SecretMatrix;
  readonly prior: SecretMatrix;
  /** A last step that lowers the mean log loss by less is the last that matters. */
  readonly tolerance: SecretMatrix;
  readonly start: SecretStart;
  /** The least curvature that the start's is taken for, or itself where it is more; a mean by 2^e. */
  readonly curvature: SecretMatrix;
}

/** Shares what the training needs of the labels. */
export async function shareLabelScalars(
  engine: Engine,
  lender: number,
  { rows, l2 }: TrainingPlan,
  own: OwnLabels | undefined,
): Promise<LabelScalars> {
  const rate = own === undefined ? undefined : positivesOf(own) / rows;
  const scalar = (
    bound: number,
    fractionalBits: number,
    f: (rate: number, start: StartCurvature) => number,
  ): Promise<SecretMatrix> =>
    engine.input({
      owner: lender,
      rows: 1,
      bound,
      fractionalBits,
      ...(rate === undefined ? {} : { values: [f(rate, startCurvature(rate, l2))] }),
    });
  const entropy = (p: number): number => -p * Math.log(p) - (1 - p) * Math.log(1 - p);
  const inRows = rowPart(rows);
  const largest = 1 / leastCurvature;
  const [secretRate, prior, tolerance, columns, intercept, correlations, curvature] = await Promise.all([
    scalar(1, riskBits, (p) => p),
    scalar(maxPrior, logitBits, (p) => Math.log(p / (1 - p))),
    // A step gains half of its length times the slope, in units of rows / 2^e.
    scalar(4, toleranceBits, (p) => 2 * convergedPart * inRows * entropy(p)),
    scalar(largest, factorBits, (_, start) => start.columns / inRows),
    scalar(largest, factorBits, (_, start) => start.intercept / inRows),
    scalar(1, productBits, (_, start) => (start.correlations * Math.sqrt(correlationPart)) / inRows),
    scalar(0.5, curvatureBits, (_, start) => inRows / start.intercept),
  ]);
  return { rate: secretRate, prior, tolerance, start: { columns, intercept, correlations }, curvature };
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
