/**
 * The dominance rule of a Scope 3 run: no figure is opened of which one supplier has too large a share. Three of the
 * suppliers compare on shares, so that what is withheld is opened to nobody (`compare-on-shares.ts`).
 *
 * Compared are all sums that the counts let be shown, and what follows from them by subtraction: the withheld categories
 * together, and the rests of parts. A dominated category is withheld, and the overall total with it, as it would give the
 * category away; so is the total when it or the withheld categories together are dominated.
 */

import {
  dominatedCells,
  largestComparable,
  planComparison,
  type Comparison,
} from "../../aggregation/disclosure/compare-on-shares.js";
import { localShare, type DominanceRule } from "../../aggregation/disclosure/rules.js";
import type { ProtocolRun } from "../../channel/party.js";
import type { Disclosure } from "./disclosure.js";
import type { Shown } from "./figures.js";
import type { FootprintSums } from "./footprint.js";

/** How dominance is kept from showing. */
export interface Scope3Dominance {
  /** Default: nobody above 50 % of a figure. */
  readonly rule?: DominanceRule;
  /**
   * Three of the suppliers, by name or index, who compare on shares. Any two of them together could learn all amounts
   * that are compared.
   */
  readonly comparers: readonly (number | string)[];
}

/** What the rule leaves to be shown. */
export interface Undominated {
  readonly disclosure: Disclosure;
  readonly shown: Shown;
}

/** No own amount may be larger, so that it can be compared. */
export function largestComparedAmount(run: ProtocolRun, { rule = halfAtMost }: Scope3Dominance): bigint {
  return largestComparable(localShare(rule), run.size);
}

/**
 * Checks that a comparison can be made.
 *
 * @throws VeilshareError INVALID_ARGUMENT for other than three comparers or a rule that is none.
 */
export function planDominance(
  run: ProtocolRun,
  { rule = halfAtMost, comparers }: Scope3Dominance,
  maxAbs: bigint,
): Comparison {
  return planComparison(run, comparers, localShare(rule), maxAbs);
}

/** Compares everything that may be shown, and withholds what somebody dominates. */
export async function withholdDominated(
  run: ProtocolRun,
  comparison: Comparison,
  own: FootprintSums,
  { disclosure, shown }: Undominated,
): Promise<Undominated> {
  const cells = shown.cells.map((index) => own.gramsByCategory[index] as bigint); // indices of categories
  const revealed = cells.reduce((sum, grams) => sum + grams, 0n);
  const figures = {
    overall: shown.overall ? [own.grams, own.grams - revealed] : [],
    spend: shown.spend ? [own.spend] : [],
    primarySpend: shown.primarySpend ? [own.primarySpend, own.spend - own.primarySpend] : [],
    primaryGrams: shown.primaryGrams ? [own.primaryGrams, own.grams - own.primaryGrams] : [],
    ratings: shown.ratings ? [own.ratedGrams, own.grams - own.ratedGrams] : [],
  };
  const compared = [...cells, ...Object.values(figures).flat()];
  const dominated = await dominatedCells(run, BigInt64Array.from(compared), comparison);
  let next = cells.length;
  const spared = (amounts: readonly bigint[]): boolean =>
    !amounts.map(() => dominated[next++] === true).includes(true);
  const dominatedCategories = new Set(shown.cells.filter((_, i) => dominated[i] === true));
  // In the order in which they were compared.
  const overall = spared(figures.overall) && shown.overall && dominatedCategories.size === 0;
  const spend = spared(figures.spend) && shown.spend && overall;
  const primarySpend = spared(figures.primarySpend) && shown.primarySpend && spend;
  const primaryGrams = spared(figures.primaryGrams) && shown.primaryGrams && overall;
  const ratings = spared(figures.ratings) && shown.ratings && overall;
  return {
    disclosure: {
      cells: disclosure.cells.map((status, index) =>
        dominatedCategories.has(index) ? "withheld-dominated" : status,
      ),
      overall,
    },
    shown: {
      cells: shown.cells.filter((index) => !dominatedCategories.has(index)),
      overall,
      spend,
      primarySpend,
      primaryGrams,
      ratings,
    },
  };
}

const halfAtMost: DominanceRule = { rule: "n-k", n: 1, percent: 50 };
