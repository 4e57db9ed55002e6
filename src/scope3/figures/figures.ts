/**
 * Which figures a Scope 3 run sums, and in which order: pure, so that every way of summing (all parties among
 * themselves, a server that survives dropouts, aggregators that verify ranges) asks and answers alike.
 *
 * Two sums: first 0 or 1 for every question "do I have some of this?", then the amounts of what the counts let be
 * shown. What is withheld has no place in the second sum. `gated-figures.ts` hands them to the gate.
 */

import { VeilshareError } from "../../errors.js";
import { categoryCount } from "../lines/categories.js";
import { ratingNames } from "../lines/data-quality.js";
import { mayShowPart, type Disclosure } from "./disclosure.js";
import type { FootprintSums } from "../lines/footprint.js";
import type { ContributorCounts, PartCounts, Scope3Sums } from "../report/report.js";

/** Which figures are wanted besides the emissions by category; the same at all parties. */
export interface FigureChoice {
  /** Total spend, the part of it on primary data. */
  readonly spendFigures: boolean;
  /** The parts of the emissions on primary data and with ratings, and the ratings. */
  readonly qualityFigures: boolean;
}

/** 0 or 1 for each question of the first sum. */
export function countingVector(own: FootprintSums, choice: FigureChoice): BigInt64Array {
  const amounts = [...own.gramsByCategory, own.grams];
  if (choice.spendFigures) amounts.push(own.spend, own.primarySpend, own.spend - own.primarySpend);
  if (choice.qualityFigures) {
    amounts.push(own.primaryGrams, own.grams - own.primaryGrams);
    amounts.push(own.ratedGrams, own.grams - own.ratedGrams);
  }
  return BigInt64Array.from(amounts, (amount) => (amount > 0n ? 1n : 0n));
}

/** Elements of {@link countingVector}. */
export function countingLength({ spendFigures, qualityFigures }: FigureChoice): number {
  return categoryCount + 1 + (spendFigures ? 3 : 0) + (qualityFigures ? 4 : 0);
}

/**
 * Reads the first sum.
 *
 * @param contributors - How many parties' vectors are in it.
 * @throws VeilshareError PEER_UNEXPECTED when the counts can't be those of parties that follow the protocol.
 */
export function readCounts(
  sum: BigInt64Array,
  choice: FigureChoice,
  contributors: number,
): ContributorCounts {
  const counts = Array.from(sum, Number);
  if (counts.some((count) => count < 0 || count > contributors)) throw contradiction("counts");
  const byCategory = counts.slice(0, categoryCount);
  const rest = counts.slice(categoryCount);
  const next = (): number => rest.shift() ?? 0; // the vector's own length was summed
  const overall = next();
  const spend = choice.spendFigures ? next() : 0;
  const part = (wanted: boolean): PartCounts =>
    wanted ? { part: next(), rest: next() } : { part: 0, rest: 0 };
  const primarySpend = part(choice.spendFigures);
  const primaryGrams = part(choice.qualityFigures);
  const ratedGrams = part(choice.qualityFigures);
  const inSomeCategory = byCategory.reduce((total, count) => total + count, 0);
  const possible =
    overall >= Math.max(...byCategory) &&
    overall <= inSomeCategory &&
    (!choice.spendFigures || fits(primarySpend, spend)) &&
    (!choice.qualityFigures || (fits(primaryGrams, overall) && fits(ratedGrams, overall)));
  if (!possible) throw contradiction("counts");
  return { byCategory, overall, spend, primarySpend, primaryGrams, ratedGrams };
}

/** Whoever has the whole has the part, the rest or both. */
function fits({ part, rest }: PartCounts, whole: number): boolean {
  return whole >= Math.max(part, rest) && whole <= part + rest;
}

/** Which sums may be computed at all, known from the counts. */
export interface Shown {
  /** Indices of the revealed categories. */
  readonly cells: readonly number[];
  readonly overall: boolean;
  readonly spend: boolean;
  readonly primarySpend: boolean;
  readonly primaryGrams: boolean;
  /** The rated grams and the three sums of ratings. */
  readonly ratings: boolean;
}

/**
 * Decides from the counts, so that everybody comes to the same answer.
 *
 * Spend and quality figures are further sums over the same lines: who knows the factors that others use, or their ratings, has
 * as many more equations for them. So each figure is shown only where every sum over those lines has as many contributors
 * more than the minimum as there are further sums; where it has not, the emissions are shown without the figure.
 */
