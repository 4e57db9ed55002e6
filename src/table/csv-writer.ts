/** A table to CSV as RFC 4180 has it: whatever is written, formulas aside, {@link parseTable} reads back unchanged. */

import { invalidArgument } from "../errors.js";

/** How {@link formatCsv} writes. */
export interface FormatCsvOptions {
  /** One ASCII character between cells. Default `,`. */
  readonly delimiter?: string;
  /**
   * What to do with a cell that a spreadsheet would take for a formula: one that starts with `=`, `+`, `-`, `@`, a
   * tab or a carriage return and is not a plain number. `prefix`, the default, puts an apostrophe before it, so that a
   * spreadsheet shows it as text: what stands in a cell may come from another party. `keep` writes it as it is: for files
   * that programs read, in which ids must come back unchanged. `refuse` throws.
   */
  readonly formulas?: "keep" | "prefix" | "refuse";
}

const looksLikeFormula = /^[=+\-@\t\r]/;
const plainNumber = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * The CSV text of a header and rows. Lines end with LF.
 *
 * @param columns - Names of the columns, at least one.
 * @param rows - Each with one cell a column.
 * @throws VeilshareError INVALID_ARGUMENT for a row of another width, a NUL, or a formula where they are refused; the
 *   message gives the row's number, never a cell.
 */
export function formatCsv(
  columns: readonly string[],
  rows: Iterable<readonly string[]>,
  options: FormatCsvOptions = {},
): string {
  const { delimiter = ",", formulas = "prefix" } = options;
  if (columns.length === 0) throw invalidArgument("formatCsv", "at least one column", "none");
  const lines = [columns.map((name) => quoted(guarded(name, formulas, 0), delimiter)).join(delimiter)];
  for (const row of rows) {
    if (row.length !== columns.length) {
      throw invalidArgument("formatCsv", `${columns.length} cells in row ${lines.length}`, `${row.length}`);
    }
    const cells = row.map((cell) => quoted(guarded(cell, formulas, lines.length), delimiter));
    lines.push(cells.join(delimiter));
  }
  return lines.join("\n") + "\n";
}

function guarded(cell: string, formulas: "keep" | "prefix" | "refuse", row: number): string {
  if (cell.includes("\0")) throw invalidArgument("formatCsv", "text without NUL", `a NUL in row ${row}`);
  if (formulas === "keep" || !looksLikeFormula.test(cell) || plainNumber.test(cell)) return cell;
  if (formulas === "prefix") return `'${cell}`;
  throw invalidArgument("formatCsv", "no cell that a spreadsheet takes for a formula", `one in row ${row}`);
}

function quoted(cell: string, delimiter: string): string {
  // An empty cell is quoted so that a row of one empty cell is not an empty line; outer white space so that a
  // reader that trims keeps it; byte order marks and end marks so that they are not taken for the file's; what could be
  // a delimiter so that a reader that looks for one finds the right one.
  const bare =
    cell !== "" &&
    cell === cell.trim() &&
    !/["\r\n\ufeff\x1a,;\t|]|^sep=/i.test(cell) &&
    !cell.includes(delimiter);
  return bare ? cell : `"${cell.replaceAll('"', '""')}"`;
}
