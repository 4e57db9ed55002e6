/**
 * The guard against differencing before amounts are opened: what a run is about to show is recorded in the own ledger of
 * released totals first, and refused there if with earlier ones it says too much about too few.
 */

import type { QueryLedger } from "../../aggregation/disclosure/query-ledger.js";
import type { Shown } from "./figures.js";

/** Where a party records what it helps to release. */
export interface ReleaseGuard {
  /** All that was released so far. */
  readonly ledger: QueryLedger;
  /**
   * Keeps the ledger that holds this release too, durably (`ledger.serialize()`), before anything is opened: if the run
   * fails later, it counts as released.
   */
  readonly keep: (ledger: QueryLedger) => void | Promise<void>;
}

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
  let { ledger } = guard;
  for (const name of series) ledger = ledger.record({ series: name, period, contributors: suppliers });
  await guard.keep(ledger);
}
