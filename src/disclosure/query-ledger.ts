/**
 * What totals have been released, and whether one more would, with them, say too much about too few. Pure: recording gives
 * a new ledger. Record before use, as with a budget: keep the new ledger, then open the total.
 *
 * Within a *period* of a *series* (say, emissions of 2026) a contributor has one value, and each release is the sum of
 * those of some contributors: the guard is exact linear algebra. Across periods values differ, but not by much: there the
 * guard compares the sets of contributors.
 */

import { invalidArgument, VeilshareError } from "../errors.js";
import { searchSmallCombination, type TotalsMatrix } from "./combination-search.js";
import { checkMinContributors } from "./release-totals.js";

const format = "veilshare query ledger";
const version = 1;

/** Multiplications of the exact search: less than a second. */
const searchLimit = 2_000_000;

/** A total that is to be released. */
export interface TotalQuery {
  /** What is added up, e.g. `scope 3 category 1, kg`. Another variable has another name. */
  readonly series: string;
  /** The span in which each contributor has one value, e.g. `2026`. */
  readonly period: string;
  /** Whose values are in it: ids that stay the same over all releases, and name those who are to be protected. */
  readonly contributors: readonly string[];
}

/** Why a total may not be released. */
export type QueryRefusal =
  /** It has fewer contributors than the minimum. */
  | "few-contributors"
  /** With earlier totals of its period it gives a sum of fewer contributors. */
  | "combination"
  /** It could not be shown, in the time there is, that it does not. */
  | "undecided"
  /** Its contributors differ from those of a total of another period by fewer than the minimum. */
  | "successive-periods";

/** May a total be released? */
export type QueryVerdict =
  { readonly allowed: true } | { readonly allowed: false; readonly reason: QueryRefusal };

/** Options of {@link QueryLedger.open}. */
export interface QueryLedgerOptions {
  /** Fewest contributors of anything that can be computed from all releases. At least 2. */
  readonly minContributors: number;
  /** Contributors whose values the recipients know anyway, say because they are among them: they hide nobody. */
  readonly known?: readonly string[];
}

interface Entry {
  readonly series: string;
  readonly period: string;
  readonly contributors: readonly string[];
}

/**
 * Totals released so far, under one minimum.
 *
 * **Security.** Within one series and period, whatever linear combination of released totals somebody computes is zero, or
 * contains the values of at least `minContributors` contributors whose values were not known: that covers the same cell
 * over almost the same contributors, nested cells, unions and overlaps of any number of earlier releases. Across periods of
 * a series, two totals have the same contributors, or differ in at least `minContributors` of them.
 *
 * It does not catch: combinations of more than two periods; knowledge from outside (bounds, growth rates, what other
 * publications say); other functions of the same values under another name, such as sums of squares; values that were
 * restated between two releases of one period, whose difference is what was restated; ids that stand for one firm
 * twice, or for a tier whose firms are also in it by themselves.
 *
 * **Cost.** A check solves for all groups of contributors that are in the same totals: exact up to 2,000,000
 * multiplications. Beyond, a total is allowed only if each such group has `minContributors` itself, which is enough for safety.
 *
 * @example
 * let ledger = QueryLedger.open({ minContributors: 3 });
 * ledger = ledger.record({ series: "days to payment", period: "2026", contributors: names }); // DISCLOSURE_REFUSED
 * await writeFile("queries.json", ledger.serialize()); // or kept; then the total is opened
 */
export class QueryLedger {
  readonly #minContributors: number;
  readonly #known: ReadonlySet<string>;
  readonly #entries: readonly Entry[];

  private constructor(minContributors: number, known: ReadonlySet<string>, entries: readonly Entry[]) {
    this.#minContributors = minContributors;
    this.#known = known;
    this.#entries = entries;
  }

  /**
   * A ledger without releases.
   *
   * @throws VeilshareError INVALID_ARGUMENT for a minimum below 2.
   */
  static open({ minContributors, known = [] }: QueryLedgerOptions): QueryLedger {
    checkMinContributors("QueryLedger", minContributors);
    return new QueryLedger(minContributors, new Set(known), []);
  }

  /** Number of totals recorded. */
  get size(): number {
    return this.#entries.length;
  }

