/**
 * How an owner makes its own prepared columns uncorrelated, alone and in the clear, before anything is shared: gradient
 * descent then needs a tenth of the steps, and no product of two owners' columns is ever formed.
 *
 * With the standardised training columns X of n rows, let X^T X / n = V diag(s) V^T. The whitened columns are Z = X T,
 * T = V diag(1 / sqrt(s + r)), with the ridge r = 0.001, which keeps directions in which there is hardly any variation
 * from being blown up. Weights w of Z are weights T w of X: Z w = X (T w), so that a model is kept, and applied, in
 * terms of the standardised columns.
 *
 * What the training's bounds rest on: Z^T Z / n has eigenvalues s / (s + r) below 1, and a row's squared norm is
 * x (X^T X / n + r)^-1 x^T, which is at most n.
 */

/** Columns of numbers, side by side. */
export interface ColumnMatrix {
  readonly rows: number;
  readonly columns: number;
  /** Row by row. */
  readonly values: Float64Array;
}

/** Added to each variance before dividing by it, where a caller names nothing. */
const defaultRidge = 0.001;

/** What whitens columns. */
export interface Whitening {
  readonly columns: number;
  /** T, columns x columns, row by row. */
  readonly transform: Float64Array;
}

/** Learns from training rows how to whiten columns. */
export function fitWhitening(design: ColumnMatrix, ridge: number = defaultRidge): Whitening {
  const { columns } = design;
  const { values, vectors } = symmetricEigen(covariance(design), columns);
  const transform = new Float64Array(columns * columns);
  for (let j = 0; j < columns; j++) {
    for (let k = 0; k < columns; k++) {
      const scale = 1 / Math.sqrt(Math.max(values[k] as number, 0) + ridge); // j, k < columns throughout
      transform[j * columns + k] = (vectors[j * columns + k] as number) * scale;
    }
  }
  return { columns, transform };
}

/** Z = X T, row by row. */
export function whiten(design: ColumnMatrix, { columns, transform }: Whitening): Float64Array {
  const result = new Float64Array(design.rows * columns);
  for (let i = 0; i < design.rows; i++) {
    for (let j = 0; j < columns; j++) {
      const value = design.values[i * columns + j] as number; // in range, as all below
      for (let k = 0; k < columns; k++) {
        const at = i * columns + k;
        result[at] = (result[at] as number) + value * (transform[j * columns + k] as number);
      }
    }
  }
  return result;
}

/** T w: the weights of the standardised columns. */
export function unwhitenedWeights(weights: Float64Array, { columns, transform }: Whitening): Float64Array {
  const result = new Float64Array(columns);
  for (let j = 0; j < columns; j++) {
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += (transform[j * columns + k] as number) * (weights[k] as number);
    result[j] = sum;
  }
  return result;
}

/** X^T X / n. */
function covariance({ rows, columns, values }: ColumnMatrix): Float64Array {
  const result = new Float64Array(columns * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const value = (values[i * columns + j] as number) / rows;
      for (let k = 0; k < columns; k++) {
        const at = j * columns + k;
        result[at] = (result[at] as number) + value * (values[i * columns + k] as number);
      }
    }
  }
  return result;
}

/** Sweeps of Jacobi's method, which squares the error once it is small. */
const maxSweeps = 60;
const tolerance = 1e-24;

/**
 * Eigenvalues and, as columns, eigenvectors of a symmetric matrix.
 *
 * **Source.** The cyclic Jacobi method, e.g. Golub, Van Loan, Matrix Computations, section 8.5.
 */
function symmetricEigen(
  matrix: Float64Array,
  size: number,
): { readonly values: Float64Array; readonly vectors: Float64Array } {
  const a = matrix.slice();
  const vectors = new Float64Array(size * size);
  for (let j = 0; j < size; j++) vectors[j * size + j] = 1;
  for (let sweep = 0; sweep < maxSweeps && offDiagonal(a, size) > tolerance; sweep++) {
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) rotate(a, vectors, size, p, q);
    }
  }
  const values = Float64Array.from({ length: size }, (_, j) => a[j * size + j] as number);
  return { values, vectors };
}

function offDiagonal(a: Float64Array, size: number): number {
  let sum = 0;
  for (let p = 0; p < size; p++) {
    for (let q = p + 1; q < size; q++) sum += (a[p * size + q] as number) ** 2;
  }
  return sum;
}

/** One rotation, after which a[p][q] = 0. */
function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const entry = a[p * size + q] as number;
  if (entry === 0) return;
  const theta = ((a[q * size + q] as number) - (a[p * size + p] as number)) / (2 * entry);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  for (let k = 0; k < size; k++) mix(a, k * size + p, k * size + q, cosine, sine);
  for (let k = 0; k < size; k++) mix(a, p * size + k, q * size + k, cosine, sine);
  for (let k = 0; k < size; k++) mix(vectors, k * size + p, k * size + q, cosine, sine);
}

function mix(array: Float64Array, first: number, second: number, cosine: number, sine: number): void {
  const [x, y] = [array[first] as number, array[second] as number];
  array[first] = cosine * x - sine * y;
  array[second] = sine * x + cosine * y;
}
