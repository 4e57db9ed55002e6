/**
 * The training on secrets: `training-plan.ts` step by step in fixed point. A step is
 *
 *   gradient    X^T (p - y) and the sum of p - y, and the penalty's part
 *   direction   -K g and a part of the last direction, shortened where it is very long
 *   length      the longest of a list that the slope, the curvature and its growth along the direction let it go
 *   risks       the logits along it, and their logistic function
 *
 * and about 50 rounds of messages, whatever the number of rows.
 */

import type { Engine } from "../mpc/engine.js";
import { lessOrEqual } from "../mpc/operations/comparison.js";
import { withFractionalBits } from "../mpc/operations/fixed-point.js";
import { SecretMatrix } from "../mpc/secret-matrix.js";
import { stepBits } from "./line-search.js";
import { logitBits, relativeLogistic, riskBits, type Risks } from "./logistic.js";
import { atBits, broadcast, fixedMatrixProduct } from "./matrix-products.js";
import type { ScorePieces } from "./score-pieces.js";
import type { SecretDesign } from "./secret-design.js";
import type { LabelScalars } from "./secret-labels.js";
import { lineShape } from "./secret-line.js";
import { chooseFactors, searchLine } from "./secret-line-search.js";
import {
  changeBound,
  directionNorm,
  elementBound,
  gradientBound,
  gradientNorm,
  logitBound,
  planLine,
  rowExponent,
  rowPart,
  steepNorm,
  weightBound,
  type LinePlan,
  type TrainingPlan,
} from "./training-plan.js";

/** Fractional bits of directions; with those of a length, of weights. */
const directionBits = 20;
export const weightBits: number = directionBits + stepBits;

/** Of changes of logits along a direction; with those of a length, of logits. */
const changeBits: number = logitBits - stepBits;

/** Of gradients that K is applied to, and of those that others are compared by. */
const gradientBits = 32;
const shortBits = 26;
const productBits = 16;

/** What is trained on, in shares. */
export interface TrainingShares {
  readonly design: SecretDesign;
  /** K; see `preconditioner.ts`. */
  readonly preconditioner: SecretMatrix;
  /** rows x 1, 0 or 1, without fractional bits. */
  readonly labels: SecretMatrix;
  readonly scalars: LabelScalars;
}

/** What a training gives, in shares. */
export interface Trained<Early> {
  /** columns x 1, with {@link weightBits} fractional bits. */
  readonly weights: SecretMatrix;
  /** 1 x 1. */
  readonly intercept: SecretMatrix;
  /** Log-odds of the training rows, with {@link logitBits} fractional bits. */
  readonly logits: SecretMatrix;
  /** 1 x 1: whether the last step hardly mattered; known later than the rest. */
  readonly converged: () => Promise<SecretMatrix>;
  /** What was worked out beside the last step. */
  readonly early: Early;
}

/** A training's progress, and what goes on beside its last step. */
export interface TrainingHooks<Early> {
  /** Told the number of steps done. */
  readonly onIteration: (done: number) => void;
  /** Gets the pieces that training scores are in before the last step. */
  readonly beforeLast: (pieces: ScorePieces) => Promise<Early>;
}

/** What one step leaves to the next. */
interface Step {
  /** columns + 1 x 1, with {@link directionBits}. */
  readonly direction: SecretMatrix;
  /** Its changes of logits, rows x 1, with {@link changeBits}. */
  readonly along: SecretMatrix;
  /** The gradient where it began, with {@link shortBits}. */
  readonly short: SecretMatrix;
}

/** Where a step begins. */
interface Point {
  readonly k: number;
  readonly plan: TrainingPlan;
  readonly risks: SecretMatrix;
  readonly pull: SecretMatrix | undefined;
  readonly last: Step | undefined;
}

/**
 * Trains; everything stays secret.
 *
 * @throws VeilshareError BOUND_EXCEEDED when there are too many rows for the ring.
 *
 * **Security.** Opens nothing that is not masked: what parties see is uniformly random.
 */
