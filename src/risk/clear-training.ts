/** The training of the joint model in the clear: the reference of tests and examples, in double precision. */

import { invalidArgument } from "../errors.js";
import { relativeLogisticAt } from "./logistic.js";
import { chooseKept, chooseLength, chooseShortening } from "./line-search.js";
import { sideBySide, type DesignMatrix } from "./preparation.js";
import {
  correlationPart,
  planTraining,
  startCurvature,
  type StartCurvature,
  type TrainingOptions,
} from "./training-plan.js";
import { fitWhitening, unwhitenedWeights, whiten, type Whitening } from "../owners/whitening.js";

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
 * @param labels - 0 or 1, one for each row, both of them somewhere.
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
  const owners = parts.flatMap(({ columns }, owner) => Array.from({ length: columns }, () => owner));
  const { weights, intercept } = descend(design, owners, labels, options);
  const unwhitened = new Float64Array(design.columns);
  let from = 0;
  for (const whitening of whitenings) {
    const to = from + whitening.columns;
    unwhitened.set(unwhitenedWeights(weights.subarray(from, to), whitening), from);
    from = to;
  }
  return { weights: unwhitened, intercept };
}

/** Conjugate gradients; the intercept is the last column. */
function descend(
  design: DesignMatrix,
  owners: readonly number[],
  labels: ArrayLike<number>,
  options: TrainingOptions,
): LinearModel {
  const { rows, columns } = design;
  const plan = planTraining(rows, columns, options);
  let positives = 0;
  for (let i = 0; i < rows; i++) positives += labels[i] as number; // i < rows
  const rate = positives / rows;
  const start = startCurvature(rate, plan.l2);
  const precondition = preconditionerOf(design, owners, start);
  const prior = Math.log(rate / (1 - rate));
  const change = new Float64Array(columns + 1);
  const logits = new Float64Array(rows).fill(prior);
  let last: { direction: Float64Array; gradient: Float64Array } | undefined;
  for (let k = 0; k < plan.iterations; k++) {
    const risks = k === 0 ? logits.map(() => rate) : logits.map(relativeLogisticAt);
    const gradient = gradientAt(design, risks, labels);
    for (let j = 0; j < columns; j++) gradient[j] = (gradient[j] as number) + plan.l2 * (change[j] as number);
    const steep = precondition(gradient).map((value) => -value);
    const direction = last === undefined ? steep : directionOf(steep, gradient, last, start);
    last = { direction, gradient };
    const along = logitsOf(design, direction);
    let curvature = plan.l2 * dot(direction.subarray(0, columns), direction.subarray(0, columns));
    let growth = 0;
    for (let i = 0; i < rows; i++) {
      const risk = risks[i] as number; // i < rows
      const square = (risk * (1 - risk) * (along[i] as number) ** 2) / rows;
      curvature += square;
      growth += square * (along[i] as number);
    }
    const slope = -dot(gradient, direction);
    const step = chooseLength({ slope, curvature, growth, slack: 1 / (8 * start.intercept) });
    for (let j = 0; j <= columns; j++) change[j] = (change[j] as number) + step * (direction[j] as number);
    for (let i = 0; i < rows; i++) logits[i] = (logits[i] as number) + step * (along[i] as number);
  }
  return { weights: change.slice(0, columns), intercept: prior + (change[columns] as number) };
}

/** The steepest direction, shortened where it is very long, and a part of the last one. */
function directionOf(
  steep: Float64Array,
  gradient: Float64Array,
  last: { readonly direction: Float64Array; readonly gradient: Float64Array },
  start: StartCurvature,
): Float64Array {
  const difference = gradient.map((value, j) => value - (last.gradient[j] as number)); // of one length
  const kept = chooseKept(-dot(steep, difference), dot(last.direction, difference));
  const part = chooseShortening(-dot(steep, gradient) * start.intercept);
  return steep.map((value, j) => part * value + kept * (last.direction[j] as number));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += (a[j] as number) * (b[j] as number); // of one length
  return sum;
}

