/**
 * The training on secrets: `training-plan.ts` step by step in fixed point. A step is
 *
 *   gradient    X^T (p - y) and the sum of p - y, and the penalty's part
 *   direction   M^-1 g, times a secret power of two that makes it about 1 long, plus a part of the last direction
 *   length      the gradient along it by the curvature along it
 *   risks       the logits along it, and their logistic function
 *
 * and about 100 rounds of messages, whatever the number of rows.
 */

import type { Engine } from "../mpc/engine.js";
import { greaterOrEqual, lessOrEqual } from "../mpc/operations/comparison.js";
import { fixedProduct, withFractionalBits } from "../mpc/operations/fixed-point.js";
import { choiceSum, normalize } from "../mpc/operations/normalization.js";
import { reciprocal } from "../mpc/operations/division.js";
import { select } from "../mpc/operations/selection.js";
import { SecretMatrix } from "../mpc/secret-matrix.js";
import { logitBits, relativeLogistic, riskBits } from "./logistic.js";
import { broadcast, fixedMatrixProduct, innerProduct } from "./matrix-products.js";
import {
  directionBits,
  gradientBits,
  gradientNorm,
  largestPreconditioner,
  type Preconditioner,
} from "./preconditioner.js";
import type { SecretDesign } from "./secret-design.js";
import {
  changeBound,
  changeSquares,
  directionBound,
  gradientBound,
  logitBound,
  maxStep,
  rowExponent,
  weightBound,
  type TrainingPlan,
} from "./training-plan.js";

/** Fractional bits of weights while they are trained. */
export const weightBits = 28;

/** Fractional bits of directions, steps and factors. */
const factorBits = 20;

/** A direction's length is known up to the factor 2. */
const sizeBits = 6;

/** Gradients whose square in M^-1's norm is below this count as zero. */
const leastSquare = 2 ** -44;

/** Curvatures below this count as this. */
const leastCurvature = 2 ** -20;

/** What is trained on, in shares. */
export interface TrainingShares {
  readonly design: SecretDesign;
  readonly preconditioner: Preconditioner;
  /** rows x 1, 0 or 1, without fractional bits. */
  readonly labels: SecretMatrix;
  /** Of the training rows, 1 x 1: the part of label 1, and its log-odds. */
  readonly rate: SecretMatrix;
  readonly prior: SecretMatrix;
  /** 1 x 1: a last step that lowers the mean log loss by less is the last that matters. */
  readonly tolerance: SecretMatrix;
}

/** What a training gives, in shares. */
export interface Trained {
  /** columns x 1, with {@link weightBits} fractional bits. */
  readonly weights: SecretMatrix;
  /** 1 x 1. */
  readonly intercept: SecretMatrix;
  /** Log-odds of the training rows, with {@link logitBits} fractional bits. */
  readonly logits: SecretMatrix;
  /** 1 x 1: whether the last step hardly mattered. */
  readonly converged: SecretMatrix;
}

/** What one step leaves to the next. */
interface LastStep {
  readonly direction: SecretMatrix;
  /** Its gradient times its scale, and the scale. */
  readonly gradient: SecretMatrix;
  readonly scale: SecretMatrix;
  /** One by its square in M^-1's norm, both scaled. */
  readonly inverseSquare: Promise<SecretMatrix>;
}

/**
 * Trains; everything stays secret.
 *
 * @param onIteration - Told the number of steps done.
 * @throws VeilshareError BOUND_EXCEEDED when there are too many rows for the ring.
 *
 * **Security.** Opens nothing that is not masked: what parties see is uniformly random.
 */
