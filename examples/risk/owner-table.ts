/**
 * An owner's data file as input of the joint model. One column names the people, one (the lender's) says how it ended, and every
 * other column that is not to be ignored is a feature: of numbers, or of texts that stand for categories.
 */

import {
  featuresOf,
  invalidData,
  keyColumn,
  labelColumn,
  type FeatureOptions,
  type FeatureSummary,
  type NumberNotation,
  type Table,
  type TextEncoding,
} from "veilshare/table";
import { readTable } from "veilshare/table/node";
import type { FeatureColumn, LenderInput, PlatformInput } from "veilshare/risk";

/** How an owner's file is to be read; JSON, as it crosses to the owner's process. */
export type OwnerReading = Readonly<{
  /** The column of ids. Default `id`. */
  id?: string;
  /** The lender's column of outcomes. Default `y`. */
  label?: string;
  /** The text that stands for 1 (bad). Default: the column has 0 and 1. */
  positive?: string;
  /** Columns that are no features. */
  ignore?: readonly string[];
  /** Texts that stand for no value. */
  missing?: readonly string[];
  /** Columns that are categories whatever they look like. */
  categories?: readonly string[];
  missingIndicators?: boolean;
  numbers?: NumberNotationJson;
  trim?: boolean;
  delimiter?: string;
  encoding?: TextEncoding;
  /** Names of the columns of a file without a header. */
  columns?: readonly string[];
  sheet?: string;
}>;

type NumberNotationJson = Readonly<{
  decimal?: NonNullable<NumberNotation["decimal"]>;
  grouping?: NonNullable<NumberNotation["grouping"]>;
  units?: readonly string[];
}>;

/** What a lender's file has, and what its columns were taken for. */
export type LenderFile = LenderInput & { readonly summaries: readonly FeatureSummary[] };

/** What a platform's file has, and what its columns were taken for. */
export type PlatformFile = PlatformInput & { readonly summaries: readonly FeatureSummary[] };

/** Reads the lender's file: ids, outcomes and any features. */
export async function readLender(file: string, reading: OwnerReading = {}): Promise<LenderFile> {
  const { id = "id", label = "y", positive, trim = false } = reading;
  const table = await readRows(file, reading);
  const labels = labelColumn(table, label, { trim, ...(positive === undefined ? {} : { positive }) });
  return { role: "lender", ids: keyColumn(table, id), labels, ...features(table, [id, label], reading) };
}

/** Reads the platform's file: ids and at least one feature. */
export async function readPlatform(file: string, reading: OwnerReading = {}): Promise<PlatformFile> {
  const { id = "id" } = reading;
  const table = await readRows(file, reading);
  const { columns, summaries } = features(table, [id], reading);
  if (columns.length === 0) {
    throw invalidData({ file, line: Math.max(1, table.headerLine) }, "a column besides the id", "none");
  }
  return { role: "platform", ids: keyColumn(table, id), columns, summaries };
}

async function readRows(file: string, reading: OwnerReading): Promise<Table> {
  const { trim = false, delimiter, encoding, columns, sheet } = reading;
  const table = await readTable(file, {
    trim,
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(encoding === undefined ? {} : { encoding }),
    ...(columns === undefined ? {} : { columns }),
    ...(sheet === undefined ? {} : { sheet }),
  });
  if (table.rowCount > 0) return table;
  throw invalidData({ file, line: Math.max(1, table.headerLine) }, "rows below the header", "none");
}

function features(
  table: Table,
  others: readonly string[],
  {
    ignore = [],
    missing = [],
    categories = [],
    missingIndicators = false,
    numbers = {},
    trim = false,
  }: OwnerReading,
): { readonly columns: readonly FeatureColumn[]; readonly summaries: readonly FeatureSummary[] } {
  const options: FeatureOptions = {
    exclude: [...others, ...ignore],
    missing,
    categories,
    missingIndicators,
    numbers,
    trim,
  };
  return featuresOf(table, options);
}
