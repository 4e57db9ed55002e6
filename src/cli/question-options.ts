/** The question of `veilshare statistics` on the command line, or in a file. */

import type { Command } from "commander";
import { MalformedMessage } from "../bytes/codec.js";
import { readDataFile } from "../table/file-node.js";
import { textOf } from "../table/text-decoder.js";
import { flagOf, flagOption, listOption, numberOption, optionFault, textOption } from "./option-values.js";
import {
  complete,
  parseQuestion,
  standardContributors,
  type Condition,
  type StatisticsQuestion,
} from "./question.js";
import type { VerbOptions } from "./verb.js";

const maxQuestionBytes = 2 ** 20;
const largest = 2 ** 50;

/** Adds the options. */
export function declareQuestion(command: Command): void {
  command
    .option("--mean <column>", "the column of numbers, of which the mean is asked")
    .option("--by <column>", "means by group: the column of groups")
    .option("--groups <names...>", "with --by: all groups, the same list at every party")
    .option("--where <conditions...>", "only rows with these texts: year=2026")
    .option("--min <number>", "no value is smaller; the same at every party")
    .option("--max <number>", "no value is larger; the same at every party")
    .option("--decimals <number>", "decimals of the values. Default: 0")
    .option("--max-rows <number>", "most rows of one party; the same at every party")
    .option("--variance", "the variance too: takes one party more", false)
    .option("--edges <numbers...>", "edges of a histogram's buckets, from --min to --max")
    .option("--percentiles <numbers...>", "with --edges: the buckets that hold them")
    .option(
      "--min-contributors <number>",
      `fewest parties of what is shown (default ${standardContributors})`,
    )
    .option("--question <file>", "all of this as a JSON file, in place of these options");
}

const names = [
  "mean",
  "by",
  "groups",
  "where",
  "min",
  "max",
  "decimals",
  "maxRows",
  "edges",
  "percentiles",
  "minContributors",
] as const;

/**
 * Reads the question.
 *
 * @throws VeilshareError INVALID_ARGUMENT that names the option, INVALID_DATA for a file that is no question.
 */
export async function questionOption(options: VerbOptions): Promise<StatisticsQuestion> {
  const file = textOption(options, "question");
  const given = names.find((name) => options[name] !== undefined);
  if (file !== undefined) {
    if (given !== undefined || flagOption(options, "variance"))
      throw optionFault("--question", "no other option of the question", flagOf(given ?? "variance"));
    return parseQuestion(textOf(await readDataFile(file, { maxBytes: maxQuestionBytes })), file);
  }
  try {
    return complete(questionOf(options));
  } catch (thrown) {
    if (!(thrown instanceof MalformedMessage)) throw thrown;
    throw optionFault("statistics", "a question that can be asked", thrown.message);
  }
}

function questionOf(options: VerbOptions): StatisticsQuestion {
  const of = textOption(options, "mean");
  if (of === undefined) throw optionFault("--mean", "a column, or --question a file", "none");
  const [by, groups] = [textOption(options, "by"), listOption(options, "groups")];
  return {
    of,
    ...(by === undefined ? {} : { by }),
    ...(groups === undefined ? {} : { groups }),
    where: (listOption(options, "where") ?? []).map(condition),
    min: needed(options, "min", { min: -largest, max: largest, whole: false }),
    max: needed(options, "max", { min: -largest, max: largest, whole: false }),
    decimals: numberOption(options, "decimals", { min: 0, max: 9 }) ?? 0,
    maxRows: needed(options, "maxRows", { min: 1, max: largest }),
    variance: flagOption(options, "variance"),
    edges: numbers(options, "edges"),
    percentiles: numbers(options, "percentiles"),
    minContributors: numberOption(options, "minContributors", { min: 2, max: 100 }) ?? standardContributors,
  };
}

function condition(text: string): Condition {
  const at = text.indexOf("=");
  if (at > 0) return { column: text.slice(0, at).trim(), text: text.slice(at + 1).trim() };
  throw optionFault("--where", "column=text", JSON.stringify(text));
}

function needed(
  options: VerbOptions,
  name: string,
  range: { readonly min: number; readonly max: number; readonly whole?: boolean },
): number {
  const value = numberOption(options, name, range);
  if (value !== undefined) return value;
  throw optionFault(flagOf(name), "a number", "none");
}

function numbers(options: VerbOptions, name: string): readonly number[] {
  return (listOption(options, name) ?? []).map((text) => {
    const number = /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : NaN;
    if (Number.isFinite(number)) return number;
    throw optionFault(`--${name}`, "numbers with commas between", JSON.stringify(text));
  });
}
