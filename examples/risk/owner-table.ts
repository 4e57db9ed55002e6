/**
 * An owner's CSV as input of the joint model. `id` names the people, `y` (the lender's) is 0 or 1, and every other
 * column is a feature: of numbers, empty where one is missing, if any of its cells is a number; of texts that stand for
 * categories if none is.
 */

import {
  invalidData,
  keyColumn,
  kindOf,
  labelColumn,
  numberColumn,
  textColumn,
  type Table,
} from "veilshare/table";
import { readTable } from "veilshare/table/node";
import type { FeatureColumn, LenderInput, PlatformInput } from "veilshare/risk";

/** Reads the lender's file: id, y and any features. */
export async function readLender(file: string): Promise<LenderInput> {
  const table = await readRows(file);
  const ids = keyColumn(table, "id");
  return { role: "lender", ids, labels: labelColumn(table, "y"), columns: features(table, ["id", "y"]) };
}

/** Reads the platform's file: id and at least one feature. */
export async function readPlatform(file: string): Promise<PlatformInput> {
  const table = await readRows(file);
  const ids = keyColumn(table, "id");
  const columns = features(table, ["id"]);
  if (columns.length === 0) {
    throw invalidData({ file, line: table.headerLine }, "a column besides the id", "none");
  }
  return { role: "platform", ids, columns };
}

async function readRows(file: string): Promise<Table> {
  const table = await readTable(file);
  if (table.rowCount === 0)
    throw invalidData({ file, line: table.headerLine }, "rows below the header", "none");
  return table;
}

function features(table: Table, others: readonly string[]): FeatureColumn[] {
  return table.columns
    .filter((name) => !others.includes(name))
    .map((name): FeatureColumn => {
      const cells = textColumn(table, name);
      if (cells.some((cell) => kindOf(cell) === "another number")) {
        return { kind: "numeric", name, values: numberColumn(table, name, { emptyCells: "nan" }) };
      }
      return { kind: "category", name, values: cells.map((cell) => (cell === "" ? null : cell)) };
    });
}
