/**
 * Mean, variance, weighted mean, histogram and percentiles of everybody's rows, by group, from sums alone. Run by the
 * parties that hold rows.
 *
 *   all -> all   parameters: measures, groups, rules                                           (agree)
 *   all -> all   sums of 0 and 1: who has rows in which group, who has too large a share       (sums)
 *   all -> all   sums of rows, values, squares, weights and buckets of the admitted groups     (a sum)
 *
 * Adversary: semi-honest, as far as the sum tolerates collusion; see {@link sumStatistics}.
 */

import type { JsonValue } from "../bytes/canonical-json.js";
import type { Party } from "../channel/party.js";
import { checkArgument, checkOptions, partyRule, type RulesOf } from "../checks/options.js";
import { flag, listOf, number, optional, text } from "../checks/rules.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { numberFromRational } from "../random/rational.js";
import { throughGate } from "../disclosure/gate.js";
import { PeerSums } from "../disclosure/peer-sums.js";
import type { ReleasedTable } from "../disclosure/released-table.js";
import { RunGuard, type SeriesGuard } from "../disclosure/release-guard.js";
import { sumBySecureSum, type VectorSum } from "../aggregation/vector-sum.js";
import { admitGroups, checkRules, checkSumFits, groupQuestions, type AdmittedGroup } from "./admission.js";
import { ownTable } from "./own-table.js";
import { bucketOf, percentileOf, scaleEdges, type HistogramPercentile } from "./histogram.js";
import { commonRules, measureRule, rowsRule } from "./arguments.js";
import { scaleMeasure, scaleValue, type Measure, type ScaledMeasure } from "./measure.js";

const caller = "sumStatistics";

/** Fewest contributors and largest share where a caller names none. */
const defaultRules = { minContributors: 3, maxShare: 50 };
const maxGroups = 10_000;

/** One row of a party's data. */
export interface StatisticsRow {
  /** One of the groups; left out where there are none. */
  readonly group?: string;
  readonly value: number;
  /** 0 or more; needed where a measure of weights is given. */
  readonly weight?: number;
}

/** Options of {@link sumStatistics}; the same at all parties but for `guard` and `sum`. */
export interface StatisticsOptions {
  /** Bounds and decimals of values. */
  readonly value: Measure;
  /** Bounds and decimals of weights, from 0; gives weighted means. */
  readonly weight?: Measure;
  /** The public list of groups. Default: one group of all rows, named "". */
  readonly groups?: readonly string[];
  /** Most rows of one party. */
  readonly maxRows: number;
  /** Whether variances are wanted; they need one contributor more. Default false. */
  readonly variance?: boolean;
  /** Edges of the histogram's buckets, ascending, covering the bounds; see {@link percentileOf}. Default: no histogram. */
  readonly edges?: readonly number[];
  /** Percentages above 0, at most 100; need edges. */
  readonly percentiles?: readonly number[];
  /** Fewest parties with rows in a group that is shown. Default 3; smaller ones are for the brave, and at least 2. */
  readonly minContributors?: number;
  /** Largest share of one party in the rows of a group that is shown, in percent. Default 50. */
  readonly maxShare?: number;
  /**
   * The own ledger: what is to be shown is recorded there, with the numbers of contributors of all groups, after it is known
   * which groups may be shown and before anything of their values is added up. Default: none.
   */
  readonly guard?: SeriesGuard;
  /** How vectors are added. Default: by secure sums. */
  readonly sum?: VectorSum;
}

const statisticsRules: RulesOf<StatisticsOptions> = {
  ...commonRules,
  value: measureRule,
  weight: optional(measureRule),
  groups: optional(listOf(text)),
  variance: optional(flag),
  edges: optional(listOf(number())),
  percentiles: optional(listOf(number())),
};

/** What becomes known of a group. */
export type GroupStatistics = ShownGroup | WithheldGroup;

