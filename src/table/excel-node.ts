/**
 * Excel workbooks (.xlsx). The reader, `read-excel-file`, is an optional peer dependency: who reads none installs none, and it
 * is loaded with the first workbook.
 */

import type { readSheet } from "read-excel-file/universal";
import { VeilshareError } from "../errors.js";
import { tableOfSheet, type SheetOptions } from "./sheet-table.js";
import { invalidData, type Table } from "./table.js";

/** How {@link parseExcel} reads. */
export interface ParseExcelOptions extends SheetOptions {
  /** The sheet, by its name or its number from 1. Default: the first. */
  readonly sheet?: string | number;
}

/**
 * One sheet of a workbook as a table of texts: numbers in decimal notation with the 15 digits that Excel keeps, dates as
 * `2026-11-25` (with a time of day as `2026-11-25T10:00:00`), truth values as `TRUE` and `FALSE`. Formulas count by the value that
 * was saved with them. Texts stay as they are: an id with leading zeros must be a text in the sheet too.
 *
 * @throws VeilshareError INVALID_DATA for what is no workbook, a sheet that is not there, and all that `parseTable` refuses of
 *   header and rows; UNSUPPORTED when `read-excel-file` is not installed.
 */
export async function parseExcel(content: Uint8Array, options: ParseExcelOptions): Promise<Table> {
  const { file, sheet } = options;
  const reader = await loadReader();
  const reading = { trim: false, parseNumber: numberText };
  // A copy: the reader wants memory of its own.
  const input = Uint8Array.from(content).buffer;
  let rows: readonly (readonly unknown[])[];
  try {
    rows = await (sheet === undefined
      ? reader.readSheet(input, reading)
      : reader.readSheet(input, sheet, reading));
  } catch (thrown) {
    const missing = thrown instanceof Error && thrown.name === "SheetNotFoundError";
    // The reader's words may quote the workbook, and are not passed on.
    throw missing
      ? invalidData({ file }, "the sheet that was asked for", "a workbook without it")
      : invalidData({ file }, "an Excel workbook (.xlsx)", "a damaged one or something else");
  }
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const texts = rows.map((row) => Array.from({ length: width }, (_, at) => cellText(row[at])));
  return tableOfSheet(texts, options);
}

/** What is used of the reader. */
interface Reader {
  readSheet: typeof readSheet;
}

async function loadReader(): Promise<Reader> {
  try {
    return await import("read-excel-file/universal");
  } catch {
    const message = "reading Excel workbooks needs the package read-excel-file: npm install read-excel-file";
    throw new VeilshareError("UNSUPPORTED", message);
  }
}

function numberText(text: string): string {
  const number = Number(text);
  return Number.isFinite(number) ? String(Number(number.toPrecision(15))) : text;
}

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "string") return cell;
  if (typeof cell === "boolean") return cell ? "TRUE" : "FALSE";
  if (cell instanceof Date) return dateText(cell);
  return typeof cell === "number" ? numberText(String(cell)) : "";
}

function dateText(date: Date): string {
  if (Number.isNaN(date.getTime())) return "";
  const text = date.toISOString();
  return text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : text.slice(0, 19);
}
