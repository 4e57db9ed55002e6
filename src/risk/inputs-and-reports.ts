/** What the parties of a joint model bring and get. */

import type { AlignmentOptions } from "../owners/alignment.js";
import type { Computation } from "../mpc/computation.js";
import type { FeatureColumn } from "../owners/columns.js";
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

/** Options of {@link jointRiskModel}; the same at all parties, but for `alignment`. */
export interface JointRiskModelOptions extends TrainingOptions {
  /** How secrets are shared, and with it whether there is a third party, and which. Default `two-party`. */
  readonly computation?: Computation;
  /** Names of the parties in the roles; default: the roles' own names. */
  readonly parties?: RoleNames;
  /** Share of the common rows that is held back from training, 0 to 0.5. Default 0.2. */
  readonly holdout?: number;
  /** Which rows are held back; public. Default `veilshare`. */
  readonly splitSeed?: string;
  /** Values of a text column before the rest is "other", 1 to 50. Default 10. */
  readonly maxCategories?: number;
  /** Fewer common rows than this are refused: a model of few rows tells about them. Default 50, at least 2. */
  readonly minimumRows?: number;
  /** Threads and limits of the own side of the intersection. */
  readonly alignment?: AlignmentOptions;
}

/** What lender and platform both learn. */
export interface OwnerReport {
  /** Common ids. */
  readonly aligned: number;
  readonly trainingRows: number;
  readonly holdoutRows: number;
  /** The own part of the model. */
  readonly model: RiskModelPart;
  /** Names of the own prepared columns, by weight. */
  readonly columnNames: readonly string[];
  /** Own columns that were the same in all training rows and were left out. */
  readonly dropped: readonly string[];
}

/** Measures on training rows and on those held back; `undefined` where one label does not occur. */
export interface Performance {
  readonly training: Discrimination | undefined;
  readonly holdout: Discrimination | undefined;
}

/** What the lender gets. */
export interface LenderReport extends OwnerReport {
  readonly role: "lender";
  readonly joint: Performance;
  /** Logistic regression on the lender's own columns only, computed alone and in the clear, with the exact sigmoid. */
  readonly alone: Performance;
  /** Own row of each common id, in the order of the ids' bytes. */
  readonly rows: Uint32Array;
  /** The score of each of them: a higher one points to label 1. */
  readonly scores: Float64Array;
  /** 1 for each of them that was held back. */
  readonly heldBack: Uint8Array;
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
