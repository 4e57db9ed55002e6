/**
 * The guard against differencing before totals are opened: what a run is about to show is recorded in the own ledger of
 * released totals first, and refused there if with earlier ones it says too much about too few.
 */

import type { QueryLedger, TotalQuery } from "./query-ledger.js";

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

/**
 * Records totals that are to be shown together.
 *
 * @throws VeilshareError DISCLOSURE_REFUSED, with the reason in `got`, when the ledger refuses one: nothing is kept, and
 *   nothing must be opened.
 */
export async function recordTotals(guard: ReleaseGuard, queries: readonly TotalQuery[]): Promise<void> {
  let { ledger } = guard;
  for (const query of queries) ledger = ledger.record(query);
  await guard.keep(ledger);
}
