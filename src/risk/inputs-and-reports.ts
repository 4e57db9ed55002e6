/** What the parties of a joint model bring and get. */

import type { AlignmentOptions } from "../owners/alignment.js";
import type { Computation } from "../mpc/computation.js";
import type { FeatureColumn } from "../owners/columns.js";
import type { StateStore } from "../store/index.js";
import type { Disclosure } from "./disclosure.js";
import type { ToldMeasures } from "./measures.js";
import type { Discrimination } from "./metrics.js";
import type { RiskModelPart } from "./model.js";
import type { RoleNames } from "./roles.js";
import type { TrainingOptions } from "./training-plan.js";

/** The rows of an owner. */
export interface OwnedRows {
  /** One for each row, distinct and not empty; compared exactly. */
  readonly ids: readonly string[];
  /** Each with as many values as there are ids. */
  readonly columns: readonly FeatureColumn[];
}

/** What the lender brings. */
export interface LenderInput extends OwnedRows {
  readonly role: "lender";
  /** 0 or 1, one for each id; 1 is the outcome that scores point to. */
  readonly labels: ArrayLike<number>;
  /** Only with {@link JointRiskModelOptions.outOfTime}: when each row was, one finite number for each id. */
  readonly times?: ArrayLike<number>;
}

/** What the platform brings. */
export interface PlatformInput extends OwnedRows {
  readonly role: "platform";
}

/** The helper brings nothing. */
export interface HelperInput {
  readonly role: "helper";
}

/** The dealer brings nothing. */
export interface DealerInput {
  readonly role: "dealer";
}

/** What a party brings, by its role. */
export type RiskInput = LenderInput | PlatformInput | HelperInput | DealerInput;

/** Options of {@link jointRiskModel}; the same at all parties, but for `alignment` and `store`. */
export interface JointRiskModelOptions extends TrainingOptions {
  /** How secrets are shared, and with it whether there is a third party, and which. Default `two-party`. */
  readonly computation?: Computation;
  /** Names of the parties in the roles; default: the roles' own names. */
  readonly parties?: RoleNames;
  /** Share of the common rows that is held back from training, 0 to 0.5, drawn by both owners together. Default 0.2. */
  readonly holdout?: number;
  /**
   * Rows whose time is this or later are held back instead of a random share. The platform then learns which of the common
   * rows these are.
   */
  readonly outOfTime?: number;
  /** 2 to 10: also trains that many times, each with another part of the training rows held back. Default: not. */
  readonly folds?: number;
  /** Values of a text column before the rest is "other", 1 to 50. Default 10. */
  readonly maxCategories?: number;
  /**
   * Fewer common rows than this are refused, before anyone learns which are common: a model of few rows tells about them.
   * Default 50, at least 2.
   */
  readonly minimumRows?: number;
  /**
   * Whether the platform may bring fewer than three columns. A score of one column is that column. Default false.
   */
  readonly fewColumns?: boolean;
  /** What is told beside bands and measures. Default nothing. */
  readonly disclose?: readonly Disclosure[];
  /** Threads and limits of the own side of the intersection. */
  readonly alignment?: AlignmentOptions;
  /**
   * Remembers the own side's runs with each peer: a set of rows that differs from an earlier one by 1 to 19 rows is refused.
   * Without one nothing is remembered, and two runs may tell of the rows by which they differ.
   */
  readonly store?: StateStore;
}

/** How many columns an owner has in a model. */
export interface ColumnCounts {
  /** Of its table. */
  readonly sources: number;
  /** As they are trained on, indicators of categories counted each. */
  readonly prepared: number;
}

/** What lender and platform both learn. */
export interface OwnerReport {
  /** Common ids. */
  readonly aligned: number;
  readonly trainingRows: number;
  readonly holdoutRows: number;
  /** Columns of both sides: a model of many columns and few rows tells about rows. */
  readonly columns: Readonly<Record<"lender" | "platform", ColumnCounts>>;
  /** The own part of the model: shares, which say nothing without the other part. */
  readonly model: RiskModelPart;
  /** Whether the last step hardly changed the fit; where not, more iterations may. */
  readonly converged: boolean;
  /** Bands that scores are told in. */
  readonly bandCount: number;
  /** Names of the own prepared columns that were trained on. */
  readonly columnNames: readonly string[];
  /** Own columns that were left out: as good as the same in all training rows, or less related to the label than others. */
  readonly dropped: readonly string[];
  /** Only with `weights` disclosed: one for each of `columnNames`, in units of its standardised values. */
  readonly weights?: Float64Array;
}

/** Measures with all digits, of what one party has in the clear. */
export interface ExactMeasures extends Discrimination {
  readonly logLoss: number;
}

/** Measures on training rows and on those held back; `undefined` where one label does not occur. */
export interface Performance<M> {
  /** On rows that were trained on: better than on others. */
  readonly training: M | undefined;
  readonly holdout: M | undefined;
}

/** Measures on each part that was held back in turn, with their mean and sample standard deviation. */
export interface Validation {
  readonly folds: readonly ToldMeasures[];
  readonly mean: ExactMeasures;
  readonly spread: ExactMeasures;
}

/** What the lender gets. */
export interface LenderReport extends OwnerReport {
  readonly role: "lender";
  readonly joint: Performance<ToldMeasures>;
  /** Logistic regression on the lender's own columns only, computed alone and in the clear. */
  readonly alone: Performance<ExactMeasures>;
  /** Only with `folds`, where each part has both labels. */
  readonly validation?: Validation;
  /** Own row of each common id, in the order of the ids' bytes. */
  readonly rows: Uint32Array;
  /** The band of each of them, from 0: a higher one points to label 1. */
  readonly bands: Uint8Array;
  /** 1 for each of them that was held back. */
  readonly heldBack: Uint8Array;
  /** Only with `points` disclosed. */
  readonly points?: Int32Array;
  /** Only with `weights` disclosed. */
  readonly intercept?: number;
}

/** What the platform gets. */
export interface PlatformReport extends OwnerReport {
  readonly role: "platform";
}

/** What the helper gets. */
export interface RiskHelperReport {
  readonly role: "helper";
  readonly trainingRows: number;
  /** Prepared columns of both owners. */
  readonly columns: number;
}

/** What the dealer gets. */
export interface RiskDealerReport {
  readonly role: "dealer";
  readonly correlations: number;
  readonly correctionBytes: number;
}

/** What a party gets, by its role. */
export type RiskReport = LenderReport | PlatformReport | RiskHelperReport | RiskDealerReport;
