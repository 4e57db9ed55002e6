/**
 * A join of two parties' tables on identifiers in order of preference: on the tax number where that finds a match, else
 * on name and city, and so on.
 *
 *   both      -> both      sizes    how many keys there are in all exchanges
 *
 * Then one exchange of {@link intersect} a kind of key, one after the other, best kind first, each with fresh secret
 * scalars and orders: elements of different kinds cannot be compared, whatever the keys. With conflict "refuse" a kind
 * has several, see join-exchanges.ts. The messages are those of the intersection, their steps prefixed with the number of
 * the kind.
 *
 * Source: the protocol is that of intersect.ts; the successive matching on ranked identifiers follows P. Buddhavarapu et
 * al., "Multi-key Private Matching for Compute", 2021 (ePrint 2021/770), without its encrypted outputs: here a party that
 * learns the result learns the matches.
 */

import type { Party, ProtocolRun } from "../channel/party.js";
import { checkArgument, checkOptions, partyRule, type RulesOf } from "../checks/options.js";
import { anything, flag, object, oneOf, optional, text } from "../checks/rules.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { exchangeSizes } from "./exchange.js";
import { completeNormalization, copyNormalization, type KeyNormalization } from "../items/normalization.js";
import { forEachItem, type PsiItems } from "../items/items.js";
import { keepItems, type KeptItems } from "./kept-items.js";
import { exchangeTotals, KeyBudget } from "./key-budget.js";
import { KeyColumn, type OptionalKey } from "./key-column.js";
import { freshRandomness, matchLists, type Reveal } from "./matching.js";
import { completeOptions, psiRules, withPool, type CompleteOptions, type PsiOptions } from "./options.js";
import { spendPeerItems } from "./peer-budget.js";
import { anyLength } from "./peer-limits.js";
import {
  joinExchanges,
  mostKindsRefusing,
  RowKinds,
  type JoinExchange,
  type KeyConflict,
} from "./join-exchanges.js";
import { RowMatches, type JoinedRows, type OwnDuplicates } from "./row-matches.js";

/** A row of the own table: its key of each kind, in the order of `keys`; null, undefined or an empty field: it has none. */
export type JoinRow = readonly OptionalKey[];

/** A kind of key. */
export interface JoinKey {
  readonly name: string;
  /** What is done to the text of its fields before they are compared. Default: the option `normalize` of the join. */
  readonly normalize?: KeyNormalization;
}

/** Options of {@link join}. */
export interface JoinOptions extends PsiOptions {
  /**
   * The kinds of keys, best first, by name, e.g. `["tax number", "name and city"]`, or by name and what is done to their text;
   * the same at both parties. 1 to 16.
   */
  readonly keys: readonly (string | JoinKey)[];
  /** `receiver`: only the receiver learns the matches. `both`: both do. Default `receiver`. */
  readonly reveal?: Reveal;
  /** Own rows in the result: `inner`: those that match. `left`: all. Default `inner`. A matter of each party's own. */
  readonly type?: "inner" | "left";
  /**
   * What is done with several own rows that have the same key. `all`, the default: all are joined. `first`: the first one
   * is; the others are as if they matched nothing. `refuse`: an error. A matter of each party's own: when both have `all`
   * and a key stands n times here and m times there, the join has n rows here and m there with one match number.
   */
  readonly duplicates?: OwnDuplicates;
  /**
   * What is done with two rows that are equal in a key and differ in a better one that both have, such as two companies of
   * one name with two tax numbers. `ignore`, the default: they are joined all the same, as if one of the numbers were
   * wrong. `refuse`: they are not. The same at both parties. At most 3 kinds with `refuse`.
   */
  readonly conflict?: KeyConflict;
  /** Whether a result has the own keys by which rows matched: all rows are then in memory to the end. A matter of each party's own. Default false. */
  readonly keepItems?: boolean;
}

/** What both parties of {@link join} get in any case. */
interface JoinCounts {
  /** Own rows. */
  readonly ownRows: number;
  /** The own distinct keys of each kind that were put to the other party. */
  readonly ownKeys: readonly number[];
  /** The other party's, likewise. */
  readonly peerKeys: readonly number[];
}

/** What a party that learns the matches gets. */
export interface Join extends JoinCounts, JoinedRows {
  readonly revealed: true;
  /** With `keepItems`: the own key by which each of `rows` matched, as the caller gave it; null for a row without a match. */
  readonly items?: readonly OptionalKey[];
}

/** What a party that does not learn the matches gets. */
export interface NoJoin extends JoinCounts {
  readonly revealed: false;
}

const joinRules: RulesOf<JoinOptions> = {
  ...psiRules,
  keys: anything, // checked with their number, which depends on another option
  reveal: optional(oneOf("receiver", "both")),
  type: optional(oneOf("inner", "left")),
  duplicates: optional(oneOf("all", "first", "refuse")),
  conflict: optional(oneOf("ignore", "refuse")),
  keepItems: optional(flag),
};

const protocol = { name: "veilshare/psi-join", version: 2 } as const;
const mostKinds = 16;

