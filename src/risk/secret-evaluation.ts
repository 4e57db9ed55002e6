/**
 * What is told of scores, worked out on shares from how many of each label lie at each cut (`score-counts.ts`): AUC (Mann-Whitney, a
 * tie counting half), KS, and log loss.
 */

import type { Engine } from "../mpc/engine.js";
import { prefixSums } from "../mpc/columns.js";
import { withFractionalBits } from "../mpc/operations/fixed-point.js";
import { SecretMatrix } from "../mpc/secret-matrix.js";
import { fixedMatrixProduct } from "./matrix-products.js";
import type { CountedScores } from "./score-counts.js";
import type { ScoreScale } from "./score-scale.js";
import { rowExponent, rowPart } from "./training-plan.js";

/** What the numbers of labels say, in shares. */
export interface SecretLabels {
  /** 1 x 1: one by twice the product of both labels' numbers, with {@link pairBits}; 0 where one has none. */
  readonly inversePairs: SecretMatrix;
  /** 1 x 1: one by the number of label 1 and of label 0, with {@link countBits}; 0 where there are none. */
  readonly inversePositives: SecretMatrix;
  readonly inverseNegatives: SecretMatrix;
}

/** Fractional bits of {@link SecretLabels.inversePairs}. */
export const pairBits = 58;

/** Fractional bits of one by a number of rows. */
export const countBits = 40;

/** Fractional bits of measures before they are rounded; of distances, which are compared with each other, no more than they are told with. */
const measureBits = 20;
const distanceBits = 14;

/** AUC, 1 x 1, and the distances of both distributions at the cuts, of which the largest is KS. */
export async function discriminationOf(
  engine: Engine,
  { rows, cuts, all, positives }: CountedScores,
  secret: SecretLabels,
): Promise<{ readonly auc: SecretMatrix; readonly distances: SecretMatrix }> {
  const negatives = all.subtract(positives).assumeBound(rows);
  const positivesUpTo = runningSums(positives, rows);
  const negativesUpTo = runningSums(negatives, rows);
  // Twice the pairs in order: of each cut, negatives below twice and its own once.
  const below = negativesUpTo.scale(2).subtract(negatives);
  const part = (upTo: SecretMatrix, inverse: SecretMatrix): Promise<SecretMatrix> =>
    fixedMatrixProduct(engine, upTo, inverse, { fractionalBits: distanceBits, provenBound: 1.01 });
  const [auc, first, second] = await Promise.all([
    aucOf(engine, { positives, below, rows }, secret),
    part(positivesUpTo, secret.inversePositives),
    part(negativesUpTo, secret.inverseNegatives),
  ]);
  const distances = second
    .subtract(first)
    .assumeBound(1.01)
    .rowRange(0, cuts - 1);
  return { auc, distances: SecretMatrix.concatRows([distances, distances.negate()]) };
}

async function aucOf(
  engine: Engine,
  at: { readonly positives: SecretMatrix; readonly below: SecretMatrix; readonly rows: number },
  { inversePairs }: SecretLabels,
): Promise<SecretMatrix> {
  const { positives, below, rows } = at;
  const pairs = await engine.matrixProduct(positives.transpose(), below, { provenBound: 2 * rows * rows });
  const fraction = await engine.multiply(pairs, inversePairs, { provenBound: 1.01 });
  return withFractionalBits(engine, fraction, measureBits);
}

/** The sum of each element and all above it. */
export function runningSums(column: SecretMatrix, bound: number): SecretMatrix {
  return prefixSums(column).assumeBound(bound);
}

/** The mean log loss, 1 x 1; each score counts as the middle of its cut, beyond the cuts as the outermost. */
export async function logLossOf(
  engine: Engine,
  { rows, all, positives }: CountedScores,
  { losses, middles }: ScoreScale,
): Promise<SecretMatrix> {
  const exponent = rowExponent(rows);
  const mean = async (counts: SecretMatrix, values: SecretMatrix): Promise<SecretMatrix> => {
    const product = await engine.matrixProduct(counts.transpose(), values, {
      provenBound: rows * values.bound,
    });
    return withFractionalBits(engine, product.timesPowerOfTwo(-exponent), measureBits);
  };
  const [first, second] = await Promise.all([mean(all, losses), mean(positives, middles)]);
  return engine.scaleBy(first.subtract(second), 1 / rowPart(rows));
}
