/**
 * A join of two parties' tables on identifiers in order of preference: on the tax number where both have it, else on
 * name and city, and so on.
 *
 * One run has one exchange of {@link intersect} a kind of key, one after the other, best kind first, each with fresh
 * secret scalars and orders: elements of different kinds cannot be compared, whatever the keys. The messages are those
 * of the intersection, their steps prefixed with the number of the kind.
 *
 * Source: the protocol is that of intersect.ts; the successive matching on ranked identifiers follows P. Buddhavarapu et
 * al., "Multi-key Private Matching for Compute", 2021 (ePrint 2021/770), without its encrypted outputs: here a party that
 * learns the result learns the matches.
 */

import type { Party, ProtocolRun } from "../channel/party.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { exchangeSizes } from "./exchange.js";
import { forEachItem, type PsiItems } from "../items/items.js";
import { KeyColumn, type OptionalKey } from "./key-column.js";
import { freshRandomness, matchLists, type Reveal } from "./matching.js";
import { checkWord, completeOptions, withPool, type CompleteOptions, type PsiOptions } from "./options.js";
import { RowMatches, type JoinedRows, type OwnDuplicates } from "./row-matches.js";

/** A row of the own table: its key of each kind, in the order of `keys`; null, undefined or an empty field: it has none. */
export type JoinRow = readonly OptionalKey[];

/** Options of {@link join}. */
export interface JoinOptions extends PsiOptions {
  /** Names of the kinds of keys, best first, e.g. `["tax number", "name and city"]`; the same at both parties. 1 to 16. */
  readonly keys: readonly string[];
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
}

/** What a party that does not learn the matches gets. */
export interface NoJoin extends JoinCounts {
  readonly revealed: false;
}

const protocol = { name: "veilshare/psi-join", version: 1 } as const;
const mostKinds = 16;

/**
 * Matches the rows of two parties' tables on the best kind of key that finds a match. No column but the keys takes part,
 * and none is transferred: the result is row numbers of the own table, with the number of the match. With reveal `both`
 * a match has the same number at both parties, so that they can line up columns in a protocol of theirs.
 *
 * Rule: kinds are tried in order. A row that matches by one kind takes no part in later ones. Keys equal exactly, by
 * kind; a key with an empty field is no key. Of several own rows with one key see `duplicates`.
 *
 * **Security.** Two parties, semi-honest; as `intersect` for each kind. Besides the matches, a party that learns them
 * learns by which kind each was found. With reveal `both`, rows that matched are left out of later kinds by both, and
 * each learns how many distinct keys of each kind the other has among the rest. With reveal `receiver` the other party
 * does not know which rows matched, so all keys of all kinds are put to it and it puts all of its own: the receiver
 * learns of each of its keys of each kind whether the other party has it, also where a better kind had matched already
 * (the result does not show it, the messages do), and each learns how many distinct keys of each kind the other has.
 * It is not told which matches of different kinds are of the same row at the other party: two own rows may be joined,
 * by different kinds, with one row there.
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
export function join(party: Party, rows: PsiItems<JoinRow>, options: JoinOptions): Promise<Join | NoJoin> {
  return party.run(protocol, (run) =>
    run.working(async () => {
      const { reveal = "receiver", type = "inner", duplicates = "all" } = options;
      checkWord("join", "reveal", reveal, ["receiver", "both"]);
      checkWord("join", "type", type, ["inner", "left"]);
      checkWord("join", "duplicates", duplicates, ["all", "first", "refuse"]);
      const keys = checkedKinds(options.keys);
      const complete = completeOptions("join", run, options);
      const table = await readRows(rows, { complete, keys, duplicates, signal: run.signal });
      try {
        await run.agree({ ...complete.agreed, reveal, keys: [...keys] });
        const matches = new RowMatches(table.rowCount, duplicates);
        const counts = { ownRows: table.rowCount, ownKeys: [] as number[], peerKeys: [] as number[] };
        for (const [kind, column] of table.columns.entries()) {
          const settings: KindSettings = { run, options, complete, reveal, kind };
          const { own, peerItems } = await matchKind(settings, column, matches);
          counts.ownKeys.push(own);
          counts.peerKeys.push(peerItems);
        }
        const learns = reveal === "both" || run.index === complete.agreed.receiver;
        return learns
          ? { revealed: true, ...counts, ...matches.joined(type) }
          : { revealed: false, ...counts };
      } finally {
        for (const column of table.columns) column.release();
      }
    }),
  );
}

interface KindSettings {
  readonly run: ProtocolRun;
  readonly options: JoinOptions;
  readonly complete: CompleteOptions;
  readonly reveal: Reveal;
  readonly kind: number;
}

/** One exchange: matches what is still in play on one kind of key. */
async function matchKind(
  { run, options, complete, reveal, kind }: KindSettings,
  column: KeyColumn,
  matches: RowMatches,
): Promise<{ readonly own: number; readonly peerItems: number }> {
  const { agreed, maxPeerItems } = complete;
  const stage = `${kind}/`;
  // Where only one party learns what matched, leaving rows out would tell the other how many did.
  const numbers = column.keysInPlay(reveal === "both" ? matches.spent : new Uint8Array(matches.spent.length));
  const own = column.subset(numbers);
  const size = { items: own.count, keyColumns: own.count === 0 ? 0 : column.keyColumns };
  const { items: peerItems } = await exchangeSizes({ run, stage }, size, maxPeerItems);
  const common = await withPool(options, own.count + peerItems, (pool) =>
    matchLists({ run, pool, randomness: freshRandomness, agreed, stage, own, peerItems }, reveal),
  );
  if (common !== undefined) {
    const found = common.map((place) => numbers[place] as number); // places are of the subset
    for (const rows of column.tableRows(found)) matches.add(kind, rows);
  }
  return { own: own.count, peerItems };
}

