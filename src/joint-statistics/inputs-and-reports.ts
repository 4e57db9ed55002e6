/** What the parties of joint statistics bring and get. */

import type { AlignmentOptions } from "../owners/alignment.js";
import type { FeatureColumn } from "../owners/columns.js";
import type { Computation } from "../mpc/computation.js";
import type { StateStore } from "../store/index.js";
import type { Answer, ColumnDeclarations, OwnerRole, Question } from "./questions.js";

/** What an owner brings. */
export interface StatisticsOwnerInput {
  readonly role: OwnerRole;
  /** One for each row, distinct and not empty; compared exactly. */
  readonly ids: readonly string[];
  /** Each with as many values as there are ids; those that no question names stay unused. */
  readonly columns: readonly FeatureColumn[];
}

/** A third party brings nothing. */
export interface StatisticsThirdInput {
  readonly role: "helper" | "dealer";
}

/** What a party brings, by its role. */
export type JointStatisticsInput = StatisticsOwnerInput | StatisticsThirdInput;

/** Roles of joint statistics. */
export type StatisticsRole = JointStatisticsInput["role"];

/** Options of {@link jointStatistics}; the same at all parties, but for `alignment` and `store`. */
export interface JointStatisticsOptions {
  /** Of every column that a question names. */
  readonly columns: ColumnDeclarations;
  /** At least one. */
  readonly questions: readonly Question[];
  /** Fewer common rows than this are refused; smaller groups and bins are withheld. Default 20, at least 2. */
  readonly minimumRows?: number;
  /** How secrets are shared, and with it who the third party is. Default `two-party`. */
  readonly computation?: Computation;
  /** Names of the parties in the roles; default: the roles' own names. */
  readonly parties?: Readonly<Partial<Record<StatisticsRole, string>>>;
  /** Threads and limits of the own side of the intersection. */
  readonly alignment?: AlignmentOptions;
  /**
   * Remembers the own side's runs with each peer: common rows that differ from earlier ones by 1 to 19 rows are refused. Without
   * one nothing is remembered, and two runs may tell of the rows by which they differ.
   */
  readonly store?: StateStore;
}

/** What an owner gets: the same at both. */
export interface StatisticsOwnerReport {
  readonly role: OwnerRole;
  /** Common ids, all of which are counted. */
  readonly rows: number;
  /** One for each question, in their order. */
  readonly answers: readonly Answer[];
}

/** What the helper gets. */
export interface StatisticsHelperReport {
  readonly role: "helper";
  readonly rows: number;
}

/** What the dealer gets. */
export interface StatisticsDealerReport {
  readonly role: "dealer";
  readonly correlations: number;
  readonly correctionBytes: number;
}

/** What a party gets, by its role. */
export type JointStatisticsReport = StatisticsOwnerReport | StatisticsHelperReport | StatisticsDealerReport;
