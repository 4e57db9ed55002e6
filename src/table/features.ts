/**
 * The columns of a table as features of a model: numbers, or texts that stand for categories. What is neither is refused
 * rather than made into categories in silence: numbers in a notation that nobody announced, dates, texts of which nearly
 * every row has its own.
 */

import { invalidArgument } from "../errors.js";
import { kindOf } from "./columns.js";
import {
  checkNotation,
  looksLikeDate,
  looksLikeNumber,
  looksMissing,
  parseNumber,
  type NumberNotation,
} from "./number-notation.js";
import { columnIndex, invalidData, placeOf, textColumn, type Table } from "./table.js";

/** A column of a model: numbers, NaN where one is missing, or texts that stand for categories, null where one is missing. */
export type Feature =
  | { readonly kind: "numeric"; readonly name: string; readonly values: Float64Array }
  | { readonly kind: "category"; readonly name: string; readonly values: readonly (string | null)[] };

/** What a column was taken for. */
export interface FeatureSummary {
  readonly name: string;
  readonly kind: Feature["kind"];
  /** Cells without a value. */
  readonly missing: number;
  /** Different values. */
  readonly distinct: number;
  /** True for a column that only says where another one has no value. */
  readonly indicator: boolean;
}

/** Features, and what they were taken for. */
export interface Features {
  readonly columns: readonly Feature[];
  readonly summaries: readonly FeatureSummary[];
}

/** How {@link featuresOf} reads. */
export interface FeatureOptions {
  /** Columns that are no features: the id, the label, and what is to be ignored. */
  readonly exclude?: readonly string[];
  /** Texts that stand for a missing value, beside the empty cell: `NA`, `?`, `NaN`. Compared exactly, blanks around them aside. */
  readonly missing?: readonly string[];
  /** Drop blanks around cells. Default false: a column of numbers with blanks is refused. */
  readonly trim?: boolean;
  /** How numbers are written. Default: digits with a decimal point. */
  readonly numbers?: NumberNotation;
  /** Columns that are categories whatever they look like: codes, dates, nearly unique texts. */
  readonly categories?: readonly string[];
  /**
   * Add a column of 0 and 1 for each column of numbers in which values are missing: that one is missing may say more than the
   * mean that takes its place. Default false.
   */
  readonly missingIndicators?: boolean;
}

/** Texts of which more than this share of the rows has its own are no categories. */
const uniqueShare = 0.5;
/** Fewer different texts than this are never too many. */
const alwaysFewTexts = 30;

/**
 * All columns of a table as features, but those that are excluded, in the table's order.
 *
 * A column is numeric when all its values are numbers in the stated notation. It is refused when some are and some are not, when
 * most look like numbers in another notation or like dates, or when more than half of the rows, and at least 30, have a text of
 * their own. Otherwise it is a column of categories.
 *
 * @throws VeilshareError INVALID_DATA with file, line and column for what is refused, with the option that would read it;
 *   INVALID_ARGUMENT for options that can't be.
 * @example
 * const table = await readTable("credit.csv");
 * const { columns, summaries } = featuresOf(table, { exclude: ["id", "class"], missing: ["NA", "?"], trim: true });
 */
export function featuresOf(table: Table, options: FeatureOptions = {}): Features {
  checkOptions(table, options);
  const { exclude = [], missingIndicators = false } = options;
  const columns: Feature[] = [];
  const summaries: FeatureSummary[] = [];
  for (const name of table.columns) {
    if (exclude.includes(name)) continue;
    const feature = featureOf(table, name, options);
    columns.push(feature);
    summaries.push(summaryOf(feature, false));
    const { missing } = summaries.at(-1) as FeatureSummary; // just pushed
    if (!missingIndicators || feature.kind !== "numeric" || missing === 0) continue;
    const indicator = indicatorOf(feature, table.columns);
    columns.push(indicator);
    summaries.push(summaryOf(indicator, true));
  }
  return { columns, summaries };
}

const optionNames = ["exclude", "missing", "trim", "numbers", "categories", "missingIndicators"];

