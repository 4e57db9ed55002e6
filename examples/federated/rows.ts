/** The rows of the example: a lender's and a platform's file joined on id, numbers only, dealt out to the banks. */

import { VeilshareError } from "veilshare";
import { invalidData, keyColumn, kindOf, labelColumn, numberColumn, textColumn } from "veilshare/table";
import { readTable } from "veilshare/table/node";
import type { Rows } from "./logistic.js";

/**
 * Reads and joins: `id`, `y` and numbers in the first file, `id` and numbers in the second. Columns of texts are left out; a
 * missing number is the column's mean; every column is standardised, as banks that agreed on means and deviations would.
 */
export async function readRows(guest: string, host: string): Promise<Rows> {
  const [labelled, other] = await Promise.all([readTable(guest), readTable(host)]);
  const rowOf = new Map(keyColumn(other, "id").map((id, row) => [id, row]));
  const pairs = keyColumn(labelled, "id").flatMap((id, row) => {
    const match = rowOf.get(id);
    return match === undefined ? [] : [[row, match] as const];
  });
  if (pairs.length < 100) {
    throw invalidData(
      { file: host, line: other.headerLine },
      "at least 100 ids of the other file",
      `${pairs.length}`,
    );
  }
  const labels = labelColumn(labelled, "y");
  const columns = [labelled, other].flatMap((table, side) =>
    table.columns
      .filter((name) => name !== "id" && name !== "y")
      .filter((name) => textColumn(table, name).some((cell) => kindOf(cell) === "another number"))
      .map((name) => {
        const all = numberColumn(table, name, { emptyCells: "nan" });
        return standardised(pairs.map((pair) => all[pair[side === 0 ? 0 : 1]] ?? NaN));
      }),
  );
  const width = columns.length + 1;
  const values = new Float64Array(pairs.length * width).fill(1);
  for (const [j, column] of columns.entries()) {
    for (const [i, value] of column.entries()) values[i * width + j] = value;
  }
  return { columns: width, values, labels: Uint8Array.from(pairs, ([row]) => labels[row] ?? 0) };
}

function standardised(column: readonly number[]): number[] {
  const present = column.filter((value) => !Number.isNaN(value));
  const mean = present.reduce((sum, value) => sum + value, 0) / Math.max(present.length, 1);
  const centred = column.map((value) => (Number.isNaN(value) ? 0 : value - mean));
  const deviation = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0) / column.length);
  return centred.map((value) => (deviation > 0 ? value / deviation : 0));
}

/** Every `count`-th row, from `bank` on. */
export function rowsOfBank({ columns, values, labels }: Rows, bank: number, count: number): Rows {
  const mine = [...labels.keys()].filter((i) => i % count === bank);
  if (mine.length === 0) throw new VeilshareError("INVALID_DATA", "expected a row for each bank");
  const own = new Float64Array(mine.length * columns);
  for (const [at, i] of mine.entries())
    own.set(values.subarray(i * columns, (i + 1) * columns), at * columns);
  return { columns, values: own, labels: Uint8Array.from(mine, (i) => labels[i] ?? 0) };
}
