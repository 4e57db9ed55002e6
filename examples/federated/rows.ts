/** The rows of the example: a lender's and a platform's file joined on id, numbers only, dealt out to the banks. */

import { VeilshareError } from "veilshare";
import { invalidData } from "veilshare/table";
import { readLender, readPlatform, type OwnerReading } from "../risk/owner-table.js";
import type { Rows } from "./logistic.js";

/** A bank's files: the first with labels. */
export interface RowFiles {
  readonly guest: string;
  readonly host: string;
  readonly guestReading: OwnerReading;
  readonly hostReading: OwnerReading;
}

/**
 * Reads and joins: ids, labels and numbers in the first file, ids and numbers in the second. Columns of texts are left out; a
 * missing number is the column's mean; every column is standardised, as banks that agreed on means and deviations would.
 */
export async function readRows({ guest, host, guestReading, hostReading }: RowFiles): Promise<Rows> {
  const [labelled, other] = await Promise.all([
    readLender(guest, guestReading),
    readPlatform(host, hostReading),
  ]);
  const rowOf = new Map(other.ids.map((id, row) => [id, row]));
  const pairs = labelled.ids.flatMap((id, row) => {
    const match = rowOf.get(id);
    return match === undefined ? [] : [[row, match] as const];
  });
  if (pairs.length < 100)
    throw invalidData({ file: host }, "at least 100 ids of the other file", `${pairs.length}`);
  const columns = [labelled, other].flatMap((owner, side) =>
    owner.columns.flatMap((column) =>
      column.kind === "numeric"
        ? [standardised(pairs.map((pair) => column.values[pair[side === 0 ? 0 : 1]] ?? NaN))]
        : [],
    ),
  );
  const width = columns.length + 1;
  const values = new Float64Array(pairs.length * width).fill(1);
  for (const [j, column] of columns.entries()) {
    for (const [i, value] of column.entries()) values[i * width + j] = value;
  }
  return { columns: width, values, labels: Uint8Array.from(pairs, ([row]) => labelled.labels[row] ?? 0) };
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
