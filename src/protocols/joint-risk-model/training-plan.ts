/**
 * The training algorithm's public side: its steps and its bounds. The same plan drives the training on shares and
 * the one in the clear.
 *
 * Logistic regression with the sigmoid replaced by 0.5 + z/8, as in the open SS-LR profile: for n rows x_i (with a 1
 * for the intercept), labels y_i and weights w, with residuals u_i = 0.5 + (x_i w)/8 - y_i, it minimises
 *
 *     F(w) = (4/n) sum_i u_i^2 + (l2/2) |w without intercept|^2,     gradient (1/n) X^T u + l2 w,
 *
 * by Nesterov's accelerated gradient descent over all rows, from w = v = 0:
 *
 *     w' = v - gradient(v) / L,     v' = w' + beta_k (w' - w),     beta_k = k / (k + 3).
 *
 * STEP. F has the Hessian H = X^T X / (8n) + l2 I'. As every column's squares sum to n, its trace is d/8 + l2 (d - 1),
 * and its largest eigenvalue at most L = d/8 + l2: known to all without opening any product of columns.
 *
 * BOUNDS. F is quadratic with 0 <= H <= L, so the error p_k = w_k - w* of the iterates splits into components along
 * H's eigenvectors. A component with eigenvalue h follows p' = a (p + beta d), where a = 1 - h/L and d is the last
 * change of p. With c = (1 - a)/a that reads d' + c p' = beta d; squared, with 2 d' p' = p'^2 - p^2 + d'^2,
 *
 *     (1 + c) (d'^2 + c p'^2) = beta^2 d^2 + c p^2 <= d^2 + c p^2,
 *
 * so d^2 + c p^2 never grows, and |p_k| <= |p_0| for every k (a = 0 gives p' = 0; c = 0 means h = 0, where p stays).
 * So F(w_k) <= F(0) = 1 for all k. For the points v_k = w_k + beta (w_k - w_{k-1}) the error is at most 3 |p_0|. From
 * F(w) >= (4/n) |u|^2, which is at most 1, the residuals at w_k have |u| <= sqrt(n)/2, and as u is affine in w,
 *
 *   residuals   |u(v_k)| <= 3 sqrt(n)/2,
 *   logits      x_i v_k = 8 (u_i + y_i - 0.5), so |X v_k| <= 8 (3/2 + 1/2) sqrt(n) = 16 sqrt(n), and so each one,
 *   gradients   |sum_i x_ij u_i| <= sqrt(n) * 3 sqrt(n)/2 = 1.5 n by Cauchy-Schwarz,
 *   weights     a component starts at |p_0| = |w*| with h p_0^2 / 2 <= F(0) = 1, and moves by at most min(2, 1.5
 *               k (k + 1) h/L) |p_0|, as each step adds at most 3 h/L |p_0| to its speed; at the worst h that is
 *               2.45 sqrt(k (k + 1) / L), so |w_k| < 2.5 (k + 1) / sqrt(L).
 *
 * Fixed-point rounding adds at most 2^-19 to each weight a step, is unbiased, and is covered by margins: the bounds
 * declared below are a third larger. With 20 fractional bits the gradients have room for two million rows.
 *
 * **Source.** Nesterov, "A method of solving a convex programming problem with convergence rate O(1/k^2)", 1983;
 * the sigmoid: the linear approximation of the SS-LR models of SecretFlow and FATE.
 */

import { invalidArgument } from "../../errors.js";

/** What a training may be told. */
export interface TrainingOptions {
  /** Steps of gradient descent, 1 to 1,000. Default 150. */
  readonly iterations?: number;
  /** Weight of the L2 penalty, 0 to 10; the intercept has none. Default 0.001. */
  readonly l2?: number;
}

/** Public numbers of one training. */
export interface TrainingPlan {
  /** Training rows. */
  readonly rows: number;
  /** Columns, the intercept included. */
  readonly columns: number;
  readonly iterations: number;
  readonly l2: number;
  /** 1/L. */
  readonly stepSize: number;
}

/** Steps where a caller names none. */
const defaultIterations = 150;

/** Penalty where a caller names none. */
const defaultL2 = 0.001;

const maxIterations = 1000;
const maxL2 = 10;
const margin = 4 / 3;

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
 * @param columns - Prepared columns, the intercept included.
 */
export function planTraining(rows: number, columns: number, options: TrainingOptions): TrainingPlan {
  const { iterations, l2 } = completeTrainingOptions(options);
  return { rows, columns, iterations, l2, stepSize: 1 / (columns / 8 + l2) };
}

/** beta_k: how far past the new weights the next gradient is taken. */
export function momentum(iteration: number): number {
  return iteration / (iteration + 3);
}

/** No standardised training value is larger: the squares of a column sum to the number of rows. */
export function valueBound(plan: TrainingPlan): number {
  return Math.sqrt(plan.rows) * (1 + 2 ** -16);
}

/** No logit is larger. */
export function logitBound(plan: TrainingPlan): number {
  return margin * 16 * Math.sqrt(plan.rows);
}

/** No sum over rows of a column times the residuals is larger. */
export function gradientBound(plan: TrainingPlan): number {
  return margin * 1.5 * plan.rows;
}

/** No weight is larger after so many steps. */
export function weightBound(plan: TrainingPlan, steps: number): number {
  return margin * 2.5 * (steps + 1) * Math.sqrt(plan.stepSize);
}
