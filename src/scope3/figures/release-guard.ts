/** What a Scope 3 run is about to show, recorded in the own ledger of released totals before amounts are opened. */

import { recordTotals, type ReleaseGuard } from "../../disclosure/release-guard.js";
import type { Shown } from "./figures.js";

/** What a run's amounts are about. */
export interface Release {
  /** E.g. `2026`. */
  readonly period: string;
  /** Whose lines are in the run, whether or not they have emissions in a cell: by names that stay over the years. */
  readonly suppliers: readonly string[];
  readonly shown: Shown;
}

/**
 * Records every cell that is to be shown.
 *
 * @throws VeilshareError DISCLOSURE_REFUSED, with the reason in `got`, when the ledger refuses one: nothing is opened.
 */
export async function recordRelease(
  guard: ReleaseGuard,
  { period, suppliers, shown }: Release,
): Promise<void> {
  const series = shown.cells.map((index) => `scope 3 category ${index + 1}, g`);
  if (shown.overall) series.push("scope 3, g");
  if (shown.spend) series.push("spend, hundredths");
  if (shown.primarySpend) series.push("spend on primary data, hundredths");
  if (shown.primaryGrams) series.push("scope 3 on primary data, g");
  if (shown.ratings) series.push("scope 3 with ratings, g");
  await recordTotals(
    guard,
    series.map((name) => ({ series: name, period, contributors: suppliers })),
  );
}
