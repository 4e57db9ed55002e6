/** AUC, KS and log loss, told to the lender with few decimals that are rounded on shares. */

import type { Engine } from "../mpc/engine.js";
import { greaterOrEqual } from "../mpc/operations/comparison.js";
import { maximum, select } from "../mpc/operations/selection.js";
import { SecretMatrix } from "../mpc/secret-matrix.js";
import { nearestStep } from "./rounding.js";
import {
  discriminationOf,
  logLossOf,
  middlesOf,
  type CountedScores,
  type ScoreScale,
} from "./secret-evaluation.js";
import { positivesOf, shareInverseCounts, type OwnLabels } from "./secret-labels.js";
import { softplus } from "./softplus.js";

/** Scored rows, in shares. */
export interface EvaluatedRows {
  /** rows x 1, log-odds. */
  readonly scores: SecretMatrix;
  readonly labels: SecretMatrix;
  readonly counted: CountedScores;
}

/** What the lender learns of a set of rows. */
export interface ToldMeasures {
  readonly auc: number;
  readonly ks: number;
  /** Mean of -log of what the model gave the true label; 4 stands for 4 and more. */
  readonly logLoss: number;
  /** All three are rounded to as many: 3 from 10,000 rows and 500 of each label, else 2. */
  readonly decimals: 2 | 3;
}

/** Rows that a third decimal takes, and rows of each label. */
const fineRows = 10_000;
const fineLabels = 500;

/** No log loss is told above this. */
const worstLogLoss = 4;

/** Works out and tells; only the lender gets them. */
export async function tellMeasures(
  engine: Engine,
  lender: number,
  set: { readonly rows: EvaluatedRows; readonly own: OwnLabels | undefined; readonly scale: ScoreScale },
): Promise<ToldMeasures | undefined> {
  const { labels, counted } = set.rows;
  const inverses = await shareInverseCounts(engine, lender, set.own);
  const middles = await middlesOf(engine, set.scale, counted.cuts);
  const [{ auc, distances, positives }, losses] = await Promise.all([
    discriminationOf(engine, counted, { labels, ...inverses }),
    softplus(engine, middles),
  ]);
  const [ks, logLoss, fine] = await Promise.all([
    maximum(engine, distances),
    logLossOf(engine, counted, { softplus: losses, middles, positives }),
    isFine(engine, labels),
  ]);
  const told = await Promise.all([
    rounded(engine, auc, 1, fine),
    rounded(engine, ks.value, 1, fine),
    rounded(engine, logLoss, worstLogLoss, fine),
  ]);
  const opened = await engine.revealTo(lender, SecretMatrix.concatRows([...told, fine ?? told[0]]));
  if (opened === undefined) return undefined;
  const [first = 0, second = 0, third = 0, digits = 0] = opened;
  const decimals = fine !== undefined && digits === 1 ? 3 : 2;
  return { auc: first / 1000, ks: second / 1000, logLoss: third / 1000, decimals };
}

/** 1 x 1: whether a third decimal may be told; `undefined` where the number of rows alone says no. */
async function isFine(engine: Engine, labels: SecretMatrix): Promise<SecretMatrix | undefined> {
  const { rows } = labels;
  if (rows < fineRows) return undefined;
  const positives = labels.columnSums();
  const negatives = positives.negate().addPublic([rows]).assumeBound(rows);
  const [first, second] = await Promise.all([
    greaterOrEqual(engine, positives, fineLabels),
    greaterOrEqual(engine, negatives, fineLabels),
  ]);
  return engine.multiply(first, second);
}

/** A number from 0 up to a largest one, in thousandths, rounded to hundredths unless `fine` is 1. */
async function rounded(
  engine: Engine,
  x: SecretMatrix,
  largest: number,
  fine: SecretMatrix | undefined,
): Promise<SecretMatrix> {
  const hundredths = { from: 0, count: 100 * largest, width: 0.01 };
  const coarse = (await nearestStep(engine, x, hundredths)).scale(10);
  if (fine === undefined) return coarse;
  const thousandths = await nearestStep(engine, x, { from: 0, count: 1000 * largest, width: 0.001 });
  return select(engine, fine, thousandths, coarse);
}

/** Whether a set of own labels has both, without which AUC and KS do not exist. */
export function hasBoth(labels: OwnLabels): boolean {
  const positives = positivesOf(labels);
  return positives > 0 && positives < labels.length;
}
