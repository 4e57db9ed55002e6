/**
 * What a gradient is multiplied by: K, the inverse of the curvature at the start as far as it is known before. Each owner's whitened
 * columns are uncorrelated among themselves (`whitening.ts`); what is left is the product of the lender's columns with the
 * platform's. With C that product times r (1 - r) / (r (1 - r) + l2), r the bad rate, the curvature at the start is
 *
 *     (r (1 - r) + l2) B,     B = ( I    C )     B^-1 = ( I + C S C^T   -C S )     S = (I - C^T C)^-1.
 *                                 ( C^T  I )            ( -S C^T         S   )
 *
 * C is taken for shorter by sqrt(1 - 2^-8), so that S is below 256: the product of I + A^(2^j), j = 0..7, for A = C^T C.
 */

import type { Engine } from "../mpc/engine.js";
import { withFractionalBits } from "../mpc/operations/fixed-point.js";
import type { ReusableOperand } from "../mpc/products.js";
import { SecretMatrix } from "../mpc/secret-matrix.js";
import { broadcast, fixedMatrixProduct } from "./matrix-products.js";
import type { SecretDesign } from "./secret-design.js";
import { largestFactor, largestInverse, rowExponent, type TrainingPlan } from "./training-plan.js";

/** Fractional bits of K. */
export const factorBits = 12;

/** No norm of S is larger. */
const largestSquare = 256;

const squarings = 7;
export const productBits = 24;
const inverseBits = 20;

/** The parts of `StartCurvature`, 1 x 1 each, divided by n / 2^e, as gradients are means by 2^e; the last by sqrt(1 - 2^-8) too. */
export interface SecretStart {
  readonly columns: SecretMatrix;
  readonly intercept: SecretMatrix;
  readonly correlations: SecretMatrix;
}

/**
 * Works out K, columns + 1 x columns + 1 with {@link factorBits} fractional bits, of a design whose platform columns are there as a
 * secret; nothing of it is opened.
 *
 * **Cost.** As many products with the transposed lender's columns as the platform has; 20 products of small matrices.
 */
export async function fitPreconditioner(
  engine: Engine,
  design: SecretDesign,
  start: SecretStart,
  plan: TrainingPlan,
): Promise<SecretMatrix> {
  const { lender, platform } = design;
  const inverse =
    lender === undefined || platform?.values === undefined
      ? identity(engine, plan.columns)
      : await inverseOf(engine, await crossProducts(engine, lender.operand, platform.values, start, plan));
  const size = plan.columns * plan.columns;
  const factor = broadcast(start.columns, size).reshape(plan.columns, plan.columns);
  const short = await withFractionalBits(engine, inverse, factorBits);
  const product = await engine.multiply(short, factor, { provenBound: largestFactor(plan) * largestInverse });
  return bordered(engine, await withFractionalBits(engine, product, factorBits), start.intercept);
}

function identity(engine: Engine, size: number): SecretMatrix {
  return engine.constant({ rows: size, columns: size, fractionalBits: factorBits, values: ones(size) });
}

/** A matrix with one more row and column, zero but for their common element. */
function bordered(engine: Engine, matrix: SecretMatrix, corner: SecretMatrix): SecretMatrix {
  const { rows, fractionalBits } = matrix;
  const zero = (height: number, width: number): SecretMatrix =>
    engine.constant({
      rows: height,
      columns: width,
      fractionalBits,
      values: new Float64Array(height * width),
    });
  return SecretMatrix.concatRows([
    SecretMatrix.concatColumns([matrix, zero(rows, 1)]),
    SecretMatrix.concatColumns([zero(1, rows), corner]),
  ]);
}

/** C, lender's columns x platform's. */
async function crossProducts(
  engine: Engine,
  lender: ReusableOperand,
  platform: SecretMatrix,
  start: SecretStart,
  { rows }: TrainingPlan,
): Promise<SecretMatrix> {
  const transposed = platform.transpose();
  const columns = Array.from({ length: platform.columns }, (_, j) =>
    lender.transposedProduct(transposed.rowRange(j, j + 1).transpose(), { provenBound: 1.1 * rows }),
  );
  const sums = SecretMatrix.concatColumns(await Promise.all(columns)).timesPowerOfTwo(-rowExponent(rows));
  const fine = await withFractionalBits(engine, sums, productBits);
  const factor = broadcast(start.correlations, fine.length).reshape(fine.rows, fine.columns);
  const product = await engine.multiply(fine, factor, { provenBound: 1.1 });
  return withFractionalBits(engine, product, productBits);
}

/** B^-1, by squaring. */
async function inverseOf(engine: Engine, cross: SecretMatrix): Promise<SecretMatrix> {
  const [square, short] = await Promise.all([
    squareOf(engine, cross),
    withFractionalBits(engine, cross, inverseBits),
  ]);
  const product = (x: SecretMatrix, y: SecretMatrix): Promise<SecretMatrix> =>
    fixedMatrixProduct(engine, x, y, { provenBound: largestSquare, fractionalBits: inverseBits });
  const right = await product(short, square);
  const corner = (await product(right, short.transpose())).addPublic(ones(cross.rows));
  return SecretMatrix.concatRows([
    SecretMatrix.concatColumns([corner, right.negate()]),
    SecretMatrix.concatColumns([right.negate().transpose(), square]),
  ]).assumeBound(largestInverse);
}

/** The unit matrix. */
function ones(size: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
}

/** S: each power is squared while the one before is multiplied in. */
async function squareOf(engine: Engine, cross: SecretMatrix): Promise<SecretMatrix> {
  const product = (x: SecretMatrix, y: SecretMatrix, provenBound: number): Promise<SecretMatrix> =>
    fixedMatrixProduct(engine, x, y, { provenBound, fractionalBits: productBits });
  let power = await product(cross.transpose(), cross, 1.1);
  let inverse = power.addPublic(ones(cross.columns)).assumeBound(largestSquare);
  power = await product(power, power, 1.1);
  for (let j = 1; j <= squarings; j++) {
    const [more, next] = await Promise.all([
      product(inverse, power, largestSquare),
      j < squarings ? product(power, power, 1.1) : power,
    ]);
    inverse = inverse.add(more).assumeBound(largestSquare);
    power = next;
  }
  return withFractionalBits(engine, inverse, inverseBits);
}
