/** Reads and checks everything before any process starts: bad input ends with one line and exit code 2. */

import { fileURLToPath } from "node:url";
import { VeilshareError } from "veilshare";
import { invalidData, numberColumn, placeOf, textColumn, type Table } from "veilshare/table";
import { readTable } from "veilshare/table/node";
import type { Reading } from "../launcher/reading.js";
import type { FirmTask, Question } from "./messages.js";

/** From build/examples/statistics/ back to the sources, which hold the data. */
const loans = fileURLToPath(new URL("../../../examples/data/german-credit-lender.csv", import.meta.url));
const lenders = 8;
const maxFirms = 20;

/** Who holds which rows, and what is asked. */
export interface Inputs {
  readonly title: string;
  readonly unit: string;
  readonly note: string;
  readonly question: Question;
  readonly firms: ReadonlyMap<string, FirmTask["rows"]>;
}

/**
 * The loans that come with the example, dealt out to eight lenders: for how many months do people borrow, by purpose? The
 * loans are real, who holds which is invented.
 */
export async function loanInputs(): Promise<Inputs> {
  const table = await readTable(loans);
  const groups = textColumn(table, "purpose");
  const firmOf = (row: number): string => {
    // Some lenders are specialists, so that there is something to withhold.
    if (groups[row] === "Retraining") return `lender-${1 + (row % 3)}`;
    if (groups[row] === "Other" && row % 3 > 0) return "lender-4";
    return `lender-${1 + (row % lenders)}`;
  };
  const values = wholeNumbers(table, "duration_months", { min: 1, max: 72 });
  return gather({
    table,
    firmColumn: "purpose", // whose lender is invented
    values,
    firms: values.map((_, row) => firmOf(row)),
    groups,
    title: "Duration of loans by purpose, eight lenders",
    unit: "months",
    note: "The loans are real (Statlog German Credit); which lender holds which is INVENTED.",
    bounds: { min: 1, max: 72, edges: [1, 6, 12, 18, 24, 36, 48, 72] },
  });
}

/** The columns of a file of payments. */
export interface PaymentColumns {
  readonly firm: string;
  readonly by: string;
  readonly mean: string;
  /** Texts that stand for no value: such rows are left out. */
  readonly missing: readonly string[];
}

/**
 * A file of payments.
 *
 * @throws VeilshareError INVALID_DATA with file, line and column.
 */
export async function paymentInputs(
  path: string,
  reading: Reading,
  { firm, by, mean, missing }: PaymentColumns,
): Promise<Inputs> {
  const whole = await readTable(path, reading);
  const values = textColumn(whole, mean);
  const table = tableOf(whole, (row) => !missing.includes(values[row] ?? ""));
  return gather({
    table,
    firmColumn: firm,
    values: wholeNumbers(table, mean, { min: 0, max: 365 }),
    firms: textColumn(table, firm),
    groups: textColumn(table, by),
    title: `${mean === "days" ? "Days to payment" : mean} by ${by}`,
    unit: "days",
    note: `From ${path}.`,
    bounds: { min: 0, max: 365, edges: [0, 10, 20, 30, 45, 60, 90, 120, 180, 365] },
  });
}

/** Some rows of a table. */
function tableOf(table: Table, isWanted: (row: number) => boolean): Table {
  const rows = Array.from({ length: table.rowCount }, (_, row) => row).filter(isWanted);
  return {
    ...table,
    rowCount: rows.length,
    cells: table.cells.map((column) => rows.map((row) => column[row] ?? "")),
    lines: Uint32Array.from(rows, (row) => table.lines[row] ?? 0),
  };
}

interface Columns {
  readonly table: Table;
  readonly firmColumn: string;
  readonly values: readonly number[];
  readonly firms: readonly string[];
  readonly groups: readonly string[];
  readonly title: string;
  readonly unit: string;
  readonly note: string;
  readonly bounds: Pick<Question, "min" | "max" | "edges">;
}

function gather({ table, firmColumn, values, firms, groups, bounds, ...texts }: Columns): Inputs {
  const byFirm = new Map<string, { group: string; value: number }[]>();
  for (const [row, value] of values.entries()) {
    const firm = firms[row] ?? "";
    if (!/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u.test(firm)) {
      const expected = "a name of 1 to 64 letters, digits, spaces or ._-";
      throw invalidData(placeOf(table, row, firmColumn), expected, "another text");
    }
    const rows = byFirm.get(firm) ?? [];
    rows.push({ group: groups[row] ?? "", value });
    byFirm.set(firm, rows);
  }
  if (byFirm.size < 3 || byFirm.size > maxFirms) {
    const text = `${table.file}: expected 3 to ${maxFirms} firms, got ${byFirm.size}`;
    throw new VeilshareError("INVALID_DATA", text, { file: table.file });
  }
  const maxRows = Math.max(...[...byFirm.values()].map((rows) => rows.length));
  const question = { ...bounds, groups: [...new Set(groups)].sort(), maxRows };
  return { ...texts, question, firms: byFirm };
}

function wholeNumbers(table: Table, column: string, { min, max }: { min: number; max: number }): number[] {
  const numbers = [...numberColumn(table, column)];
  for (const [row, value] of numbers.entries()) {
    if (Number.isInteger(value) && value >= min && value <= max) continue;
    throw invalidData(placeOf(table, row, column), `a whole number from ${min} to ${max}`, "another number");
  }
  return numbers;
}
