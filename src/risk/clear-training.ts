/** The training of the joint model in the clear: the reference of tests and examples, in double precision. */

import { invalidArgument } from "../errors.js";
import { relativeLogisticAt } from "./logistic.js";
import { correlationPart } from "./preconditioner.js";
import { sideBySide, type DesignMatrix } from "./preparation.js";
import { maxStep, planTraining, type TrainingOptions } from "./training-plan.js";
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
  const { weights, intercept } = descend(design, labels, options);
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
function descend(design: DesignMatrix, labels: ArrayLike<number>, options: TrainingOptions): LinearModel {
  const { rows, columns } = design;
  const plan = planTraining(rows, columns, options);
  const precondition = preconditionerOf(design);
  let positives = 0;
  for (let i = 0; i < rows; i++) positives += labels[i] as number; // i < rows
  const prior = Math.log(positives / (rows - positives));
  const change = new Float64Array(columns + 1);
  const logits = new Float64Array(rows).fill(prior);
  let last: { direction: Float64Array; gradient: Float64Array; square: number } | undefined;
  for (let k = 0; k < plan.iterations; k++) {
    const risks = k === 0 ? logits.map(() => positives / rows) : logits.map(relativeLogisticAt);
    const gradient = gradientAt(design, risks, labels);
    for (let j = 0; j < columns; j++) gradient[j] = (gradient[j] as number) + plan.l2 * (change[j] as number);
    const steep = precondition(gradient);
    const square = dot(gradient, steep);
    if (!(square > 1e-30)) break;
    let direction = steep.map((value) => -value);
    if (last !== undefined) {
      // Lengths are those that the training on shares gives directions: 1, up to the factor 2.
      const ratio = Math.sqrt(square / last.square);
      const beta =
        Math.min(1, Math.max(0, (square - dot(last.gradient, steep)) / last.square / ratio)) * ratio;
      const before = last.direction;
      direction = direction.map((value, j) => value + beta * (before[j] as number));
    }
    last = { direction, gradient, square };
    const along = logitsOf(design, direction);
    let curvature = plan.l2 * dot(direction.subarray(0, columns), direction.subarray(0, columns));
    for (let i = 0; i < rows; i++) {
      const risk = risks[i] as number; // i < rows
      curvature += (risk * (1 - risk) * (along[i] as number) ** 2) / rows;
    }
    const unit = 1 / Math.sqrt(square);
    const step = Math.min(maxStep * unit, Math.max(0, -dot(gradient, direction) / curvature));
    for (let j = 0; j <= columns; j++) change[j] = (change[j] as number) + step * (direction[j] as number);
    for (let i = 0; i < rows; i++) logits[i] = (logits[i] as number) + step * (along[i] as number);
  }
  return { weights: change.slice(0, columns), intercept: prior + (change[columns] as number) };
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

/** M^-1 of all columns: here as one matrix, with the same 2^-8 off the correlations between owners. */
function preconditionerOf(design: DesignMatrix): (gradient: Float64Array) => Float64Array {
  const { columns } = design;
  const lower = choleskyOf(productOf(design), columns);
  return (gradient) => {
    const result = gradient.slice();
    solveInPlace(lower, columns, result);
    return result;
  };
}

/** X^T X / n, with a little added to the diagonal. */
function productOf({ rows, columns, values }: DesignMatrix): Float64Array {
  const product = new Float64Array(columns * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const value = (values[i * columns + j] as number) / rows; // in range, as below
      for (let k = 0; k <= j; k++) {
        product[j * columns + k] =
          (product[j * columns + k] as number) + value * (values[i * columns + k] as number);
      }
    }
  }
  for (let j = 0; j < columns; j++)
    product[j * (columns + 1)] = (product[j * (columns + 1)] as number) + 1 - correlationPart;
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
