/** How a file of an example's user is to be read: options of the command line that all examples with files take. */

import { textEncodings, type TextEncoding } from "veilshare/table";

/** As `readTable` takes it. */
export type Reading = Readonly<{
  trim?: boolean;
  delimiter?: string;
  encoding?: TextEncoding;
  /** Names of the columns of a file without a header. */
  columns?: readonly string[];
  sheet?: string;
}>;

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

/** For the usage. */
export const readingUsage =
  "[--delimiter CHARACTER] [--encoding NAME] [--columns NAME,...] [--sheet NAME] [--trim]";

/** For `parseArgs`. */
export function readingOptions() {
  return { delimiter: text, encoding: text, columns: text, sheet: text, trim: flag } as const;
}

/**
 * What `parseArgs` gave, read.
 *
 * @throws Error for an encoding that is none.
 */
export function readingOf(
  values: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>,
): Reading {
  const given = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === "string" ? value : undefined;
  };
  const [delimiter, columns, sheet] = ["delimiter", "columns", "sheet"].map(given);
  const encoding = textEncodings.find((known) => known === given("encoding")?.toLowerCase());
  if (encoding === undefined && given("encoding") !== undefined)
    throw new Error(`--encoding is one of ${textEncodings.join(", ")}`);
  return {
    ...(values["trim"] === true ? { trim: true } : {}),
    ...(delimiter === undefined ? {} : { delimiter: delimiter === "tab" ? "\t" : delimiter }),
    ...(columns === undefined ? {} : { columns: listOf(columns) }),
    ...(encoding === undefined ? {} : { encoding }),
    ...(sheet === undefined ? {} : { sheet }),
  };
}

/** Names with commas between. */
export function listOf(names: string): readonly string[] {
  return names.split(",").map((name) => name.trim());
}
