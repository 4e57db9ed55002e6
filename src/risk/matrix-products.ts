/** Matrix products that are cut back to the fractional bits that they are wanted with. */

import type { Engine } from "../mpc/engine.js";
import { withFractionalBits } from "../mpc/operations/fixed-point.js";
import type { SecretMatrix } from "../mpc/secret-matrix.js";

/** What the caller wants, and what it has proved. */
export interface MatrixProductOptions {
  readonly fractionalBits: number;
  readonly provenBound: number;
}

/** x y; two rounds. */
export async function fixedMatrixProduct(
  engine: Engine,
  x: SecretMatrix,
  y: SecretMatrix,
  { fractionalBits, provenBound }: MatrixProductOptions,
): Promise<SecretMatrix> {
  const product = await engine.matrixProduct(x, y, { provenBound });
  return withFractionalBits(engine, product, fractionalBits);
}

/** The inner product of two columns, 1 x 1; two rounds. */
export function innerProduct(
  engine: Engine,
  x: SecretMatrix,
  y: SecretMatrix,
  options: MatrixProductOptions,
): Promise<SecretMatrix> {
  return fixedMatrixProduct(engine, x.transpose(), y, options);
}

/** A 1 x 1 secret in each of several rows. */
export function broadcast(x: SecretMatrix, rows: number): SecretMatrix {
  return x.pickRows(new Uint32Array(rows));
}

/** More fractional bits, without a message. */
export function atBits(x: SecretMatrix, fractionalBits: number): SecretMatrix {
  const finer = fractionalBits - x.fractionalBits;
  return x.scale(2 ** finer).timesPowerOfTwo(-finer);
}
