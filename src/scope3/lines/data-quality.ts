/**
 * Data quality ratings: how well the data behind an amount represent the technology, place and time they stand for.
 *
 * **Source.** PACT Methodology 3, section 4.2.3, and the schema `DataQualityIndicators` of PACT 3.0: each rating is a
 * decimal number from 1 (best) to 5. Version 2.x rates from 1 to 3 by another matrix; such ratings are not comparable and
 * are left out.
 */

import { formatDecimal, parseDecimal, roundHalfEven } from "./decimal.js";

/** The three ratings, decimal texts from 1 to 5 with at most four decimals. */
export interface DataQuality {
  readonly technological: string;
  readonly geographical: string;
  readonly temporal: string;
}

/** Their names, in the order in which they are summed. */
export const ratingNames = ["technological", "geographical", "temporal"] as const;

/** Digits after the point that a rating may have. */
export const ratingPlaces = 4;

/** What a rating must be, in words for an error. */
export const ratingExpectation = "a rating from 1 to 5 with at most 4 decimals";

/** The rating in units of 10^-4; `undefined` for a text that is none. */
export function parseRating(text: string): bigint | undefined {
  const number = parseDecimal(text);
  if (number === undefined || number.scale > ratingPlaces) return undefined;
  const units = number.units * 10n ** BigInt(ratingPlaces - number.scale);
  const unit = 10n ** BigInt(ratingPlaces);
  return units >= unit && units <= 5n * unit ? units : undefined;
}

/**
 * A line's grams times its rating, rounded half to even: what a weighted mean sums up. Each line moves the mean's
 * numerator by at most half a gram.
 *
 * @param rating - In units of 10^-4.
 */
export function weightedGrams(grams: bigint, rating: bigint): bigint {
  return roundHalfEven(grams * rating, 10n ** BigInt(ratingPlaces));
}

/**
 * The mean of a rating, weighted with emissions, with two decimals, from the sums of all lines.
 *
 * @param ratedGrams - Above 0.
 */
export function meanRating(weightedSum: bigint, ratedGrams: bigint): string {
  return formatDecimal(roundHalfEven(100n * weightedSum, ratedGrams), 2);
}
