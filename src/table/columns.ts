/** Columns of a table as typed values; every cell that is not what the column must hold is refused with its place. */

import { invalidArgument } from "../errors.js";
import { checkNotation, isDecimalNotation, parseNumber, type NumberNotation } from "./number-notation.js";
import { columnIndex, invalidData, placeOf, textColumn, type Table } from "./table.js";

/** How {@link numberColumn} reads. */
export interface NumberColumnOptions {
  /** What an empty cell is: an error (the default), or NaN for the caller to fill. */
  readonly emptyCells?: "refuse" | "nan";
  /** Texts that stand for no value and become NaN, blanks around them aside: `NA`, `?`. Default: none. */
  readonly missing?: readonly string[];
  /** How numbers are written. Default: digits with a decimal point. */
  readonly numbers?: NumberNotation;
  /** Drop blanks around cells. Default false. */
  readonly trim?: boolean;
}

/**
 * A column of finite numbers in decimal notation, e.g. `-1.5`, `2e3`. Refused: empty cells (unless `emptyCells:
 * "nan"`), `NaN`, `Infinity`, `0x10`, `1,000`, white space around the number, and what exceeds a double (`1e999`), unless
 * `missing`, `numbers` or `trim` reads them. What a double can't hold exactly is rounded to the nearest.
 *
 * @throws VeilshareError INVALID_DATA with file, line and column; INVALID_ARGUMENT for a notation that can't be.
 */
export function numberColumn(table: Table, name: string, options: NumberColumnOptions = {}): Float64Array {
  const { emptyCells = "refuse", missing = [], numbers: notation = {}, trim = false } = options;
  checkNotation("numberColumn", notation);
  const cells = textColumn(table, name);
  const numbers = new Float64Array(cells.length);
  for (const [row, cell] of cells.entries()) {
    const bare = cell.trim();
    const nothing = trim || missing.length > 0 ? bare === "" : cell === "";
    if ((nothing && emptyCells === "nan") || (!nothing && missing.includes(bare))) {
      numbers[row] = NaN;
      continue;
    }
    const number = parseNumber(trim ? bare : cell, notation);
    if (number === undefined) {
      throw invalidData(placeOf(table, row, name), "a finite decimal number", kindOf(cell));
    }
    numbers[row] = number;
  }
  return numbers;
}

/**
 * A column of distinct, non-empty texts, compared exactly as they stand.
 *
 * @throws VeilshareError INVALID_DATA with file, line and column; for a repeated text with both lines.
 */
export function keyColumn(table: Table, name: string): readonly string[] {
  const keys = textColumn(table, name);
  const rows = new Map<string, number>();
  for (const [row, key] of keys.entries()) {
    if (key === "") throw invalidData(placeOf(table, row, name), "an id", "an empty cell");
    const before = rows.get(key);
    if (before !== undefined) {
      const got = `the id of line ${table.lines[before] ?? 0} again`;
      throw invalidData(placeOf(table, row, name), "distinct ids", got);
    }
    rows.set(key, row);
  }
  return keys;
}

/** How {@link labelColumn} reads. */
export interface LabelColumnOptions {
  /** The texts that stand for 0 and for 1. Default: any decimal notation of the two numbers. */
  readonly labels?: readonly [zero: string, one: string];
  /** The text that stands for 1, where one other text stands for 0. Not together with `labels`. */
  readonly positive?: string;
  /** Drop blanks around cells. Default false. */
  readonly trim?: boolean;
}

/**
 * A column of two classes, as 0 and 1.
 *
 * @throws VeilshareError INVALID_DATA with file, line and column for any third thing.
 */
export function labelColumn(table: Table, name: string, options: LabelColumnOptions = {}): Uint8Array {
  const { trim = false } = options;
  const cells = textColumn(table, name).map((cell) => (trim ? cell.trim() : cell));
  const texts = labelTexts(table, name, cells, options);
  const labels = new Uint8Array(cells.length);
  for (const [row, cell] of cells.entries()) {
    const label = readLabel(cell, texts);
    if (label === undefined) {
      const expected = labelsExpected(options);
      throw invalidData(placeOf(table, row, name), expected, kindOf(cell));
    }
    labels[row] = label;
  }
  return labels;
}

function labelsExpected({ labels, positive }: LabelColumnOptions): string {
  if (positive !== undefined) return `${JSON.stringify(positive)} or one other text`;
  return labels?.map((text) => JSON.stringify(text)).join(" or ") ?? "0 or 1";
}

/** The texts of both classes; undefined for any decimal notation of 0 and 1. */
function labelTexts(
  table: Table,
  name: string,
  cells: readonly string[],
  { labels, positive }: LabelColumnOptions,
): readonly [string, string] | undefined {
  if (positive === undefined) return labels;
  if (labels !== undefined) throw invalidArgument("labelColumn", "labels or positive", "both");
  if (positive === "") throw invalidArgument("labelColumn", "positive to be a text", "an empty one");
  if (!cells.includes(positive) && cells.length > 0) {
    const place = { file: table.file, line: Math.max(1, table.headerLine), column: name };
    throw invalidData(place, `${JSON.stringify(positive)} in some rows`, "it in none");
  }
  // With NUL, which no cell has, where there is no other text.
  return [cells.find((cell) => cell !== positive && cell !== "") ?? "\0", positive];
}

function readLabel(cell: string, labels: readonly [string, string] | undefined): 0 | 1 | undefined {
  if (labels !== undefined) {
    if (cell === labels[0]) return 0;
    return cell === labels[1] ? 1 : undefined;
  }
  if (!isDecimalNotation(cell)) return undefined;
  if (Number(cell) === 0) return 0;
  return Number(cell) === 1 ? 1 : undefined;
}

/** True when every cell of the column that is not empty is a finite number; at least one must be. */
export function isNumberColumn(table: Table, name: string): boolean {
  let found = false;
  for (const cell of table.cells[columnIndex(table, name)] ?? []) {
    if (cell === "") continue;
    if (!isDecimalNotation(cell) || !Number.isFinite(Number(cell))) return false;
    found = true;
  }
  return found;
}

/** What kind of thing a cell holds; never the thing itself. */
export function kindOf(cell: string): string {
  if (cell === "") return "an empty cell";
  if (isDecimalNotation(cell))
    return Number.isFinite(Number(cell)) ? "another number" : "a number beyond all doubles";
  if (cell.trim() === "") return "white space";
  if (cell !== cell.trim()) return "white space around something";
  if (/^[+-]?nan$/i.test(cell)) return "NaN";
  if (/^[+-]?inf(?:inity)?$/i.test(cell)) return "an infinity";
  return "text";
}
