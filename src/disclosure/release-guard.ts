/**
 * The guard against differencing, as one party's part of the gate: what a run is about to show is recorded in the own ledger
 * first, and refused there if with earlier releases it says too much about too few; and the party objects, without saying
 * who, when its own contribution is another one than in an earlier release of the period.
 */

import type { LedgerEntry, OwnTable, QueryLedger } from "./query-ledger.js";
import type { ReleasedTable } from "./released-table.js";

/** Where a party records what it helps to release. */
export interface ReleaseGuard {
  /** All that was released so far. What is recorded counts as released, also when the run fails later. */
  readonly ledger: QueryLedger;
}

/** A guard that knows what is released, under which names; see {@link QueryLedger}. */
export interface SeriesGuard extends ReleaseGuard {
  /** What the values are, e.g. `days to payment`: another variable has another name. */
  readonly series: string;
  /** The span in which each party's values are the same, e.g. `2026`. */
  readonly period: string;
}

/** One party's guard in one run. */
export class RunGuard {
  readonly #guard: SeriesGuard;
  readonly #own: OwnTable | undefined;

  /** @param own - What the party has in each cell; undefined for one that has nothing to contribute. */
  constructor(guard: SeriesGuard, own: OwnTable | undefined) {
    this.#guard = guard;
    this.#own = own;
  }

  /** Whether the own contribution is another one than in an earlier release of the period. */
  get objects(): boolean {
    const { ledger, series, period } = this.#guard;
    return this.#own !== undefined && ledger.hasChanged(series, period, this.#own);
  }

  /** What the own ledger knows of the period. */
  get history(): readonly ReleasedTable[] {
    const { ledger, series, period } = this.#guard;
    return ledger.tables(series, period);
  }

  /**
   * Records what is about to be opened.
   *
   * @param table - Undefined at a party that does not know who takes part.
   * @param hearsay - What the others have recorded of the period.
   * @throws VeilshareError DISCLOSURE_REFUSED, with the reason in `got`: nothing is recorded, and nothing must be opened.
   */
  async record(table: ReleasedTable | undefined, hearsay: readonly ReleasedTable[]): Promise<void> {
    const { ledger, series, period } = this.#guard;
    const entry: LedgerEntry = {
      series,
      period,
      hearsay,
      ...(table === undefined ? {} : { table }),
      ...(this.#own === undefined ? {} : { own: this.#own }),
    };
    await ledger.recordEntry(entry);
  }
}
