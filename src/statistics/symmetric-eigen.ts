/** Eigenvalues and eigenvectors of a small symmetric matrix: Jacobi's rotations. */

/** values[k] belongs to the vector whose components are vectors[i][k]. */
export interface SymmetricEigen {
  readonly values: readonly number[];
  readonly vectors: readonly (readonly number[])[];
}

const maxSweeps = 100;

/**
 * Decomposes.
 *
 * **Source.** Golub, Van Loan, Matrix Computations, 4th edition, section 8.5 (cyclic Jacobi).
 *
 * @param matrix - Symmetric, finite; not changed.
 */
export function symmetricEigen(matrix: readonly (readonly number[])[]): SymmetricEigen {
  const a = matrix.map((row) => [...row]);
  const v = matrix.map((_, i) => matrix.map((__, j) => (i === j ? 1 : 0)));
  for (let sweep = 0; sweep < maxSweeps && offDiagonal(a) > 0; sweep++) {
    for (let p = 0; p < a.length; p++) for (let q = p + 1; q < a.length; q++) rotate(a, v, p, q);
  }
  return { values: a.map((row, i) => row[i] ?? 0), vectors: v };
}

function offDiagonal(a: readonly (readonly number[])[]): number {
  let sum = 0;
  for (const [i, row] of a.entries())
    for (const [j, value] of row.entries()) if (i !== j) sum += value * value;
  return sum > 1e-30 ? sum : 0;
}

/** Makes the element (p, q) zero. */
function rotate(a: number[][], v: number[][], p: number, q: number): void {
  const [rowP, rowQ] = [a[p], a[q]];
  if (rowP === undefined || rowQ === undefined || rowP[q] === 0) return;
  const ratio = ((rowQ[q] ?? 0) - (rowP[p] ?? 0)) / (2 * (rowP[q] ?? 0));
  const t = (ratio >= 0 ? 1 : -1) / (Math.abs(ratio) + Math.hypot(ratio, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [rowP[k] ?? 0, rowQ[k] ?? 0];
    rowP[k] = c * x - s * y;
    rowQ[k] = s * x + c * y;
  }
  for (const row of [...a, ...v]) {
    const [x, y] = [row[p] ?? 0, row[q] ?? 0];
    row[p] = c * x - s * y;
    row[q] = s * x + c * y;
  }
}
