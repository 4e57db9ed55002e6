/** Cells of a spreadsheet to a table, by the rules that CSV has here. */

import { readHeader } from "./csv-header.js";
import { invalidData, type Table } from "./table.js";

/** How {@link tableOfSheet} reads. */
export interface SheetOptions {
  /** The name that errors give the source. */
  readonly file: string;
  /** Names of the columns of a sheet without a header. */
  readonly columns?: readonly string[];
  /** The columns to read. Default: all that have a name. */
  readonly select?: readonly string[];
}

/**
 * A table of rows of texts, of which the first that is not empty is the header. Empty rows are no rows; a row's line is its
 * number in the sheet.
 *
 * @throws VeilshareError INVALID_DATA as `parseTable`.
 */
export function tableOfSheet(rows: readonly (readonly string[])[], options: SheetOptions): Table {
  const { file, columns, select } = options;
  const filled = rows.flatMap((cells, at) =>
    cells.every((cell) => cell === "") ? [] : [{ cells, line: at + 1 }],
  );
  const first = columns === undefined ? filled.shift() : { cells: columns, line: 0 };
  if (first === undefined) throw invalidData({ file, line: 1 }, "a header", "an empty sheet");
  const names = first.cells.map((name) => name.trim());
  const header = readHeader(names, select, { file, line: Math.max(1, first.line) });
  for (const { cells, line } of filled) {
    const stray = cells.findIndex(
      (cell, at) => cell !== "" && (header.empty.includes(at) || at >= names.length),
    );
    if (stray < 0) continue;
    const expected = "a column name in the header for a column with cells";
    throw invalidData({ file, line, column: `${stray + 1}` }, expected, "none");
  }
  return {
    file,
    columns: header.read,
    rowCount: filled.length,
    cells: header.places.map((at) => filled.map(({ cells }) => cells[at] ?? "")),
    lines: Uint32Array.from(filled, ({ line }) => line),
    headerLine: first.line,
  };
}
