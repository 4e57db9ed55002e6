/** What the lender could do without the platform: its own columns, alone and in the clear. */

import type { FeatureColumn } from "../owners/columns.js";
import { fitLogisticRegression } from "./baseline.js";
import { scoreInTheClear } from "./clear-training.js";
import type { ExactMeasures, Performance } from "./inputs-and-reports.js";
import { discrimination, logLoss } from "./metrics.js";
import { prepareColumns } from "./preparation.js";
import type { PreparedRows } from "./prepared-rows.js";

/**
 * Logistic regression on the lender's columns only, measured on the same rows as the joint model.
 *
 * @param rows - Own rows of all common ids.
 * @param labels - Of these rows.
 */
export function lenderAlone(
  columns: readonly FeatureColumn[],
  rows: Uint32Array,
  prepared: PreparedRows,
  labels: Uint8Array,
): Performance<ExactMeasures> {
  const { split, design, preparation } = prepared;
  const pick = (positions: Uint32Array): Uint8Array =>
    Uint8Array.from(positions, (at) => labels[at] as number); // positions among the labels
  const baseline = fitLogisticRegression(design, pick(split.training), 1 / design.rows);
  const scores = scoreInTheClear(prepareColumns(preparation, columns, rows), baseline);
  const of = (positions: Uint32Array): ExactMeasures | undefined => {
    const own = Float64Array.from(positions, (at) => scores[at] as number); // positions among the scores
    const measured = discrimination(own, pick(positions));
    return measured === undefined ? undefined : { ...measured, logLoss: logLoss(own, pick(positions)) };
  };
  return { training: of(split.training), holdout: of(split.holdout) };
}
