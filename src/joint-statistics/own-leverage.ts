/**
 * Columns of one owner that together point to single rows. Two columns that differ by one person are each about many rows, and
 * their correlations with another's column tell that person's value all the same. An owner's numeric columns that questions name
 * are looked at together: no row may count for more than a quarter of what they span.
 */

import { invalidData, type FeatureColumn } from "../owners/columns.js";
import { fitWhitening, whiten } from "../owners/whitening.js";
import { ownerOf, quantitiesOf, termsOf, type ColumnName, type Question } from "./questions.js";

const largestLeverage = 0.25;

/** Columns whose difference varies less than this part of their own variance are the same column. */
const ridge = 1e-7;

/**
 * Checks the own common rows.
 *
 * @throws VeilshareError INVALID_DATA
 */
export function checkOwnLeverage(
  columns: ReadonlyMap<ColumnName, FeatureColumn>,
  rows: Uint32Array,
  { questions, minimumRows }: { readonly questions: readonly Question[]; readonly minimumRows: number },
): void {
  const asked = namedWithOthers(questions);
  const standardised = [...columns]
    .flatMap(([name, column]) =>
      column.kind === "numeric" && asked.has(name)
        ? standardise(Float64Array.from(rows, (row) => column.values[row] as number)) // rows are indices of values
        : [],
    )
    .filter((column) => effectiveRows(column) >= minimumRows); // others are withheld as they are
  if (standardised.length < 2) return; // one column is looked at on shares
  const [n, width] = [rows.length, standardised.length];
  const values = new Float64Array(n * width);
  for (const [j, column] of standardised.entries()) {
    for (let i = 0; i < n; i++) values[i * width + j] = column[i] as number; // i < n
  }
  const design = { rows: n, columns: width, values };
  const whitened = whiten(design, fitWhitening(design, ridge));
  for (let i = 0; i < n; i++) {
    let squares = 0;
    for (let j = 0; j < width; j++) squares += (whitened[i * width + j] as number) ** 2; // in range
    if (squares <= largestLeverage * n) continue;
    const expected = `no row that counts for more than ${largestLeverage} of the columns that questions name`;
    throw invalidData("columns", expected, `one that counts for ${(squares / n).toFixed(2)}`);
  }
}

/** Columns whose values answers multiply with another owner's. */
function namedWithOthers(questions: readonly Question[]): ReadonlySet<ColumnName> {
  const names = new Set<ColumnName>();
  for (const question of questions) {
    if (!["correlation", "variance", "groupMeans"].includes(question.kind)) continue;
    const columns = quantitiesOf(question).flatMap((of) => termsOf(of).map(({ column }) => column));
    const all = question.kind === "groupMeans" ? [...columns, question.by] : columns;
    if (new Set(all.map(ownerOf)).size < 2) continue;
    for (const column of columns) names.add(column);
  }
  return names;
}

/** Of a standardised column. */
function effectiveRows(values: Float64Array): number {
  return values.length / values.reduce((most, x) => Math.max(most, x * x), 0);
}

/** Less the mean, by the deviation; none for a constant column. */
function standardise(values: Float64Array): Float64Array[] {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
  return deviation > Math.abs(mean) * 1e-12 ? [values.map((x) => (x - mean) / deviation)] : [];
}
