/**
 * The training algorithm's public side: its steps and its bounds. The same plan drives the training on shares and the one
 * in the clear.
 *
 * WHAT IS MINIMISED. Logistic regression on whitened columns (`whitening.ts`): for n rows x_i with labels y_i, the mean of
 * log(1 + e^-+z_i) plus (l2/2) |w|^2, z_i = x_i w + b, the intercept b without penalty. Scores are log-odds, at any bad rate.
 *
 * STEPS. Conjugate gradients with exact line search along the curvature of the present point (Polak, Ribiere), from w = 0
 * and b = log-odds of the bad rate, preconditioned by M, the product of all columns with all (`preconditioner.ts`), which
 * makes columns of different owners that go together as easy as others:
 *
 *     s = M^-1 g,   d' = -s + beta d,   step = -g d' / sum_i p_i (1 - p_i) (x_i d')^2,   0 <= beta <= 1, step <= 4.
 *
 * Where scores are near zero risk, the curvature is about the bad rate times M and a few directions beside: conjugate
 * gradients find them in as many steps as there are. Directions are kept at length about 1 by a secret power of two.
 *
 * BOUNDS, all proved, none from the data. In M's norm s times that power is at most sqrt(2), so that after k steps
 * |d|_M <= 1.5 (k + 1) and, as M is at least the product of the columns, the changes q_i = x_i d of all logits have
 * sum q_i^2 <= n |d|_M^2. M^-1 has norm at most 513, so that |d| <= 32 (k + 1). Steps are at most 4. Fixed-point rounding is
 * covered by a margin of a tenth.
 *
 * **Source.** Minka, "A comparison of numerical optimizers for logistic regression", 2003 (conjugate gradients with this
 * line search); Polak, Ribiere, 1969.
 */

import { invalidArgument } from "../errors.js";

/** What a training may be told. */
export interface TrainingOptions {
  /** Steps of conjugate gradients, 1 to 50. Default 7. */
  readonly iterations?: number;
  /** Weight of the L2 penalty on the whitened weights, 0 to 10; the intercept has none. Default: one over the rows. */
  readonly l2?: number;
}

/** Public numbers of one training. */
export interface TrainingPlan {
  /** Training rows. */
  readonly rows: number;
  /** Whitened columns of both owners; the intercept is not among them. */
  readonly columns: number;
  readonly iterations: number;
  readonly l2: number;
}

/** Steps where a caller names none. */
export const defaultIterations = 7;

const maxIterations = 50;
const maxL2 = 10;
const margin = 1.1;

/** No step along a direction is longer. */
export const maxStep = 4;

/** No log-odds of a bad rate are larger. */
export const maxPrior = 24;

/** Of the squared norm of a row's whitened values, divided by the number of rows: one row counts for no more. */
export const leverageCap = 0.75;

/** The last step is called the last that matters when it lowers the mean log loss by less than this part of the labels' entropy. */
export const convergedPart: number = 2 ** -10;

/**
 * Checks training options.
 *
 * @throws VeilshareError INVALID_ARGUMENT for iterations or a penalty out of range.
 */
export function completeTrainingOptions(options: TrainingOptions): {
  readonly iterations: number;
  readonly l2: number | "1/rows";
} {
  const { iterations = defaultIterations, l2 } = options;
  if (!Number.isInteger(iterations) || iterations < 1 || iterations > maxIterations) {
    throw invalidArgument("training", `1 to ${maxIterations} iterations`, String(iterations));
  }
  if (l2 === undefined) return { iterations, l2: "1/rows" };
  if (!(l2 >= 0 && l2 <= maxL2))
    throw invalidArgument("training", `a penalty from 0 to ${maxL2}`, String(l2));
  return { iterations, l2 };
}

/**
 * Plans a training.
 *
 * @param columns - Whitened columns of both owners.
 */
export function planTraining(
  rows: number,
  columns: number,
  options: { readonly iterations?: number; readonly l2?: number | "1/rows" },
): TrainingPlan {
  const { iterations = defaultIterations, l2 = "1/rows" } = options;
  return { rows, columns, iterations, l2: l2 === "1/rows" ? 1 / rows : l2 };
}

/** No whitened training value is larger: what {@link leverageCap} leaves. */
export function valueBound(rows: number): number {
  return Math.sqrt(leverageCap * rows) * (1 + 2 ** -9);
}

/** No direction before step k (from 0) is longer, in M's norm. */
function directionNorm(k: number): number {
  return 1.5 * margin * (k + 1);
}

/** No direction of step k is longer. */
export function directionBound(k: number): number {
  return 32 * margin * (k + 1);
}

/** The sum over rows of the squared changes of logits along direction k is at most this. */
export function changeSquares(rows: number, k: number): number {
  return rows * directionNorm(k) ** 2;
}

/** No logit changes by more along direction k. */
export function changeBound(rows: number, k: number): number {
  return Math.sqrt(changeSquares(rows, k));
}

/** No logit is larger before step k. */
export function logitBound(rows: number, k: number): number {
  let bound = maxPrior;
  for (let j = 0; j < k; j++) bound += maxStep * changeBound(rows, j);
  return margin * bound;
}

/** No weight is larger before step k. */
export function weightBound(k: number): number {
  let bound = 1;
  for (let j = 0; j < k; j++) bound += maxStep * directionBound(j);
  return margin * bound;
}

/** No sum over rows of a column times the residuals is larger. */
export function gradientBound(rows: number): number {
  return margin * rows;
}

/** 2^e is the largest power of two that is at most the number of rows. */
export function rowExponent(rows: number): number {
  return Math.floor(Math.log2(rows));
}
