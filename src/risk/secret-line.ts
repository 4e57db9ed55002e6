/** What a line search on secrets starts from: slope, curvature and its growth along a direction, as means by 2^e. */

import type { Engine } from "../mpc/engine.js";
import { withFractionalBits } from "../mpc/operations/fixed-point.js";
import type { SecretMatrix } from "../mpc/secret-matrix.js";
import { innerProduct } from "./matrix-products.js";
import type { LabelScalars } from "./secret-labels.js";
import type { SecretLine } from "./secret-line-search.js";
import {
  changeBound,
  directionNorm,
  elementBound,
  rowExponent,
  rowPart,
  type LinePlan,
  type TrainingPlan,
} from "./training-plan.js";

/** A direction, and what is known where it begins. */
export interface LineStart {
  readonly plan: TrainingPlan;
  readonly k: number;
  readonly line: LinePlan;
  /** The gradient, columns + 1 x 1. */
  readonly short: SecretMatrix;
  readonly direction: SecretMatrix;
  /** Changes of logits along it, rows x 1, with the plan's few bits. */
  readonly rough: SecretMatrix;
  /** p (1 - p) of each row. */
  readonly weights: SecretMatrix;
}

/** Slope, curvature and its growth along a direction. */
export async function lineShape(
  engine: Engine,
  scalars: Pick<LabelScalars, "curvature">,
  at: LineStart,
): Promise<SecretLine> {
  const { plan, k, line, short, direction } = at;
  const slopes = async (): Promise<readonly [SecretMatrix, SecretMatrix]> => {
    const slope = await engine.matrixProduct(short.negate().transpose(), direction, {
      provenBound: line.slope,
    });
    return Promise.all([
      withFractionalBits(engine, slope, line.curvatureBits),
      withFractionalBits(engine, slope, line.growthBits),
    ]);
  };
  // Slopes smaller than an eighth of what a change of one in all logits gives need no guard.
  const slack = withFractionalBits(engine, scalars.curvature.timesPowerOfTwo(-3), line.growthBits);
  const [[slope, coarseSlope], least, { curvature, growth }, penalty] = await Promise.all([
    slopes(),
    slack,
    curvatureOf(engine, at),
    penaltyAlong(engine, { plan, k, line, direction }),
  ]);
  const whole = penalty === undefined ? curvature : curvature.add(penalty);
  return { slope, coarseSlope, slack: least, curvature: whole.assumeBound(line.curvature), growth };
}

/** The means by 2^e of p (1 - p) q^2 and p (1 - p) q^3. */
async function curvatureOf(
  engine: Engine,
  at: {
    readonly plan: TrainingPlan;
    readonly k: number;
    readonly line: LinePlan;
    readonly rough: SecretMatrix;
    readonly weights: SecretMatrix;
  },
): Promise<{ readonly curvature: SecretMatrix; readonly growth: SecretMatrix }> {
  const { plan, k, line, rough, weights } = at;
  const exponent = rowExponent(plan.rows);
  const most = changeBound(plan.rows, directionNorm(k));
  const lower = Math.max(0, -line.squareBits);
  const [weighted, squares] = await Promise.all([
    cutProduct(engine, weights, rough, { bound: 0.26 * most, fractionalBits: line.weightedBits, lower: 0 }),
    cutProduct(engine, rough, rough, {
      bound: most ** 2,
      fractionalBits: line.squareBits + lower,
      lower,
    }),
  ]);
  const sums = weighted.transpose();
  const inRows = 2 ** exponent;
  const [curvature, growth] = await Promise.all([
    engine.matrixProduct(sums, rough, { provenBound: line.curvature * inRows }),
    engine.matrixProduct(sums, squares, { provenBound: line.growth * inRows * 2 ** -lower }),
  ]);
  return {
    curvature: curvature.timesPowerOfTwo(-exponent),
    growth: growth.timesPowerOfTwo(lower - exponent).assumeBound(line.growth),
  };
}

/** A product element by element, over 2^lower. */
async function cutProduct(
  engine: Engine,
  x: SecretMatrix,
  y: SecretMatrix,
  to: { readonly bound: number; readonly fractionalBits: number; readonly lower: number },
): Promise<SecretMatrix> {
  const product = await engine.multiply(x, y, { provenBound: to.bound });
  return withFractionalBits(engine, product.timesPowerOfTwo(-to.lower), to.fractionalBits);
}

/** The penalty's part of the curvature. */
async function penaltyAlong(
  engine: Engine,
  at: {
    readonly plan: TrainingPlan;
    readonly k: number;
    readonly line: LinePlan;
    readonly direction: SecretMatrix;
  },
): Promise<SecretMatrix | undefined> {
  const { plan, k, line, direction } = at;
  const penalty = plan.l2 * rowPart(plan.rows);
  if (penalty === 0) return undefined;
  const short = await withFractionalBits(engine, direction.rowRange(0, plan.columns), 12);
  const norm = await innerProduct(engine, short, short, {
    fractionalBits: 20,
    provenBound: elementBound(directionNorm(k)) ** 2,
  });
  const small = Math.min(20, Math.max(0, Math.floor(-Math.log2(penalty))));
  const scaled = (await engine.scaleBy(norm, penalty * 2 ** small)).timesPowerOfTwo(-small);
  return withFractionalBits(engine, scaled, line.curvatureBits);
}
