/** What a Scope 3 run gives its parties. All amounts are exact integers, and decimal texts made from them. */

import { categoryNames } from "../lines/categories.js";
import { meanRating, type DataQuality } from "../lines/data-quality.js";
import { formatDecimal, roundedUnits, roundHalfEven } from "../lines/decimal.js";
import type { CellStatus, Disclosure } from "../figures/disclosure.js";
import type { TotalEvidence } from "./evidence.js";

/** An amount of greenhouse gases. */
export interface Emissions {
  /** CO2e. */
  readonly grams: bigint;
  /** The same in kg with three decimals, e.g. `1234.560`. */
  readonly kg: string;
}

/** An amount of money. */
export interface Money {
  /** Hundredths of the currency. */
  readonly hundredths: bigint;
  /** The same with two decimals. */
  readonly amount: string;
}

/** One category. */
export interface Scope3Cell {
  /** 1 to 15. */
  readonly category: number;
  readonly name: string;
  /** How many parties have emissions in it. */
  readonly contributors: number;
  readonly status: CellStatus;
  /** There unless withheld. */
  readonly emissions?: Emissions;
}

/** The result of a Scope 3 run, the same at all parties. */
export interface Scope3Report {
  readonly currency: string;
  readonly minContributors: number;
  /** What the lines are of, if the caller said so. */
  readonly period?: string;
  /** Names of those whose amounts are in it, with or without emissions; not there where the reader does not know them. */
  readonly suppliers?: readonly string[];
  /**
   * In resilient runs: how many of the suppliers that were counted could be lost before the amounts were summed. Cells were
   * shown only with `minContributors` and these; the numbers of contributors are those from before.
   */
  readonly lateDropouts?: number;
  /** How many parties have emissions at all. */
  readonly contributors: number;
  /** Of all categories; not there when too few parties have emissions, or it would say too much about one. */
  readonly total?: Emissions;
  /** All fifteen, in order. */
  readonly byCategory: readonly Scope3Cell[];
  /**
   * The sum of the withheld categories, which follows from the others; there when any is withheld and the total is
   * shown.
   */
  readonly withheld?: Emissions;
  readonly spend?: Money;
  /** kg CO2e per unit of the currency, six decimals, rounded half to even; there with the spend. */
  readonly intensity?: string;
  /** Percent of the spend that rests on primary data, four decimals, rounded half to even. */
  readonly primaryDataShare?: string;
  /** The part of the spend that rests on primary data; there with the share. */
  readonly primarySpend?: Money;
  /** Percent of the emissions that rests on primary data, four decimals, rounded half to even. */
  readonly primaryEmissionsShare?: string;
  /** Mean ratings of the emissions that have ratings, weighted with emissions. */
  readonly dataQuality?: DataQualityMeans;
  /** What anyone can check the amounts with (`verifyTotalEvidence`); there when any amount is. */
  readonly evidence?: TotalEvidence;
}

/** Mean data quality ratings. */
export interface DataQualityMeans extends DataQuality {
  /** Percent of the emissions that has ratings, four decimals, rounded half to even. */
  readonly coverage: string;
}

/** How many parties have some of a part, and some of what is left of the whole. */
export interface PartCounts {
  readonly part: number;
  readonly rest: number;
}

/** How many parties have something. */
export interface ContributorCounts {
  readonly byCategory: readonly number[];
  readonly overall: number;
  readonly spend: number;
  readonly primarySpend: PartCounts;
  readonly primaryGrams: PartCounts;
  readonly ratedGrams: PartCounts;
}

/** The opened sums; what may not be shown was not computed and is not there. */
export interface Scope3Sums {
  /** By index of the category, category 1 at 0. */
  readonly gramsByCategory: ReadonlyMap<number, bigint>;
  readonly grams?: bigint;
  readonly spend?: bigint;
  readonly primarySpend?: bigint;
  readonly primaryGrams?: bigint;
  readonly ratings?: {
    /** Grams that have ratings. */
    readonly grams: bigint;
    /** Grams times rating, in the order of `ratingNames`. */
    readonly weighted: readonly bigint[];
  };
}

