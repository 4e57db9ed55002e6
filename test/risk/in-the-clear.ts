import { fitWhitening, whiten } from "../../dist/owners/whitening.js";
import {
  discrimination,
  fitLogisticRegression,
  logLoss,
  prepareColumns,
  scoreInTheClear,
  trainInTheClear,
  type DesignMatrix,
  type LenderInput,
  type LenderReport,
  type LinearModel,
  type PlatformInput,
  type PlatformReport,
  type TrainingOptions,
} from "../../dist/risk/index.js";

/** What only a test can do: the training of a joint run again, on both owners' rows in the clear. */
export function retrainInTheClear(
  inputs: { readonly lender: LenderInput; readonly platform: PlatformInput },
  reports: { readonly lender: LenderReport; readonly platform: PlatformReport },
  options: TrainingOptions = {},
): LinearModel {
  const { parts, labels } = trainingRows(inputs, reports);
  return trainInTheClear(parts, labels, options);
}

/** What exact logistic regression reaches on the training rows, by Newton's method, with the same penalty: one over the rows, on each owner's whitened columns. */
export function exactInTheClear(
  inputs: { readonly lender: LenderInput; readonly platform: PlatformInput },
  reports: { readonly lender: LenderReport; readonly platform: PlatformReport },
): { readonly auc: number | undefined; readonly logLoss: number } {
  const { parts, labels } = trainingRows(inputs, reports);
  const [first, second] = parts.map((part) => whiten(part, fitWhitening(part)));
  const columns = parts[0].columns + parts[1].columns;
  const rows = labels.length;
  const values = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j++) {
      const own = j < parts[0].columns;
      const value = own
        ? first?.[row * parts[0].columns + j]
        : second?.[row * parts[1].columns + j - parts[0].columns];
      values[row * columns + j] = value ?? NaN;
    }
  }
  const design = { rows, columns, values };
  const scores = scoreInTheClear(design, fitLogisticRegression(design, labels, 1 / rows));
  return { auc: discrimination(scores, labels)?.auc, logLoss: logLoss(scores, labels) };
}

function trainingRows(
  inputs: { readonly lender: LenderInput; readonly platform: PlatformInput },
  reports: { readonly lender: LenderReport; readonly platform: PlatformReport },
): { readonly parts: readonly [DesignMatrix, DesignMatrix]; readonly labels: readonly number[] } {
  const lenderRows = reports.lender.rows.filter((_, i) => reports.lender.heldBack[i] === 0);
  const rowOf = new Map(inputs.platform.ids.map((id, row) => [id, row]));
  const platformRows = lenderRows.map((row) => rowOf.get(inputs.lender.ids[row] ?? "") ?? -1);
  const own = prepareColumns(reports.lender.model.preparation, inputs.lender.columns, lenderRows);
  const other = prepareColumns(reports.platform.model.preparation, inputs.platform.columns, platformRows);
  const labels = Array.from(lenderRows, (row) => inputs.lender.labels[row] ?? -1);
  return { parts: [own, other], labels };
}

/** The largest difference between the weights of a joint run and those of a model in the clear. */
export function largestDifference(
  reports: { readonly lender: LenderReport; readonly platform: PlatformReport },
  model: LinearModel,
): number {
  const { lender, platform } = reports;
  const joint = [...(lender.weights ?? []), ...(platform.weights ?? []), lender.intercept ?? NaN];
  const clear = [...model.weights, model.intercept];
  if (joint.length !== clear.length) return Infinity;
  return Math.max(...joint.map((weight, i) => Math.abs(weight - (clear[i] ?? NaN))));
}

/** What only a test can do: the log-odds of all common rows by a joint run's told weights, in the order of its rows. */
export function scoresInTheClear(
  inputs: { readonly lender: LenderInput; readonly platform: PlatformInput },
  reports: { readonly lender: LenderReport; readonly platform: PlatformReport },
): Float64Array {
  const { lender, platform } = reports;
  const rowOf = new Map(inputs.platform.ids.map((id, row) => [id, row]));
  const platformRows = lender.rows.map((row) => rowOf.get(inputs.lender.ids[row] ?? "") ?? -1);
  const own = prepareColumns(lender.model.preparation, inputs.lender.columns, lender.rows);
  const other = prepareColumns(platform.model.preparation, inputs.platform.columns, platformRows);
  const first = scoreInTheClear(own, {
    weights: lender.weights ?? new Float64Array(0),
    intercept: lender.intercept ?? NaN,
  });
  const second = scoreInTheClear(other, { weights: platform.weights ?? new Float64Array(0), intercept: 0 });
  return first.map((score, i) => score + (second[i] ?? NaN));
}