interface OwnTable {
  readonly rowCount: number;
  readonly columns: readonly KeyColumn[];
}

interface ReadRowsOptions {
  readonly complete: CompleteOptions;
  readonly keys: readonly string[];
  readonly duplicates: OwnDuplicates;
  readonly signal: AbortSignal;
}

async function readRows(
  rows: PsiItems<JoinRow>,
  { complete, keys, duplicates, signal }: ReadRowsOptions,
): Promise<OwnTable> {
  const { agreed } = complete;
  const options = { normalization: agreed.normalize, caller: "join" };
  const columns = keys.map(() => new KeyColumn(options));
  let rowCount = 0;
  await forEachItem({ caller: "join", signal }, rows, (row: unknown, number) => {
    if (!Array.isArray(row) || row.length !== keys.length) {
      throw badRow(number, `${keys.length} keys`, Array.isArray(row) ? `${row.length}` : typeof row);
    }
    rowCount += 1;
    for (const [kind, column] of columns.entries()) {
      // What the key is, the reader checks.
      if (column.take((row as JoinRow)[kind], number) || duplicates !== "refuse") continue;
      throw badRow(number, `distinct keys of kind ${kind}`, "the key of an earlier row");
    }
  });
  for (const column of columns) column.seal();
  return { rowCount, columns };
}

function badRow(row: number, expected: string, got: string): VeilshareError {
  const message = `join: item ${row}: expected ${expected}, got ${got}`;
  return new VeilshareError("INVALID_ARGUMENT", message, { field: `items[${row}]`, expected, got });
}

function checkedKinds(keys: readonly string[]): readonly string[] {
  const given: unknown = keys; // may come from untyped code
  const good =
    Array.isArray(given) &&
    given.length >= 1 &&
    given.length <= mostKinds &&
    given.every((name) => typeof name === "string" && name !== "") &&
    new Set(given).size === given.length;
  if (good) return keys;
  throw invalidArgument("join", `keys to be 1 to ${mostKinds} distinct names`, "something else");
}
