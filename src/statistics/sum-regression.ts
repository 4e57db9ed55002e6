/**
 * Linear regression on everybody's rows from sums of products alone. Run by the parties that hold rows.
 *
 *   all -> all   parameters: measures, rules                                                  (agree)
 *   all -> all   sums of 0 and 1 and of rows: are there enough contributors, does one dominate (sums)
 *   all -> all   sums of all variables and of the products of every two                       (a sum)
 *
 * Adversary: semi-honest, as far as the sum tolerates collusion; see {@link sumRegression}.
 */

import type { Party } from "../channel/party.js";
import { checkArgument, checkOptions, partyRule, type RulesOf } from "../checks/options.js";
import { listOf, number, optional } from "../checks/rules.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { numberFromRational } from "../random/rational.js";
import { throughGate } from "../disclosure/gate.js";
import { PeerSums } from "../disclosure/peer-sums.js";
import { RunGuard, type SeriesGuard } from "../disclosure/release-guard.js";
import { sumBySecureSum, type VectorSum } from "../aggregation/vector-sum.js";
import { admitGroups, checkRules, checkSumFits, groupQuestions, type AdmittedGroup } from "./admission.js";
import { commonRules, measureRule, rowsRule } from "./arguments.js";
import { scaleMeasure, scaleValue, type Measure, type ScaledMeasure } from "./measure.js";
import { symmetricEigen } from "./symmetric-eigen.js";

const caller = "sumRegression";
const maxFeatures = 100;

/** One row of a party's data. */
export interface RegressionRow {
  readonly features: readonly number[];
  readonly target: number;
}

/** Options of {@link sumRegression}; the same at all parties. */
export interface RegressionOptions {
  /** Bounds and decimals of each feature, in order; 1 to 100. */
  readonly features: readonly Measure[];
  readonly target: Measure;
  /** Most rows of one party. */
  readonly maxRows: number;
  /** Weight of the squares of standardised coefficients against the mean squared error. Default 0. */
  readonly ridge?: number;
  /** Largest condition number of the (ridged) matrix of correlations that is solved. Default 10^6. */
  readonly maxCondition?: number;
  /** Fewest parties with rows. Default 3. */
  readonly minContributors?: number;
  /** Fewest rows of all. Default twice the number of sums that are opened. */
  readonly minRows?: number;
  /** Largest share of one party in the rows, in percent. Default 50. */
  readonly maxShare?: number;
  /** How vectors are added. Default: by secure sums. */
  readonly sum?: VectorSum;
  /** The own ledger, as of `sumStatistics`; a regression on other variables is another series. Default: none. */
  readonly guard?: SeriesGuard;
}

const regressionRules: RulesOf<RegressionOptions> = {
  ...commonRules,
  features: listOf(measureRule),
  target: measureRule,
  ridge: optional(number()),
  maxCondition: optional(number()),
  minRows: optional(number()),
};

/** What the regression gave. */
export type Regression =
  | {
      readonly kind: "exact";
      readonly status: "fitted";
      readonly contributors: number;
      readonly rows: number;
      readonly intercept: number;
      /** By feature, in units of the target per unit of the feature. */
      readonly coefficients: readonly number[];
      /** Share of the target's variance that is explained; undefined for a target that does not vary. */
      readonly rSquared?: number;
      readonly condition: number;
    }
  | {
      /** Features that do not vary, or that nearly follow from each other: no coefficients would mean anything. */
      readonly kind: "exact";
      readonly status: "ill-conditioned";
      readonly contributors: number;
      readonly rows: number;
      readonly condition: number;
    };

/**
 * Least squares, or ridge regression, of the target on the features with an intercept.
 *
 * @param rows - Own rows; none is allowed.
 * @returns The same at every party.
 * @throws VeilshareError DISCLOSURE_REFUSED when there are too few contributors or rows, or one party has too large a share:
 *   nothing but counts was added up then; VALUE_OUT_OF_RANGE and BOUND_EXCEEDED before anything is sent, as
 *   `sumStatistics`; INVALID_ARGUMENT for options that are none; PEER_MISMATCH; and whatever the sum throws.
 *
 * **Security.** Semi-honest, with the collusion bound of the sum. Everybody learns the number of contributors and of rows,
 * and the sums of all variables and of all products of two: means, variances and covariances, of which the coefficients
 * are a function. A contributor can subtract its own.
 *
 * **Cost.** Three sums of one element and one of (d + 1)(d + 4) / 2 for d features. Moments are whole numbers and exact;
 * doubles come in once they are centred, so that nothing cancels.
 */