export async function trainOnShares(
  engine: Engine,
  shares: TrainingShares,
  plan: TrainingPlan,
  onIteration: (done: number) => void = () => undefined,
): Promise<Trained> {
  const { rows, columns } = plan;
  const labels = shares.labels.scale(2 ** riskBits).timesPowerOfTwo(-riskBits);
  let logits = broadcast(shares.prior, rows);
  let risks = broadcast(shares.rate, rows);
  let change = engine.constant({
    rows: columns + 1,
    fractionalBits: weightBits,
    values: new Float64Array(columns + 1),
  });
  let last: LastStep | undefined;
  let gain: SecretMatrix | undefined;
  for (let k = 0; k < plan.iterations; k++) {
    const residuals = risks.subtract(labels).assumeBound(1 + 2 ** -7);
    const gradient = await gradientOf(engine, shares, {
      plan,
      residuals,
      change: k === 0 ? undefined : change,
    });
    last = await nextDirection(engine, shares.preconditioner, { plan, k, gradient, last });
    const along = await logitsAlong(engine, shares.design, { plan, k, direction: last.direction });
    const step = await stepLength(engine, { plan, k, gradient, direction: last.direction, along, risks });
    gain = step.gain;
    const moved = await fixedMatrixProduct(engine, last.direction, step.length, {
      fractionalBits: weightBits,
      provenBound: maxStep * directionBound(k),
    });
    change = change.add(moved).assumeBound(weightBound(k + 1));
    const up = await fixedMatrixProduct(engine, along, step.length, {
      fractionalBits: logitBits,
      provenBound: maxStep * changeBound(rows, k),
    });
    logits = logits.add(up).assumeBound(logitBound(rows, k + 1));
    if (k + 1 < plan.iterations) risks = await relativeLogistic(engine, logits);
    onIteration(k + 1);
  }
  const zero = engine.constant({ rows: 1, fractionalBits: shares.tolerance.fractionalBits, values: [0] });
  const prior = await withFractionalBits(engine, shares.prior, weightBits);
  return {
    weights: change.rowRange(0, columns),
    intercept: change.rowRange(columns, columns + 1).add(prior),
    logits,
    converged: await lessOrEqual(engine, gain ?? zero, shares.tolerance),
  };
}

/** The gradient of the objective times rows / 2^e, with {@link gradientBits} fractional bits; the intercept's last. */
async function gradientOf(
  engine: Engine,
  { design }: TrainingShares,
  at: {
    readonly plan: TrainingPlan;
    readonly residuals: SecretMatrix;
    readonly change: SecretMatrix | undefined;
  },
): Promise<SecretMatrix> {
  const { plan, residuals, change } = at;
  const exponent = rowExponent(plan.rows);
  const sums = await design.transposedProduct(residuals);
  const total = await withFractionalBits(engine, residuals.sum(), sums.fractionalBits);
  const divided = SecretMatrix.concatRows([sums, total])
    .assumeBound(gradientBound(plan.rows))
    .timesPowerOfTwo(-exponent);
  const gradient = (await withFractionalBits(engine, divided, gradientBits)).assumeBound(gradientNorm);
  const penalty = (plan.l2 * plan.rows) / 2 ** exponent;
  if (change === undefined || penalty === 0) return gradient;
  // A small factor is made up for by fractional bits.
  const small = Math.min(20, Math.max(0, Math.floor(-Math.log2(penalty))));
  const factors = new Float64Array(plan.columns + 1).fill(penalty * 2 ** small);
  factors[plan.columns] = 0;
  const scaled = (await engine.combine([{ secret: change, factor: factors }])).timesPowerOfTwo(-small);
  const pull = await withFractionalBits(engine, scaled, gradientBits);
  return gradient.add(pull).assumeBound(gradientNorm);
}

