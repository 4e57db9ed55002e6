/**
 * Can totals be combined so that few contributors are left? Exact linear algebra over the rationals, in whole numbers.
 */

/** Totals as rows over groups of contributors that are in exactly the same totals. */
export interface TotalsMatrix {
  /** 1 where the group is in the total. */
  readonly rows: readonly (readonly bigint[])[];
  /** Contributors in each group. */
  readonly weights: readonly number[];
}

/** What the search found. */
export type SearchResult = "found" | "none" | "too-large";

/** Whether vectors are combinations of others. */
export type SpanResult = "yes" | "no" | "too-large";

/** Work that was done, against a limit. */
class Work {
  #left: number;

  constructor(limit: number) {
    this.#left = limit;
  }

  /** False once there was too much of it. */
  add(amount: number): boolean {
    this.#left -= amount;
    return this.#left >= 0;
  }
}

/**
 * Is there a combination of the rows, other than zeros, whose groups other than zero hold fewer than `fewest` contributors?
 *
 * The rows are brought into echelon form, each with a group (its pivot) that no other row has. A combination is not zero on
 * the pivots of the rows that it is made of, so that few rows are in one that is found: those whose pivots have fewer than
 * `fewest` contributors together. For each such choice, the groups besides pivots are searched: among any of them that hold more than
 * what is left of `fewest`, the combination is zero on at least one.
 *
 * **Cost.** At most `limit` multiplications or so of whole numbers. With r independent rows over groups of one contributor
 * each, some r^(fewest - 1) choices.
 *
 * @returns `too-large` when the limit was reached without an answer.
 */
export function searchSmallCombination(matrix: TotalsMatrix, fewest: number, limit: number): SearchResult {
  const bySize = [...matrix.weights.keys()].sort((a, b) => weightOf(matrix, b) - weightOf(matrix, a));
  const weights = bySize.map((group) => weightOf(matrix, group));
  const rows = matrix.rows.map((row) => bySize.map((group) => row[group] ?? 0n));
  const work = new Work(limit);
  const basis = echelonForm(rows);
  const pivots = new Set(basis.map(({ lead }) => lead));
  const others = [...weights.keys()].filter((group) => !pivots.has(group));
  const choose = (from: number, chosen: readonly Row[], left: number): SearchResult => {
    for (let i = from; i < basis.length; i++) {
      const { row, lead } = basis[i] as Echelon; // i < length
      const rest = left - (weights[lead] ?? 0);
      if (rest <= 0) continue;
      const rowsNow = [...chosen, row];
      const result = searchBesidesPivots(rowsNow, { others, weights, fewest: rest, work });
      if (result !== "none") return result;
      const further = choose(i + 1, rowsNow, rest);
      if (further !== "none") return further;
    }
    return "none";
  };
  return choose(0, [], fewest);
}

interface Search {
  readonly others: readonly number[];
  readonly weights: readonly number[];
  readonly fewest: number;
  readonly work: Work;
}

/** The same question for the groups besides pivots. */
function searchBesidesPivots(rows: readonly Row[], search: Search): SearchResult {
  if (rows.length === 0) return "none";
  if (!search.work.add(rows.length * search.others.length)) return "too-large";
  const blockers: number[] = [];
  let weight = 0;
  for (const group of search.others) {
    if (weight >= search.fewest) break;
    if (rows.every((row) => (row[group] ?? 0n) === 0n)) continue;
    blockers.push(group);
    weight += search.weights[group] ?? 0;
  }
  if (weight < search.fewest) return "found"; // whatever is left of these rows has too few contributors
  let answer: SearchResult = "none";
  for (const group of blockers) {
    const result = searchBesidesPivots(withZeroAt(rows, group), search);
    if (result === "found") return "found";
    if (result === "too-large") answer = result;
  }
  return answer;
}

/**
 * Is each of some vectors a combination of others?
 *
 * **Cost.** At most `limit` multiplications or so of whole numbers.
 */
export function spans(vectors: readonly Row[], wanted: readonly Row[], limit: number): SpanResult {
  const work = new Work(limit);
  const basis: Echelon[] = [];
  const reduce = (vector: Row): Row | undefined => {
    let rest = vector;
    for (const { row, lead } of basis) {
      if ((rest[lead] ?? 0n) === 0n) continue;
      if (!work.add(rest.length)) return undefined;
      rest = cleared(rest, row, lead);
    }
    return rest;
  };
  for (const vector of vectors) {
    const row = reduce(vector);
    if (row === undefined) return "too-large";
    const lead = row.findIndex((value) => value !== 0n);
    if (lead >= 0) basis.push({ row, lead });
  }
  for (const vector of wanted) {
    const rest = reduce(vector);
    if (rest === undefined) return "too-large";
    if (rest.some((value) => value !== 0n)) return "no";
  }
  return "yes";
}

interface Echelon {
  readonly row: Row;
  /** A group where only this row is not zero. */
  readonly lead: number;
}

/** Rows with the same combinations; each has its pivot alone. */
function echelonForm(rows: readonly Row[]): Echelon[] {
  const basis: Echelon[] = [];
  for (const original of rows) {
    let row = original;
    for (const { row: other, lead } of basis) row = cleared(row, other, lead);
    const lead = row.findIndex((value) => value !== 0n);
    if (lead < 0) continue;
    for (const [i, earlier] of basis.entries()) {
      basis[i] = { row: cleared(earlier.row, row, lead), lead: earlier.lead };
    }
    basis.push({ row, lead });
  }
  return basis;
}

type Row = readonly bigint[];

function weightOf({ weights }: TotalsMatrix, group: number): number {
  return weights[group] ?? 0;
}

/** A basis of the rows' combinations that are zero at a group. */
function withZeroAt(rows: readonly Row[], group: number): Row[] {
  const pivot = rows.find((row) => (row[group] ?? 0n) !== 0n);
  if (pivot === undefined) return [...rows];
  return rows.filter((row) => row !== pivot).map((row) => cleared(row, pivot, group));
}

/** The combination of a row and the pivot row that is zero at a group, in lowest terms. */
function cleared(row: Row, pivot: Row, group: number): Row {
  const [own, other] = [row[group] ?? 0n, pivot[group] ?? 0n];
  if (own === 0n) return row;
  const combined = row.map((value, i) => value * other - (pivot[i] ?? 0n) * own);
  let divisor = 0n;
  for (const value of combined) divisor = greatestCommonDivisor(value < 0n ? -value : value, divisor);
  return divisor > 1n ? combined.map((value) => value / divisor) : combined;
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [larger, smaller] = [a, b];
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}
