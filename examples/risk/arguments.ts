/** The example's command line. */

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { VeilshareError } from "veilshare";
import { computations, defaultComputation, type Computation } from "veilshare/risk";
import { textEncodings } from "veilshare/table";
import type { OwnerReading } from "./owner-table.js";

const usage =
  "usage: example:risk [--guest FILE --host FILE [--id COLUMN] [--label COLUMN] [--positive TEXT] [--ignore COLUMN,...] " +
  "[--missing TEXT,...] [--categories COLUMN,...] [--missing-indicators] [--trim] [--decimal point|comma] " +
  "[--grouping comma|point|blank|apostrophe] [--units TEXT,...] [--delimiter CHARACTER] [--encoding NAME] [--columns NAME,...] " +
  "[--sheet NAME]] [--computation two-party|replicated|dealer] [--folds N] [--json]; options of files also for one side: --guest-id ...";

/** What the user asked for. */
export interface Arguments {
  readonly computation: Computation;
  readonly guest: string;
  readonly host: string;
  readonly guestReading: OwnerReading;
  readonly hostReading: OwnerReading;
  readonly folds: number;
  readonly json: boolean;
}

const defaultFolds = "3";
const allowedFolds: readonly number[] = [0, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const texts = ["id", "label", "positive", "delimiter", "encoding", "sheet", "decimal", "grouping"] as const;
const lists = ["ignore", "missing", "categories", "units", "columns"] as const;
const flags = ["trim", "missing-indicators"] as const;
const marks = { point: ".", comma: ",", blank: " ", apostrophe: "'" } as const;

/**
 * Reads the command line.
 *
 * @throws VeilshareError INVALID_ARGUMENT with the usage.
 */
export function readArguments(): Arguments {
  try {
    const values = parsed();
    const { guest, host } = values;
    const computation = computations.find((name) => name === (values["computation"] ?? defaultComputation));
    if (computation === undefined) throw new Error(`--computation is ${computations.join(" or ")}`);
    const folds = Number(values["folds"] ?? defaultFolds);
    if (!allowedFolds.includes(folds)) throw new Error("--folds is 0, or from 2 to 10");
    const common = { computation, folds, json: values["json"] === true };
    const readings = { guestReading: readingOf(values, "guest"), hostReading: readingOf(values, "host") };
    if (typeof guest === "string" && typeof host === "string") return { ...common, guest, host, ...readings };
    if (guest !== undefined || host !== undefined) throw new Error("--guest and --host go together");
    const given = [...Object.keys(readings.guestReading), ...Object.keys(readings.hostReading)];
    if (given.length > 0) throw new Error("options of files need --guest and --host");
    const example = (name: string): string =>
      fileURLToPath(new URL(`../../../examples/data/${name}`, import.meta.url));
    const data = { guest: example("german-credit-lender.csv"), host: example("german-credit-platform.csv") };
    return { ...common, ...data, guestReading: {}, hostReading: {} };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : "arguments that are not understood";
    throw new VeilshareError("INVALID_ARGUMENT", `${reason}; ${usage}`);
  }
}

type Values = Readonly<Record<string, string | boolean | undefined>>;

function parsed(): Values {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const sides = ["", "guest-", "host-"];
  const options = Object.fromEntries<typeof text | typeof flag>([
    ...["guest", "host", "computation", "folds"].map((name) => [name, text] as const),
    ["json", flag],
    ...sides.flatMap((side) => [
      ...[...texts, ...lists].map((name) => [side + name, text] as const),
      ...flags.map((name) => [side + name, flag] as const),
    ]),
  ]);
  return parseArgs({ options }).values;
}

function readingOf(values: Values, side: "guest" | "host"): OwnerReading {
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
