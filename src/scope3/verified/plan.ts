/**
 * A Scope 3 total whose suppliers prove that their figures are in range: two tasks of verified aggregation, one after the
 * other, and what goes in and comes out of them. `supplier.ts`, `aggregator.ts` and `collector.ts` run
 * them over links.
 *
 *   supplier -> aggregators   a report of 0/1: who has emissions in which category   (task `counting`)
 *   aggregators -> buyer      the counts, and to each other                          (batch)
 *   aggregators -> supplier   the counts and the number of reports; all plan the second task from them
 *   supplier -> aggregators   a report of the amounts that may be shown              (task `amounts`)
 *   aggregators -> buyer      the amounts                                            (batch)
 *
 * Amounts wait for the counts, rather than both being in one report of which the aggregators would blank parts: what is
 * withheld is never sent, and no aggregator is trusted to blank anything.
 */

import { canonicalJson, type JsonValue } from "../../bytes/canonical-json.js";
import { checkOptions, type RulesOf } from "../../checks/options.js";
import { bigint, number, optional, text } from "../../checks/rules.js";
import { refused } from "../../disclosure/query-ledger.js";
import { invalidArgument, VeilshareError } from "../../errors.js";
import { prio3SumVec } from "../../prio3/instances.js";
import type { Prio3 } from "../../prio3/prio3.js";
import { checkCurrency } from "../lines/currency.js";
import { choiceRules } from "../figures/arguments.js";
import type { Disclosure } from "../figures/disclosure.js";
import { decideFigures } from "../figures/gated-figures.js";
import {
  amountLength,
  amountVector,
  checkAmounts,
  contradiction,
  countingLength,
  countingVector,
  readAmounts,
  type FigureChoice,
  type Shown,
} from "../figures/figures.js";
import { sumFootprint, type Footprint, type FootprintSums } from "../lines/footprint.js";
import { scope3Report, type ContributorCounts, type Scope3Report } from "../report/report.js";
import { countsAfterLosses } from "../server/plan.js";
import { checkBound, checkMinimum } from "../figures/run-options.js";

/** A task of one of the two batches; a `VerifiedTask`. */
export interface Scope3Task {
  readonly prio3: Prio3<ArrayLike<number | bigint>, bigint[]>;
  readonly context: Uint8Array;
  readonly minReports: number;
}

/** What {@link planScope3Verified} needs. */
export interface PlanScope3VerifiedOptions {
  /** The most suppliers that there can be, 3 to 2^20. */
  readonly suppliers: number;
  /** ISO 4217 code of all spends. */
  readonly currency: string;
  /** What the lines are of, e.g. `2026`. */
  readonly period: string;
  /** Largest amount of one supplier, in grams and in hundredths of the currency, which each proves. Default 2^40 - 1. */
  readonly maxAmount?: bigint;
  /** The fewest suppliers that any shown amount is of. Default 3, which is also the least. */
  readonly minContributors?: number;
  /** How many of those that were counted may fail to send valid amounts. Default 1. */
  readonly lateDropouts?: number;
  /** Default 2. */
  readonly aggregators?: number;
  /** See `SumScope3AmongPeersOptions`. Default false. */
  readonly spendFigures?: boolean;
  /** See `SumScope3AmongPeersOptions`. Default false. */
  readonly qualityFigures?: boolean;
}

const rules: RulesOf<PlanScope3VerifiedOptions> = {
  ...choiceRules,
  suppliers: number(),
  currency: text,
  period: text,
  maxAmount: optional(bigint()),
  minContributors: optional(number()),
  lateDropouts: optional(number()),
  aggregators: optional(number()),
};

/** The numbers of a verified Scope 3 total, the same at all. */
export interface Scope3VerifiedPlan extends FigureChoice, Required<PlanScope3VerifiedOptions> {
  /** The first task. */
  readonly counting: Scope3Task;
}

/** What the first batch gave, as the buyer tells all. */
export interface VerifiedCounts {
  readonly result: readonly bigint[];
  readonly reports: number;
}

/** What the counts lead to. */
export interface VerifiedAmountsPlan {
  readonly counts: ContributorCounts;
  readonly reports: number;
  readonly disclosure: Disclosure;
  readonly shown: Shown;
  /** The second task; undefined when nothing may be shown. */
  readonly amounts: Scope3Task | undefined;
}

const maxSuppliers = 2 ** 20;

