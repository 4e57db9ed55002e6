/**
 * What everybody knows of one release: who took part, which cells there are, how many contribute to each, and which are
 * shown. A *cell* is a group or category; the *whole* is the margin that contains all cells.
 */

/** A cell of a release. */
export interface CellRelease {
  readonly cell: string;
  /** How many of the members contribute to it. */
  readonly contributors: number;
  /** Whether its total is shown. */
  readonly shown: boolean;
}

/** One release of a period of a series. */
export interface ReleasedTable {
  /** Who took part, whether or not with something to add: ids that stay the same over all releases. */
  readonly members: readonly string[];
  /** None where only the whole is asked for. */
  readonly cells: readonly CellRelease[];
  /** How many contribute anything, and whether the sum over all cells is shown; undefined where it was not counted. */
  readonly whole?: { readonly contributors: number; readonly shown: boolean };
  /** Whether only another party says so: then its totals count, and its numbers do not. */
  readonly isHearsay?: boolean;
}

/** Why a total may not be released. */
export type QueryRefusal =
  /** It has fewer contributors than the minimum. */
  | "few-contributors"
  /** With earlier totals of its period it gives a sum of fewer contributors. */
  | "combination"
  /** It could not be shown, in the time there is, that it does not. */
  | "undecided"
  /** It is split into other cells than an earlier release of its period, and nobody knows how they overlap. */
  | "other-cells"
  /** Contributions are not those of an earlier release of its period. */
  | "changed"
  /** Its contributors differ from those of a total of another period by fewer than the minimum. */
  | "successive-periods";

/** Whom to protect, and from how many. */
export interface Protection {
  /** Fewest contributors of anything that can be computed. */
  readonly minContributors: number;
  /** Members whose values the recipients know anyway: they hide nobody. */
  readonly known: ReadonlySet<string>;
}

/** Names that are not known. */
export function countUnknown(names: Iterable<string>, known: ReadonlySet<string>): number {
  let count = 0;
  for (const name of names) if (!known.has(name)) count++;
  return count;
}
