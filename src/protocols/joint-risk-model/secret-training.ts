/**
 * The training on secret-shared columns: `training-plan.ts` step by step in fixed point, five rounds a step.
 *
 * | round | opened, all masked | elements |
 * | --- | --- | --- |
 * | 1 | the point v, for X v | d |
 * | 2 | the logits, to truncate them | n |
 * | 3 | the residuals u, for X^T u | n |
 * | 4 | the gradient, to truncate it | d |
 * | 5 | the new weights and the new point, to truncate them | 2 d |
 *
 * X itself was masked and opened once, before.
 */

import type { Engine } from "../../mpc/engine.js";
import type { FixedOperand } from "../../mpc/products.js";
import type { SecretMatrix } from "../../mpc/secret-matrix.js";
import { gradientBound, logitBound, momentum, weightBound, type TrainingPlan } from "./training-plan.js";

/** What is trained on, in shares. */
export interface TrainingShares {
  /** rows x columns, the intercept's ones included. */
  readonly design: SecretMatrix;
  /** rows x 1: 0.5 less the label. */
  readonly target: SecretMatrix;
  /** Position of the intercept among the columns. */
  readonly interceptAt: number;
}

/**
 * Trains; the weights stay secret.
 *
 * @param onIteration - Told the number of steps done.
 * @throws VeilshareError BOUND_EXCEEDED when there are too many rows for the ring.
 *
 * **Security.** Opens nothing that is not masked: what parties see is uniformly random.
 *
 * **Cost.** Five rounds a step; 2 n + 4 d words opened by each party, 3 n + 8 d in corrections.
 */
export async function trainOnShares(
  engine: Engine,
  { design, target, interceptAt }: TrainingShares,
  plan: TrainingPlan,
  onIteration: (done: number) => void = () => undefined,
): Promise<SecretMatrix> {
  const fixed = await engine.fix(design);
  const zeros = { rows: plan.columns, values: new Float64Array(plan.columns) };
  let weights = engine.constant(zeros);
  let point = engine.constant(zeros);
  for (let k = 0; k < plan.iterations; k++) {
    const gradient = await gradientAt(engine, fixed, target, point, plan);
    const { weightsOf, pointOf } = stepFactors(plan, interceptAt, k, gradient.scale);
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
    weights = nextWeights.withProvenBound(weightBound(plan, k + 1));
    point = nextPoint.withProvenBound(3 * weightBound(plan, k + 1));
    onIteration(k + 1);
  }
  return weights;
}

/** X^T u, divided by a power of two so that it keeps 20 fractional bits after one truncation. */
async function gradientAt(
  engine: Engine,
  fixed: FixedOperand,
  target: SecretMatrix,
  point: SecretMatrix,
  plan: TrainingPlan,
): Promise<{ readonly sums: SecretMatrix; readonly scale: number }> {
  const logits = await fixed.product(point, { provenBound: logitBound(plan) });
  const eighths = logits.timesPowerOfTwo(-3);
  const shortened = await engine.truncate(eighths, eighths.fractionalBits - target.fractionalBits);
  const sums = await fixed.transposedProduct(shortened.add(target), { provenBound: gradientBound(plan) });
  const exponent = Math.floor(Math.log2(plan.rows));
  const divided = sums.timesPowerOfTwo(-exponent);
  return {
    sums: await engine.truncate(divided, divided.fractionalBits - point.fractionalBits),
    scale: 2 ** exponent / plan.rows,
  };
}

/** Factors of the step's linear combinations; those of the point are by column, as the intercept has no penalty. */
function stepFactors(plan: TrainingPlan, interceptAt: number, iteration: number, gradientScale: number) {
  const beta = momentum(iteration);
  const gradient = -plan.stepSize * gradientScale;
  const point = new Float64Array(plan.columns).fill(1 - plan.stepSize * plan.l2);
  point[interceptAt] = 1;
  return {
    weightsOf: { point, gradient },
    pointOf: {
      point: point.map((factor) => (1 + beta) * factor),
      gradient: (1 + beta) * gradient,
      weights: -beta,
    },
  } as const;
}