  /**
   * Would this total say too much, with all that were recorded?
   *
   * @throws VeilshareError INVALID_ARGUMENT when a contributor is in the query twice.
   */
  check(query: TotalQuery): QueryVerdict {
    const contributors = new Set(query.contributors);
    if (contributors.size !== query.contributors.length) {
      throw invalidArgument("QueryLedger.check", "each contributor once", "one of them twice");
    }
    if (this.#unknown(query.contributors) < this.#minContributors) return refused("few-contributors");
    for (const { series, period, contributors: others } of this.#entries) {
      if (series !== query.series || period === query.period) continue;
      const difference = this.#unknown(symmetricDifference(contributors, others));
      if (difference > 0 && difference < this.#minContributors) return refused("successive-periods");
    }
    return this.#checkPeriod(query);
  }

  #checkPeriod({ series, period, contributors }: TotalQuery): QueryVerdict {
    const earlier = this.#entries.filter((entry) => entry.series === series && entry.period === period);
    const totals = [...earlier.map((entry) => entry.contributors), contributors];
    const matrix = groupContributors(totals, this.#known);
    // Every combination is constant on a group, so large groups alone make it safe.
    if (matrix.weights.every((weight) => weight >= this.#minContributors)) return { allowed: true };
    const result = searchSmallCombination(matrix, this.#minContributors, searchLimit);
    if (result === "none") return { allowed: true };
    return refused(result === "found" ? "combination" : "undecided");
  }

  /**
   * The ledger with one more release.
   *
   * @throws VeilshareError DISCLOSURE_REFUSED, with the reason in `got`, when {@link QueryLedger.check} does not allow it.
   */
  record(query: TotalQuery): QueryLedger {
    const verdict = this.check(query);
    if (!verdict.allowed) {
      const text = `QueryLedger: expected a total that says enough about many, got one refused as ${verdict.reason}`;
      throw new VeilshareError("DISCLOSURE_REFUSED", text, { field: "contributors", got: verdict.reason });
    }
    const { series, period, contributors } = query;
    const entry = { series, period, contributors: [...contributors].sort() };
    return new QueryLedger(this.#minContributors, this.#known, [...this.#entries, entry]);
  }

  /** JSON text that {@link QueryLedger.restore} takes. */
  serialize(): string {
    return JSON.stringify({
      format,
      version,
      minContributors: this.#minContributors,
      known: [...this.#known],
      entries: this.#entries,
    });
  }

  /**
   * A ledger as it was serialized.
   *
   * @throws VeilshareError INVALID_DATA for any other text.
   */
  static restore(text: string): QueryLedger {
    const stored = parse(text);
    const minContributors = stored["minContributors"];
    const entries: unknown = stored["entries"];
    if (stored["format"] !== format || stored["version"] !== version || !Array.isArray(entries))
      throw invalid();
    if (
      typeof minContributors !== "number" ||
      !Number.isSafeInteger(minContributors) ||
      minContributors < 2
    ) {
      throw invalid();
    }
    const known = new Set(readTexts(stored["known"]));
    return new QueryLedger(minContributors, known, entries.map(readEntry));
  }

  #unknown(contributors: Iterable<string>): number {
    let count = 0;
    for (const id of contributors) if (!this.#known.has(id)) count++;
    return count;
  }
}

function refused(reason: QueryRefusal): QueryVerdict {
  return { allowed: false, reason };
}

function* symmetricDifference(a: ReadonlySet<string>, b: readonly string[]): Iterable<string> {
  const others = new Set(b);
  for (const id of a) if (!others.has(id)) yield id;
  for (const id of others) if (!a.has(id)) yield id;
}

/** Contributors by the totals that they are in; known ones are left out, as anybody can subtract them. */
function groupContributors(totals: readonly (readonly string[])[], known: ReadonlySet<string>): TotalsMatrix {
  const memberships = new Map<string, number[]>();
  for (const [i, total] of totals.entries()) {
    for (const id of total) {
      if (known.has(id)) continue;
      const list = memberships.get(id);
      if (list === undefined) memberships.set(id, [i]);
      else list.push(i);
    }
  }
  const groups = new Map<string, { readonly totals: ReadonlySet<number>; weight: number }>();
  for (const list of memberships.values()) {
    const key = list.join(",");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { totals: new Set(list), weight: 1 });
    else group.weight++;
  }
  const all = [...groups.values()];
  return {
    rows: totals.map((_, i) => all.map((group) => (group.totals.has(i) ? 1n : 0n))),
    weights: all.map(({ weight }) => weight),
  };
}

function parse(text: string): Record<string, unknown> {
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch {
    throw invalid();
  }
  return readRecord(stored);
}

function readEntry(value: unknown): Entry {
  const record = readRecord(value);
  const [series, period, contributors] = [record["series"], record["period"], record["contributors"]];
  if (typeof series !== "string" || typeof period !== "string") throw invalid();
  return { series, period, contributors: readTexts(contributors) };
}

function readRecord(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid();
  return value as Record<string, unknown>; // an object that is no array
}

function readTexts(value: unknown): string[] {
  if (!Array.isArray(value)) throw invalid();
  const texts = value.filter((item): item is string => typeof item === "string");
  if (texts.length !== value.length || new Set(texts).size !== texts.length) throw invalid();
  return texts;
}

function invalid(): VeilshareError {
  return new VeilshareError(
    "INVALID_DATA",
    "QueryLedger.restore: expected a serialized ledger, got another text",
  );
}
