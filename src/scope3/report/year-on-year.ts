/**
 * How the emissions of a consortium changed from one report to the next, where the change is not about few suppliers.
 *
 * Pure, on two reports. It keeps a published table of changes from saying more than it should; it takes nothing back from who
 * holds both reports. What stops the second total from being opened at all is the `guard` of a run.
 */

import { formatDecimal, roundHalfEven } from "../lines/decimal.js";
import type { Emissions, Scope3Report } from "./report.js";

/** Why a change is not given. */
export type ChangeRefusal =
  /** One of the reports does not show the amount. */
  | "withheld"
  /** A report does not say whose lines are in it, or for which period, so that nothing can be said about the difference. */
  | "unknown"
  /** Both are of the same period: their difference is what was restated, maybe by one supplier. */
  | "restated"
  /** The suppliers of the two reports differ, by fewer than the minimum: the change would be about these. */
  | "suppliers"
  /** The numbers of suppliers with emissions in the cell differ, by fewer than the minimum. */
  | "contributors"
  /** It would give away the change of a category that is refused, by subtraction. */
  | "complement";

/** One change, or why it is not given. */
export type EmissionsChange =
  | {
      readonly given: true;
      /** Current less previous; negative for a decrease. */
      readonly change: Emissions;
      /** Of the previous amount, four decimals, rounded half to even; not there when that is 0. */
      readonly percent?: string;
    }
  | { readonly given: false; readonly reason: ChangeRefusal };

/** The change of one category. */
export type CategoryChange = EmissionsChange & {
  /** 1 to 15. */
  readonly category: number;
  readonly name: string;
};

/** All changes from one report to another. */
export interface YearOnYear {
  readonly previousPeriod: string | undefined;
  readonly currentPeriod: string | undefined;
  /** All fifteen, in order. */
  readonly byCategory: readonly CategoryChange[];
  readonly total: EmissionsChange;
}

/**
 * The change per category and overall.
 *
 * A restated year is a new report of its period, made by a run of the restated lines: compare with that one. Two reports of
 * one period are never compared.
 *
 * @param previous - With `period` and `suppliers`, as runs with a `period` give them.
 *
 * **Security.** With m the greater `minContributors` of the two, a change is given only if the suppliers are the same or differ
 * in at least m names, and the cell's numbers of contributors are the same or differ by at least m. Which suppliers have
 * emissions in a cell is not known, so equal numbers may hide that one came and one left. With the same suppliers a change is
 * the sum of all theirs: of one whose others hardly change it tells much; no rule on contributors sees that.
 *
 * @example
 * const { total } = yearOnYear(report2025, report2026);
 * console.log(total.given ? `${total.change.kg} kg, ${total.percent} %` : `refused: ${total.reason}`);
 */
export function yearOnYear(previous: Scope3Report, current: Scope3Report): YearOnYear {
  const minimum = Math.max(previous.minContributors, current.minContributors);
  const refusal = refusalOfAll(previous, current, minimum);
  const compare = (before: Figure, after: Figure): EmissionsChange => {
    if (refusal !== undefined) return { given: false, reason: refusal };
    if (before.emissions === undefined || after.emissions === undefined) {
      return { given: false, reason: "withheld" };
    }
    const difference = Math.abs(after.contributors - before.contributors);
    if (isFew(difference, minimum)) return { given: false, reason: "contributors" };
    return changeOf(before.emissions.grams, after.emissions.grams);
  };
  const byCategory = current.byCategory.map((cell, i): CategoryChange => {
    const before = previous.byCategory[i] ?? { contributors: 0 };
    return { category: cell.category, name: cell.name, ...compare(before, cell) };
  });
  const total = compare(overall(previous), overall(current));
  const someRefused = byCategory.some((cell) => !cell.given && cell.reason === "contributors");
  return {
    previousPeriod: previous.period,
    currentPeriod: current.period,
    byCategory,
    total: total.given && someRefused ? { given: false, reason: "complement" } : total,
  };
}

interface Figure {
  readonly contributors: number;
  readonly emissions?: Emissions;
}

function overall({ contributors, total }: Scope3Report): Figure {
  return { contributors, ...(total === undefined ? {} : { emissions: total }) };
}

/** What stands against every change between the two. */
function refusalOfAll(
  previous: Scope3Report,
  current: Scope3Report,
  minimum: number,
): ChangeRefusal | undefined {
  if (previous.suppliers === undefined || current.suppliers === undefined) return "unknown";
  if (previous.period === undefined || current.period === undefined) return "unknown";
  if (previous.period === current.period) return "restated";
  const before = new Set(previous.suppliers);
  const after = new Set(current.suppliers);
  const left = previous.suppliers.filter((name) => !after.has(name)).length;
  const came = current.suppliers.filter((name) => !before.has(name)).length;
  return isFew(left + came, minimum) ? "suppliers" : undefined;
}

function isFew(difference: number, minimum: number): boolean {
  return difference > 0 && difference < minimum;
}

function changeOf(before: bigint, after: bigint): EmissionsChange {
  const grams = after - before;
  const change = { grams, kg: formatDecimal(grams, 3) };
  if (before === 0n) return { given: true, change };
  return { given: true, change, percent: formatDecimal(roundHalfEven(1_000_000n * grams, before), 4) };
}
