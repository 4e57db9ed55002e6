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

/**
 * Is there a combination of the rows, other than zeros, whose groups other than zero hold fewer than `fewest` contributors?
 *
 * Among any groups that hold `fewest` contributors together, such a combination is zero on at least one: so each step
 * takes such groups and, for each, goes on with the combinations that are zero there, of which there is one dimension
 * fewer. Groups that are large on their own leave a single way to go.
 *
 * **Cost.** At most `limit` multiplications or so of whole numbers; in the worst case fewest^(number of rows) steps would be
 * needed, each of as many as the matrix has elements.
 *
 * @returns `too-large` when the limit was reached without an answer.
 */
export function searchSmallCombination(matrix: TotalsMatrix, fewest: number, limit: number): SearchResult {
  const bySize = [...matrix.weights.keys()].sort((a, b) => weightOf(matrix, b) - weightOf(matrix, a));
  let work = 0;
  const search = (rows: readonly Row[]): SearchResult => {
    if (rows.length === 0) return "none";
    work += rows.length * bySize.length;
    if (work > limit) return "too-large";
    const blockers: number[] = [];
    let weight = 0;
    for (const group of bySize) {
      if (weight >= fewest) break;
      if (rows.every((row) => (row[group] ?? 0n) === 0n)) continue;
      blockers.push(group);
      weight += weightOf(matrix, group);
    }
    if (weight < fewest) return "found"; // whatever is left of these rows has too few contributors
    let answer: SearchResult = "none";
    for (const group of blockers) {
      const result = search(withZeroAt(rows, group));
      if (result === "found") return "found";
      if (result === "too-large") answer = result;
    }
    return answer;
  };
  return search(independent(matrix.rows));
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

/** Rows with the same combinations, none of which is one of the others. */
export function independent(rows: readonly Row[]): Row[] {
  const basis: { row: Row; lead: number }[] = [];
  for (const original of rows) {
    let row = original;
    for (const { row: other, lead } of basis) row = cleared(row, other, lead);
    const lead = row.findIndex((value) => value !== 0n);
    if (lead >= 0) basis.push({ row, lead });
  }
  return basis.map(({ row }) => row);
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [larger, smaller] = [a, b];
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}
