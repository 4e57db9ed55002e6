/** The key fields of a CSV file's rows. */

import { textColumn } from "veilshare/table";
import { readTable } from "veilshare/table/node";

/** Rows that have a key. */
export interface Keys {
  /** One array of key fields a row. */
  readonly items: readonly (readonly string[])[];
  /** Line of the file on which each of these rows starts. */
  readonly lines: readonly number[];
  /** Rows that are left out because a key field is empty: nobody is identified by nothing. */
  readonly withoutKey: number;
}

/**
 * Reads the key columns of a file.
 *
 * @throws VeilshareError INVALID_DATA with file, line and column.
 */
export async function readKeys(file: string, columns: readonly string[]): Promise<Keys> {
  const table = await readTable(file);
  const cells = columns.map((column) => textColumn(table, column));
  const items: string[][] = [];
  const lines: number[] = [];
  for (let row = 0; row < table.rowCount; row++) {
    const fields = cells.map((column) => column[row] ?? "");
    if (fields.includes("")) continue;
    items.push(fields);
    lines.push(table.lines[row] ?? 0);
  }
  return { items, lines, withoutKey: table.rowCount - items.length };
}
