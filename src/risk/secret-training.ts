/**
 * The training on secrets: `training-plan.ts` step by step in fixed point. A step is
 *
 *   logits      X v + b, cut to 16 fractional bits
 *   residuals   five-piece sigmoid of the logits, less the labels
 *   gradient    X^T u and the sum of u, divided by a power of two, cut to 20 fractional bits
 *   update      the new weights and the new point
 *
 * and about 14 rounds of messages, whatever the number of rows.
 */

import type { Engine } from "../mpc/engine.js";
import { linearSigmoid } from "../mpc/operations/linear-sigmoid.js";
import { withFractionalBits } from "../mpc/operations/fixed-point.js";
import { SecretMatrix } from "../mpc/secret-matrix.js";
import type { SecretDesign } from "./secret-design.js";
import { gradientBound, logitBound, momentum, type TrainingPlan } from "./training-plan.js";

/** Fractional bits of logits: their error is that of rounding a value in the fifth digit. */
const logitBits = 16;

/** Fractional bits of the labels, as the sigmoid gives them. */
export const targetBits: number = logitBits + 6;

/** Fractional bits of weights and gradients. */
const weightBits = 20;

/** What is trained on, in shares. */
export interface TrainingShares {
  readonly design: SecretDesign;
  /** rows x 1, labels 0 or 1, with {@link targetBits} fractional bits. */
  readonly labels: SecretMatrix;
}

/**
 * Trains; the weights stay secret.
 *
 * @param onIteration - Told the number of steps done.
 * @returns columns + 1 weights, the intercept last.
 * @throws VeilshareError BOUND_EXCEEDED when there are too many rows for the ring.
 *
 * **Security.** Opens nothing that is not masked: what parties see is uniformly random.
 */
export async function trainOnShares(
  engine: Engine,
  shares: TrainingShares,
  plan: TrainingPlan,
  onIteration: (done: number) => void = () => undefined,
): Promise<SecretMatrix> {
  const zeros = { rows: plan.columns + 1, values: new Float64Array(plan.columns + 1) };
  let weights = engine.constant(zeros);
  let point = engine.constant(zeros);
  for (let k = 0; k < plan.iterations; k++) {
    const gradient = await gradientAt(engine, shares, point, plan, k);
    const { weightsOf, pointOf } = stepFactors(plan, k, gradient.scale);
    const [nextWeights, nextPoint] = await Promise.all([
      engine.combine([
        { secret: point, factor: weightsOf.point },
        { secret: gradient.sums, factor: weightsOf.gradient },
      ]),
      engine.combine([
        { secret: point, factor: pointOf.point },
        { secret: gradient.sums, factor: pointOf.gradient },
        { secret: weights, factor: pointOf.weights },
      ]),
    ]);
    weights = nextWeights.assumeBound(plan.weightBounds[k + 1] ?? 0);
    point = nextPoint.assumeBound(plan.pointBounds[k + 1] ?? 0);
    onIteration(k + 1);
  }
  return weights;
}

/** X^T u and the sum of u, divided by a power of two so that they keep 20 fractional bits after one truncation. */
async function gradientAt(
  engine: Engine,
  { design, labels }: TrainingShares,
  point: SecretMatrix,
  plan: TrainingPlan,
  iteration: number,
): Promise<{ readonly sums: SecretMatrix; readonly scale: number }> {
  const { rows, columns } = plan;
  const products = await design.product(point.rowRange(0, columns));
  const intercept = await withFractionalBits(
    engine,
    point.rowRange(columns, columns + 1).pickRows(new Uint32Array(rows)),
    products.fractionalBits,
  );
  const logits = products.add(intercept).assumeBound(logitBound(plan, iteration));
  const shortened = await engine.truncate(logits, logits.fractionalBits - logitBits);
  const risks = await linearSigmoid(engine, shortened);
  const residuals = risks.subtract(labels).assumeBound(1 + 2 ** -10);
  const sums = await design.transposedProduct(residuals);
  const total = await withFractionalBits(engine, residuals.sum(), sums.fractionalBits);
  const exponent = Math.floor(Math.log2(rows));
  const divided = SecretMatrix.concatRows([sums, total])
    .assumeBound(gradientBound(plan))
    .timesPowerOfTwo(-exponent);
  return {
    sums: await engine.truncate(divided, divided.fractionalBits - weightBits),
    scale: 2 ** exponent / rows,
  };
}

/** Factors of the step's linear combinations; those of the point are by column, as the intercept has no penalty. */
function stepFactors(plan: TrainingPlan, iteration: number, gradientScale: number) {
  const beta = momentum(iteration);
  const gradient = -plan.stepSize * gradientScale;
  const point = new Float64Array(plan.columns + 1).fill(1 - plan.stepSize * plan.l2);
  point[plan.columns] = 1;
  return {
    weightsOf: { point, gradient },
    pointOf: {
      point: point.map((factor) => (1 + beta) * factor),
      gradient: (1 + beta) * gradient,
      weights: -beta,
    },
  } as const;
}
