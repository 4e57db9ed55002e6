/**
 * What the server and the suppliers of a resilient Scope 3 total agree on, and the two sums that follow from it. The
 * second sum depends on the first one's counts, which all know, so everybody makes the same plan of it.
 *
 * A supplier may be lost between the sums: what may be shown was decided on counts that it is in, the amounts are
 * without it. So the losses that the second sum tolerates are taken off every count before the decision, and the second
 * sum is planned to tolerate no more: with more, neither the server nor any supplier opens it.
 */

import { planResilientSum, type ResilientPlan } from "../../aggregation/resilient/plan.js";
import { invalidArgument } from "../../errors.js";
import { checkCurrency } from "../lines/currency.js";
import { decideDisclosure, type Disclosure } from "../figures/disclosure.js";
import {
  amountLength,
  countingLength,
  whatIsShown,
  type FigureChoice,
  type Shown,
} from "../figures/figures.js";
import type { ContributorCounts } from "../report/report.js";
import { checkMinimum } from "../figures/run-options.js";

/** What {@link planScope3WithServer} needs. */
export interface PlanScope3WithServerOptions {
  /** How many suppliers are invited, 3 to 20,000. */
  readonly suppliers: number;
  /** ISO 4217 code of all spends, e.g. `USD`. */
  readonly currency: string;
  /** The fewest suppliers that any shown amount is of. Default 3, which is also the least. */
  readonly minContributors?: number;
  /**
   * How many suppliers may be lost between the counts and the amounts. A cell needs this many contributors more than
   * `minContributors`. Default 1.
   */
  readonly lateDropouts?: number;
  /** See `SumScope3AmongPeersOptions`. Default true. */
  readonly spendFigures?: boolean;
  /** See `SumScope3AmongPeersOptions`. Default false. */
  readonly qualityFigures?: boolean;
  /** Largest amount of one supplier, in grams, hundredths and grams x rating. Default: 2^63 / suppliers. */
  readonly maxAmount?: bigint;
  /** Who gets the amounts: the server alone, or the suppliers too. Default `server`. Counts go to all in any case. */
  readonly reveal?: "server" | "all";
  /** Largest share of the suppliers that pool what they saw with the server; see `planResilientSum`. Default 0.2. */
  readonly corrupt?: number;
  /** Largest share of the suppliers that may be lost in all before their amounts are in. Default 0.2. */
  readonly dropout?: number;
}

/** The numbers of a resilient Scope 3 total, the same at all parties. */
export interface Scope3WithServerPlan extends FigureChoice {
  readonly suppliers: number;
  readonly currency: string;
  readonly minContributors: number;
  readonly lateDropouts: number;
  readonly maxAmount: bigint;
  readonly reveal: "server" | "all";
  readonly corrupt: number;
  /** The first sum: who has emissions in which category. */
  readonly counting: ResilientPlan;
}

/** What the counts lead to. */
export interface AmountsPlan {
  readonly disclosure: Disclosure;
  readonly shown: Shown;
  /** How many suppliers may still be lost: at most the plan's `lateDropouts`. */
  readonly lateDropouts: number;
  /** The second sum; undefined when nothing may be shown. */
  readonly sum: ResilientPlan | undefined;
}

/**
 * Completes and checks the numbers.
 *
 * @throws VeilshareError INVALID_ARGUMENT for numbers out of range, among them a `minContributors` that could not be
 *   reached if `lateDropouts` suppliers were lost; BOUND_EXCEEDED when suppliers x maxAmount reaches 2^63.
 * @example
 * const plan = planScope3WithServer({ suppliers: 40, currency: "USD", dropout: 0.2, reveal: "all" });
 */
export function planScope3WithServer(options: PlanScope3WithServerOptions): Scope3WithServerPlan {
  const caller = "planScope3WithServer";
  const { suppliers, currency, minContributors = 3, lateDropouts = 1, reveal = "server" } = options;
  const { spendFigures = true, qualityFigures = false, corrupt = 0.2, dropout = 0.2 } = options;
  const choice = { spendFigures, qualityFigures };
  checkCurrency(currency);
  if (!Number.isInteger(lateDropouts) || lateDropouts < 0) {
    throw invalidArgument(caller, "lateDropouts of at least 0", String(lateDropouts));
  }
  const numbers = { clients: suppliers, corrupt, dropout };
  const length = countingLength(choice);
  const counting = planResilientSum({ ...numbers, length, max: 1, reveal: "all" });
  checkMinimum(caller, minContributors, suppliers - lateDropouts);
  const maxAmount = options.maxAmount ?? (2n ** 63n - 1n) / BigInt(suppliers);
  planResilientSum({ ...numbers, length: 1, max: maxAmount }); // refuses a bound before anything is counted
  return {
    suppliers,
    currency,
    minContributors,
    lateDropouts,
    ...choice,
    maxAmount,
    reveal,
    corrupt,
    counting,
  };
}

/** What is compared when a session begins. */
export function agreedScope3Plan(
  plan: Scope3WithServerPlan,
): Readonly<Record<string, string | number | boolean>> {
  const { counting, maxAmount, ...rest } = plan;
  return {
    ...rest,
    maxAmount: maxAmount.toString(),
    minimum: counting.minimum,
    rounding: "line-half-even-gram",
  };
}

/**
 * Decides what the second sum is of.
 *
 * @param counted - How many suppliers are in the counts.
 */
export function planAmounts(
  plan: Scope3WithServerPlan,
  counts: ContributorCounts,
  counted: number,
): AmountsPlan {
  const { suppliers: clients, corrupt, reveal, maxAmount: max, counting } = plan;
  const lateDropouts = Math.min(plan.lateDropouts, counted - counting.minimum);
  const needed = plan.minContributors + lateDropouts;
  const disclosure = decideDisclosure(counts.byCategory, counts.overall, needed);
  const shown = whatIsShown(counts, disclosure, plan, needed);
  const length = amountLength(shown);
  if (length === 0) return { disclosure, shown, lateDropouts, sum: undefined };
  const lost = clients - counted + lateDropouts; // no more than the first sum tolerates
  const dropout = (lost + 0.5) / clients; // of which the plan takes the whole suppliers: `lost`
  return {
    disclosure,
    shown,
    lateDropouts,
    sum: planResilientSum({ clients, corrupt, dropout, length, max, reveal }),
  };
}

/** Counts that are true of those that are left, whoever was lost. */
export function countsAfterLosses(counts: ContributorCounts, lost: number): ContributorCounts {
  const byCategory = counts.byCategory.map((count) => Math.max(0, count - lost));
  return { ...counts, byCategory, overall: Math.max(0, counts.overall - lost) };
}
