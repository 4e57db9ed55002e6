/**
 * Does one more release of a period, with all earlier ones, say too much about too few? Exact linear algebra over what
 * everybody knows: who took part, and how many contribute to each cell.
 *
 * Whatever linear combination of released totals somebody computes, it is the same for all contributors of one group (those
 * that are in exactly the same totals). A group with enough contributors is safe to see. The release is allowed when
 * every combination that is zero on all groups with enough contributors is zero on the others too: then whatever is not
 * zero contains a group with enough of them. Where nothing is split into cells, groups are disjoint sets of members, and
 * combinations are allowed too whose groups have enough contributors together.
 */

import { searchSmallCombination, spans, type SearchResult } from "./combination-search.js";
import { typesOf, type ContributorType, type TypeTable } from "./contributor-types.js";
import { countUnknown, type Protection, type QueryRefusal, type ReleasedTable } from "./released-table.js";

/** Multiplications of the exact search. */
const searchLimit = 400_000;

/**
 * Checks a release against the earlier ones of its period.
 *
 * @returns Why not, or undefined where it may be released.
 */
export function checkPeriod(
  earlier: readonly ReleasedTable[],
  candidate: ReleasedTable,
  protection: Protection,
): QueryRefusal | undefined {
  if (fewestShown(candidate, protection) < protection.minContributors) return "few-contributors";
  if (earlier.some((before) => !areComparable(before, candidate))) return "other-cells";
  const releases = [...earlier, candidate];
  const table = typesOf(releases, protection.known);
  if (table === "changed") return "changed";
  if (table === "too-large") return "undecided";
  const rows = totalsOf(releases, table);
  const groups = groupsOf(releases, table, rows);
  return decide(groups, rows.length, table.cells.length === 1, protection.minContributors);
}

/**
 * Checks a release against one of another period, in which values differ, but not by much: who is in it must be the same,
 * or differ by enough; so must the number of contributors of each cell that both show.
 */
export function checkSuccession(
  other: ReleasedTable,
  candidate: ReleasedTable,
  { minContributors, known }: Protection,
): QueryRefusal | undefined {
  const isClose = (difference: number): boolean => difference > 0 && difference < minContributors;
  if (isClose(countUnknown(symmetricDifference(candidate.members, other.members), known))) {
    return "successive-periods";
  }
  const before = new Map(shownCounts(other));
  for (const [cell, count] of shownCounts(candidate)) {
    const difference = Math.abs(count - (before.get(cell) ?? count));
    if (isClose(difference)) return "successive-periods";
  }
  return undefined;
}

/** Contributors of everything that is shown, by cell; of the whole under no cell's name. */
function shownCounts({ cells, whole }: ReleasedTable): [string | undefined, number][] {
  const counts = cells.flatMap(({ cell, contributors, shown }): [string | undefined, number][] =>
    shown ? [[cell, contributors]] : [],
  );
  return whole?.shown === true ? [...counts, [undefined, whole.contributors]] : counts;
}

/** The fewest contributors of anything shown, known ones left out. */
function fewestShown(table: ReleasedTable, { known }: Protection): number {
  const knownMembers = table.members.length - countUnknown(table.members, known);
  let fewest = Infinity;
  for (const [, count] of shownCounts(table)) fewest = Math.min(fewest, count - knownMembers);
  return fewest;
}

/** Cells of two releases are the same cells, or some of them; a release of the whole alone goes with any. */
function areComparable(a: ReleasedTable, b: ReleasedTable): boolean {
  const [small, large] = a.cells.length < b.cells.length ? [a, b] : [b, a];
  const names = new Set(large.cells.map(({ cell }) => cell));
  return small.cells.every(({ cell }) => names.has(cell));
}

/** A total that is shown: whether a type is in it. */
type Total = (type: ContributorType) => boolean;

