/** The training of the joint model in the clear: the lender's own baseline, and the reference of tests and examples. */

import { invalidArgument } from "../errors.js";
import { linearSigmoidAt } from "../mpc/operations/linear-sigmoid.js";
import { momentum, planTraining, type TrainingOptions } from "./training-plan.js";
import type { DesignMatrix } from "./preparation.js";
import { fitWhitening, unwhitenedWeights, whiten, type Whitening } from "./whitening.js";

/** Weights of prepared columns and the intercept. */
export interface LinearModel {
  readonly weights: Float64Array;
  readonly intercept: number;
}

/**
 * Trains on prepared columns and labels that one party has in the clear, by the algorithm of the joint training (see
 * `training-plan.ts`), in double precision.
 *
 * @param parts - Prepared training columns, one matrix an owner: each is whitened by itself, as in the joint training.
 * @param labels - 0 or 1, one for each row.
 * @returns One weight for each column of all parts, in order, in terms of the prepared columns.
 * @throws VeilshareError INVALID_ARGUMENT when lengths differ or options are out of range.
 */
export function trainInTheClear(
  parts: readonly DesignMatrix[],
  labels: ArrayLike<number>,
  options: TrainingOptions = {},
): LinearModel {
  for (const part of parts) {
    if (labels.length === part.rows) continue;
    throw invalidArgument("trainInTheClear", `${part.rows} labels`, `${labels.length}`);
  }
  const whitenings = parts.map((part) => fitWhitening(part));
  const design = sideBySide(
    parts.map((part, i) => ({ ...part, values: whiten(part, whitenings[i] as Whitening) })), // one a part
    labels.length,
  );
  const columns = design.columns + 1; // the last one is the intercept's
  const plan = planTraining(design.rows, design.columns, options);
  let weights = new Float64Array(columns);
  let point = new Float64Array(columns);
  for (let k = 0; k < plan.iterations; k++) {
    const gradient = gradientSums(design, labels, point);
    const next = new Float64Array(columns);
    const beyond = new Float64Array(columns);
    for (let j = 0; j < columns; j++) {
      const at = point[j] as number; // j < columns, for all four
      const penalty = j === columns - 1 ? 0 : plan.l2 * at;
      const moved = at - plan.stepSize * ((gradient[j] as number) / plan.rows + penalty);
      next[j] = moved;
      beyond[j] = moved + momentum(k) * (moved - (weights[j] as number));
    }
    weights = next;
    point = beyond;
  }
  const unwhitened = new Float64Array(design.columns);
  let from = 0;
  for (const whitening of whitenings) {
    const to = from + whitening.columns;
    unwhitened.set(unwhitenedWeights(weights.subarray(from, to), whitening), from);
    from = to;
  }
  return { weights: unwhitened, intercept: weights[columns - 1] ?? 0 };
}

/** All columns of several matrices, in order. */
function sideBySide(parts: readonly DesignMatrix[], rows: number): DesignMatrix {
  const columns = parts.reduce((sum, part) => sum + part.columns, 0);
  const values = new Float64Array(rows * columns);
  let from = 0;
  for (const part of parts) {
    for (let row = 0; row < rows; row++) {
      const cells = part.values.subarray(row * part.columns, (row + 1) * part.columns);
      values.set(cells, row * columns + from);
    }
    from += part.columns;
  }
  return { rows, columns, values };
}

/** X^T u at a point: for each column, and last for the intercept, the sum of value times residual. */
function gradientSums(design: DesignMatrix, labels: ArrayLike<number>, point: Float64Array): Float64Array {
  const sums = new Float64Array(point.length);
  const last = design.columns;
  for (let i = 0; i < design.rows; i++) {
    const row = i * design.columns;
    let logit = point[last] as number; // the intercept's, always there
    for (let j = 0; j < last; j++) logit += (design.values[row + j] as number) * (point[j] as number);
    const residual = linearSigmoidAt(logit) - (labels[i] as number);
    for (let j = 0; j < last; j++)
      sums[j] = (sums[j] as number) + (design.values[row + j] as number) * residual;
    sums[last] = (sums[last] as number) + residual;
  }
  return sums;
}

/** The scores, x w + intercept, of prepared rows. */
export function scoreInTheClear(design: DesignMatrix, model: LinearModel): Float64Array {
  if (model.weights.length !== design.columns) {
    throw invalidArgument("scoreInTheClear", `${design.columns} weights`, `${model.weights.length}`);
  }
  const scores = new Float64Array(design.rows).fill(model.intercept);
  for (let i = 0; i < design.rows; i++) {
    for (let j = 0; j < design.columns; j++) {
      const term = (design.values[i * design.columns + j] as number) * (model.weights[j] as number); // in range
      scores[i] = (scores[i] as number) + term;
    }
  }
  return scores;
}
