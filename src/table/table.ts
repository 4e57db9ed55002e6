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
  /** Of the line, from 1; where there are no columns. */
  readonly character?: number;
  /** Name of a column. */
  readonly column?: string;
}

/** An INVALID_DATA error in one line: `<file>:<line>:<character>: column "<column>": expected <what>, got <kind of thing>`. */
export function invalidData(place: Place, expected: string, got: string): VeilshareError {
  const character = place.character === undefined ? "" : `:${place.character}`;
  const line = place.line === undefined ? "" : `:${place.line}${character}`;
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
  throw missingColumn({ file: table.file, line: Math.max(1, table.headerLine) }, name, table.columns);
}

/**
 * The error for a column that a file has not; with a line: that its header has not. Says where a name stands that is the
 * same but for case, width, composition or blanks, but not the name.
 */
export function missingColumn(
  place: { readonly file: string; readonly line?: number },
  name: string,
  names: readonly string[],
): VeilshareError {
  const count = names.length;
  const alike = names.findIndex((other) => other !== "" && isAlike(other, name));
  const hint =
    alike < 0 ? "" : ` (column ${alike + 1} differs only in ${differenceOf(names[alike] as string, name)})`; // alike < length
  const got = `${count} column${s(count)} of other names${hint}`;
  const expected = `a column of this name${place.line === undefined ? "" : " in the header"}`;
  return invalidData({ ...place, column: name }, expected, got);
}

/** What two names have in common if all else is left out of account. */
function isAlike(a: string, b: string): boolean {
  const folded = (text: string): string =>
    text
      .normalize("NFKC")
      .toLowerCase()
      .normalize("NFKC")
      .replace(/[\s_-]+/g, "");
  return folded(a) === folded(b);
}

/** The least that must be left out of account. */
function differenceOf(a: string, b: string): string {
  const found = differences.find(([, fold]) => fold(a) === fold(b));
  return found?.[0] ?? "case, width, composition or blanks";
}

const differences: readonly (readonly [string, (text: string) => string])[] = [
  ["composition (NFC, NFD)", (text) => text.normalize("NFC")],
  ["case", (text) => text.toLowerCase()],
  ["width", (text) => text.normalize("NFKC")],
  ["blanks, underscores or hyphens", (text) => text.replace(/[\s_-]+/g, "")],
];

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
