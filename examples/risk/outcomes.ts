/** What crosses between the example and its parties' processes, as JSON. */

import type { Computation, Disclosure, ExactMeasures, Performance, Validation } from "veilshare/risk";
import type { OwnerReading } from "./owner-table.js";

/** Options of the protocol that all processes are started with. */
export type RiskOptions = Readonly<{
  holdout: number;
  minimumRows: number;
  computation: Computation;
  fewColumns: boolean;
  folds?: number;
  disclose?: readonly Disclosure[];
}>;

/** What a process is started with. */
export type RiskTask =
  | {
      readonly role: "lender" | "platform";
      readonly file: string;
      readonly reading: OwnerReading;
      readonly options: RiskOptions;
      /** A folder for the own part of the model and, at the lender, scores; null for none. */
      readonly out: string | null;
    }
  | { readonly role: "helper" | "dealer"; readonly options: RiskOptions };

/** What any process has used. */
export type Used = Readonly<{
  bytesSent: number;
  rounds: number;
}>;

/** Measures of a set of rows; told ones with their number of decimals. */
export type PlainMeasures = Readonly<{ auc: number; ks: number; logLoss: number; decimals: number }>;

/** Measures; null where they do not exist. */
export type PlainPerformance = Readonly<{ training: PlainMeasures | null; holdout: PlainMeasures | null }>;

/** Measures of several trainings. */
export type PlainValidation = Readonly<{ folds: number; mean: PlainMeasures; spread: PlainMeasures }>;

/** As many decimals as a number has. */
export const allDecimals = 17;

function plainMeasures(measures: ExactMeasures & { readonly decimals?: number }): PlainMeasures {
  const { auc, ks, logLoss, decimals = allDecimals } = measures;
  return { auc, ks, logLoss, decimals };
}

/** Measures in a form that JSON keeps. */
export function plainPerformance({ training, holdout }: Performance<ExactMeasures>): PlainPerformance {
  return {
    training: training === undefined ? null : plainMeasures(training),
    holdout: holdout === undefined ? null : plainMeasures(holdout),
  };
}

/** Measures of several trainings in a form that JSON keeps. */
export function plainValidation(validation: Validation | undefined): PlainValidation | null {
  if (validation === undefined) return null;
  const { folds, mean, spread } = validation;
  return { folds: folds.length, mean: plainMeasures(mean), spread: plainMeasures(spread) };
}

/** What an owner's process gives back. */
export type OwnerOutcome = Used & {
  readonly aligned: number;
  readonly trainingRows: number;
  readonly holdoutRows: number;
  readonly columnNames: readonly string[];
  readonly dropped: readonly string[];
  readonly converged: boolean;
  /** One for each of the columns' names, where all agreed to tell them; null where not. */
  readonly weights: readonly number[] | null;
};

/** What the lender's process gives back. */
export type LenderOutcome = OwnerOutcome & {
  readonly role: "lender";
  readonly joint: PlainPerformance;
  readonly alone: PlainPerformance;
  readonly validation: PlainValidation | null;
  readonly bandCount: number;
  /** Own row of each common id, and 1 where it was held back. */
  readonly rows: readonly number[];
  readonly heldBack: readonly number[];
};

/** What the platform's process gives back. */
export type PlatformOutcome = OwnerOutcome & { readonly role: "platform" };

/** What the third party's process gives back. */
export type ThirdOutcome = Used & { readonly role: "helper" | "dealer" };

/** What a process gives back. */
export type RiskOutcome = LenderOutcome | PlatformOutcome | ThirdOutcome;
