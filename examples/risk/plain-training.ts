/** The check that only an example can do: both owners' rows in one place, trained in the clear. */

import {
  fitPreparation,
  prepareColumns,
  splitRows,
  trainInTheClear,
  type LenderInput,
  type LinearModel,
  type PlatformInput,
  type TrainingOptions,
} from "veilshare/risk";

/** How the rows are cut; the parties use the same. */
export interface PlainOptions extends TrainingOptions {
  readonly holdout: number;
  readonly splitSeed: string;
}

/** Joins on id in the clear, prepares and trains by the same rules: weights of the lender's columns come first. */
export function trainPlain(lender: LenderInput, platform: PlatformInput, options: PlainOptions): LinearModel {
  const platformRow = new Map(platform.ids.map((id, row) => [id, row]));
  const common = lender.ids
    .map((id, row) => ({ key: Buffer.from(id), row, other: platformRow.get(id) }))
    .filter(({ other }) => other !== undefined)
    .sort((a, b) => Buffer.compare(a.key, b.key));
  const { training } = splitRows(common.length, options.holdout, options.splitSeed);
  const lenderRows = training.map((at) => common[at]?.row ?? 0);
  const platformRows = training.map((at) => common[at]?.other ?? 0);
  const parts = [
    prepareColumns(fitPreparation(lender.columns, lenderRows), lender.columns, lenderRows),
    prepareColumns(fitPreparation(platform.columns, platformRows), platform.columns, platformRows),
  ];
  const labels = Uint8Array.from(lenderRows, (row) => lender.labels[row] ?? 0);
  return trainInTheClear(parts, labels, options);
}

/** The largest difference between a model's weights, intercept last, and those of the joint run. */
export function largestDifference(plain: LinearModel, joint: readonly number[]): number {
  const expected = [...plain.weights, plain.intercept];
  if (expected.length !== joint.length) return Infinity;
  return Math.max(...expected.map((weight, i) => Math.abs(weight - (joint[i] ?? NaN))));
}
