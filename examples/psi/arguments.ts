/** The example's command line. */

import { parseArgs } from "node:util";
import { VeilshareError } from "veilshare";
import { textEncodings, type TextEncoding } from "veilshare/table";
import { stepNames, type InputFile, type Steps } from "./messages.js";

const usage =
  "usage: npm run example:psi -- [--a FILE --b FILE --key COLUMN[,COLUMN...] [--columns NAME,NAME...] " +
  "[--delimiter CHARACTER] [--encoding NAME] [--sheet NAME] [--trim]] " +
  "[--normalize trim,lowerCase,nfc,nfkc] [--json]; " +
  "each option also for one side: --a-key, --b-key, --a-columns ...";

/** What the user asked for. */
export interface Arguments {
  /** Undefined: the invented lists. */
  readonly files: { readonly a: InputFile; readonly b: InputFile } | undefined;
  readonly normalize: Steps;
  readonly json: boolean;
}

/**
 * Reads the command line.
 *
 * @throws VeilshareError INVALID_ARGUMENT with the usage.
 */
export function readArguments(): Arguments {
  const given = parsed();
  const json = given.flags.has("json");
  const normalize = stepsIn(given.values.get("normalize") ?? []);
  if (
    !given.values.has("a") &&
    !given.values.has("b") &&
    given.values.size === (given.values.has("normalize") ? 1 : 0)
  )
    return { files: undefined, normalize, json };
  const files = { a: fileOf(given, "a"), b: fileOf(given, "b") };
  if (files.a.key.length !== files.b.key.length) throw wrong("both keys have as many columns");
  return { files, normalize, json };
}

interface Given {
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly flags: ReadonlySet<string>;
}

const sides = ["", "a-", "b-"] as const;
const texts = ["key", "columns", "delimiter", "encoding", "sheet"] as const;

function parsed(): Given {
  const text = { type: "string", multiple: true } as const;
  const flag = { type: "boolean" } as const;
  const options = Object.fromEntries<typeof text | typeof flag>([
    ["a", text],
    ["b", text],
    ["normalize", text],
    ["json", flag],
    ...sides.flatMap((side) => [
      ...texts.map((name): [string, typeof text] => [side + name, text]),
      [`${side}trim`, flag] as const,
    ]),
  ]);
  try {
    const entries = Object.entries(parseArgs({ options }).values);
    return {
      values: new Map(
        entries.flatMap(([name, value]) => (Array.isArray(value) ? [[name, value.map(String)]] : [])),
      ),
      flags: new Set(entries.flatMap(([name, value]) => (value === true ? [name] : []))),
    };
  } catch (thrown) {
    throw wrong(thrown instanceof Error ? thrown.message : "bad arguments");
  }
}

function fileOf({ values, flags }: Given, side: "a" | "b"): InputFile {
  const all = (name: string): readonly string[] | undefined =>
    values.get(`${side}-${name}`) ?? values.get(name);
  const [path] = values.get(side) ?? [];
  const key = all("key");
  if (path === undefined || key === undefined) throw wrong("--a, --b and --key go together");
  const [encoding] = all("encoding") ?? [];
  const [delimiter] = all("delimiter") ?? [];
  const [sheet] = all("sheet") ?? [];
  const columns = all("columns");
  return {
    path,
    key: namesIn(key, "--key"),
    trim: flags.has("trim") || flags.has(`${side}-trim`),
    ...(encoding === undefined ? {} : { encoding: checkedEncoding(encoding) }),
    ...(delimiter === undefined ? {} : { delimiter: delimiter === "tab" ? "\t" : delimiter }),
    ...(columns === undefined ? {} : { columns: namesIn(columns, "--columns") }),
    ...(sheet === undefined ? {} : { sheet }),
  };
}

function namesIn(lists: readonly string[], option: string): readonly string[] {
  const names = lists.flatMap((list) => list.split(",").map((name) => name.trim()));
  if (names.includes("")) throw wrong(`${option} has an empty column name`);
  if (new Set(names).size !== names.length) throw wrong(`${option} names a column twice`);
  return names;
}

function stepsIn(lists: readonly string[]): Steps {
  const names = lists.length === 0 ? [] : namesIn(lists, "--normalize");
  if (names.some((name) => !stepNames.some((known) => known === name)))
    throw wrong(`--normalize is of ${stepNames.join(", ")}`);
  return Object.fromEntries(names.map((name) => [name, true]));
}

function checkedEncoding(name: string): TextEncoding {
  const encoding = textEncodings.find((known) => known === name.toLowerCase());
  if (encoding !== undefined) return encoding;
  throw wrong(`an encoding is one of ${textEncodings.join(", ")}`);
}

function wrong(what: string): VeilshareError {
  return new VeilshareError("INVALID_ARGUMENT", `${what}; ${usage}`);
}
