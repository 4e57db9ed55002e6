/** Columns of a table as typed values; every cell that is not what the column must hold is refused with its place. */

import { columnIndex, invalidData, placeOf, textColumn, type Table } from "./table.js";

/** How {@link numberColumn} reads. */
export interface NumberColumnOptions {
  /** What an empty cell is: an error (the default), or NaN for the caller to fill. */
  readonly emptyCells?: "refuse" | "nan";
}

/** Decimal notation with `.` and an optional exponent; no white space, no grouping, no hexadecimal, no names. */
const decimalNotation = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * A column of finite numbers in decimal notation, e.g. `-1.5`, `2e3`. Refused: empty cells (unless `emptyCells:
 * "nan"`), `NaN`, `Infinity`, `0x10`, `1,000`, white space around the number, and what exceeds a double (`1e999`).
 * What a double can't hold exactly is rounded to the nearest.
 *
 * @throws VeilshareError INVALID_DATA with file, line and column.
 */
export function numberColumn(table: Table, name: string, options: NumberColumnOptions = {}): Float64Array {
  const cells = textColumn(table, name);
  const numbers = new Float64Array(cells.length);
  for (const [row, cell] of cells.entries()) {
    if (cell === "" && options.emptyCells === "nan") {
      numbers[row] = NaN;
      continue;
    }
    const number = decimalNotation.test(cell) ? Number(cell) : NaN;
    if (!Number.isFinite(number)) {
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
}

/**
 * A column of two classes, as 0 and 1.
 *
 * @throws VeilshareError INVALID_DATA with file, line and column for any third thing.
 */
export function labelColumn(table: Table, name: string, options: LabelColumnOptions = {}): Uint8Array {
  const cells = textColumn(table, name);
  const labels = new Uint8Array(cells.length);
  for (const [row, cell] of cells.entries()) {
    const label = readLabel(cell, options.labels);
    if (label === undefined) {
      const expected = options.labels?.map((text) => JSON.stringify(text)).join(" or ") ?? "0 or 1";
      throw invalidData(placeOf(table, row, name), expected, kindOf(cell));
    }
    labels[row] = label;
  }
  return labels;
}

function readLabel(cell: string, labels: readonly [string, string] | undefined): 0 | 1 | undefined {
  if (labels !== undefined) {
    if (cell === labels[0]) return 0;
    return cell === labels[1] ? 1 : undefined;
  }
  if (!decimalNotation.test(cell)) return undefined;
  if (Number(cell) === 0) return 0;
  return Number(cell) === 1 ? 1 : undefined;
}

/** True when every cell of the column that is not empty is a finite number; at least one must be. */
export function isNumberColumn(table: Table, name: string): boolean {
  let found = false;
  for (const cell of table.cells[columnIndex(table, name)] ?? []) {
    if (cell === "") continue;
    if (!decimalNotation.test(cell) || !Number.isFinite(Number(cell))) return false;
    found = true;
  }
  return found;
}

/** What kind of thing a cell holds; never the thing itself. */
export function kindOf(cell: string): string {
  if (cell === "") return "an empty cell";
  if (decimalNotation.test(cell))
    return Number.isFinite(Number(cell)) ? "another number" : "a number beyond all doubles";
  if (cell.trim() === "") return "white space";
  if (cell !== cell.trim()) return "white space around something";
  if (/^[+-]?nan$/i.test(cell)) return "NaN";
  if (/^[+-]?inf(?:inity)?$/i.test(cell)) return "an infinity";
  return "text";
}