/** A group that may be shown. */
export interface ShownGroup {
  readonly group: string;
  readonly status: "shown";
  /** Parties with rows in it, and rows. */
  readonly contributors: number;
  readonly rows: number;
  readonly mean: number;
  /** With divisor rows - 1; undefined for a single row. */
  readonly variance?: number;
  /** Undefined where all weights are 0. */
  readonly weightedMean?: number;
  /** Rows by bucket. */
  readonly histogram?: readonly number[];
  readonly percentiles?: readonly HistogramPercentile[];
}

/** A group that is not shown: its values were never added up. */
export interface WithheldGroup {
  readonly group: string;
  readonly status: "empty" | "withheld-small" | "withheld-dominated";
  readonly contributors: number;
}

/** Exact statistics: no noise protects them. */
export interface StatisticsReport {
  readonly kind: "exact";
  /** In the order of the options. */
  readonly groups: readonly GroupStatistics[];
}

/**
 * Statistics of all parties' rows together.
 *
 * @param rows - Own rows; none is allowed.
 * @returns The same at every party.
 * @throws VeilshareError VALUE_OUT_OF_RANGE for a value beyond its bounds or with more decimals, for a group that is not on
 *   the list, and for more rows than declared, at their owner and before anything is sent; BOUND_EXCEEDED when sums would not
 *   fit, before anything is sent; INVALID_ARGUMENT for options that are none; PEER_MISMATCH when parties have other
 *   options, or contributors left on the way; DISCLOSURE_REFUSED when the ledger of `guard` refuses a group (the others
 *   end with PEER_ABORTED, and no values were added up); and whatever the sum throws.
 *
 * **Security.** Semi-honest, with the collusion bound of the sum. Everybody learns, by group: how many parties have rows;
 * of groups with enough of them, the number of rows and how many parties are above the share; of those where none is, the
 * sums that are asked for: of values, of squares (variance), of weights and weighted values, and the histogram. What
 * follows from them follows: a contributor can subtract its own rows, and m colluding ones theirs, so with `minContributors`
 * k the sum of k - 1, or k - m, parties is known to some; a bucket with one row says that one such value is in the group,
 * not whose. Minima count parties, not rows. Two runs over almost the same rows give away the difference: give a
 * `guard`. It knows the parties and the numbers of contributors of each group, that one group of all rows contains all
 * others, and, at each party, whether its own rows are those of the earlier run; what it has seen of the period is told to the
 * others. Numbers of contributors and rows are known before it is asked.
 *
 * **Cost.** Three sums of one element a group, and one of as many as there are sums and buckets of the groups shown.
 *
 * @example
 * const report = await sumStatistics(party, [{ group: "retail", value: 37 }], {
 *   value: { min: 0, max: 365 }, groups: ["retail", "steel"], maxRows: 1000,
 *   edges: [0, 10, 20, 30, 45, 60, 90, 365], percentiles: [25, 50, 75],
 * });
 */
export async function sumStatistics(
  party: Party,
  rows: readonly StatisticsRow[],
  options: StatisticsOptions,
): Promise<StatisticsReport> {
  checkArgument(caller, "party", party, partyRule);
  return party.run({ name: "veilshare/sum-statistics", version: 2 }, async (run) => {
    checkArgument(caller, "rows", rows, rowsRule);
    checkOptions(caller, options, statisticsRules);
    const plan = planStatistics(options, rows.length, run.size);
    const own = tally(rows, plan);
    await run.agree(publicParameters(plan));
    const backend = new PeerSums(run, options.sum ?? sumBySecureSum);
    const guard = options.guard && new RunGuard(options.guard, ownTable(rows, plan));
    const shownOf = (admitted: readonly AdmittedGroup[]): number[] =>
      [...plan.groups.keys()].filter((group) => admitted[group]?.status === "shown");
    const { decision: admitted, amounts } = await throughGate(
      backend,
      {
        questions: { length: own.rows.length, own: groupQuestions(own.rows) },
        decide: (counts) => admitGroups(backend, own.rows, counts, plan.rules),
        amounts(admitted) {
          const vector = ownSums(own.sums, shownOf(admitted), plan);
          return { length: vector.length, own: vector, maxAbs: plan.maxAbs };
        },
        table: (admitted) => releasedTable(plan, admitted),
      },
      guard,
    );
    const sums = amounts?.sum ?? new BigInt64Array(0);
    const shown = shownOf(admitted);
    const groups = plan.groups.map((group, i): GroupStatistics => {
      const { status, contributors } = admitted[i] as AdmittedGroup; // one a group
      if (status !== "shown") return { group, status, contributors };
      const start = shown.indexOf(i) * plan.width;
      return describe(
        { group, plan, sums: sums.subarray(start, start + plan.width) },
        admitted[i] as AdmittedGroup,
      );
    });
    return { kind: "exact", groups };
  });
}