function logitsOf({ rows, columns, values }: DesignMatrix, direction: Float64Array): Float64Array {
  const result = new Float64Array(rows).fill(direction[columns] as number); // the intercept's, always there
  for (let i = 0; i < rows; i++) {
    let sum = result[i] as number;
    for (let j = 0; j < columns; j++) sum += (values[i * columns + j] as number) * (direction[j] as number);
    result[i] = sum;
  }
  return result;
}

function gradientAt(design: DesignMatrix, risks: Float64Array, labels: ArrayLike<number>): Float64Array {
  const { rows, columns, values } = design;
  const gradient = new Float64Array(columns + 1);
  for (let i = 0; i < rows; i++) {
    const residual = ((risks[i] as number) - (labels[i] as number)) / rows; // i < rows, j < columns
    for (let j = 0; j < columns; j++) {
      gradient[j] = (gradient[j] as number) + (values[i * columns + j] as number) * residual;
    }
    gradient[columns] = (gradient[columns] as number) + residual;
  }
  return gradient;
}

/** K, here by one matrix, with the same shortened products of columns of different owners. */
function preconditionerOf(
  design: DesignMatrix,
  owners: readonly number[],
  start: StartCurvature,
): (gradient: Float64Array) => Float64Array {
  const { columns } = design;
  const lower = choleskyOf(curvatureOf(design, owners, start), columns);
  return (gradient) => {
    const result = gradient.slice();
    solveInPlace(lower, columns, result);
    for (let j = 0; j < columns; j++) result[j] = (result[j] as number) * start.columns;
    result[columns] = (gradient[columns] as number) * start.intercept;
    return result;
  };
}

/** B, lower triangle. */
function curvatureOf(
  { rows, columns, values }: DesignMatrix,
  owners: readonly number[],
  { correlations }: StartCurvature,
): Float64Array {
  const product = new Float64Array(columns * columns);
  for (let j = 0; j < columns; j++) {
    product[j * (columns + 1)] = 1;
    for (let k = 0; k < j; k++) {
      if (owners[j] === owners[k]) continue;
      let sum = 0;
      for (let i = 0; i < rows; i++)
        sum += (values[i * columns + j] as number) * (values[i * columns + k] as number); // in range
      product[j * columns + k] = (sum / rows) * correlations * Math.sqrt(correlationPart);
    }
  }
  return product;
}

function choleskyOf(matrix: Float64Array, size: number): Float64Array {
  const at = (j: number, k: number): number => matrix[j * size + k] as number; // j, k < size
  for (let j = 0; j < size; j++) {
    for (let k = 0; k <= j; k++) {
      let rest = at(j, k);
      for (let m = 0; m < k; m++) rest -= at(j, m) * at(k, m);
      matrix[j * size + k] = j === k ? Math.sqrt(Math.max(rest, Number.MIN_VALUE)) : rest / at(k, k);
    }
  }
  return matrix;
}

function solveInPlace(lower: Float64Array, size: number, x: Float64Array): void {
  const at = (j: number, k: number): number => lower[j * size + k] as number; // j, k < size
  for (let j = 0; j < size; j++) {
    for (let m = 0; m < j; m++) x[j] = (x[j] as number) - at(j, m) * (x[m] as number);
    x[j] = (x[j] as number) / at(j, j);
  }
  for (let j = size - 1; j >= 0; j--) {
    for (let m = j + 1; m < size; m++) x[j] = (x[j] as number) - at(m, j) * (x[m] as number);
    x[j] = (x[j] as number) / at(j, j);
  }
}

/** The scores, x w + intercept, of prepared rows. */
export function scoreInTheClear(design: DesignMatrix, model: LinearModel): Float64Array {
  if (model.weights.length !== design.columns) {
    throw invalidArgument("scoreInTheClear", `${design.columns} weights`, `${model.weights.length}`);
  }
  return logitsOf(design, Float64Array.of(...model.weights, model.intercept));
}
