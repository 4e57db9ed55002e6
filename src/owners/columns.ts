/** The rows that an owner brings to a joint computation: ids and columns. */

import { VeilshareError } from "../errors.js";

/** A column of numbers; NaN where a value is missing. */
export interface NumericColumn {
  readonly kind: "numeric";
  readonly name: string;
  readonly values: ArrayLike<number>;
}

/** A column of texts that stand for categories; `null` where a value is missing. */
export interface CategoryColumn {
  readonly kind: "category";
  readonly name: string;
  readonly values: readonly (string | null)[];
}

/** A column of an owner's table. */
export type FeatureColumn = NumericColumn | CategoryColumn;

/** The error for input data that is not as it must be. */
export function invalidData(field: string, expected: string, got: string, party?: string): VeilshareError {
  const text = `${field}: expected ${expected}, got ${got}`;
  const details = { field, expected, got, ...(party === undefined ? {} : { party }) };
  return new VeilshareError("INVALID_DATA", text, details);
}

/**
 * Checks names, lengths and numbers of columns.
 *
 * @param rows - Number of values that each must have.
 * @throws VeilshareError INVALID_DATA that names the column, and the row from 0, never a value.
 */
export function checkColumns(columns: readonly FeatureColumn[], rows: number): void {
  const names = new Set<string>();
  for (const column of columns) {
    const field = `column "${column.name}"`;
    if (names.has(column.name)) throw invalidData(field, "a name of its own", "one that is there twice");
    names.add(column.name);
    if (column.values.length !== rows) {
      throw invalidData(field, `${rows} values, one for each id`, `${column.values.length}`);
    }
    if (column.kind === "category") continue;
    for (let row = 0; row < rows; row++) {
      const value = column.values[row] as number; // row < rows
      if (value === Infinity || value === -Infinity) {
        throw invalidData(field, "finite numbers, or NaN for a missing one", `an infinite one in row ${row}`);
      }
    }
  }
}

/**
 * Checks ids: at least one, none empty, none twice.
 *
 * @throws VeilshareError INVALID_DATA that names the rows, never the id.
 */
export function checkIds(ids: readonly string[]): void {
  if (ids.length === 0) throw invalidData("ids", "at least one", "none");
  const rowOf = new Map<string, number>();
  for (const [row, id] of ids.entries()) {
    if (id === "") throw invalidData("ids", "ids that are not empty", `an empty one in row ${row}`);
    const before = rowOf.get(id);
    if (before !== undefined) throw invalidData("ids", "distinct ids", `one id in rows ${before} and ${row}`);
    rowOf.set(id, row);
  }
}