/** One group of all rows is the whole of any groups that they are split into. */
function releasedTable({ groups }: Plan, admitted: readonly AdmittedGroup[]): Omit<ReleasedTable, "members"> {
  const counts = admitted.map(({ contributors, status }) => ({ contributors, shown: status === "shown" }));
  const [whole] = counts;
  if (groups.length === 1 && groups[0] === "" && whole !== undefined) return { cells: [], whole };
  return { cells: counts.map((count, i) => ({ cell: groups[i] ?? "", ...count })) };
}

interface Plan {
  readonly value: ScaledMeasure;
  readonly weight: ScaledMeasure | undefined;
  readonly groups: readonly string[];
  readonly rules: { readonly minContributors: number; readonly maxShare: number; readonly maxRows: number };
  readonly variance: boolean;
  readonly edges: readonly number[];
  readonly scaledEdges: readonly bigint[];
  readonly percentiles: readonly number[];
  /** Elements of a group in the sums. */
  readonly width: number;
  /** No element of one party is larger. */
  readonly maxAbs: bigint;
}

function planStatistics(options: StatisticsOptions, ownRows: number, parties: number): Plan {
  const { groups = [""], maxRows, variance = false, edges = [], percentiles = [] } = options;
  const { minContributors = defaultRules.minContributors, maxShare = defaultRules.maxShare } = options;
  const value = scaleMeasure(caller, "value", options.value);
  const weight = options.weight === undefined ? undefined : scaleMeasure(caller, "weight", options.weight);
  if (weight !== undefined && weight.min < 0n)
    throw invalidArgument(caller, "weights from 0", "negative ones");
  if (groups.length < 1 || groups.length > maxGroups || new Set(groups).size !== groups.length) {
    throw invalidArgument(caller, `1 to ${maxGroups} groups, each once`, "another list");
  }
  const scaledEdges = edges.length === 0 ? [] : scaleEdges(caller, edges, value);
  if (
    percentiles.some((percent) => !(percent > 0 && percent <= 100)) ||
    (percentiles.length > 0 && edges.length === 0)
  ) {
    throw invalidArgument(caller, "percentiles above 0 and at most 100, and edges for them", "others");
  }
  // A second moment is one equation more about the values: it takes one contributor more to hide them.
  const rules = { minContributors: minContributors + (variance ? 1 : 0), maxShare, maxRows };
  checkRules(caller, { ...rules, minContributors }, ownRows);
  const buckets = Math.max(0, scaledEdges.length - 1);
  const largest = [1n, value.maxAbs, variance ? value.maxAbs ** 2n : 0n];
  if (weight !== undefined) largest.push(weight.maxAbs, weight.maxAbs * value.maxAbs);
  const maxAbs = BigInt(maxRows) * largest.reduce((a, b) => (a > b ? a : b));
  checkSumFits(caller, parties, maxAbs);
  const width = 1 + (variance ? 1 : 0) + (weight === undefined ? 0 : 2) + buckets;
  return { value, weight, groups, rules, variance, edges, scaledEdges, percentiles, width, maxAbs };
}

