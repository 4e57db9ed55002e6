/**
 * What makes columns of two owners that go together as easy to train on as others. Each owner's whitened columns are
 * uncorrelated among themselves (`whitening.ts`); what is left is C, the product of the lender's columns with the
 * platform's, n C = Z_L^T Z_P, and
 *
 *     M = ( I    C           )        S = (I - (1 - 2^-8) C^T C)^-1,
 *         ( C^T  C^T C + S^-1 )
 *
 * is at least the product of all columns with all, and M^-1 g takes three products of small matrices. S is the product of
 * I + A^(2^j), j = 0..7, for A = (1 - 2^-8) C^T C: at most 256.
 */

import type { Engine } from "../mpc/engine.js";
import { withFractionalBits } from "../mpc/operations/fixed-point.js";
import type { ReusableOperand } from "../mpc/products.js";
import { SecretMatrix } from "../mpc/secret-matrix.js";
import { fixedMatrixProduct } from "./matrix-products.js";
import type { SecretDesign } from "./secret-design.js";
import { rowExponent } from "./training-plan.js";

/** Fractional bits of gradients that go in. */
export const gradientBits = 32;

/** Fractional bits of what comes out. */
export const directionBits = 28;

/** No gradient is longer. */
export const gradientNorm = 2.4;

/** No norm of S is larger. */
const largestInverse = 256;

/** No norm of M^-1 is larger. */
export const largestPreconditioner = 513;

const squarings = 7;
const productBits = 24;
const appliedBits = 20;

/** 1 - 2^-8. */
export const correlationPart: number = 1 - 2 ** -8;

/** M^-1 times a gradient, without the intercept. */
export interface Preconditioner {
  /**
   * @param g - columns x 1, with {@link gradientBits} fractional bits, shorter than {@link gradientNorm}.
   * @returns With {@link directionBits} fractional bits.
   */
  apply(g: SecretMatrix): Promise<SecretMatrix>;
}

/**
 * Works out the preconditioner of a design, whose platform columns are there as a secret; nothing of it is opened.
 *
 * **Cost.** As many products with the transposed lender's columns as the platform has; 14 products of small matrices.
 */
export async function fitPreconditioner(
  engine: Engine,
  design: SecretDesign,
  rows: number,
): Promise<Preconditioner> {
  const { lender, platform } = design;
  if (lender === undefined || platform?.values === undefined) {
    return { apply: (g) => withFractionalBits(engine, g, directionBits) };
  }
  const cross = await crossProducts(engine, lender.operand, platform.values, rows);
  const inverse = await inverseOf(engine, cross);
  const short = await withFractionalBits(engine, cross, appliedBits);
  const product = (x: SecretMatrix, y: SecretMatrix, provenBound: number): Promise<SecretMatrix> =>
    fixedMatrixProduct(engine, x, y, { provenBound, fractionalBits: directionBits });
  const largest = 2 * gradientNorm * largestInverse;
  return {
    apply: async (g) => {
      const fine = await withFractionalBits(engine, g, directionBits);
      const ofLender = fine.rowRange(0, cross.rows);
      const ofPlatform = fine.rowRange(cross.rows, fine.rows);
      const left = ofPlatform.subtract(await product(short.transpose(), ofLender, gradientNorm));
      const second = await product(inverse, left.assumeBound(2 * gradientNorm), largest);
      const first = ofLender.subtract(await product(short, second, largest));
      return SecretMatrix.concatRows([first, second]);
    },
  };
}

/** C, lender's columns x platform's. */
async function crossProducts(
  engine: Engine,
  lender: ReusableOperand,
  platform: SecretMatrix,
  rows: number,
): Promise<SecretMatrix> {
  const transposed = platform.transpose();
  const columns = Array.from({ length: platform.columns }, (_, j) =>
    lender.transposedProduct(transposed.rowRange(j, j + 1).transpose(), { provenBound: 1.1 * rows }),
  );
  const exponent = rowExponent(rows);
  const sums = SecretMatrix.concatColumns(await Promise.all(columns)).timesPowerOfTwo(-exponent);
  const fine = await withFractionalBits(engine, sums, productBits);
  return (await engine.scaleBy(fine, 2 ** exponent / rows)).assumeBound(1.1);
}

/** S, by squaring. */
async function inverseOf(engine: Engine, cross: SecretMatrix): Promise<SecretMatrix> {
  const size = cross.columns;
  const product = (x: SecretMatrix, y: SecretMatrix, provenBound: number): Promise<SecretMatrix> =>
    fixedMatrixProduct(engine, x, y, { provenBound, fractionalBits: productBits });
  const gram = await product(cross.transpose(), cross, 1.1);
  let power = (await engine.scaleBy(gram, correlationPart)).assumeBound(1.1);
  const identity = Float64Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
  let inverse = power.addPublic(identity).assumeBound(largestInverse);
  for (let j = 0; j < squarings; j++) {
    power = await product(power, power, 1.1);
    inverse = inverse.add(await product(inverse, power, largestInverse)).assumeBound(largestInverse);
  }
  return withFractionalBits(engine, inverse, appliedBits);
}
