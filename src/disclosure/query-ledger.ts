/**
 * What totals have been released, and whether one more would, with them, say too much about too few. Kept in a state store:
 * checking and recording are one step, so that two runs at once are checked one after the other.
 *
 * Within a *period* of a *series* (say, emissions of 2026) a contributor has one value in each cell, and each release is the
 * sum of those of some contributors: the ledger is exact linear algebra (`release-check.ts`). Across periods values differ,
 * but not by much: there it compares who contributes, and how many.
 */

import { canonicalJson } from "../bytes/canonical-json.js";
import { bytesFromHex, bytesToHex, utf8ToBytes } from "../bytes/encoding.js";
import { checkOptions, type RulesOf, stateStoreRule } from "../checks/options.js";
import { listOf, number, optional, text } from "../checks/rules.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { randomBytes } from "../random/csprng.js";
import type { StateStore, StoreView } from "../store/index.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { checkPeriod, checkSuccession } from "./release-check.js";
import {
  contributionKind,
  ledgerKind,
  releaseKind,
  type StoredContribution,
  type StoredLedger,
} from "./release-records.js";
import type { Protection, QueryRefusal, ReleasedTable } from "./released-table.js";
import { checkMinContributors } from "./rules.js";

/** A total that is to be released. */
export interface TotalQuery {
  /** What is added up, e.g. `scope 3 category 1, kg`. Another variable has another name. */
  readonly series: string;
  /** The span in which each contributor has one value, e.g. `2026`. */
  readonly period: string;
  /** Whose values are in it: ids that stay the same over all releases, and name those who are to be protected. */
  readonly contributors: readonly string[];
}

const queryRules: RulesOf<TotalQuery> = { series: text, period: text, contributors: listOf(text) };

/** May a total be released? */
export type QueryVerdict =
  { readonly allowed: true } | { readonly allowed: false; readonly reason: QueryRefusal | "restored" };

/** Options of {@link QueryLedger.open}. */
export interface QueryLedgerOptions {
  /** Where it is kept; `memoryStore()` forgets with the process. */
  readonly store: StateStore;
  /** Names the ledger in the store. Default `releases`. */
  readonly name?: string;
  /** Fewest contributors of anything that can be computed from all releases. At least 2. */
  readonly minContributors: number;
  /** Contributors whose values the recipients know anyway, say because they are among them: they hide nobody. */
  readonly known?: readonly string[];
}

const ledgerRules: RulesOf<QueryLedgerOptions> = {
  store: stateStoreRule,
  name: optional(text),
  minContributors: number(),
  known: optional(listOf(text)),
};

/** What a party has in the cells of a release, in whole numbers. */
export interface OwnTable {
  readonly cells: ReadonlyMap<string, readonly bigint[]>;
  /** All of it. */
  readonly whole: readonly bigint[];
  /** Whether the whole is a total of its own, rather than what the cells add up to. */
  readonly isWhole: boolean;
}

/** One release with what this party knows of it. */
export interface LedgerEntry {
  readonly series: string;
  readonly period: string;
  /** Undefined at a party that does not know who took part. */
  readonly table?: ReleasedTable;
  /** Undefined at a party that had nothing to contribute. */
  readonly own?: OwnTable;
  /** What the others have recorded of the same period. */
  readonly hearsay?: readonly ReleasedTable[];
}

/**
 * Totals released so far, under one minimum.
 *
 * **Security.** Within one series and period, whatever linear combination of released totals somebody computes is zero, or
 * contains the values of at least `minContributors` contributors whose values were not known: that covers the same cell
 * over almost the same contributors, a margin and its cells, unions and overlaps of any number of earlier releases. Across
 * periods of a series, two totals have the same members, or differ in at least `minContributors` of them, and so do the
 * numbers of contributors of a cell.
 *
 * It does not catch: releases that none of those who take part has recorded; combinations of more than two periods;
 * contributors that changed places between two periods, as many coming as going; knowledge from outside (bounds, growth
 * rates, what other publications say); other functions of the same values under another name, such as sums of squares; ids
 * that stand for one firm twice, or for a tier whose firms are also in it by themselves. It refuses more than it must: what
 * it can't show to be safe, and whatever changed within a period (a restatement is a period of its own).
 *
 * **Cost.** A check solves for all groups of contributors that are in the same totals: at most some 800,000 multiplications of
 * whole numbers. Where totals are not split into cells it is exact up to that limit.
 *
 * @example
 * const ledger = await QueryLedger.open({ store, minContributors: 3 });
 * await ledger.record({ series: "days to payment", period: "2026", contributors: names }); // or DISCLOSURE_REFUSED
 */
export class QueryLedger {
  readonly #store: StateStore;
  readonly #name: string;
  readonly #protection: Protection;
  readonly #hashKey: Uint8Array;

  private constructor(store: StateStore, name: string, { minContributors, known, hashKey }: StoredLedger) {
    this.#store = store;
    this.#name = name;
    this.#protection = { minContributors, known: new Set(known) };
    this.#hashKey = bytesFromHex(hashKey, "hashKey", 32);
  }

  /**
   * The ledger of a store, made where there is none of the name.
   *
   * @throws VeilshareError INVALID_ARGUMENT for a minimum below 2, or other options than it was made with; the codes of the
   *   store.
   */
  static async open(options: QueryLedgerOptions): Promise<QueryLedger> {
    checkOptions("QueryLedger.open", options, ledgerRules);
    const { store, name = "releases", minContributors, known = [] } = options;
    checkMinContributors("QueryLedger", minContributors);
    const wanted = { minContributors, known: [...new Set(known)].sort() };
    const stored = await store.transact((draft) => {
      const before = draft.get(ledgerKind, name);
      if (before !== undefined) return before;
      const made = { ...wanted, hashKey: bytesToHex(randomBytes(32)) };
      draft.put(ledgerKind, name, made);
      return made;
    });
    const was = { minContributors: stored.minContributors, known: [...stored.known] };
    if (canonicalJson(was) !== canonicalJson(wanted)) {
      const got = `minContributors ${minContributors} and ${known.length} known`;
      throw invalidArgument("QueryLedger.open", "the options that the ledger was made with", got);
    }
    return new QueryLedger(store, name, stored);
  }