export async function trainOnShares<Early>(
  engine: Engine,
  shares: TrainingShares,
  plan: TrainingPlan,
  { onIteration, beforeLast }: TrainingHooks<Early>,
): Promise<Trained<Early>> {
  const { rows, columns } = plan;
  const { prior, rate, tolerance } = shares.scalars;
  let logits = broadcast(prior, rows);
  let at: Risks | undefined;
  let pull: SecretMatrix | undefined;
  let change = zeros(engine, columns + 1);
  let last: Step | undefined;
  let gain = (): Promise<SecretMatrix> => Promise.resolve(zeros(engine, 1));
  let early: Early | undefined;
  for (let k = 0; k < plan.iterations; k++) {
    const point = { k, plan, risks: at?.risks ?? broadcast(rate, rows), pull, last };
    const isLast = k === plan.iterations - 1;
    const [made, beside] = await Promise.all([
      stepFrom(engine, shares, point),
      isLast && at !== undefined ? beforeLast(at.pieces) : undefined,
    ]);
    last = made.step;
    gain = made.gain;
    early = beside;
    change = change.add(made.moved).assumeBound(weightBound(k + 1));
    logits = logits.add(made.up).assumeBound(logitBound(rows, k + 1));
    if (!isLast) {
      [at, pull] = await Promise.all([relativeLogistic(engine, logits), pullOf(engine, plan, change)]);
    }
    onIteration(k + 1);
  }
  early ??= await beforeLast((await relativeLogistic(engine, logits)).pieces);
  return {
    weights: change.rowRange(0, columns),
    intercept: change.rowRange(columns, columns + 1).add(atBits(prior, weightBits)),
    logits,
    converged: async () =>
      lessOrEqual(
        engine,
        await withFractionalBits(engine, await gain(), tolerance.fractionalBits),
        tolerance,
      ),
    early,
  };
}

function zeros(engine: Engine, length: number): SecretMatrix {
  return engine.constant({ rows: length, fractionalBits: weightBits, values: new Float64Array(length) });
}

/** A step: where it leads, the moves of weights and logits, and, when asked for, twice what it gains. */
async function stepFrom(
  engine: Engine,
  shares: TrainingShares,
  point: Point,
): Promise<{
  readonly step: Step;
  readonly moved: SecretMatrix;
  readonly up: SecretMatrix;
  readonly gain: () => Promise<SecretMatrix>;
}> {
  const { k, plan } = point;
  const [{ fine, short }, weights] = await Promise.all([
    gradientOf(engine, shares, point),
    curvatureWeights(engine, shares, point),
  ]);
  const line = planLine(plan, k);
  const { direction, along, rough } = await directionFrom(engine, shares, { ...point, fine, short, line });
  const shape = await lineShape(engine, shares.scalars, { plan, k, line, short, direction, rough, weights });
  const length = await searchLine(engine, shape);
  const norm = directionNorm(k);
  const [moved, up] = await Promise.all([
    engine.matrixProduct(direction, length, { provenBound: weightBound(k + 1) }),
    engine.matrixProduct(along, length, { provenBound: length.bound * changeBound(plan.rows, norm) }),
  ]);
  const gain = async (): Promise<SecretMatrix> =>
    engine.multiply(await withFractionalBits(engine, shape.slope, shortBits), length);
  return { step: { direction, along, short }, moved, up, gain };
}

/** The gradient of the objective times rows / 2^e; the intercept's last. */
async function gradientOf(
  engine: Engine,
  { design, labels }: TrainingShares,
  { plan, risks, pull }: Point,
): Promise<{ readonly fine: SecretMatrix; readonly short: SecretMatrix }> {
  const exponent = rowExponent(plan.rows);
  const given = atBits(labels, riskBits);
  const residuals = risks.subtract(given).assumeBound(1 + 2 ** -7);
  const sums = await design.transposedProduct(residuals);
  const total = residuals.sum();
  const divided = SecretMatrix.concatRows([sums, atBits(total, sums.fractionalBits)])
    .assumeBound(gradientBound(plan.rows))
    .timesPowerOfTwo(-exponent);
  const whole = pull === undefined ? divided : divided.add(atBits(pull, divided.fractionalBits));
  const [fine, short] = await Promise.all([
    withFractionalBits(engine, whole, gradientBits),
    withFractionalBits(engine, whole, shortBits),
  ]);
  const bound = Math.SQRT2 * gradientNorm(plan);
  return { fine: fine.assumeBound(bound), short: short.assumeBound(bound) };
}

/** The penalty's part of the gradient times rows / 2^e. */
async function pullOf(
  engine: Engine,
  plan: TrainingPlan,
  change: SecretMatrix,
): Promise<SecretMatrix | undefined> {
  const penalty = plan.l2 * rowPart(plan.rows);
  if (penalty === 0) return undefined;
  // A small factor is made up for by fractional bits.
  const small = Math.min(20, Math.max(0, Math.floor(-Math.log2(penalty))));
  const scaled = await engine.scaleBy(change.rowRange(0, plan.columns), penalty * 2 ** small);
  const cut = await withFractionalBits(engine, scaled.timesPowerOfTwo(-small), gradientBits);
  const none = engine.constant({ rows: 1, fractionalBits: gradientBits, values: [0] });
  return SecretMatrix.concatRows([cut, none]).assumeBound(Math.SQRT2 * gradientNorm(plan));
}

