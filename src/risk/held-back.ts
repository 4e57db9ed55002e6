/** Scores of rows that were held back from training, on shares. */

import type { ProtocolRun } from "../channel/party.js";
import type { Engine } from "../mpc/engine.js";
import { withFractionalBits } from "../mpc/operations/fixed-point.js";
import type { SecretMatrix } from "../mpc/secret-matrix.js";
import type { OwnerRoles } from "./roles.js";
import type { OwnTrainingRows } from "./training-parts.js";
import { logitBits } from "./logistic.js";
import { broadcast } from "./matrix-products.js";
import { shareDesign } from "./secret-design.js";
import { shareLabels } from "./secret-labels.js";
import type { Trained } from "./secret-training.js";
import { valueBound, weightBound, type TrainingPlan } from "./training-plan.js";
import type { TrainingSize } from "./training-size.js";

/** Fractional bits of weights when rows are scored. */
export const scoreWeightBits = 20;

/** Scores and labels of the rows held back; `undefined` where there are none. */
export async function scoreHeldBack(
  engine: Engine,
  at: {
    readonly run: ProtocolRun;
    readonly roles: OwnerRoles;
    readonly size: TrainingSize;
    readonly plan: TrainingPlan;
    readonly own: OwnTrainingRows;
    readonly trained: Trained;
  },
): Promise<{ readonly scores: SecretMatrix; readonly labels: SecretMatrix } | undefined> {
  const { run, roles, size, plan, own, trained } = at;
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
  const labels = await shareLabels(engine, roles.lender, rows, own.heldBackLabels);
  const weights = await withFractionalBits(engine, trained.weights, scoreWeightBits);
  const most = valueBound(size.rows) * weightBound(plan.iterations) * Math.sqrt(plan.columns);
  const bound = Math.min(most, 2 ** 30);
  const products = await design.product(weights, { part: bound, whole: bound });
  const scores = await withFractionalBits(engine, products, logitBits);
  const intercept = await withFractionalBits(engine, trained.intercept, logitBits);
  return { scores: scores.add(broadcast(intercept, rows)).assumeBound(bound + intercept.bound), labels };
}
