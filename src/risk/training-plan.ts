/**
 * The training algorithm's public side: its steps and its bounds. The same plan drives the training on shares and the one
 * in the clear.
 *
 * WHAT IS MINIMISED. Logistic regression on whitened columns (`whitening.ts`): for n rows x_i with labels y_i, the mean of
 * log(1 + e^-+z_i) plus (l2/2) |w|^2, z_i = x_i w + b, the intercept b without penalty. Scores are log-odds, at any bad rate.
 *
 * STEPS. Nonlinear conjugate gradients (Hestenes, Stiefel), from w = 0 and b = log-odds of the bad rate r:
 *
 *     s = -K g,   K = B^-1 / (r (1 - r) + l2),   d' = s + beta d,   beta = -s (g - g_last) / d (g - g_last).
 *
 * B is the product of all columns with all (`preconditioner.ts`), so that K is one by the curvature at the start: s is about
 * as long as the step to the minimum, at any bad rate, and columns of different owners that go together are as easy as
 * others. The step's length is the longest t of a list (`line-search.ts`) with
 *
 *     t f'' <= -f'   and   t^2 growth <= -f',   growth = mean of p (1 - p) q^3,   q = X d',
 *
 * f the mean loss along d': the second keeps a step back where risks grow along it, as f'' does not know that they will. For a
 * column that few rows have, and that makes a rare outcome ten times as likely, the first alone would go to e^9.
 *
 * BOUNDS, none from the data. The objective is never above where it started, so that the mean of (p - y)^2 is at most 1, and
 * |g| in B^-1's norm at most {@link gradientNorm}. Directions s longer than 32 in B's norm are halved until they are not; so
 * after k steps |d|_B <= 32 (k + 1), and as B is at least half the product of the columns, the changes q_i of all logits have
 * sum q_i^2 <= 2 n |d|_B^2. B^-1 has norm at most 513. Fixed-point rounding is covered by a margin of a tenth.
 *
 * **Source.** Hestenes, Stiefel, 1952; Hager, Zhang, "A survey of nonlinear conjugate gradient methods", 2006; Minka, "A
 * comparison of numerical optimizers for logistic regression", 2003.
 */

import { invalidArgument } from "../errors.js";
import { guardedLength, lengthOf, longest, stepLengths } from "./line-search.js";

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

/** No log-odds of a bad rate are larger. */
export const maxPrior = 24;

/** No curvature at the start is taken for less: 1 / 256. */
export const leastCurvature: number = 2 ** -8;

/** Of the squared norm of a row's whitened values, divided by the number of rows: one row counts for no more. */
export const leverageCap = 0.75;

/** The last step is called the last that matters when it lowers the mean log loss by less than this part of the labels' entropy. */
export const convergedPart: number = 2 ** -10;

/** 1 - 2^-8: what products of columns of different owners are shortened by, so that B has an inverse. */
export const correlationPart: number = 1 - 2 ** -8;

/** No norm of B^-1 is larger. */
export const largestInverse = 513;

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

/** What only who has the labels knows: how the curvature at the start compares with the columns' products. */
export interface StartCurvature {
  /** One by r (1 - r) + l2, at most 256: what B^-1 is multiplied by. */
  readonly columns: number;
  /** One by r (1 - r), at most 256: the same for the intercept. */
  readonly intercept: number;
  /** r (1 - r) by r (1 - r) + l2: what products of columns of different owners are multiplied by. */
  readonly correlations: number;
}

/** Of a bad rate. */
export function startCurvature(rate: number, l2: number): StartCurvature {
  const variance = rate * (1 - rate);
  return {
    columns: 1 / Math.max(variance + l2, leastCurvature),
    intercept: 1 / Math.max(variance, leastCurvature),
    correlations: variance / (variance + l2),
  };
}

/** No whitened training value is larger: what {@link leverageCap} leaves. */
export function valueBound(rows: number): number {
  return Math.sqrt(leverageCap * rows) * (1 + 2 ** -9);
}

/** n / 2^e, from 1 up to 2: what means by 2^e are too large by. */
export function rowPart(rows: number): number {
  return rows / 2 ** rowExponent(rows);
}