function publicParameters(plan: Plan): Record<string, JsonValue> {
  const measure = ({ min, max, decimals }: ScaledMeasure): string => `${min}..${max} e-${decimals}`;
  return {
    value: measure(plan.value),
    weight: plan.weight === undefined ? null : measure(plan.weight),
    groups: plan.groups,
    ...plan.rules,
    variance: plan.variance,
    edges: plan.scaledEdges.map(String),
  };
}

/** Own rows and sums of every group. */
function tally(rows: readonly StatisticsRow[], plan: Plan): { rows: BigInt64Array; sums: BigInt64Array } {
  const positions = new Map(plan.groups.map((group, i) => [group, i]));
  const counts = new BigInt64Array(plan.groups.length);
  const sums = new BigInt64Array(plan.groups.length * plan.width);
  for (const [i, row] of rows.entries()) {
    const group = positions.get(row.group ?? "");
    if (group === undefined) {
      const field = `rows[${i}].group`;
      throw new VeilshareError(
        "VALUE_OUT_OF_RANGE",
        `${caller}: expected a group of the list, got another at ${field}`,
        {
          field,
        },
      );
    }
    counts[group] = (counts[group] ?? 0n) + 1n;
    addRow(sums.subarray(group * plan.width, (group + 1) * plan.width), row, i, plan);
  }
  return { rows: counts, sums };
}

/** Adds a row to its group's sums: values, squares, weights, weighted values, buckets; those that are asked for. */
function addRow(sums: BigInt64Array, row: StatisticsRow, position: number, plan: Plan): void {
  const value = scaleValue(caller, `rows[${position}].value`, row.value, plan.value);
  let at = 0;
  const add = (amount: bigint): void => {
    sums[at] = (sums[at] ?? 0n) + amount;
    at++;
  };
  add(value);
  if (plan.variance) add(value * value);
  if (plan.weight !== undefined) {
    const weight = scaleValue(caller, `rows[${position}].weight`, row.weight ?? Number.NaN, plan.weight);
    add(weight);
    add(weight * value);
  }
  if (plan.scaledEdges.length === 0) return;
  at += bucketOf(value, plan.scaledEdges);
  add(1n);
}

function ownSums(sums: BigInt64Array, shown: readonly number[], { width }: Plan): BigInt64Array {
  const vector = new BigInt64Array(shown.length * width);
  for (const [i, group] of shown.entries())
    vector.set(sums.subarray(group * width, (group + 1) * width), i * width);
  return vector;
}

/** The figures of a group from its sums: quotients of whole numbers, each rounded once. */
function describe(
  { group, plan, sums }: { readonly group: string; readonly plan: Plan; readonly sums: BigInt64Array },
  { contributors, rows }: AdmittedGroup,
): ShownGroup {
  const unit = 10n ** BigInt(plan.value.decimals);
  const next = sums.values();
  const take = (): bigint => next.next().value ?? 0n; // the width counts what is taken
  const sum = take();
  const mean = numberFromRational({ numerator: sum, denominator: rows * unit });
  const shown: ShownGroup = { group, status: "shown", contributors, rows: Number(rows), mean };
  const squares = plan.variance ? take() : 0n;
  const variance =
    plan.variance && rows > 1n
      ? numberFromRational({
          numerator: rows * squares - sum * sum,
          denominator: rows * (rows - 1n) * unit * unit,
        })
      : undefined;
  const weights = plan.weight === undefined ? 0n : take();
  const weighted = plan.weight === undefined ? 0n : take();
  const counts = plan.edges.length === 0 ? undefined : [...next];
  return {
    ...shown,
    ...(variance === undefined ? {} : { variance }),
    ...(weights === 0n
      ? {}
      : { weightedMean: numberFromRational({ numerator: weighted, denominator: weights * unit }) }),
    ...(counts === undefined ? {} : { histogram: counts.map(Number) }),
    ...(counts === undefined || plan.percentiles.length === 0
      ? {}
      : { percentiles: plan.percentiles.map((percent) => percentileOf(counts, plan.edges, percent)) }),
  };
}
