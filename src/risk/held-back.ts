/** Scores of rows that were held back from training, on shares. */

import type { ProtocolRun } from "../channel/party.js";
import type { Engine } from "../mpc/engine.js";
import { withFractionalBits } from "../mpc/operations/fixed-point.js";
import type { SecretMatrix } from "../mpc/secret-matrix.js";
import type { OwnerRoles } from "./roles.js";
import type { OwnTrainingRows } from "./training-parts.js";
import { scoreBits } from "./logistic.js";
import { broadcast } from "./matrix-products.js";
import type { ScoredRows } from "./score-counts.js";
import { shareDesign, type SecretDesign } from "./secret-design.js";
import { shareLabels } from "./secret-labels.js";
import type { Trained } from "./secret-training.js";
import { valueBound, weightBound, type TrainingPlan } from "./training-plan.js";
import type { TrainingSize } from "./training-size.js";

/** Fractional bits of weights when rows are scored. */
export const scoreWeightBits = 20;

/** Rows that are held back, in shares. */
export interface HeldBackRows {
  readonly design: SecretDesign;
  readonly labels: SecretMatrix;
}

/** Shares the rows held back; `undefined` where there are none. */
export async function shareHeldBack(
  engine: Engine,
  at: {
    readonly run: ProtocolRun;
    readonly roles: OwnerRoles;
    readonly size: TrainingSize;
    readonly own: OwnTrainingRows;
  },
): Promise<HeldBackRows | undefined> {
  const { run, roles, size, own } = at;
  const rows = size.heldBackRows;
  if (rows === 0) return undefined;
  const design = await shareDesign(engine, {
    rows,
    trainingRows: size.rows,
    products: 1,
    transposedProducts: 0,
    lender: { index: roles.lender, columns: size.lenderColumns },
    platform: { index: roles.platform, columns: size.platformColumns },
    ...(own.heldBackValues === undefined ? {} : { own: { index: run.index, values: own.heldBackValues } }),
  });
  return { design, labels: await shareLabels(engine, roles.lender, rows, own.heldBackLabels) };
}

/** Their scores. */
export async function scoreHeldBack(
  engine: Engine,
  { design, labels }: HeldBackRows,
  plan: TrainingPlan,
  trained: Pick<Trained<unknown>, "weights" | "intercept">,
): Promise<ScoredRows> {
  const weights = await withFractionalBits(engine, trained.weights, scoreWeightBits);
  const most = valueBound(plan.rows) * weightBound(plan.iterations) * Math.sqrt(plan.columns);
  const bound = Math.min(most, 2 ** 30);
  const products = await design.product(weights, { part: bound, whole: bound });
  const [scores, intercept] = await Promise.all([
    withFractionalBits(engine, products, scoreBits),
    withFractionalBits(engine, trained.intercept, scoreBits),
  ]);
  const whole = scores.add(broadcast(intercept, labels.rows)).assumeBound(bound + intercept.bound);
  return { scores: whole, labels };
}