/** No gradient times n / 2^e is longer in B^-1's norm; the penalty's part is what an objective of at most log 2 leaves it. */
export function gradientNorm({ rows, l2 }: TrainingPlan): number {
  return margin * rowPart(rows) * (1.45 + 1.2 * Math.sqrt(l2 + 0.25));
}

/** No factor of B^-1 is larger. */
export function largestFactor({ rows, l2 }: TrainingPlan): number {
  return Math.min(1 / leastCurvature, rows + 2, 1 / Math.max(l2, 2 ** -20));
}

/** No s is longer in B's norm. */
export function steepNorm(plan: TrainingPlan): number {
  return Math.max(largestFactor(plan), Math.min(plan.rows + 2, 1 / leastCurvature)) * gradientNorm(plan);
}

/** No direction of step k (from 0) is longer in B's norm. */
export function directionNorm(k: number): number {
  return margin * longest * (k + 1);
}

/** No element of a vector whose B norm is at most this is larger. */
export function elementBound(norm: number): number {
  return Math.sqrt(largestInverse) * norm;
}

/** The mean by 2^e of the squared changes of logits along a direction is at most this. */
function meanSquareChange(rows: number, norm: number): number {
  return 2 * rowPart(rows) * norm ** 2;
}

/** No logit changes by more along a direction. */
export function changeBound(rows: number, norm: number): number {
  return Math.sqrt(2 * rows) * norm;
}

/** Bounds and fractional bits of one step's line search. */
export interface LinePlan {
  /** Of -f', f'' and the growth, means by 2^e. */
  readonly slope: number;
  readonly curvature: number;
  readonly growth: number;
  /** Fractional bits of slope and curvature, and of slope and growth, where they are compared. */
  readonly curvatureBits: number;
  readonly growthBits: number;
  /** Of q, of p (1 - p) q, and of q^2, which may be negative. */
  readonly changeBits: number;
  readonly weightedBits: number;
  readonly squareBits: number;
}

/** Bits of the largest number that is compared, its sign aside. */
const comparedBits = 61;

/** Plans the line search of step k. */
export function planLine(plan: TrainingPlan, k: number): LinePlan {
  const { rows, l2 } = plan;
  const norm = directionNorm(k);
  const e = rowExponent(rows);
  const slope = gradientNorm(plan) * norm;
  const ofRows = 0.25 * meanSquareChange(rows, norm);
  const curvature = ofRows + rowPart(rows) * l2 * largestInverse * norm ** 2;
  const growth = ofRows * changeBound(rows, norm);
  const [steepest, widest] = [largestOf(({ denominator }) => denominator), largestOf(lengthNumerator)];
  const room = (bound: number): number => Math.floor(comparedBits - 1 - Math.log2(bound));
  const curvatureBits = Math.min(44, room(curvature * widest + slope * steepest));
  const growthBits = Math.min(36, room(growth * guardedNumerator ** 2 + 2 * slope * steepest ** 2));
  const each = Math.max(4, curvatureBits - e);
  const weightedBits = Math.min(24, Math.ceil(each / 2));
  const changeBits = Math.min(18, each - weightedBits);
  return {
    slope,
    curvature,
    growth,
    curvatureBits: weightedBits + changeBits + e,
    growthBits,
    changeBits,
    weightedBits,
    squareBits: growthBits - e - weightedBits,
  };
}

const lengthNumerator = ({ numerator }: { readonly numerator: number }): number => numerator;
const guardedNumerator = Math.max(
  ...stepLengths.filter((step) => lengthOf(step) <= guardedLength).map(lengthNumerator),
);

function largestOf(part: (step: (typeof stepLengths)[number]) => number): number {
  return Math.max(...stepLengths.map(part));
}

const longestStep = Math.max(...stepLengths.map(lengthOf));

/** No logit is larger before step k. */
export function logitBound(rows: number, k: number): number {
  let bound = maxPrior;
  for (let j = 0; j < k; j++) bound += longestStep * changeBound(rows, directionNorm(j));
  return margin * bound;
}

/** No weight is larger before step k. */
export function weightBound(k: number): number {
  let bound = 1;
  for (let j = 0; j < k; j++) bound += longestStep * elementBound(directionNorm(j));
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