function totalsOf(releases: readonly ReleasedTable[], { classes }: TypeTable): Total[] {
  return releases.flatMap(({ cells, whole }, i) => {
    const isPresent = ({ memberClass }: ContributorType): boolean =>
      classes[memberClass]?.present[i] === true;
    const totals = cells.flatMap(({ cell, shown }): Total[] =>
      shown ? [(type) => type.cell === cell && isPresent(type)] : [],
    );
    return whole?.shown === true
      ? [
          ...totals,
          wholeOf(
            cells.map(({ cell }) => cell),
            isPresent,
          ),
        ]
      : totals;
  });
}

function wholeOf(cells: readonly string[], isPresent: Total): Total {
  const names = new Set(cells);
  return (type) => isPresent(type) && (names.size === 0 || names.has(type.cell));
}

/** Contributors that are in exactly the same totals. */
interface Group {
  /** 1 for each total that they are in. */
  readonly totals: readonly bigint[];
  /** How many there are at least. */
  readonly least: number;
}

function groupsOf(
  releases: readonly ReleasedTable[],
  { classes, types }: TypeTable,
  totals: readonly Total[],
): Group[] {
  const groups = new Map<string, { readonly totals: bigint[]; readonly members: ContributorType[] }>();
  for (const type of types) {
    if (classes[type.memberClass]?.known === true) continue; // anybody can subtract them
    const isIn = totals.map((total) => (total(type) ? 1n : 0n));
    if (!isIn.includes(1n)) continue;
    const key = isIn.join("");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { totals: isIn, members: [type] });
    else group.members.push(type);
  }
  const wholes = releases.flatMap(({ cells, whole, isHearsay }, i) => {
    if (whole === undefined || isHearsay === true) return [];
    const isPresent: Total = ({ memberClass }) => classes[memberClass]?.present[i] === true;
    const contains = wholeOf(
      cells.map(({ cell }) => cell),
      isPresent,
    );
    return [{ count: whole.contributors, inside: types.filter((type) => contains(type)) }];
  });
  return [...groups.values()].map(({ totals: isIn, members }) => ({
    totals: isIn,
    least: Math.max(leastOfCells(members), ...wholes.map((whole) => leastOfWhole(members, whole))),
  }));
}

/** Types of one cell are of different members; of two cells they may be of the same ones. */
function leastOfCells(types: readonly ContributorType[]): number {
  const byCell = new Map<string, number>();
  for (const { cell, least } of types) byCell.set(cell, (byCell.get(cell) ?? 0) + least);
  return Math.max(...byCell.values());
}

/** Whoever contributes anything to a whole, and is in no type outside the group, is in the group. */
function leastOfWhole(
  group: readonly ContributorType[],
  { count, inside }: { readonly count: number; readonly inside: readonly ContributorType[] },
): number {
  const own = new Set(group);
  let others = 0;
  for (const type of inside) if (!own.has(type)) others += type.most;
  return count - others;
}

function decide(
  groups: readonly Group[],
  totals: number,
  isUnsplit: boolean,
  minContributors: number,
): QueryRefusal | undefined {
  const large = groups.filter(({ least }) => least >= minContributors);
  const small = groups.filter(({ least }) => least < minContributors);
  if (small.length === 0) return undefined;
  const isSpanned = spans(
    large.map((group) => group.totals),
    small.map((group) => group.totals),
    searchLimit,
  );
  if (isSpanned === "yes") return undefined;
  if (!isUnsplit) return isSpanned === "no" ? "combination" : "undecided";
  const rows = Array.from({ length: totals }, (_, i) => groups.map((group) => group.totals[i] ?? 0n));
  const weights = groups.map(({ least }) => least);
  const result: SearchResult = searchSmallCombination({ rows, weights }, minContributors, searchLimit);
  if (result === "none") return undefined;
  return result === "found" ? "combination" : "undecided";
}

function* symmetricDifference(a: readonly string[], b: readonly string[]): Iterable<string> {
  const [ours, theirs] = [new Set(a), new Set(b)];
  for (const id of ours) if (!theirs.has(id)) yield id;
  for (const id of theirs) if (!ours.has(id)) yield id;
}
