/** The own data file and what is written: options that all verbs with data share. */

import { access, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Command } from "commander";
import type { VeilshareError } from "../errors.js";
import type { Normalization } from "../items/normalization.js";
import { openRows, readTable, writeTable, type OpenRowsOptions } from "../table/file-node.js";
import type { NumberNotation } from "../table/number-notation.js";
import type { RowSource } from "../table/rows.js";
import { invalidData, type Table } from "../table/table.js";
import { textEncodings } from "../table/text-decoder.js";
import {
  addOption,
  flagOption,
  listOption,
  optionFault,
  requiredText,
  textOption,
  wordOption,
} from "./option-values.js";
import type { VerbOptions } from "./verb.js";

/** Adds the options of the own data file; `optional` for a verb that has actions without one. */
export function declareData(command: Command, need: "needed" | "optional" = "needed"): void {
  addOption(command, need, "--in <file>", "own data: CSV, Parquet (.parquet) or Excel (.xlsx)");
  command
    .option("--out <file>", "where the result goes, as CSV; a file of this name is replaced")
    .option("--delimiter <character>", "between cells; `tab` for a tab. Default: found out")
    .option("--encoding <name>", `${textEncodings.join(", ")}. Default: utf-8, or by the byte order mark`)
    .option("--columns <names...>", "names of the columns of a file without a header")
    .option("--sheet <name>", "of a workbook; default: the first")
    .option("--trim", "drop blanks around cells", false);
}

/** Adds the options of keys. */
export function declareKeys(command: Command, need: "needed" | "optional" = "needed"): void {
  addOption(
    command,
    need,
    "--key <columns...>",
    "the columns of the own key; a row with an empty one has no key",
  );
  command.option("--normalize <steps...>", "what both sides do to keys: trim, lowerCase, nfc, nfkc");
}

function reading(options: VerbOptions): Omit<OpenRowsOptions, "select"> {
  const delimiter = textOption(options, "delimiter");
  const encoding = textOption(options, "encoding");
  const columns = listOption(options, "columns");
  const sheet = textOption(options, "sheet");
  return {
    trim: flagOption(options, "trim"),
    ...(delimiter === undefined ? {} : { delimiter: delimiter === "tab" ? "\t" : delimiter }),
    ...(encoding === undefined ? {} : { encoding: wordOption(options, "encoding", textEncodings, "utf-8") }),
    ...(columns === undefined ? {} : { columns }),
    ...(sheet === undefined ? {} : { sheet: /^\d+$/.test(sheet) ? Number(sheet) : sheet }),
  };
}

/** Some columns of the own file, row by row. */
export function openData(options: VerbOptions, select: readonly string[]): RowSource {
  return openRows(requiredText(options, "in"), { ...reading(options), select });
}

/** The own file, whole. */
export function readData(options: VerbOptions, select?: readonly string[]): Promise<Table> {
  return readTable(requiredText(options, "in"), {
    ...reading(options),
    ...(select === undefined ? {} : { select }),
  });
}

/**
 * Checks that what is read again for `--out`, after the run, can be.
 *
 * @throws VeilshareError INVALID_ARGUMENT for a pipe, which would be empty the second time.
 */
export async function checkReadTwice(options: VerbOptions): Promise<void> {
  if (textOption(options, "out") === undefined) return;
  const found = await stat(requiredText(options, "in")).catch(() => undefined); // reading says why there is none
  if (found !== undefined && !found.isFile())
    throw optionFault("--in", "a file, with --out: it is read twice", "a pipe or a folder");
}

/** The error for a file that was another one when it was read again. */
export function changedMeanwhile(options: VerbOptions): VeilshareError {
  const file = requiredText(options, "in");
  return invalidData({ file }, "the file that was read before the run", "another: it has changed meanwhile");
}

/**
 * Checks that what a verb will write can be written, before anything is sent: a result that nobody can keep is lost.
 *
 * @throws VeilshareError INVALID_ARGUMENT that names the option.
 */
export async function checkOutputs(options: VerbOptions): Promise<void> {
  for (const name of ["out", "share"]) {
    const path = textOption(options, name);
    if (path === undefined) continue;
    const isThere = await stat(path).catch(() => undefined);
    const folder = await access(dirname(path), constants.W_OK).then(
      () => true,
      () => false,
    );
    if (!folder || isThere?.isDirectory() === true)
      throw optionFault(`--${name}`, "a file in a folder that can be written to", JSON.stringify(path));
  }
}

/** Writes the result where `--out` says; gives the sentence about it. */
export async function writeResult(
  options: VerbOptions,
  columns: readonly string[],
  rows: Iterable<readonly string[]>,
): Promise<readonly string[]> {
  const out = textOption(options, "out");
  if (out === undefined) return [];
  await writeTable(out, columns, rows);
  return [`The result is in ${out}.`];
}

const steps = ["trim", "lowerCase", "nfc", "nfkc"] as const;

/** What is done to keys. */
export function normalizationOption(options: VerbOptions): Normalization {
  const given = listOption(options, "normalize") ?? [];
  const unknown = given.find((step) => !steps.some((known) => known === step));
  if (unknown !== undefined) throw optionFault("--normalize", steps.join(", "), JSON.stringify(unknown));
  return Object.fromEntries(given.map((step) => [step, true]));
}

/** Adds how numbers are written. */
export function declareNumbers(command: Command): void {
  command
    .option("--decimal <mark>", "point or comma. Default: point")
    .option("--grouping <mark>", "between groups of digits: comma, point, blank or apostrophe. Default: none")
    .option("--units <texts...>", "texts around numbers that are dropped: $, EUR, %")
    .option("--missing <texts...>", "texts that stand for no value: NA, ?");
}

/** Texts that stand for no value. */
export function missingOption(options: VerbOptions): readonly string[] {
  return listOption(options, "missing") ?? [];
}

/** How numbers are written. */
export function notationOption(options: VerbOptions): NumberNotation {
  const words = { point: ".", comma: ",", blank: " ", apostrophe: "'" } as const;
  const grouping = textOption(options, "grouping");
  const units = listOption(options, "units");
  return {
    decimal: words[wordOption(options, "decimal", ["point", "comma"], "point")],
    ...(grouping === undefined
      ? {}
      : {
          grouping:
            words[wordOption(options, "grouping", ["comma", "point", "blank", "apostrophe"], "comma")],
        }),
    ...(units === undefined ? {} : { units }),
  };
}

/** A count with its thousands separated. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}
