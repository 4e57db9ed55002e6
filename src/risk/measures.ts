/** AUC, KS and log loss, told to the lender with few decimals that are rounded on shares. */

import type { Engine } from "../mpc/engine.js";
import { greaterOrEqual } from "../mpc/operations/comparison.js";
import { select } from "../mpc/operations/selection.js";
import { SecretMatrix } from "../mpc/secret-matrix.js";
import { largestOf } from "./largest.js";
import { nearestStep } from "./rounding.js";
import type { CountedScores } from "./score-counts.js";
import type { ScoreScale } from "./score-scale.js";
import { discriminationOf, logLossOf } from "./secret-evaluation.js";
import { positivesOf, shareInverseCounts, type OwnLabels } from "./secret-labels.js";

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
  counted: CountedScores,
  { own, scale }: { readonly own: OwnLabels | undefined; readonly scale: ScoreScale },
): Promise<ToldMeasures | undefined> {
  const inverses = await shareInverseCounts(engine, lender, own);
  const fine = isFine(engine, counted);
  const discriminate = async (): Promise<SecretMatrix> => {
    const { auc, distances } = await discriminationOf(engine, counted, inverses);
    const both = await Promise.all([
      rounded(engine, auc, 1, fine),
      largestOf(engine, distances).then((ks) => rounded(engine, ks, 1, fine)),
    ]);
    return SecretMatrix.concatRows(both);
  };
  const loss = async (): Promise<SecretMatrix> =>
    rounded(engine, await logLossOf(engine, counted, scale), worstLogLoss, fine);
  const [isTold, ...told] = await Promise.all([fine, discriminate(), loss()]);
  const digitsOf = isTold ?? engine.constant({ rows: 1, fractionalBits: 0, values: [0] });
  const opened = await engine.revealTo(lender, SecretMatrix.concatRows([...told, digitsOf]));
  if (opened === undefined) return undefined;
  const [first = 0, second = 0, third = 0, digits = 0] = opened;
  const decimals = digits === 1 ? 3 : 2;
  return { auc: first / 1000, ks: second / 1000, logLoss: third / 1000, decimals };
}

/** 1 x 1: whether a third decimal may be told; `undefined` where the number of rows alone says no. */
async function isFine(
  engine: Engine,
  { rows, positives: counts }: CountedScores,
): Promise<SecretMatrix | undefined> {
  if (rows < fineRows) return undefined;
  const positives = counts.columnSums().assumeBound(rows);
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
  fine: Promise<SecretMatrix | undefined>,
): Promise<SecretMatrix> {
  const steps = (perUnit: number): Promise<SecretMatrix> =>
    nearestStep(engine, x, { from: 0, count: perUnit * largest, width: 1 / perUnit });
  const isFineSet = await fine;
  if (isFineSet === undefined) return (await steps(100)).scale(10);
  const [coarse, thousandths] = await Promise.all([steps(100), steps(1000)]);
  return select(engine, isFineSet, thousandths, coarse.scale(10));
}

/** Whether a set of own labels has both, without which AUC and KS do not exist. */
export function hasBoth(labels: OwnLabels): boolean {
  const positives = positivesOf(labels);
  return positives > 0 && positives < labels.length;
}
