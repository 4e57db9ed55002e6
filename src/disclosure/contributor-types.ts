/**
 * Contributors sorted by which releases they are in. Within a period a member contributes the same whenever it takes part
 * (the parties' vetoes see to that), so what it has in a cell is in a total exactly when the cell is and the member took
 * part. A *class* are the members that took part in the same releases; a *type* is what a class has in one cell. Of types
 * nobody knows the number of contributors, but every release counted some of them together: that bounds it.
 */

import { countUnknown, type ReleasedTable } from "./released-table.js";

/** Types beyond this are not looked at. */
const maxTypes = 50_000;

/** What one class has in one cell. */
export interface ContributorType {
  readonly cell: string;
  readonly memberClass: number;
  /** How many contributors it has at least, and at most. */
  least: number;
  most: number;
}

/** The members that took part in the same releases. */
export interface MemberClass {
  readonly size: number;
  /** Whether their values are known anyway. */
  readonly known: boolean;
  /** By release, whether they took part. */
  readonly present: readonly boolean[];
}

/** All types of the releases of one period. */
export interface TypeTable {
  readonly classes: readonly MemberClass[];
  readonly types: readonly ContributorType[];
  /** The cells that the releases are split into; one, named "", where none is split. */
  readonly cells: readonly string[];
}

/**
 * Sorts the contributors of some releases.
 *
 * @returns `too-large` for more types than can be looked at; `changed` when the counts contradict each other, so that
 *   somebody contributed in one release and not in another.
 */
export function typesOf(
  releases: readonly ReleasedTable[],
  known: ReadonlySet<string>,
): TypeTable | "too-large" | "changed" {
  const classes = classesOf(releases, known);
  const named = new Set(releases.flatMap(({ cells }) => cells.map(({ cell }) => cell)));
  const cells = named.size === 0 ? [""] : [...named];
  if (cells.length * classes.length > maxTypes) return "too-large";
  const types = cells.flatMap((cell) =>
    classes.map(({ size }, memberClass): ContributorType => ({ cell, memberClass, least: 0, most: size })),
  );
  const byCell = new Map(
    cells.map((cell, i) => [cell, types.slice(i * classes.length, (i + 1) * classes.length)]),
  );
  for (const [cell, row] of byCell) {
    const counted = countsOfCell(cell, releases, classes, named.size === 0);
    if (!narrow(row, counted)) return "changed";
  }
  return { classes, types: types.filter(({ most }) => most > 0), cells };
}

function classesOf(releases: readonly ReleasedTable[], known: ReadonlySet<string>): MemberClass[] {
  const presence = new Map<string, boolean[]>();
  for (const [i, { members }] of releases.entries()) {
    for (const member of members) {
      const list = presence.get(member) ?? new Array<boolean>(releases.length).fill(false);
      list[i] = true;
      presence.set(member, list);
    }
  }
  const names = new Map<string, { readonly present: boolean[]; readonly names: string[] }>();
  for (const [member, present] of presence) {
    const key = `${String(known.has(member))} ${present.map(Number).join("")}`;
    const same = names.get(key);
    if (same === undefined) names.set(key, { present, names: [member] });
    else same.names.push(member);
  }
  return [...names.values()].map(({ present, names: members }) => ({
    size: members.length,
    known: countUnknown(members, known) === 0,
    present,
  }));
}

/** So many contributors are in these classes together. */
interface Counted {
  readonly classes: ReadonlySet<number>;
  readonly count: number;
}

/** What the releases say about a cell, and what follows for a release whose members are among those of another. */
function countsOfCell(
  cell: string,
  releases: readonly ReleasedTable[],
  classes: readonly MemberClass[],
  unsplit: boolean,
): Counted[] {
  const counted: Counted[] = [];
  for (const [i, { cells, whole, isHearsay }] of releases.entries()) {
    if (isHearsay === true) continue;
    const count = unsplit ? whole?.contributors : cells.find((one) => one.cell === cell)?.contributors;
    if (count === undefined) continue;
    const present = classes.flatMap((one, k) => (one.present[i] === true ? [k] : []));
    counted.push({ classes: new Set(present), count });
  }
  const differences: Counted[] = [];
  for (const a of counted) {
    for (const b of counted) {
      if (a === b || !isSubset(b.classes, a.classes)) continue;
      const rest = [...a.classes].filter((k) => !b.classes.has(k));
      differences.push({ classes: new Set(rest), count: a.count - b.count });
    }
  }
  return [...counted, ...differences];
}

function isSubset(part: ReadonlySet<number>, whole: ReadonlySet<number>): boolean {
  for (const k of part) if (!whole.has(k)) return false;
  return true;
}

/** Narrows the bounds by what was counted; false when it contradicts itself. */
function narrow(row: readonly ContributorType[], counted: readonly Counted[]): boolean {
  for (let round = 0; round < 8; round++) {
    let changed = false;
    for (const { classes, count } of counted) {
      let [least, most] = [0, 0];
      for (const k of classes) {
        least += row[k]?.least ?? 0;
        most += row[k]?.most ?? 0;
      }
      if (count < least || count > most) return false;
      for (const k of classes) {
        const type = row[k];
        if (type === undefined) continue;
        const atLeast = Math.max(type.least, count - (most - type.most));
        const atMost = Math.min(type.most, count - (least - type.least));
        changed ||= atLeast !== type.least || atMost !== type.most;
        least += atLeast - type.least;
        most += atMost - type.most;
        [type.least, type.most] = [atLeast, atMost];
      }
    }
    if (!changed) break;
  }
  return true;
}
