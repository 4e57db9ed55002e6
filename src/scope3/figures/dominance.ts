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
} from "../../disclosure/compare-on-shares.js";
import { defaultDominance, localShare, type DominanceRule } from "../../disclosure/rules.js";
import type { ProtocolRun } from "../../channel/party.js";
import type { Disclosure } from "./disclosure.js";
import type { Shown } from "./figures.js";
import type { FootprintSums } from "../lines/footprint.js";

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

/**
 * How to compare, with the largest own amount that can be compared as `maxAbs`.
 *
 * @throws VeilshareError INVALID_ARGUMENT for other than three comparers or a rule that is none.
 */
export function planDominance(
  run: ProtocolRun,
  { rule = defaultDominance, comparers }: Scope3Dominance,
): Comparison {
  const share = localShare(rule);
  const maxAbs = largestComparable(share, run.size);
  return planComparison("sumScope3AmongPeers", run, comparers, { share, maxAbs });
}

/** Compares everything that may be shown, and withholds what somebody dominates. */
export async function withholdDominated(
  run: ProtocolRun,
  comparison: Comparison,
  own: FootprintSums,
  { disclosure, shown }: Undominated,
): Promise<Undominated> {
  const revealed = shown.cells.reduce((sum, index) => sum + (own.gramsByCategory[index] ?? 0n), 0n);
  const amounts = {
    overall: [own.grams, own.grams - revealed],
    spend: [own.spend],
    primarySpend: [own.primarySpend, own.spend - own.primarySpend],
    primaryGrams: [own.primaryGrams, own.grams - own.primaryGrams],
    ratings: [own.ratedGrams, own.grams - own.ratedGrams],
  };
  const figures = (Object.keys(amounts) as (keyof typeof amounts)[]).filter((figure) => shown[figure]); // its own keys
  const compared = [
    ...shown.cells.map((index) => ({ what: index, amount: own.gramsByCategory[index] ?? 0n })),
    ...figures.flatMap((what) => amounts[what].map((amount) => ({ what, amount }))),
  ];
  const verdicts = await dominatedCells(
    run,
    BigInt64Array.from(compared, ({ amount }) => amount),
    comparison,
  );
  const dominated = new Set<number | string>(
    compared.filter((_, i) => verdicts[i] === true).map(({ what }) => what),
  );
  const spared = (figure: keyof typeof amounts): boolean => shown[figure] && !dominated.has(figure);
  const cells = shown.cells.filter((index) => !dominated.has(index));
  const overall = spared("overall") && cells.length === shown.cells.length;
  const spend = overall && spared("spend");
  return {
    disclosure: {
      cells: disclosure.cells.map((status, index) => (dominated.has(index) ? "withheld-dominated" : status)),
      overall,
    },
    shown: {
      cells,
      overall,
      spend,
      primarySpend: spend && spared("primarySpend"),
      primaryGrams: overall && spared("primaryGrams"),
      ratings: overall && spared("ratings"),
    },
  };
}
