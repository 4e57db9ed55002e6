/**
 * The training algorithm's public side: its steps and its bounds. The same plan drives the training on shares and
 * the one in the clear.
 *
 * Logistic regression on whitened columns (`whitening.ts`), the sigmoid being five straight pieces
 * (`linear-sigmoid.ts`): for n rows x_i, labels y_i, weights w and an intercept b, with residuals
 * u_i = f(x_i w + b) - y_i, it descends along the gradient (1/n) X^T u + l2 w of a convex function F, by Nesterov's
 * accelerated method over all rows, from w = v = 0:
 *
 *     w' = v - gradient(v) / L,     v' = w' + beta_k (w' - w),     beta_k = k / (k + 3).
 *
 * STEP. Each owner's whitened columns have X^T X / n with eigenvalues below 1, and all columns have mean 0, so that the
 * two owners' columns together with the intercept's have eigenvalues below 2. As f is nowhere steeper than 14/64, the
 * gradient changes by at most L = 2 x 14/64 + l2 times the change of the point: known to all without opening
 * any product of columns. Among weights the condition number that remains is (1 + c) / (1 - c), for the largest
 * correlation c of any combination of one owner's columns with one of the other's.
 *
 * BOUNDS, all proved, none from the data. With |u_i| <= 1, |(1/n) X^T u| <= sqrt(2) |u| / sqrt(n) <= sqrt(2) = G. Let W,
 * D and V bound the norms of w_k, of w_k - w_(k-1) and of v_k; from the step
 *
 *     W' = (1 - l2/L) V + G/L,     D' = beta_(k-1) D + (l2 V + G)/L,     V' = W' + beta_k D'.
 *
 * A row's norm is at most sqrt(2 n + 1) (an owner's part at most sqrt(n), the intercept 1), so that
 *
 *   values      |x_ij| <= sqrt(n),
 *   logits      |x_i v + b| <= sqrt(2 n + 1) V,
 *   gradients   |sum_i x_ij u_i| <= sqrt(n) sqrt(n) = n by Cauchy-Schwarz.
 *
 * Fixed-point rounding is covered by margins of a tenth. The owners check values against these bounds before sharing.
 *
 * **Source.** Nesterov, "A method of solving a convex programming problem with convergence rate O(1/k^2)", 1983.
 */

import { invalidArgument } from "../errors.js";
import { linearSigmoidSlope } from "../mpc/operations/linear-sigmoid.js";

/** What a training may be told. */
export interface TrainingOptions {
  /** Steps of gradient descent, 1 to 1,000. Default 14. */
  readonly iterations?: number;
  /** Weight of the L2 penalty on the whitened weights, 0 to 10; the intercept has none. Default 0.0001. */
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
  /** 1/L. */
  readonly stepSize: number;
  /** Bounds W and V of the weights and the point before each step, and after the last. */
  readonly weightBounds: readonly number[];
  readonly pointBounds: readonly number[];
}

/** Steps where a caller names none. */
const defaultIterations = 14;

/** Penalty where a caller names none. */
const defaultL2 = 0.0001;

const maxIterations = 1000;
const maxL2 = 10;
const margin = 1.1;

/** Largest eigenvalue of all columns' X^T X / n. */
const largestEigenvalue = 2;

/**
 * Checks training options.
 *
 * @throws VeilshareError INVALID_ARGUMENT for iterations or a penalty out of range.
 */
export function completeTrainingOptions(options: TrainingOptions): Required<TrainingOptions> {
  const { iterations = defaultIterations, l2 = defaultL2 } = options;
  if (!Number.isInteger(iterations) || iterations < 1 || iterations > maxIterations) {
    throw invalidArgument("training", `1 to ${maxIterations} iterations`, String(iterations));
  }
  if (!(l2 >= 0 && l2 <= maxL2))
    throw invalidArgument("training", `a penalty from 0 to ${maxL2}`, String(l2));
  return { iterations, l2 };
}

/**
 * Plans a training.
 *
 * @param columns - Whitened columns of both owners.
 */
export function planTraining(rows: number, columns: number, options: TrainingOptions): TrainingPlan {
  const { iterations, l2 } = completeTrainingOptions(options);
  const stepSize = 1 / (largestEigenvalue * linearSigmoidSlope + l2);
  return { rows, columns, iterations, l2, stepSize, ...normBounds(iterations, l2, stepSize) };
}

function normBounds(
  iterations: number,
  l2: number,
  stepSize: number,
): Pick<TrainingPlan, "weightBounds" | "pointBounds"> {
  const gradient = Math.sqrt(largestEigenvalue) * margin;
  const weightBounds = [0];
  const pointBounds = [0];
  let change = 0;
  let point = 0;
  for (let k = 0; k < iterations; k++) {
    const weight = (1 - l2 * stepSize) * point + gradient * stepSize;
    change = (k === 0 ? 0 : momentum(k - 1)) * change + (l2 * point + gradient) * stepSize;
    point = weight + momentum(k) * change;
    weightBounds.push(margin * weight);
    pointBounds.push(margin * point);
  }
  return { weightBounds, pointBounds };
}

/** beta_k: how far past the new weights the next gradient is taken. */
export function momentum(iteration: number): number {
  return iteration / (iteration + 3);
}

/** No whitened training value is larger. */
export function valueBound(plan: TrainingPlan): number {
  return Math.sqrt(plan.rows) * (1 + 2 ** -9);
}

/** No logit at the point before a step is larger. */
export function logitBound(plan: TrainingPlan, iteration: number): number {
  return margin * Math.sqrt(2 * plan.rows + 1) * (plan.pointBounds[iteration] ?? 0);
}

/** No sum over rows of a column times the residuals is larger. */
export function gradientBound(plan: TrainingPlan): number {
  return margin * plan.rows;
}