/**
 * Matches the rows of two parties' tables on the best kind of key that finds a match. No column but the keys takes part,
 * and none is transferred: the result is row numbers of the own table, with the number of the match. With reveal `both`
 * a match has the same number at both parties, so that they can line up columns in a protocol of theirs.
 *
 * Rule: kinds are tried in order. A row that matches by one kind takes no part in later ones. Keys equal exactly, by
 * kind; a key with a field that is blank after normalization, or a placeholder, is no key (see `intersect`). Of several
 * own rows with one key see `duplicates`.
 *
 * **Security.** Two parties, semi-honest; as `intersect` for each kind. Besides the matches, a party that learns them
 * learns by which kind each was found. With reveal `both`, rows that matched are left out of later kinds by both, and
 * each learns how many distinct keys of each kind the other has among the rest. With reveal `receiver` the other party
 * does not know which rows matched, so all keys of all kinds are put to it and it puts all of its own: the receiver
 * learns of each of its keys of each kind whether the other party has it, also where a better kind had matched already
 * (the result does not show it, the messages do), and each learns how many distinct keys of each kind the other has.
 * With conflict `refuse`, lists are put by class: how many rows have or lack which better kinds of key is told, and the
 * party that learns a match learns whether the other row has one; two rows that conflict do not meet in any list, so
 * nobody learns of them.
 *
 * Before anything else, each party is told how many keys there are in all lists together, which `maxPeerItems` and
 * `minPeerItems` bound. The receiver is not told which matches of different kinds are of the same row at the other
 * party: with reveal `receiver`, two own rows may be joined, by different kinds, with one row there.
 *
 * **Cost.** An `intersect` a kind, on the keys of the kind that are put to the other party.
 *
 * **Source.** See `intersect`; Buddhavarapu et al. 2021 for matching on ranked identifiers.
 *
 * @param rows - An array or a stream, read once, one entry a row of the own table.
 * @throws VeilshareError as `intersect`; INVALID_ARGUMENT with the row for a row that is no array of as many keys as
 * there are kinds, and for a repeated key with `duplicates: "refuse"`.
 * @example
 * const rows = [["91350100M000100Y43", ["acme", "fuzhou"]], [null, ["umbrella", "wuhan"]]];
 * const joined = await join(party, rows, { keys: ["credit code", "name and city"], reveal: "both" });
 * if (joined.revealed) for (const [k, row] of joined.rows.entries()) console.log(row, joined.matches[k]);
 */
export async function join(
  party: Party,
  rows: PsiItems<JoinRow>,
  options: JoinOptions,
): Promise<Join | NoJoin> {
  checkArgument("join", "party", party, partyRule);
  checkOptions("join", options, joinRules);
  return party.run(protocol, (run) =>
    run.working(async () => {
      const { reveal = "receiver", type = "inner", duplicates = "all", conflict = "ignore" } = options;
      const keys = checkedKinds(options, conflict === "refuse" ? mostKindsRefusing : mostKinds);
      const complete = completeOptions("join", run, options);
      const kept = options.keepItems === true ? keepItems(rows) : undefined;
      const table = await readRows(kept?.list ?? rows, { complete, keys, duplicates, signal: run.signal });
      try {
        const names = keys.map(({ name }) => name);
        const keyNormalize = keys.map((key) => completeNormalization("join", key.normalize));
        await run.agree({ ...complete.agreed, reveal, conflict, keys: names, keyNormalize });
        const settings: JoinSettings = { run, options, complete, reveal };
        const exchanges = joinExchanges(keys.length, conflict);
        const matches = new RowMatches(table.rowCount, duplicates);
        const { ownKeys, peerKeys } = await matchAll(settings, exchanges, table, matches);
        const counts = { ownRows: table.rowCount, ownKeys, peerKeys };
        const learns = reveal === "both" || run.index === complete.agreed.receiver;
        if (!learns) return { revealed: false, ...counts };
        const joined = matches.joined(type);
        return { revealed: true, ...counts, ...joined, ...itemsOf(joined, kept) };
      } finally {
        for (const column of table.columns) column.release();
      }
    }),
  );
}

function itemsOf({ rows, kinds }: JoinedRows, kept: KeptItems<JoinRow> | undefined): Pick<Join, "items"> {
  if (kept === undefined) return {};
  return { items: Array.from(rows, (row, k) => kept.items[row]?.[kinds[k] as number] ?? null) }; // as long as the rows
}

interface JoinSettings {
  readonly run: ProtocolRun;
  readonly options: JoinOptions;
  readonly complete: CompleteOptions;
  readonly reveal: Reveal;
}