/**
 * Completes and checks the numbers, and gives the first task.
 *
 * @throws VeilshareError INVALID_ARGUMENT for numbers out of range; BOUND_EXCEEDED when suppliers x maxAmount reaches 2^63.
 *
 * **Security.** That of a verified aggregation: malicious suppliers, whose figures are proved to be 0 or 1, and 0 to
 * `maxAmount`; no supplier's figure is seen while one aggregator is honest; sums are right if all aggregators are. *The buyer
 * learns* the counts and the amounts of the shown cells; *aggregators and suppliers* learn the counts, which one honest aggregator
 * tells the suppliers as it opened them. *Lost between the batches*: a cell needs `lateDropouts` more contributors than `minContributors`, and the
 * aggregators release no second batch of fewer reports than the first had less `lateDropouts`. For that to mean what it says,
 * they take the second reports from suppliers only whose first was valid, and one of each, in a session under a pinned key, as
 * `aggregateScope3Verified` does. *Not proved*: that figures are true, that a count goes with an amount, that the
 * categories add up to the total. One supplier that lies so may make the buyer find a contradiction, which names nobody; it
 * may also count where it has nothing, so that a cell has one honest contributor fewer than it says.
 *
 * **Cost.** Two reports a supplier: bits of 19 entries, then some 40 bits for each shown figure; see docs/verified-aggregation.md.
 *
 * **Source.** draft-irtf-cfrg-vdaf-18, Prio3SumVec; GHG Protocol Scope 3 Standard.
 */
export function planScope3Verified(options: PlanScope3VerifiedOptions): Scope3VerifiedPlan {
  const caller = "planScope3Verified";
  checkOptions(caller, options, rules);
  const { suppliers, minContributors = 3, lateDropouts = 1, maxAmount = 2n ** 40n - 1n } = options;
  const { aggregators = 2, spendFigures = false, qualityFigures = false, currency, period } = options;
  checkCurrency(currency);
  if (period === "") throw invalidArgument(caller, "a period", "an empty one");
  if (!Number.isInteger(suppliers) || suppliers < 3 || suppliers > maxSuppliers) {
    throw invalidArgument(caller, `3 to ${maxSuppliers} suppliers`, String(suppliers));
  }
  if (!Number.isInteger(lateDropouts) || lateDropouts < 0) {
    throw invalidArgument(caller, "lateDropouts of at least 0", String(lateDropouts));
  }
  checkMinimum(caller, minContributors, suppliers - lateDropouts);
  if (maxAmount < 1n) throw invalidArgument(caller, "a maxAmount of at least 1", "less");
  if (BigInt(suppliers) * maxAmount >= 2n ** 63n) {
    const text = `${caller}: expected suppliers x maxAmount below 2^63, got more`;
    throw new VeilshareError("BOUND_EXCEEDED", text, { field: "maxAmount" });
  }
  const numbers = { suppliers, currency, period, maxAmount, minContributors, lateDropouts };
  const plan = { ...numbers, aggregators, spendFigures, qualityFigures };
  const counting = {
    prio3: prio3SumVec({ shares: aggregators, length: verifiedCountsLength(plan), maxMeasurement: 1n }),
    context: contextOf("counts", plan),
    minReports: minContributors + lateDropouts,
  };
  return { ...plan, counting };
}

/** Elements of the first measurement: the questions, and whether the supplier objects. */
export function verifiedCountsLength(choice: FigureChoice): number {
  return countingLength(choice) + 1;
}

/**
 * A supplier's first measurement, for `prepareReport(plan.counting, ...)`.
 *
 * @param objects - Whether this supplier's figures are others than in an earlier run of the period: then nothing is opened. How
 *   many object becomes known, not who.
 * @throws VeilshareError INVALID_DATA with the line's place; BOUND_EXCEEDED for an own amount above `maxAmount`;
 *   INVALID_ARGUMENT for another currency.
 */
export function verifiedCounts(plan: Scope3VerifiedPlan, footprint: Footprint, objects = false): bigint[] {
  return [...countingVector(ownSums("verifiedCounts", plan, footprint), plan), objects ? 1n : 0n];
}

/**
 * Plans the second batch from the first one's result. All compute the same.
 *
 * @throws VeilshareError PEER_UNEXPECTED when the counts can't be those of suppliers that follow the protocol;
 *   DISCLOSURE_REFUSED when a supplier objects; INVALID_ARGUMENT for a result of another length.
 */
