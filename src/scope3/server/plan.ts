/**
 * What the server and the suppliers of a resilient Scope 3 total agree on, and the two sums that follow from it. The
 * second sum depends on the first one's counts, which all know, so everybody makes the same plan of it.
 *
 * A supplier may be lost between the sums: what may be shown was decided on counts that it is in, the amounts are
 * without it. So the losses that the second sum tolerates are taken off every count before the decision, and the second
 * sum is planned to tolerate no more: with more, neither the server nor any supplier opens it.
 */

import { checkServer, planResilientSum, type ResilientPlan } from "../../aggregation/resilient/plan.js";
import { graphRules, type ServerModel } from "../../aggregation/resilient/choose-graph.js";
import { checkOptions, type RulesOf } from "../../checks/options.js";
import { bigint, bytes, listOf, number, oneOf, optional, text } from "../../checks/rules.js";
import { invalidArgument } from "../../errors.js";
import { checkCurrency } from "../lines/currency.js";
import { choiceRules } from "../figures/arguments.js";
import { countingLength, type FigureChoice } from "../figures/figures.js";
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
  /** See `SumScope3AmongPeersOptions`. Default false. */
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
  /**
   * What the server may do. `active`, the default, as the server learns the totals: it may send anything, and needs
   * `signingKeys`. `semi-honest`: it follows the protocol; *a server that is the buyer could read one supplier* by telling
   * some suppliers that it left, and others that it stayed.
   */
  readonly server?: ServerModel;
  /**
   * Every supplier's public signing key, in the order of the sessions; with an active server, and only then. Suppliers have them
   * from somebody else than the server: each distinct key is a supplier that it can know of.
   */
  readonly signingKeys?: readonly Uint8Array[];
}

const { corrupt, dropout, server } = graphRules;

const rules: RulesOf<PlanScope3WithServerOptions> = {
  ...choiceRules,
  ...{ corrupt, dropout, server },
  suppliers: number(),
  currency: text,
  minContributors: optional(number()),
  lateDropouts: optional(number()),
  maxAmount: optional(bigint()),
  reveal: optional(oneOf("server", "all")),
  signingKeys: optional(listOf(bytes())),
};

/** The numbers of a resilient Scope 3 total, the same at all parties. */
export interface Scope3WithServerPlan extends FigureChoice {
  readonly suppliers: number;
  readonly currency: string;
  readonly minContributors: number;
  readonly lateDropouts: number;
  readonly maxAmount: bigint;
  readonly reveal: "server" | "all";
  readonly corrupt: number;
  readonly server: ServerModel;
  /** The first sum: who has emissions in which category. */
  readonly counting: ResilientPlan;
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
  checkOptions(caller, options, rules);
  const { suppliers, currency, minContributors = 3, lateDropouts = 1, reveal = "server" } = options;
  const { spendFigures = false, qualityFigures = false, corrupt = 0.2, dropout = 0.2 } = options;
  const { server = "active", signingKeys = [] } = options;
  checkServer(caller, server, signingKeys);
  const choice = { spendFigures, qualityFigures };
  checkCurrency(currency);
  if (!Number.isInteger(lateDropouts) || lateDropouts < 0) {
    throw invalidArgument(caller, "lateDropouts of at least 0", String(lateDropouts));
  }
  const numbers = { clients: suppliers, corrupt, dropout, server, signingKeys };
  const length = countingLength(choice) + 1; // and what objectors add
  const counting = planResilientSum({ ...numbers, length, max: "word", reveal: "all" });
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
    server,
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

/** How many suppliers may still be lost after so many were counted: at most the plan's `lateDropouts`. */
export function lateDropoutsOf(plan: Scope3WithServerPlan, counted: number): number {
  return Math.min(plan.lateDropouts, counted - plan.counting.minimum);
}

/** The second sum, of so many amounts. */
export function planAmounts(plan: Scope3WithServerPlan, length: number, counted: number): ResilientPlan {
  const { suppliers: clients, corrupt, reveal, maxAmount: max, server } = plan;
  const { signingKeys } = plan.counting;
  const lost = clients - counted + lateDropoutsOf(plan, counted); // no more than the first sum tolerates
  const dropout = (lost + 0.5) / clients; // of which the plan takes the whole suppliers: `lost`
  return planResilientSum({ clients, corrupt, dropout, length, max, reveal, server, signingKeys });
}

/** Counts that are true of those that are left, whoever was lost. */
export function countsAfterLosses(counts: ContributorCounts, lost: number): ContributorCounts {
  const byCategory = counts.byCategory.map((count) => Math.max(0, count - lost));
  return { ...counts, byCategory, overall: Math.max(0, counts.overall - lost) };
}