/** Puts the report together. */
export function scope3Report(parts: {
  readonly currency: string;
  readonly minContributors: number;
  readonly period?: string | undefined;
  readonly suppliers?: readonly string[];
  readonly lateDropouts?: number;
  readonly counts: ContributorCounts;
  readonly disclosure: Disclosure;
  readonly sums: Scope3Sums;
  readonly evidence?: TotalEvidence | undefined;
}): Scope3Report {
  const { counts, disclosure, sums, evidence } = parts;
  const byCategory = disclosure.cells.map((status, index): Scope3Cell => {
    const grams = status === "empty" ? 0n : sums.gramsByCategory.get(index);
    return {
      category: index + 1,
      name: categoryNames[index] ?? "",
      contributors: counts.byCategory[index] ?? 0,
      status,
      ...(grams === undefined ? {} : { emissions: emissions(grams) }),
    };
  });
  return {
    currency: parts.currency,
    minContributors: parts.minContributors,
    ...(parts.period === undefined ? {} : { period: parts.period }),
    ...(parts.suppliers === undefined ? {} : { suppliers: [...parts.suppliers] }),
    ...(parts.lateDropouts === undefined ? {} : { lateDropouts: parts.lateDropouts }),
    contributors: counts.overall,
    byCategory,
    ...totals(disclosure, sums),
    ...spendFigures(sums),
    ...qualityFigures(sums),
    ...(evidence === undefined ? {} : { evidence }),
  };
}

function totals(disclosure: Disclosure, sums: Scope3Sums): Pick<Scope3Report, "total" | "withheld"> {
  if (sums.grams === undefined) return {};
  const total = emissions(sums.grams);
  if (!disclosure.cells.some((status) => status.startsWith("withheld"))) return { total };
  let rest = sums.grams;
  for (const grams of sums.gramsByCategory.values()) rest -= grams;
  return { total, withheld: emissions(rest) };
}

function spendFigures(
  sums: Scope3Sums,
): Pick<Scope3Report, "spend" | "intensity" | "primarySpend" | "primaryDataShare"> {
  const { grams, spend, primarySpend } = sums;
  if (grams === undefined || spend === undefined || spend === 0n) return {};
  const spendDecimal = { units: spend, scale: 2 };
  const figures = {
    spend: money(spend),
    intensity: formatDecimal(roundedUnits({ units: grams, scale: 3 }, 6, spendDecimal), 6),
  };
  if (primarySpend === undefined) return figures;
  return { ...figures, primarySpend: money(primarySpend), primaryDataShare: percentOf(primarySpend, spend) };
}

function qualityFigures(sums: Scope3Sums): Pick<Scope3Report, "primaryEmissionsShare" | "dataQuality"> {
  const { grams, primaryGrams, ratings } = sums;
  if (grams === undefined || grams === 0n) return {};
  const share = primaryGrams === undefined ? {} : { primaryEmissionsShare: percentOf(primaryGrams, grams) };
  if (ratings === undefined) return share;
  const [technological = "", geographical = "", temporal = ""] = ratings.weighted.map((sum) =>
    meanRating(sum, ratings.grams),
  );
  const coverage = percentOf(ratings.grams, grams);
  return { ...share, dataQuality: { technological, geographical, temporal, coverage } };
}

/** In percent with four decimals. */
function percentOf(part: bigint, whole: bigint): string {
  return formatDecimal(roundHalfEven(1_000_000n * part, whole), 4);
}

function emissions(grams: bigint): Emissions {
  return { grams, kg: formatDecimal(grams, 3) };
}

function money(hundredths: bigint): Money {
  return { hundredths, amount: formatDecimal(hundredths, 2) };
}