export function planVerifiedAmounts(plan: Scope3VerifiedPlan, counted: VerifiedCounts): VerifiedAmountsPlan {
  const { result, reports } = counted;
  const length = verifiedCountsLength(plan);
  if (result.length !== length) {
    throw invalidArgument("planVerifiedAmounts", `${length} counts`, String(result.length));
  }
  const { minReports } = plan.counting;
  if (!Number.isInteger(reports) || reports < minReports || reports > plan.suppliers) {
    throw contradiction("counts");
  }
  if (result[length - 1] !== 0n) throw refused("changed");
  const sum = BigInt64Array.from(result.slice(0, -1));
  const decision = decideFigures(sum, plan, reports, neededContributors(plan));
  const amounted = amountLength(decision.shown);
  const amounts = amounted === 0 ? undefined : amountsTask(plan, counted, amounted);
  return { ...decision, reports, amounts };
}

/** A cell needs as many contributors more as may be lost between the batches. */
export function neededContributors({ minContributors, lateDropouts }: Scope3VerifiedPlan): number {
  return minContributors + lateDropouts;
}

/** The second task, of so many amounts. */
export function amountsTask(plan: Scope3VerifiedPlan, counted: VerifiedCounts, length: number): Scope3Task {
  const { aggregators, maxAmount } = plan;
  return {
    prio3: prio3SumVec({ shares: aggregators, length, maxMeasurement: maxAmount }),
    context: contextOf("amounts", plan, counted),
    minReports: counted.reports - plan.lateDropouts,
  };
}

/**
 * A supplier's second measurement, for `prepareReport(amounts, ...)`; empty when nothing may be shown.
 *
 * @throws VeilshareError as {@link verifiedCounts}.
 */
export function verifiedAmounts(
  plan: Scope3VerifiedPlan,
  { shown }: VerifiedAmountsPlan,
  footprint: Footprint,
): bigint[] {
  return [...amountVector(ownSums("verifiedAmounts", plan, footprint), shown)];
}

/**
 * The buyer's report from what the second batch gave.
 *
 * @param collected - The second batch's result; undefined when nothing may be shown.
 * @throws VeilshareError PEER_UNEXPECTED when the amounts contradict the counts; INVALID_ARGUMENT for a result of
 *   another length.
 */
export function verifiedScope3Report(
  plan: Scope3VerifiedPlan,
  planned: Omit<VerifiedAmountsPlan, "amounts">,
  collected: { readonly result: readonly bigint[]; readonly reports: number } | undefined,
): Scope3Report {
  const { counts, disclosure, shown, reports } = planned;
  const { currency, minContributors, lateDropouts, period } = plan;
  const about = { currency, minContributors, lateDropouts, period, counts, disclosure };
  const length = amountLength(shown);
  if ((collected?.result.length ?? 0) !== length) {
    const got = String(collected?.result.length ?? "none");
    throw invalidArgument("verifiedScope3Report", `${length} amounts`, got);
  }
  if (collected === undefined) return scope3Report({ ...about, sums: { gramsByCategory: new Map() } });
  const lost = reports - collected.reports;
  if (lost < 0 || lost > lateDropouts) throw contradiction("numbers of reports");
  const sums = readAmounts(BigInt64Array.from(collected.result), shown);
  checkAmounts(sums, countsAfterLosses(counts, lost), disclosure);
  return scope3Report({ ...about, sums });
}

function ownSums(caller: string, plan: Scope3VerifiedPlan, footprint: Footprint): FootprintSums {
  const own = sumFootprint(footprint);
  if (footprint.currency !== plan.currency) {
    throw invalidArgument(caller, `a footprint in ${plan.currency}`, footprint.currency);
  }
  checkBound(caller, own, plan.maxAmount, "maxAmount");
  return own;
}

/** Names a task by all that it depends on, so that reports for another one are refused. */
function contextOf(
  batch: string,
  plan: Omit<Scope3VerifiedPlan, "counting">,
  counted?: VerifiedCounts,
): Uint8Array {
  const { suppliers, currency, period, minContributors, lateDropouts, maxAmount } = plan;
  const about: Record<string, JsonValue> = {
    protocol: "veilshare/scope3-verified",
    batch,
    suppliers,
    currency,
    period,
    minContributors,
    lateDropouts,
    maxAmount: maxAmount.toString(),
    rounding: "line-half-even-gram",
    ...(counted === undefined
      ? {}
      : { counts: counted.result.map((count) => count.toString()), reports: counted.reports }),
  };
  return new TextEncoder().encode(canonicalJson(about));
}