/** d = -s + beta d', both at a length of about 1. */
async function nextDirection(
  engine: Engine,
  preconditioner: Preconditioner,
  at: {
    readonly plan: TrainingPlan;
    readonly k: number;
    readonly gradient: SecretMatrix;
    readonly last: LastStep | undefined;
  },
): Promise<LastStep> {
  const { plan, k, gradient, last } = at;
  const { columns } = plan;
  const [ofColumns, ofIntercept, short] = await Promise.all([
    preconditioner.apply(gradient.rowRange(0, columns)),
    withFractionalBits(engine, gradient.rowRange(columns, columns + 1), directionBits),
    withFractionalBits(engine, gradient, 24),
  ]);
  const steep = SecretMatrix.concatRows([ofColumns, ofIntercept]);
  const square = await engine.matrixProduct(short.transpose(), await withFractionalBits(engine, steep, 24), {
    provenBound: largestPreconditioner * gradientNorm ** 2,
  });
  const normalized = await normalize("jointRiskModel", engine, square, { least: leastSquare });
  const scale = choiceSum(normalized, (exponent) => 2 ** -Math.floor(exponent / 2), sizeBits);
  const unit = await scaled(engine, steep, scale, directionBound(0));
  const own = await scaled(engine, gradient, scale, 2.2);
  const size = await innerProduct(engine, own, unit, { fractionalBits: factorBits, provenBound: 2.2 });
  const direction =
    last === undefined
      ? unit.negate()
      : await conjugate(engine, { unit, short, scale, last, bound: directionBound(k) });
  return {
    direction: direction.assumeBound(directionBound(k)),
    gradient: own,
    scale,
    inverseSquare: reciprocal(engine, size, { least: 0.25 }),
  };
}

/** A vector times a secret power of two, with {@link factorBits} fractional bits. */
function scaled(
  engine: Engine,
  vector: SecretMatrix,
  scale: SecretMatrix,
  provenBound: number,
): Promise<SecretMatrix> {
  return fixedMatrixProduct(engine, vector, scale, { fractionalBits: factorBits, provenBound });
}

async function conjugate(
  engine: Engine,
  at: {
    readonly unit: SecretMatrix;
    readonly short: SecretMatrix;
    readonly scale: SecretMatrix;
    readonly last: LastStep;
    readonly bound: number;
  },
): Promise<SecretMatrix> {
  const { unit, short, last, bound } = at;
  const [size, common, inverse] = await Promise.all([
    innerProduct(engine, short, unit, { fractionalBits: 24, provenBound: 1.5 * gradientNorm * 23 }),
    innerProduct(engine, last.gradient, unit, {
      fractionalBits: factorBits,
      provenBound: 2.2 * directionBound(0),
    }),
    last.inverseSquare,
  ]);
  const grown = await withFractionalBits(engine, await engine.multiply(size, last.scale), factorBits);
  const raw = grown.subtract(common);
  // Between 0 and 2: what is beyond is cut, before the product with the inverse.
  const [above, positive] = await Promise.all([
    greaterOrEqual(engine, raw, 2),
    greaterOrEqual(engine, raw, 0),
  ]);
  const two = engine.constant({ rows: 1, fractionalBits: factorBits, values: [2] });
  const capped = (await select(engine, above, two, raw)).scale(1);
  const kept = (await engine.multiply(positive, capped)).assumeBound(2);
  const factor = await fixedProduct(engine, kept, inverse, { provenBound: 8 });
  const one = engine.constant({ rows: 1, fractionalBits: factorBits, values: [1] });
  const beta = (await select(engine, await greaterOrEqual(engine, factor, 1), one, factor)).assumeBound(1);
  const part = await fixedMatrixProduct(engine, last.direction, beta, {
    fractionalBits: factorBits,
    provenBound: bound,
  });
  return part.subtract(unit);
}

/** The change of each logit along a direction, cut to the bits that its squares have room for. */
async function logitsAlong(
  engine: Engine,
  design: SecretDesign,
  at: { readonly plan: TrainingPlan; readonly k: number; readonly direction: SecretMatrix },
): Promise<SecretMatrix> {
  const { plan, k, direction } = at;
  const { rows, columns } = plan;
  const whole = changeBound(rows, k);
  const products = await design.product(direction.rowRange(0, columns), {
    part: Math.sqrt(rows) * directionBound(k),
    whole,
  });
  const intercept = broadcast(direction.rowRange(columns, columns + 1), rows);
  const finer = products.fractionalBits - intercept.fractionalBits;
  const logits = products.add(intercept.scale(2 ** finer).timesPowerOfTwo(-finer)).assumeBound(whole);
  return (await withFractionalBits(engine, logits, alongBits(rows, k))).assumeBound(whole);
}

