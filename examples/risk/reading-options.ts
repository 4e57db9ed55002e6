/** Options that say how an owner's file is to be read; each also for one side alone. */

import { textEncodings } from "veilshare/table";
import type { OwnerReading } from "./owner-table.js";

const texts = ["id", "label", "positive", "delimiter", "encoding", "sheet", "decimal", "grouping"] as const;
const lists = ["ignore", "missing", "categories", "units", "columns"] as const;
const flags = ["trim", "missing-indicators"] as const;
const marks = { point: ".", comma: ",", blank: " ", apostrophe: "'" } as const;

/** For the usage. */
export const ownerReadingUsage =
  "[--id COLUMN] [--label COLUMN] [--positive TEXT] [--ignore COLUMN,...] [--missing TEXT,...] " +
  "[--categories COLUMN,...] [--missing-indicators] [--trim] [--decimal point|comma] " +
  "[--grouping comma|point|blank|apostrophe] [--units TEXT,...] [--delimiter CHARACTER] [--encoding NAME] " +
  "[--columns NAME,...] [--sheet NAME]";

/** What `parseArgs` gave. */
export type ReadingValues = Readonly<Record<string, string | boolean | undefined>>;

/** For `parseArgs`. */
export function ownerReadingOptions() {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  return Object.fromEntries<typeof text | typeof flag>(
    ["", "guest-", "host-"].flatMap((side) => [
      ...[...texts, ...lists].map((name) => [side + name, text] as const),
      ...flags.map((name) => [side + name, flag] as const),
    ]),
  );
}

/**
 * The reading of one side's file: what is said for it alone, then what is said for both.
 *
 * @throws Error that names an option that can't be used.
 */
export function ownerReading(values: ReadingValues, side: "guest" | "host"): OwnerReading {
  const text = (name: string): string | undefined => {
    const value = values[`${side}-${name}`] ?? values[name];
    return typeof value === "string" ? value : undefined;
  };
  const flag = (name: string): boolean => values[`${side}-${name}`] === true || values[name] === true;
  const list = (name: string): readonly string[] | undefined =>
    text(name)
      ?.split(",")
      .map((part) => part.trim());
  const encoding = textEncodings.find((known) => known === text("encoding")?.toLowerCase());
  if (encoding === undefined && text("encoding") !== undefined)
    throw new Error(`--encoding is one of ${textEncodings.join(", ")}`);
  const units = list("units");
  const numbers = {
    ...(text("decimal") === undefined
      ? {}
      : { decimal: mark("decimal", text("decimal"), ["point", "comma"]) }),
    ...(text("grouping") === undefined
      ? {}
      : { grouping: mark("grouping", text("grouping"), ["comma", "point", "blank", "apostrophe"]) }),
    ...(units === undefined ? {} : { units }),
  };
  const given: Record<string, unknown> = {
    id: text("id"),
    label: side === "guest" ? text("label") : undefined,
    positive: side === "guest" ? text("positive") : undefined,
    delimiter: text("delimiter") === "tab" ? "\t" : text("delimiter"),
    sheet: text("sheet"),
    encoding,
    ignore: list("ignore"),
    missing: list("missing"),
    categories: list("categories"),
    columns: list("columns"),
    numbers: Object.keys(numbers).length > 0 ? numbers : undefined,
    trim: flag("trim") ? true : undefined,
    missingIndicators: flag("missing-indicators") ? true : undefined,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function mark<T extends keyof typeof marks>(
  option: string,
  given: string | undefined,
  words: readonly T[],
): (typeof marks)[T] {
  const word = words.find((known) => known === given);
  if (word === undefined) throw new Error(`--${option} is ${words.join(" or ")}`);
  return marks[word];
}