function checkOptions(table: Table, options: FeatureOptions): void {
  const unknown = Object.keys(options).find((name) => !optionNames.includes(name));
  if (unknown !== undefined)
    throw invalidArgument("featuresOf", `options ${optionNames.join(", ")}`, JSON.stringify(unknown));
  checkNotation("featuresOf", options.numbers ?? {});
  for (const name of [...(options.exclude ?? []), ...(options.categories ?? [])]) columnIndex(table, name);
}

function featureOf(table: Table, name: string, options: FeatureOptions): Feature {
  const { categories = [], missing = [], trim = false, numbers = {} } = options;
  const values = textColumn(table, name).map((cell) => {
    const bare = cell.trim();
    return bare === "" || missing.includes(bare) ? null : trim ? bare : cell;
  });
  if (categories.includes(name)) return { kind: "category", name, values };
  const parsed = values.map((value) => (value === null ? undefined : parseNumber(value, numbers)));
  const filled = values.filter((value) => value !== null).length;
  const numeric = parsed.filter((value) => value !== undefined).length;
  if (numeric === filled && filled > 0) {
    return { kind: "numeric", name, values: Float64Array.from(parsed, (value) => value ?? NaN) };
  }
  if (numeric > 0) throw mixed(table, name, values, parsed);
  refuseNoCategories(table, name, values, filled);
  return { kind: "category", name, values };
}

/** Some cells are numbers: the first that is none is shown. */
function mixed(
  table: Table,
  name: string,
  values: readonly (string | null)[],
  parsed: readonly (number | undefined)[],
): Error {
  const row = values.findIndex((value, at) => value !== null && parsed[at] === undefined);
  const cell = values[row] ?? "";
  return invalidData(
    placeOf(table, row, name),
    "a finite decimal number as in other rows",
    `${kindOf(cell)}; ${hintFor(cell)}`,
  );
}

function hintFor(cell: string): string {
  if (looksMissing(cell)) return "name it in `missing` if it stands for no value";
  if (looksLikeNumber(cell)) return "say in `numbers` or `trim` how numbers are written";
  return "name the column in `categories` if its values are codes";
}

function refuseNoCategories(
  table: Table,
  name: string,
  values: readonly (string | null)[],
  filled: number,
): void {
  const first = (looks: (cell: string) => boolean): number =>
    values.findIndex((value) => value !== null && looks(value));
  const most = (looks: (cell: string) => boolean): boolean =>
    values.filter((value) => value !== null && looks(value)).length * 2 > filled;
  const expected = "numbers in decimal notation, or few texts that repeat";
  if (most(looksLikeDate)) {
    const got = "dates; exclude the column, or name it in `categories`";
    throw invalidData(placeOf(table, first(looksLikeDate), name), expected, got);
  }
  if (most(looksLikeNumber)) {
    const got = "numbers in another notation; say in `numbers` or `trim` how they are written";
    throw invalidData(placeOf(table, first(looksLikeNumber), name), expected, got);
  }
  const distinct = new Set(values.filter((value) => value !== null)).size;
  if (distinct >= alwaysFewTexts && distinct > uniqueShare * filled) {
    const got = `${distinct} different texts in ${filled} rows; exclude the column, or name it in \`categories\``;
    throw invalidData({ file: table.file, line: Math.max(1, table.headerLine), column: name }, expected, got);
  }
}

function indicatorOf(
  { name, values }: Extract<Feature, { kind: "numeric" }>,
  names: readonly string[],
): Feature {
  const own = `${name} (missing)`;
  const free = names.includes(own) ? `${name} (no value)` : own;
  return { kind: "numeric", name: free, values: values.map((value) => (Number.isNaN(value) ? 1 : 0)) };
}

function summaryOf(feature: Feature, indicator: boolean): FeatureSummary {
  const present =
    feature.kind === "numeric"
      ? [...feature.values].filter((value) => !Number.isNaN(value))
      : feature.values.filter((value) => value !== null);
  return {
    name: feature.name,
    kind: feature.kind,
    missing: feature.values.length - present.length,
    distinct: new Set<unknown>(present).size,
    indicator,
  };
}
