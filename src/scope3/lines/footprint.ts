/**
 * What one supplier brings: activity lines, each in a Scope 3 category, and their exact sums in grams and hundredths
 * of the currency.
 *
 * The one rounding rule: each line's emissions are computed exactly and rounded once, to the gram, half to even. Sums
 * of grams are exact, so a total is the sum of the rounded lines, whoever adds them and in whatever order.
 */

import type { ActivityLine } from "./activity-line.js";
import { categoryCount } from "./categories.js";
import { ratingNames, weightedGrams } from "./data-quality.js";
import { checkCurrency } from "./currency.js";
import { LineReader } from "./line-reader.js";

/** All of one supplier's activities. */
export interface Footprint {
  /** ISO 4217 code of all spends, e.g. `USD`; the same at all suppliers. */
  readonly currency: string;
  readonly lines: readonly ActivityLine[];
}

/** A supplier's exact sums: what enters the secure sums, and nothing else of its lines. */
export interface FootprintSums {
  /** Grams of CO2e by category; category 1 at index 0. */
  readonly gramsByCategory: readonly bigint[];
  readonly grams: bigint;
  /** Hundredths of the currency. */
  readonly spend: bigint;
  /** The part of the spend that rests on primary data, each line's rounded half to even to the hundredth. */
  readonly primarySpend: bigint;
  /** The part of the grams that rests on primary data, each line's rounded half to even to the gram. */
  readonly primaryGrams: bigint;
  /** Grams of the lines that have data quality ratings. */
  readonly ratedGrams: bigint;
  /** Grams times rating, for each of the ratings (`ratingNames`), over the rated lines. */
  readonly ratingGrams: readonly bigint[];
}

/**
 * Adds up a supplier's lines.
 *
 * @throws VeilshareError INVALID_DATA with the line's place for an unknown category, a number that is negative, not
 *   a number or in another notation, a share above 100, a rating outside 1 to 5, a factor in another currency, a
 *   quantity in a unit of another kind than the footprint's, or a spend above the revenue that it is a part of.
 */
export function sumFootprint(footprint: Footprint): FootprintSums {
  checkCurrency(footprint.currency);
  const sums = {
    gramsByCategory: new Array<bigint>(categoryCount).fill(0n),
    grams: 0n,
    spend: 0n,
    primarySpend: 0n,
    primaryGrams: 0n,
    ratedGrams: 0n,
    ratingGrams: ratingNames.map(() => 0n),
  };
  for (const [index, line] of footprint.lines.entries()) {
    const reader = new LineReader(line, index);
    const category = reader.category();
    const spend = reader.spend();
    const grams = reader.grams(footprint.currency);
    const share = reader.primaryShare();
    sums.gramsByCategory[category - 1] = (sums.gramsByCategory[category - 1] as bigint) + grams; // in range
    sums.grams += grams;
    sums.spend += spend;
    sums.primarySpend += share.of(spend);
    sums.primaryGrams += share.of(grams);
    const ratings = reader.ratings();
    if (ratings === undefined) continue;
    sums.ratedGrams += grams;
    for (const [i, rating] of ratings.entries()) {
      sums.ratingGrams[i] = (sums.ratingGrams[i] as bigint) + weightedGrams(grams, rating); // one a rating
    }
  }
  return sums;
}