export function whatIsShown(
  counts: ContributorCounts,
  disclosure: Disclosure,
  choice: FigureChoice,
  minContributors: number,
): Shown {
  const { overall } = disclosure;
  const cells = disclosure.cells.flatMap((status, index) => (status === "revealed" ? [index] : []));
  const least = Math.min(counts.overall, ...cells.map((index) => counts.byCategory[index] ?? 0));
  let needed = minContributors;
  const hasRoomFor = (sums: number, whole: number, part: PartCounts = { part: 0, rest: 0 }): boolean => {
    const more = needed + sums;
    if (!overall || Math.min(least, whole) < more || !mayShowPart(part.part, part.rest, more)) return false;
    needed = more;
    return true;
  };
  const { spend, primarySpend, primaryGrams, ratedGrams } = counts;
  const showsSpend = choice.spendFigures && hasRoomFor(1, spend);
  const showsPrimarySpend = showsSpend && hasRoomFor(1, spend, primarySpend);
  const showsPrimaryGrams = choice.qualityFigures && hasRoomFor(1, counts.overall, primaryGrams);
  const showsRatings =
    choice.qualityFigures &&
    ratedGrams.part > 0 &&
    hasRoomFor(1 + ratingNames.length, counts.overall, ratedGrams);
  return {
    cells,
    overall,
    spend: showsSpend,
    primarySpend: showsPrimarySpend,
    primaryGrams: showsPrimaryGrams,
    ratings: showsRatings,
  };
}

/** The own addends of the second sum; empty when nothing may be shown. */
export function amountVector(own: FootprintSums, shown: Shown): BigInt64Array {
  const amounts = shown.cells.map((index) => own.gramsByCategory[index] as bigint); // indices of categories
  if (shown.overall) amounts.push(own.grams);
  if (shown.spend) amounts.push(own.spend);
  if (shown.primarySpend) amounts.push(own.primarySpend);
  if (shown.primaryGrams) amounts.push(own.primaryGrams);
  if (shown.ratings) amounts.push(own.ratedGrams, ...own.ratingGrams);
  return BigInt64Array.from(amounts);
}

/** Elements of {@link amountVector}. */
export function amountLength({ cells, ratings, ...figures }: Shown): number {
  const single = Object.values(figures).filter((isShown) => isShown).length;
  return cells.length + single + (ratings ? 1 + ratingNames.length : 0);
}

/** Reads the second sum. */
export function readAmounts(sum: BigInt64Array, shown: Shown): Scope3Sums {
  const amounts = [...sum];
  const next = (): bigint => amounts.shift() ?? 0n; // as many as `amountVector` made
  const gramsByCategory = new Map(shown.cells.map((index) => [index, next()]));
  return {
    gramsByCategory,
    ...(shown.overall ? { grams: next() } : {}),
    ...(shown.spend ? { spend: next() } : {}),
    ...(shown.primarySpend ? { primarySpend: next() } : {}),
    ...(shown.primaryGrams ? { primaryGrams: next() } : {}),
    ...(shown.ratings ? { ratings: { grams: next(), weighted: ratingNames.map(() => next()) } } : {}),
  };
}

/**
 * Checks that the amounts can be those of honest parties with these counts: everyone who counts has at least one unit.
 *
 * @throws VeilshareError PEER_UNEXPECTED
 */
export function checkAmounts(sums: Scope3Sums, counts: ContributorCounts, disclosure: Disclosure): void {
  let revealed = 0n;
  for (const [index, grams] of sums.gramsByCategory) {
    if (grams < BigInt(counts.byCategory[index] ?? 0)) throw contradiction("emissions");
    revealed += grams;
  }
  const withheld = disclosure.cells.some((status) => status.startsWith("withheld"));
  const { grams, spend = 0n, primarySpend = 0n, primaryGrams = 0n, ratings } = sums;
  if (grams !== undefined && (withheld ? grams <= revealed : grams !== revealed)) {
    throw contradiction("emissions");
  }
  if (spend < 0n || primarySpend < 0n || primarySpend > spend) throw contradiction("spend");
  if (primaryGrams < 0n || primaryGrams > (grams ?? 0n)) throw contradiction("primary data");
  if (ratings === undefined) return;
  const rounding = 2n ** 31n; // half a gram a line, and nobody has more lines than that
  const possible = ratings.weighted.every(
    (sum) => sum >= ratings.grams - rounding && sum <= 5n * ratings.grams + rounding,
  );
  if (ratings.grams <= 0n || ratings.grams > (grams ?? 0n) || !possible) throw contradiction("ratings");
}

/** What is thrown when figures can't all be true. */
export function contradiction(field: string): VeilshareError {
  const text = `sumScope3AmongPeers: the parties' ${field} contradict each other: at least one party did not follow the protocol`;
  return new VeilshareError("PEER_UNEXPECTED", text, { step: "scope3-total", field });
}
