/** Measures of several trainings, together. */

import type { ExactMeasures, Validation } from "./inputs-and-reports.js";
import type { ToldMeasures } from "./measures.js";

/** Mean and sample standard deviation; `undefined` for none, or where a part has one label only. */
export function summariseFolds(folds: readonly (ToldMeasures | undefined)[]): Validation | undefined {
  const told = folds.filter((fold) => fold !== undefined);
  if (told.length === 0 || told.length < folds.length) return undefined;
  const of = (f: (values: readonly number[]) => number): ExactMeasures => ({
    auc: f(told.map(({ auc }) => auc)),
    ks: f(told.map(({ ks }) => ks)),
    logLoss: f(told.map(({ logLoss }) => logLoss)),
  });
  return { folds: told, mean: of(meanOf), spread: of(spreadOf) };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function spreadOf(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
