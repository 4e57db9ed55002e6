/**
 * What the lender could do alone: logistic regression, with the exact sigmoid, on its own columns in the clear. The
 * joint model is compared with this, the better of what the lender has, and not with the approximation that training
 * on shares needs.
 */

import { invalidArgument } from "../errors.js";
import type { LinearModel } from "./clear-training.js";
import type { DesignMatrix } from "./preparation.js";

const maxSteps = 50;
const tolerance = 1e-9;

/** Keeps the equations solvable where columns depend on each other and no penalty was asked for. */
const leastPenalty = 1e-9;

/**
 * Fits logistic regression by Newton's method: minimises the mean of log(1 + exp(-+z)) plus (l2/2) |w|^2, the intercept
 * not penalised.
 *
 * @param design - Prepared rows.
 * @param labels - 0 or 1, one for each row.
 * @param l2 - 0 or more.
 * @throws VeilshareError INVALID_ARGUMENT when lengths differ.
 */
export function fitLogisticRegression(
  design: DesignMatrix,
  labels: ArrayLike<number>,
  l2: number,
): LinearModel {
  if (labels.length !== design.rows) {
    throw invalidArgument("fitLogisticRegression", `${design.rows} labels`, `${labels.length}`);
  }
  const size = design.columns + 1; // the last one is the intercept's
  const weights = new Float64Array(size);
  for (let step = 0; step < maxSteps; step++) {
    const { gradient, hessian } = derivatives(design, labels, weights, Math.max(l2, leastPenalty));
    const change = solve(hessian, gradient);
    let largest = 0;
    for (let j = 0; j < size; j++) {
      weights[j] = (weights[j] as number) - (change[j] as number); // j < size
      largest = Math.max(largest, Math.abs(change[j] as number));
    }
    if (!(largest > tolerance)) break;
  }
  return { weights: weights.slice(0, -1), intercept: weights[size - 1] ?? 0 };
}

interface Derivatives {
  readonly gradient: Float64Array;
  /** Lower triangle, row by row of `size`. */
  readonly hessian: Float64Array;
}

function derivatives(
  design: DesignMatrix,
  labels: ArrayLike<number>,
  weights: Float64Array,
  l2: number,
): Derivatives {
  const size = weights.length;
  const gradient = new Float64Array(size);
  const hessian = new Float64Array(size * size);
  const row = new Float64Array(size).fill(1);
  for (let i = 0; i < design.rows; i++) {
    row.set(design.values.subarray(i * design.columns, (i + 1) * design.columns));
    let logit = 0;
    for (let j = 0; j < size; j++) logit += (row[j] as number) * (weights[j] as number); // j, k < size throughout
    const risk = 1 / (1 + Math.exp(-logit));
    const residual = (risk - (labels[i] as number)) / design.rows;
    const curvature = (risk * (1 - risk)) / design.rows;
    for (let j = 0; j < size; j++) {
      gradient[j] = (gradient[j] as number) + residual * (row[j] as number);
      const factor = curvature * (row[j] as number);
      for (let k = 0; k <= j; k++) {
        hessian[j * size + k] = (hessian[j * size + k] as number) + factor * (row[k] as number);
      }
    }
  }
  for (let j = 0; j < size; j++) {
    const penalty = j === size - 1 ? leastPenalty : l2;
    gradient[j] = (gradient[j] as number) + penalty * (weights[j] as number);
    hessian[j * size + j] = (hessian[j * size + j] as number) + penalty;
  }
  return { gradient, hessian };
}

/** Solves H x = g for a positive definite H by Cholesky's decomposition; H is overwritten. */
function solve(hessian: Float64Array, gradient: Float64Array): Float64Array {
  const size = gradient.length;
  const at = (j: number, k: number): number => hessian[j * size + k] as number; // j, k < size
  for (let j = 0; j < size; j++) {
    for (let k = 0; k <= j; k++) {
      let rest = at(j, k);
      for (let m = 0; m < k; m++) rest -= at(j, m) * at(k, m);
      hessian[j * size + k] = j === k ? Math.sqrt(Math.max(rest, Number.MIN_VALUE)) : rest / at(k, k);
    }
  }
  const x = gradient.slice();
  for (let j = 0; j < size; j++) {
    for (let m = 0; m < j; m++) x[j] = (x[j] as number) - at(j, m) * (x[m] as number);
    x[j] = (x[j] as number) / at(j, j);
  }
  for (let j = size - 1; j >= 0; j--) {
    for (let m = j + 1; m < size; m++) x[j] = (x[j] as number) - at(m, j) * (x[m] as number);
    x[j] = (x[j] as number) / at(j, j);
  }
  return x;
}
