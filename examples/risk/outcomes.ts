/** What crosses between the example and its parties' processes, as JSON. */

import type { Computation, Discrimination, Performance } from "veilshare/risk";

/** Options of the protocol that all processes are started with. */
export type RiskOptions = Readonly<{
  holdout: number;
  splitSeed: string;
  minimumRows: number;
  computation: Computation;
}>;

/** What a process is started with. */
export type RiskTask =
  | { readonly role: "lender" | "platform"; readonly file: string; readonly options: RiskOptions }
  | { readonly role: "helper" | "dealer"; readonly options: RiskOptions };

/** What any process has used. */
export type Used = Readonly<{
  bytesSent: number;
  rounds: number;
}>;

/** Measures; null where they do not exist. */
export type PlainPerformance = Readonly<{
  training: PlainDiscrimination | null;
  holdout: PlainDiscrimination | null;
}>;

type PlainDiscrimination = Readonly<{ auc: number; ks: number }>;

/** Measures in a form that JSON keeps. */
export function plainPerformance({ training, holdout }: Performance): PlainPerformance {
  const plain = (measures: Discrimination | undefined): PlainDiscrimination | null =>
    measures === undefined ? null : { ...measures };
  return { training: plain(training), holdout: plain(holdout) };
}

/** What an owner's process gives back. */
export type OwnerOutcome = Used & {
  readonly aligned: number;
  readonly trainingRows: number;
  readonly holdoutRows: number;
  readonly columnNames: readonly string[];
  readonly dropped: readonly string[];
  readonly weights: readonly number[];
};

/** What the lender's process gives back. */
export type LenderOutcome = OwnerOutcome & {
  readonly role: "lender";
  readonly intercept: number;
  readonly joint: PlainPerformance;
  readonly alone: PlainPerformance;
};

/** What the platform's process gives back. */
export type PlatformOutcome = OwnerOutcome & { readonly role: "platform" };

/** What the third party's process gives back. */
export type ThirdOutcome = Used & { readonly role: "helper" | "dealer" };

/** What a process gives back. */
export type RiskOutcome = LenderOutcome | PlatformOutcome | ThirdOutcome;
