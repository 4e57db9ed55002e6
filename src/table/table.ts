/**
 * A table as the protocols read it: named columns of text, and for every row the line of the file it starts on, so
 * that whatever is wrong with a cell can be said with its place. A message names the place and the kind of thing that
 * was found ("text", "an empty cell"), never the content: a cell may be what its owner must not show.
 */

import { invalidArgument, VeilshareError } from "../errors.js";

/** Named columns of text. Immutable by convention: nobody writes to the arrays. */
export interface Table {
  /** The file the table is from, as errors name it. */
  readonly file: string;
  /** Names of the columns, in the file's order, distinct. */
  readonly columns: readonly string[];
  /** Number of rows, the header not counted. */
  readonly rowCount: number;
  /** `cells[c][r]` is the text of row r in column c. */
  readonly cells: readonly (readonly string[])[];
  /** Line of the file on which each row starts, from 1; quoted cells may make a row span several. */
  readonly lines: Uint32Array;
  /** Line of the header; 0 when the table has none. */
  readonly headerLine: number;
}

/** Where something is wrong. */
export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line?: number;
  /** Name of a column. */
  readonly column?: string;
}

/** An INVALID_DATA error in one line: `<file>:<line>: column "<column>": expected <what>, got <kind of thing>`. */
export function invalidData(place: Place, expected: string, got: string): VeilshareError {
  const line = place.line === undefined ? "" : `:${place.line}`;
  const column = place.column === undefined ? "" : ` column ${JSON.stringify(place.column)}:`;
  const message = `${oneLine(place.file)}${line}:${column} expected ${expected}, got ${got}`;
  return new VeilshareError("INVALID_DATA", message, { ...place, expected, got });
}

/** The place of a cell, for {@link invalidData}. */
export function placeOf(table: Table, row: number, column: string): Place {
  const line = table.lines[row];
  return line === undefined ? { file: table.file, column } : { file: table.file, line, column };
}

/**
 * Position of a column.
 *
 * @throws VeilshareError INVALID_DATA at the header's line when the table has no such column. The message tells how
 *   many columns there are but not their names: in a file without a header they would be somebody's data.
 */
export function columnIndex(table: Table, name: string): number {
  const at = table.columns.indexOf(name);
  if (at >= 0) return at;
  throw missingColumn(table.file, Math.max(1, table.headerLine), name, table.columns.length);
}

/** The error for a column that a header has not; without a line: that a file has not. */
export function missingColumn(
  file: string,
  line: number | undefined,
  name: string,
  count: number,
): VeilshareError {
  const got = `${count} column${s(count)} of other names`;
  const place = line === undefined ? { file, column: name } : { file, line, column: name };
  return invalidData(place, `a column of this name${line === undefined ? "" : " in the header"}`, got);
}

/**
 * The text of a column, row by row.
 *
 * @throws VeilshareError INVALID_DATA when the table has no such column.
 */
export function textColumn(table: Table, name: string): readonly string[] {
  return table.cells[columnIndex(table, name)] as readonly string[]; // one array a column
}

/**
 * A table made in memory rather than read: rows count as lines from 1.
 *
 * @param columns - Column name to cells; all of one length.
 * @throws VeilshareError INVALID_ARGUMENT when the columns differ in length.
 */
export function tableFromColumns(
  columns: Readonly<Record<string, readonly string[]>>,
  file = "(memory)",
): Table {
  const names = Object.keys(columns);
  const cells = Object.values(columns).map((column) => [...column]);
  const rowCount = cells[0]?.length ?? 0;
  if (cells.some((column) => column.length !== rowCount)) {
    throw invalidArgument("tableFromColumns", "columns of one length", "columns of several lengths");
  }
  const lines = Uint32Array.from({ length: rowCount }, (_, row) => row + 1);
  return { file, columns: names, rowCount, cells, lines, headerLine: 0 };
}

function s(count: number): string {
  return count === 1 ? "" : "s";
}

/** A file name may hold anything; a message is one line. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, "?");
}