export async function sumRegression(
  party: Party,
  rows: readonly RegressionRow[],
  options: RegressionOptions,
): Promise<Regression> {
  checkArgument(caller, "party", party, partyRule);
  return party.run({ name: "veilshare/sum-regression", version: 2 }, async (run) => {
    checkArgument(caller, "rows", rows, rowsRule);
    checkOptions(caller, options, regressionRules);
    const plan = planRegression(options, rows.length, run.size);
    const own = ownMoments(rows, plan);
    await run.agree(publicParameters(plan));
    const ownRows = BigInt64Array.of(BigInt(rows.length));
    const backend = new PeerSums(run, options.sum ?? sumBySecureSum);
    const table = { cells: new Map<string, bigint[]>(), whole: [...ownRows, ...own], isWhole: true };
    const { decision: admitted, amounts } = await throughGate(
      backend,
      {
        questions: { length: 1, own: groupQuestions(ownRows) },
        decide: async (counts) =>
          admittedOrRefused(await admitGroups(backend, ownRows, counts, plan.rules), plan),
        amounts: () => ({ length: own.length, own, maxAbs: plan.maxAbs }),
        table: ({ contributors }) => ({ cells: [], whole: { contributors, shown: true } }),
      },
      options.guard && new RunGuard(momentsOf(options.guard), table),
    );
    const moments = amounts?.sum ?? new BigInt64Array(0);
    return {
      ...fit(moments, admitted.rows, plan),
      contributors: admitted.contributors,
      rows: Number(admitted.rows),
    };
  });
}

/** @throws VeilshareError DISCLOSURE_REFUSED: nothing but counts was added up then. */
function admittedOrRefused([admitted]: readonly AdmittedGroup[], { minRows }: Plan): AdmittedGroup {
  if (admitted?.status === "shown" && Number(admitted.rows) >= minRows) return admitted;
  const got = admitted?.status === "shown" ? "too few rows" : (admitted?.status ?? "empty");
  const text = `${caller}: expected enough contributors and rows, none of them dominating, got ${got}`;
  throw new VeilshareError("DISCLOSURE_REFUSED", text, { field: "rows", got });
}

/** Moments are other sums than those of statistics under the same name. */
function momentsOf(guard: SeriesGuard): SeriesGuard {
  return { ...guard, series: `${guard.series}, moments` };
}

interface Plan {
  /** Features, then the target. */
  readonly variables: readonly ScaledMeasure[];
  readonly rules: { readonly minContributors: number; readonly maxShare: number; readonly maxRows: number };
  readonly minRows: number;
  readonly ridge: number;
  readonly maxCondition: number;
  readonly maxAbs: bigint;
}

function planRegression(options: RegressionOptions, ownRows: number, parties: number): Plan {
  const { features, target, maxRows, ridge = 0, maxCondition = 1e6 } = options;
  const { minContributors = 3, maxShare = 50 } = options;
  if (features.length < 1 || features.length > maxFeatures) {
    throw invalidArgument(caller, `1 to ${maxFeatures} features`, String(features.length));
  }
  const variables = [...features, target].map((measure, i) => {
    return scaleMeasure(caller, i < features.length ? `features[${i}]` : "target", measure);
  });
  if (!(ridge >= 0 && Number.isFinite(ridge)) || !(maxCondition >= 1)) {
    throw invalidArgument(
      caller,
      "a ridge of 0 or more and a maxCondition of 1 or more",
      `${ridge}, ${maxCondition}`,
    );
  }
  const rules = { minContributors, maxShare, maxRows };
  checkRules(caller, rules, ownRows);
  let largest = 1n;
  for (const { maxAbs } of variables) if (maxAbs > largest) largest = maxAbs;
  const maxAbs = BigInt(maxRows) * largest * largest;
  checkSumFits(caller, parties, maxAbs);
  const minRows = options.minRows ?? 2 * momentCount(variables.length);
  return { variables, rules, minRows, ridge, maxCondition, maxAbs };
}

function momentCount(variables: number): number {
  return variables + (variables * (variables + 1)) / 2;
}

function publicParameters(plan: Plan): Record<string, string | number> {
  const variables = plan.variables.map(({ min, max, decimals }) => `${min}..${max} e-${decimals}`).join("; ");
  const { minRows, ridge, maxCondition, rules } = plan;
  return { variables, minRows, ridge, maxCondition, ...rules };
}