/** p (1 - p) of each row, with {@link riskBits}. */
async function curvatureWeights(
  engine: Engine,
  { scalars }: TrainingShares,
  { k, plan, risks }: Point,
): Promise<SecretMatrix> {
  const different = k === 0 ? scalars.rate : risks;
  const squares = await engine.multiply(different, different, { provenBound: 1.01 });
  const short = await withFractionalBits(engine, squares, riskBits);
  const weights = different.subtract(short).assumeBound(0.26);
  return k === 0 ? broadcast(weights, plan.rows) : weights;
}

/** The new direction, and the changes of logits along it, also rough ones for their squares. */
async function directionFrom(
  engine: Engine,
  { design, preconditioner, scalars }: TrainingShares,
  at: Point & { readonly fine: SecretMatrix; readonly short: SecretMatrix; readonly line: LinePlan },
): Promise<{ readonly direction: SecretMatrix; readonly along: SecretMatrix; readonly rough: SecretMatrix }> {
  const { k, plan, fine, short, line, last } = at;
  const steepest = steepNorm(plan);
  const [wide, shorter] = await Promise.all([
    engine.matrixProduct(preconditioner, fine.negate(), { provenBound: elementBound(steepest) }),
    last === undefined ? undefined : withFractionalBits(engine, last.direction, productBits),
  ]);
  const [steep, coarse] = await Promise.all([
    withFractionalBits(engine, wide, directionBits),
    withFractionalBits(engine, wide, productBits),
  ]);
  const changesOf = logitsAlong(design, plan, steep);
  if (last === undefined || shorter === undefined) {
    const changes = await changesOf;
    const [along, rough] = await Promise.all([
      withFractionalBits(engine, changes, changeBits),
      withFractionalBits(engine, changes, line.changeBits),
    ]);
    return bounded({ direction: steep, along, rough }, plan, k);
  }
  const [changes, factors] = await Promise.all([
    changesOf,
    factorsOf(engine, scalars.curvature, { plan, k, coarse, short, last, shorter }),
  ]);
  const norm = directionNorm(k);
  const pair = SecretMatrix.concatColumns([changes, atBits(last.along, changes.fractionalBits)]);
  const [sum, both] = await Promise.all([
    fixedMatrixProduct(engine, SecretMatrix.concatColumns([steep, last.direction]), factors, {
      fractionalBits: directionBits,
      provenBound: elementBound(norm),
    }),
    engine.matrixProduct(pair, factors, { provenBound: changeBound(plan.rows, norm) }),
  ]);
  const [along, rough] = await Promise.all([
    withFractionalBits(engine, both, changeBits),
    withFractionalBits(engine, both, line.changeBits),
  ]);
  return bounded({ direction: sum, along, rough }, plan, k);
}

function bounded(
  made: { readonly direction: SecretMatrix; readonly along: SecretMatrix; readonly rough: SecretMatrix },
  plan: TrainingPlan,
  k: number,
): typeof made {
  const norm = directionNorm(k);
  const most = changeBound(plan.rows, norm);
  return {
    direction: made.direction.assumeBound(elementBound(norm)),
    along: made.along.assumeBound(most),
    rough: made.rough.assumeBound(most),
  };
}

/** By what the new direction and the last one are multiplied. */
async function factorsOf(
  engine: Engine,
  curvature: SecretMatrix,
  at: {
    readonly plan: TrainingPlan;
    readonly k: number;
    readonly coarse: SecretMatrix;
    readonly short: SecretMatrix;
    readonly last: Step;
    /** Its direction, with {@link productBits}. */
    readonly shorter: SecretMatrix;
  },
): Promise<SecretMatrix> {
  const { plan, k, coarse, short, last, shorter } = at;
  const change = short.subtract(last.short);
  const steepest = steepNorm(plan);
  const gradient = gradientNorm(plan);
  const product = (x: SecretMatrix, y: SecretMatrix, provenBound: number): Promise<SecretMatrix> =>
    engine.matrixProduct(x.transpose(), y, { provenBound });
  const [opposed, along, descent] = await Promise.all([
    product(coarse.negate(), change, 2 * steepest * gradient),
    product(shorter, change, 2 * directionNorm(k - 1) * gradient),
    product(coarse.negate(), short, steepest * gradient),
  ]);
  return chooseFactors(engine, {
    opposed,
    along,
    descent,
    curvature: atBits(curvature, descent.fractionalBits),
  });
}

/** The change of each logit along a direction, with all the bits that it comes with. */
async function logitsAlong(
  design: SecretDesign,
  plan: TrainingPlan,
  direction: SecretMatrix,
): Promise<SecretMatrix> {
  const { rows, columns } = plan;
  const whole = changeBound(rows, steepNorm(plan));
  const products = await design.product(direction.rowRange(0, columns), { part: whole, whole });
  const intercept = broadcast(direction.rowRange(columns, columns + 1), rows);
  return products.add(atBits(intercept, products.fractionalBits)).assumeBound(whole);
}
