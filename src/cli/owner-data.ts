/** The own file of a lender or a platform: ids, outcomes, features, and what each column was taken for. */

import type { Command } from "commander";
import type { FeatureColumn } from "../owners/columns.js";
import { keyColumn, labelColumn } from "../table/columns.js";
import { featuresOf, type FeatureSummary } from "../table/features.js";
import { declareNumbers, missingOption, notationOption, readData } from "./data.js";
import { flagOption, listOption, requiredText, textOption } from "./option-values.js";
import type { VerbOptions } from "./verb.js";

/** Adds the options. */
export function declareOwnerData(command: Command): void {
  declareNumbers(command);
  command
    .option("--id <column>", "ids: one row each", "id")
    .option("--label <column>", "at the lender: how it ended", "y")
    .option("--positive <text>", "the label's text for bad. Default: the column has 0 and 1")
    .option("--ignore <columns...>", "columns that are no features")
    .option("--categories <columns...>", "columns that are categories whatever they look like")
    .option("--missing-indicators", "a feature more for each column of numbers with gaps", false);
}

/** Rows, and what their columns were taken for. */
export interface OwnerData {
  readonly ids: readonly string[];
  readonly columns: readonly FeatureColumn[];
  readonly summaries: readonly FeatureSummary[];
  /** With `labelled`. */
  readonly labels?: Uint8Array;
}

/**
 * Reads the own file.
 *
 * @param labelled - Whether the column of labels is read; otherwise it is ignored where it is there.
 */
export async function ownerData(options: VerbOptions, labelled: boolean): Promise<OwnerData> {
  const table = await readData(options);
  const [id, label] = [requiredText(options, "id"), requiredText(options, "label")];
  const [positive, trim] = [textOption(options, "positive"), flagOption(options, "trim")];
  const ids = keyColumn(table, id);
  const labels = labelled
    ? labelColumn(table, label, { trim, ...(positive === undefined ? {} : { positive }) })
    : undefined;
  const isThere = table.columns.includes(label);
  const { columns, summaries } = featuresOf(table, {
    exclude: [id, ...(isThere ? [label] : []), ...(listOption(options, "ignore") ?? [])],
    missing: missingOption(options),
    trim,
    numbers: notationOption(options),
    categories: listOption(options, "categories") ?? [],
    missingIndicators: flagOption(options, "missingIndicators"),
  });
  return { ids, columns, summaries, ...(labels === undefined ? {} : { labels }) };
}

/** What the columns were taken for, a line each, for a person to look at. */
export function summaryLines(summaries: readonly FeatureSummary[]): readonly string[] {
  return summaries.map(({ name, kind, missing, distinct }) => {
    const gaps = missing === 0 ? "" : `, ${missing} missing`;
    return kind === "numeric" ? `  ${name}: numbers${gaps}` : `  ${name}: ${distinct} categories${gaps}`;
  });
}