/** All exchanges, one after the other; what matches is put into `matches`. */
async function matchAll(
  settings: JoinSettings,
  exchanges: readonly JoinExchange[],
  table: OwnTable,
  matches: RowMatches,
): Promise<Pick<JoinCounts, "ownKeys" | "peerKeys">> {
  const { run, complete } = settings;
  const columnOf = ({ kind }: JoinExchange): KeyColumn => table.columns[kind] as KeyColumn; // one a kind
  const nothingSpent = new Uint8Array(table.rowCount);
  let own = 0;
  for (const exchange of exchanges) {
    own += columnOf(exchange).keysInPlay(table.kinds.outside(exchange, run.index, nothingSpent)).length;
  }
  const announced = await exchangeTotals(run, own, complete);
  await spendPeerItems(run, settings.options.peerBudget, announced);
  const budget = new KeyBudget(run, announced);
  const ownKeys = table.columns.map(() => 0);
  const peerKeys = table.columns.map(() => 0);
  for (const exchange of exchanges) {
    // Where only one party learns what matched, leaving rows out would tell the other how many did.
    const spent = settings.reveal === "both" ? matches.spent : nothingSpent;
    const outside = table.kinds.outside(exchange, run.index, spent);
    const counts = await matchKeys({ ...settings, exchange, outside, budget }, columnOf(exchange), matches);
    ownKeys[exchange.kind] = (ownKeys[exchange.kind] as number) + counts.own;
    peerKeys[exchange.kind] = (peerKeys[exchange.kind] as number) + counts.peerItems;
  }
  return { ownKeys, peerKeys };
}

interface ExchangeSettings extends JoinSettings {
  readonly exchange: JoinExchange;
  /** 1 for each row that takes no part. */
  readonly outside: Uint8Array;
  readonly budget: KeyBudget;
}

/** One exchange: matches what is still in play on one kind of key. */
async function matchKeys(
  { run, options, complete, reveal, exchange, outside, budget }: ExchangeSettings,
  column: KeyColumn,
  matches: RowMatches,
): Promise<{ readonly own: number; readonly peerItems: number }> {
  const { agreed } = complete;
  const { kind, stage } = exchange;
  const numbers = column.keysInPlay(outside);
  const own = column.subset(numbers, exchange.isLastOfKind);
  const size = { items: own.count, keyColumns: own.count === 0 ? 0 : column.keyColumns };
  const { items: peerItems } = await exchangeSizes({ run, stage }, size, anyLength);
  budget.spend(peerItems);
  const common = await withPool(options, own.count + peerItems, (pool) =>
    matchLists({ run, pool, randomness: freshRandomness, agreed, stage, own, peerItems }, reveal),
  );
  if (common !== undefined) {
    const found = common.map((place) => numbers[place] as number); // places are of the subset
    // Rows are filtered one key at a time: `outside` may be the list of spent ones, which grows as they are added.
    for (const rows of column.tableRows(found, outside.slice())) matches.add(kind, rows);
  }
  return { own: own.count, peerItems };
}

interface OwnTable {
  readonly rowCount: number;
  readonly columns: readonly KeyColumn[];
  readonly kinds: RowKinds;
}

interface ReadRowsOptions {
  readonly complete: CompleteOptions;
  readonly keys: readonly JoinKey[];
  readonly duplicates: OwnDuplicates;
  readonly signal: AbortSignal;
}

async function readRows(
  rows: PsiItems<JoinRow>,
  { complete, keys, duplicates, signal }: ReadRowsOptions,
): Promise<OwnTable> {
  const columns = keys.map(({ normalize = {} }) => {
    return new KeyColumn({
      ...complete.reading,
      normalization: copyNormalization(normalize),
      caller: "join",
    });
  });
  const kinds = new RowKinds();
  let rowCount = 0;
  await forEachItem({ caller: "join", signal }, rows, (row: unknown, number) => {
    if (!Array.isArray(row) || row.length !== keys.length) {
      throw badRow(number, `${keys.length} keys`, Array.isArray(row) ? `${row.length}` : typeof row);
    }
    rowCount += 1;
    for (const [kind, column] of columns.entries()) {
      // What the key is, the reader checks.
      const taken = column.take((row as JoinRow)[kind], number);
      if (taken !== "none" && kind < mostKindsRefusing) kinds.note(number, kind);
      if (taken !== "repeated" || duplicates !== "refuse") continue;
      throw badRow(number, `distinct keys of kind ${kind}`, "the key of an earlier row");
    }
  });
  for (const column of columns) column.seal();
  return { rowCount, columns, kinds };
}

function badRow(row: number, expected: string, got: string): VeilshareError {
  const message = `join: item ${row}: expected ${expected}, got ${got}`;
  return new VeilshareError("INVALID_ARGUMENT", message, { field: `items[${row}]`, expected, got });
}

const keyRule = object({ name: text, normalize: optional(anything) });

function checkedKinds({ keys, normalize }: JoinOptions, most: number): readonly JoinKey[] {
  const given: unknown = keys; // may come from untyped code
  const kinds: JoinKey[] = [];
  for (const key of Array.isArray(given) ? (given as unknown[]) : []) {
    if (typeof key === "string") kinds.push({ name: key, ...(normalize === undefined ? {} : { normalize }) });
    else {
      checkArgument("join", "keys", key, keyRule);
      const { name, normalize: own = normalize } = key as JoinKey; // just checked
      kinds.push({ name, ...(own === undefined ? {} : { normalize: own }) });
    }
  }
  const names = kinds.map(({ name }) => name);
  const good = names.length >= 1 && names.length <= most && new Set(names).size === names.length;
  if (good && !names.includes("")) return kinds;
  throw invalidArgument("join", `keys to be 1 to ${most} distinct names`, "something else");
}