/** Sums of variables, then of products (i, j) for i <= j. */
function ownMoments(rows: readonly RegressionRow[], { variables }: Plan): BigInt64Array {
  const moments = new BigInt64Array(momentCount(variables.length));
  for (const [r, { features, target }] of rows.entries()) {
    if (features.length !== variables.length - 1) {
      throw invalidArgument(
        caller,
        `${variables.length - 1} features in each row`,
        `${features.length} in row ${r}`,
      );
    }
    const values = variables.map((measure, i) => {
      const field = i < features.length ? `rows[${r}].features[${i}]` : `rows[${r}].target`;
      return scaleValue(caller, field, features[i] ?? target, measure);
    });
    let at = 0;
    for (const value of values) {
      moments[at] = (moments[at] ?? 0n) + value;
      at++;
    }
    for (const [i, value] of values.entries()) {
      for (const other of values.slice(i)) {
        moments[at] = (moments[at] ?? 0n) + value * other;
        at++;
      }
    }
  }
  return moments;
}

/** Means and covariances (divisor: rows) in the variables' own units. */
function centred(moments: BigInt64Array, rows: bigint, variables: readonly ScaledMeasure[]) {
  const count = variables.length;
  const unit = (i: number): bigint => 10n ** BigInt(variables[i]?.decimals ?? 0);
  const sum = (i: number): bigint => moments[i] ?? 0n;
  const means = variables.map((_, i) =>
    numberFromRational({ numerator: sum(i), denominator: rows * unit(i) }),
  );
  const covariances = variables.map(() => new Array<number>(count).fill(0));
  let at = count;
  for (let i = 0; i < count; i++) {
    for (let j = i; j < count; j++) {
      const numerator = rows * (moments[at] ?? 0n) - sum(i) * sum(j);
      const value = numberFromRational({ numerator, denominator: rows * rows * unit(i) * unit(j) });
      (covariances[i] ?? [])[j] = value;
      (covariances[j] ?? [])[i] = value;
      at++;
    }
  }
  return { means, covariances };
}

type Outcome = { readonly kind: "exact"; readonly condition: number } & (
  | { readonly status: "ill-conditioned" }
  | {
      readonly status: "fitted";
      readonly intercept: number;
      readonly coefficients: readonly number[];
      readonly rSquared?: number;
    }
);

/** Solves for standardised variables: (R + ridge) b = r, by the eigenvectors of R. */
function fit(moments: BigInt64Array, rows: bigint, { variables, ridge, maxCondition }: Plan): Outcome {
  const { means, covariances } = centred(moments, rows, variables);
  const d = variables.length - 1;
  const deviations = covariances.map((row, i) => Math.sqrt(row[i] ?? 0));
  const deviation = (i: number): number => deviations[i] ?? 0;
  if (deviations.slice(0, d).includes(0))
    return { kind: "exact", status: "ill-conditioned", condition: Infinity };
  const correlation = (i: number, j: number): number =>
    (covariances[i]?.[j] ?? 0) / (deviation(i) * (j === d && deviation(d) === 0 ? 1 : deviation(j)));
  const range = Array.from({ length: d }, (_, i) => i);
  const matrix = range.map((i) => range.map((j) => correlation(i, j)));
  const { values, vectors } = symmetricEigen(matrix);
  const ridged = values.map((value) => value + ridge);
  const smallest = Math.min(...ridged);
  const condition = smallest > 0 ? Math.max(...ridged) / smallest : Infinity;
  if (!(condition <= maxCondition)) return { kind: "exact", status: "ill-conditioned", condition };
  const right = range.map((i) => correlation(i, d));
  const dot = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
  const column = (k: number): number[] => range.map((i) => vectors[i]?.[k] ?? 0);
  const standardised = range.map((i) =>
    range.reduce((sum, k) => sum + ((vectors[i]?.[k] ?? 0) * dot(column(k), right)) / (ridged[k] ?? 1), 0),
  );
  const scale = deviation(d);
  const coefficients = range.map((i) => ((standardised[i] ?? 0) * (scale === 0 ? 1 : scale)) / deviation(i));
  const intercept = (means[d] ?? 0) - dot(coefficients, means.slice(0, d));
  const quadratic = range.reduce(
    (sum, i) => sum + (standardised[i] ?? 0) * dot(matrix[i] ?? [], standardised),
    0,
  );
  const rSquared = scale === 0 ? {} : { rSquared: 2 * dot(standardised, right) - quadratic };
  return { kind: "exact", status: "fitted", condition, intercept, coefficients, ...rSquared };
}
