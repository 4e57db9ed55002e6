/** Logistic regression as a bank trains it on its own rows: a few steps of accelerated gradient descent from a model. */

/** Rows of numbers with a label each; the last column is the constant 1. */
export interface Rows {
  readonly columns: number;
  /** Row by row. */
  readonly values: Float64Array;
  /** 0 or 1. */
  readonly labels: Uint8Array;
}

/** Penalty on all weights but the last, the intercept. */
const l2 = 1e-4;

/** Trains on; gives the new model. */
export function descend(rows: Rows, model: Float64Array, steps: number): Float64Array {
  const stepSize = 1 / (largestEigenvalue(rows) / 4 + l2);
  let weights = model.slice();
  let point = model.slice();
  for (let k = 0; k < steps; k++) {
    const gradient = gradientAt(rows, point);
    const next = point.map((at, j) => at - stepSize * (gradient[j] ?? 0));
    point = next.map((at, j) => at + (k / (k + 3)) * (at - (weights[j] ?? 0)));
    weights = next;
  }
  return weights;
}

function gradientAt({ columns, values, labels }: Rows, model: Float64Array): Float64Array {
  const gradient = new Float64Array(columns);
  for (const [i, label] of labels.entries()) {
    const row = values.subarray(i * columns, (i + 1) * columns);
    let logit = 0;
    for (let j = 0; j < columns; j++) logit += (row[j] ?? 0) * (model[j] ?? 0);
    const residual = (1 / (1 + Math.exp(-logit)) - label) / labels.length;
    for (let j = 0; j < columns; j++) gradient[j] = (gradient[j] ?? 0) + residual * (row[j] ?? 0);
  }
  for (let j = 0; j < columns - 1; j++) gradient[j] = (gradient[j] ?? 0) + l2 * (model[j] ?? 0);
  return gradient;
}

/** Of X^T X / n, by the power method, a twentieth added for what it has not yet found. */
function largestEigenvalue({ columns, values, labels }: Rows): number {
  let vector = new Float64Array(columns).fill(1);
  let norm = 1;
  for (let k = 0; k < 30; k++) {
    const product = new Float64Array(columns);
    for (let i = 0; i < labels.length; i++) {
      const row = values.subarray(i * columns, (i + 1) * columns);
      let dot = 0;
      for (let j = 0; j < columns; j++) dot += ((row[j] ?? 0) * (vector[j] ?? 0)) / labels.length;
      for (let j = 0; j < columns; j++) product[j] = (product[j] ?? 0) + dot * (row[j] ?? 0);
    }
    norm = Math.hypot(...product) || 1;
    vector = product.map((value) => value / norm);
  }
  return 1.05 * norm;
}

/** The scores of rows. */
export function scoresOf({ columns, values, labels }: Rows, model: Float64Array): Float64Array {
  return Float64Array.from(labels, (_, i) => {
    let score = 0;
    for (let j = 0; j < columns; j++) score += (values[i * columns + j] ?? 0) * (model[j] ?? 0);
    return score;
  });
}
