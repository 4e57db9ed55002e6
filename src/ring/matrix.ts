/** Row-major matrices over Z_2^64; loops as in `vector.ts`, indices in range by the checks at entry. */

import { invalidArgument } from "../errors.js";

/** Shape of a matrix product: (rows x inner) times (inner x columns). */
export interface ProductShape {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

function checkElements(caller: string, matrix: BigUint64Array, rows: number, columns: number): void {
  const isCount = (count: number): boolean => Number.isSafeInteger(count) && count >= 0;
  if (!isCount(rows) || !isCount(columns)) {
    throw invalidArgument(caller, "numbers of rows and columns of 0 or more", `${rows} and ${columns}`);
  }
  if (matrix.length !== rows * columns) {
    throw invalidArgument(caller, `${rows} x ${columns} = ${rows * columns} elements`, String(matrix.length));
  }
}

/**
 * The product of two row-major matrices.
 *
 * @param a - rows x inner.
 * @param b - inner x columns.
 * @returns rows x columns.
 * @throws VeilshareError INVALID_ARGUMENT when a length does not fit the shape, or the shape is none.
 */
export function matrixProduct(a: BigUint64Array, b: BigUint64Array, shape: ProductShape): BigUint64Array {
  const { rows, inner, columns } = shape;
  checkElements("matrixProduct", a, rows, inner);
  checkElements("matrixProduct", b, inner, columns);
  const result = new BigUint64Array(rows * columns);
  if (columns === 1) {
    for (let i = 0; i < rows; i++) {
      const row = i * inner;
      for (let k = 0; k < inner; k++) {
        const product = BigInt.asUintN(64, (a[row + k] as bigint) * (b[k] as bigint));
        result[i] = BigInt.asUintN(64, (result[i] as bigint) + product);
      }
    }
    return result;
  }
  for (let i = 0; i < rows; i++) {
    const target = i * columns;
    for (let k = 0; k < inner; k++) {
      const factor = a[i * inner + k] as bigint;
      const row = k * columns;
      for (let j = 0; j < columns; j++) {
        const product = BigInt.asUintN(64, factor * (b[row + j] as bigint));
        result[target + j] = BigInt.asUintN(64, (result[target + j] as bigint) + product);
      }
    }
  }
  return result;
}

/**
 * The transposed matrix.
 *
 * @param matrix - rows x columns.
 * @returns columns x rows.
 * @throws VeilshareError INVALID_ARGUMENT when the length does not fit.
 */
export function transpose(matrix: BigUint64Array, rows: number, columns: number): BigUint64Array {
  checkElements("transpose", matrix, rows, columns);
  const result = new BigUint64Array(matrix.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result[j * rows + i] = matrix[i * columns + j] as bigint;
  }
  return result;
}

/**
 * The product of a transposed row-major matrix with another, without transposing it in memory.
 *
 * @param a - inner x rows: the matrix whose transpose is multiplied.
 * @param b - inner x columns.
 * @returns rows x columns.
 * @throws VeilshareError INVALID_ARGUMENT when a length does not fit the shape, or the shape is none.
 */
export function transposedProduct(a: BigUint64Array, b: BigUint64Array, shape: ProductShape): BigUint64Array {
  const { rows, inner, columns } = shape;
  checkElements("transposedProduct", a, inner, rows);
  checkElements("transposedProduct", b, inner, columns);
  const result = new BigUint64Array(rows * columns);
  for (let k = 0; k < inner; k++) {
    for (let j = 0; j < columns; j++) {
      const factor = b[k * columns + j] as bigint;
      for (let i = 0; i < rows; i++) {
        const product = BigInt.asUintN(64, (a[k * rows + i] as bigint) * factor);
        const at = i * columns + j;
        result[at] = BigInt.asUintN(64, (result[at] as bigint) + product);
      }
    }
  }
  return result;
}