/** Fractional bits of changes of logits: twice as many and two fit beside the sum of their squares. */
function alongBits(rows: number, k: number): number {
  return Math.min(14, Math.floor((58 - Math.log2(changeSquares(rows, k))) / 2) - 2);
}

/** How far to go along a direction, 0 to {@link maxStep}, and what half the gradient along it gains. */
async function stepLength(
  engine: Engine,
  at: {
    readonly plan: TrainingPlan;
    readonly k: number;
    readonly gradient: SecretMatrix;
    readonly direction: SecretMatrix;
    readonly along: SecretMatrix;
    readonly risks: SecretMatrix;
  },
): Promise<{ readonly length: SecretMatrix; readonly gain: SecretMatrix }> {
  const { plan, k, gradient, direction, along, risks } = at;
  const [slope, curvature] = await Promise.all([
    innerProduct(engine, await withFractionalBits(engine, gradient, directionBits), direction, {
      fractionalBits: 36,
      provenBound: gradientNorm * directionBound(k),
    }),
    curvatureAlong(engine, { plan, k, direction, along, risks }),
  ]);
  const down = slope.negate();
  const finer = down.fractionalBits - curvature.fractionalBits;
  const most = curvature.scale(maxStep * 2 ** finer).timesPowerOfTwo(-finer);
  const [beyond, falls, inverse] = await Promise.all([
    greaterOrEqual(engine, down, most),
    greaterOrEqual(engine, down, 0),
    reciprocal(engine, curvature, { least: leastCurvature / 2, fractionalBits: factorBits }),
  ]);
  const capped = await select(engine, beyond, most, down);
  const kept = await engine.multiply(falls, capped);
  const length = await fixedProduct(engine, kept, inverse, {
    provenBound: maxStep * 1.01,
    fractionalBits: factorBits,
  });
  const gain = await fixedProduct(engine, await withFractionalBits(engine, kept, 26), length, {
    provenBound: 2 * gradientNorm * directionBound(k) * maxStep,
    fractionalBits: 30,
  });
  return { length: length.assumeBound(maxStep * 1.01), gain };
}

/** sum of p (1 - p) q^2 by 2^e, and the penalty's part; at least {@link leastCurvature}. */
async function curvatureAlong(
  engine: Engine,
  at: {
    readonly plan: TrainingPlan;
    readonly k: number;
    readonly direction: SecretMatrix;
    readonly along: SecretMatrix;
    readonly risks: SecretMatrix;
  },
): Promise<SecretMatrix> {
  const { plan, k, direction, along, risks } = at;
  const exponent = rowExponent(plan.rows);
  const squares = changeSquares(plan.rows, k) * 1.02;
  const risky = await fixedProduct(engine, risks, along, {
    provenBound: along.bound * 1.01,
    fractionalBits: along.fractionalBits + 2,
  });
  const [once, twice, norm] = await Promise.all([
    engine.matrixProduct(risky.transpose(), along, { provenBound: squares }),
    engine.matrixProduct(risky.transpose(), risky, { provenBound: squares }),
    innerProduct(engine, direction, direction, {
      fractionalBits: factorBits,
      provenBound: directionBound(k) ** 2,
    }),
  ]);
  const finer = twice.fractionalBits - once.fractionalBits;
  const sum = once
    .scale(2 ** finer)
    .timesPowerOfTwo(-finer)
    .subtract(twice)
    .assumeBound(squares);
  const mean = await withFractionalBits(engine, sum.timesPowerOfTwo(-exponent), 28);
  const penalty = (plan.l2 * plan.rows) / 2 ** exponent;
  const small = Math.min(20, Math.max(0, Math.floor(-Math.log2(Math.max(penalty, 2 ** -30)))));
  const pulled = (await engine.scaleBy(norm, penalty * 2 ** small)).timesPowerOfTwo(-small);
  const pull = await withFractionalBits(engine, pulled, 28);
  return mean.add(pull).addPublic([leastCurvature]);
}