  /** The fewest contributors of anything. */
  get minContributors(): number {
    return this.#protection.minContributors;
  }

  /** Number of releases recorded of a series. */
  size(series: string): number {
    return this.#store.view.count(releaseKind, this.#key(series));
  }

  /**
   * Would this total say too much, with all that were recorded?
   *
   * @throws VeilshareError INVALID_ARGUMENT when a contributor is in the query twice.
   */
  check(query: TotalQuery): QueryVerdict {
    const reason = this.#refusal(this.#store.view, entryOf("QueryLedger.check", query));
    return reason === undefined ? { allowed: true } : { allowed: false, reason };
  }

  /**
   * Records a release, before it is opened.
   *
   * @throws VeilshareError DISCLOSURE_REFUSED, with the reason in `got`, when {@link QueryLedger.check} does not allow it:
   *   nothing is recorded then. The codes of the store.
   */
  async record(query: TotalQuery): Promise<void> {
    await this.recordEntry(entryOf("QueryLedger.record", query));
  }

  /** Records what a run is about to open; see {@link QueryLedger.record}. */
  async recordEntry(entry: LedgerEntry): Promise<void> {
    const { series, period, table, own } = entry;
    await this.#store.transact((draft) => {
      const reason = this.#refusal(draft, entry);
      if (reason !== undefined) throw refused(reason);
      const key = this.#key(series);
      if (table !== undefined) draft.add(releaseKind, key, { period, table });
      if (own !== undefined) draft.add(contributionKind, key, this.#contribution(period, own));
    });
  }

  /** What this ledger knows of a period. */
  tables(series: string, period: string): readonly ReleasedTable[] {
    return this.#tables(this.#store.view, series, period);
  }

  /** Whether the own contribution is another one than in an earlier release of the period. */
  hasChanged(series: string, period: string, own: OwnTable): boolean {
    return this.#hasChanged(this.#store.view, series, this.#contribution(period, own));
  }

  #key(series: string): string {
    return JSON.stringify([this.#name, series]);
  }

  #tables(view: StoreView, series: string, period: string): ReleasedTable[] {
    const releases = view.list(releaseKind, this.#key(series));
    return releases.flatMap((release) => (release.period === period ? [release.table] : []));
  }

  #refusal(view: StoreView, entry: LedgerEntry): QueryRefusal | "restored" | undefined {
    const { series, period, table, own, hearsay = [] } = entry;
    const key = this.#key(series);
    if ([releaseKind, contributionKind].some((kind) => view.isBurned(kind, key))) return "restored";
    if (own !== undefined && this.#hasChanged(view, series, this.#contribution(period, own)))
      return "changed";
    if (table === undefined) return undefined;
    const earlier = distinct([
      ...this.#tables(view, series, period),
      ...hearsay.map((other) => ({ ...other, isHearsay: true })),
    ]);
    const inPeriod = checkPeriod(earlier, table, this.#protection);
    if (inPeriod !== undefined) return inPeriod;
    for (const release of view.list(releaseKind, key)) {
      if (release.period === period) continue;
      const reason = checkSuccession(release.table, table, this.#protection);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  #contribution(period: string, { cells, whole, isWhole }: OwnTable): StoredContribution {
    const hash = (cell: string | null, amounts: readonly bigint[]): string => {
      const text = canonicalJson([cell, ...amounts.map(String)]);
      return bytesToHex(hmac(sha256, this.#hashKey, utf8ToBytes(text)));
    };
    return {
      period,
      cells: [...cells].map(([cell, amounts]) => ({ cell, hash: hash(cell, amounts) })),
      whole: hash(null, whole),
      isWhole,
    };
  }

  #hasChanged(view: StoreView, series: string, now: StoredContribution): boolean {
    const hashes = new Map(now.cells.map(({ cell, hash }) => [cell, hash]));
    for (const before of view.list(contributionKind, this.#key(series))) {
      if (before.period !== now.period) continue;
      if (before.cells.some(({ cell, hash }) => (hashes.get(cell) ?? hash) !== hash)) return true;
      if ((before.isWhole || now.isWhole) && before.whole !== now.whole) return true;
    }
    return false;
  }
}

/** The error of a release that is refused. */
export function refused(reason: QueryRefusal | "restored"): VeilshareError {
  const text = `QueryLedger: expected a release that says enough about many, got one refused as ${reason}`;
  return new VeilshareError("DISCLOSURE_REFUSED", text, { field: "contributors", got: reason });
}

function entryOf(caller: string, query: TotalQuery): LedgerEntry {
  checkOptions(caller, query, queryRules);
  const { series, period, contributors } = query;
  if (new Set(contributors).size !== contributors.length) {
    throw invalidArgument(caller, "each contributor once", "one of them twice");
  }
  const whole = { contributors: contributors.length, shown: true };
  return { series, period, table: { members: [...contributors].sort(), cells: [], whole } };
}

/** Each table once: the same release again tells nothing new. */
function distinct(tables: readonly ReleasedTable[]): ReleasedTable[] {
  const byText = new Map<string, ReleasedTable>();
  for (const table of tables) {
    const { members, cells, whole } = table;
    const text = JSON.stringify([[...members].sort(), cells, whole]);
    if (!byText.has(text)) byText.set(text, table);
  }
  return [...byText.values()];
}
