/** The example's command line. */

import { parseArgs } from "node:util";
import { VeilshareError } from "veilshare";
import type { TextEncoding } from "veilshare/table";

const usage =
  "usage: npm run example:psi -- [--a FILE --b FILE --key COLUMN[,COLUMN...] [--key COLUMN...] " +
  "[--encoding utf-8|gb18030] [--a-encoding ...] [--b-encoding ...]] [--json]";

/** One party's file. */
export interface InputFile {
  readonly path: string;
  readonly encoding: TextEncoding;
}

/** What the user asked for. */
export interface Arguments {
  /** Undefined: the invented lists. */
  readonly files:
    { readonly a: InputFile; readonly b: InputFile; readonly columns: readonly string[] } | undefined;
  readonly json: boolean;
}

/**
 * Reads the command line.
 *
 * @throws VeilshareError INVALID_ARGUMENT with the usage.
 */
export function readArguments(): Arguments {
  const { a, b, key, json, ...encodings } = parsed();
  if (a === undefined && b === undefined && key === undefined) return { files: undefined, json };
  if (a === undefined || b === undefined || key === undefined) {
    throw wrong("--a, --b and --key go together");
  }
  const columns = key.flatMap((names) => names.split(",").map((column) => column.trim()));
  if (columns.includes("")) throw wrong("--key has an empty column name");
  if (new Set(columns).size !== columns.length) throw wrong("--key names a column twice");
  const common = encodings.encoding;
  const files = {
    a: { path: a, encoding: checkedEncoding(encodings["a-encoding"] ?? common) },
    b: { path: b, encoding: checkedEncoding(encodings["b-encoding"] ?? common) },
  };
  return { files: { ...files, columns }, json };
}

interface Parsed {
  readonly a?: string;
  readonly b?: string;
  readonly key?: string[];
  readonly encoding: string;
  readonly "a-encoding"?: string;
  readonly "b-encoding"?: string;
  readonly json: boolean;
}

function parsed(): Parsed {
  try {
    const options = {
      a: { type: "string" },
      b: { type: "string" },
      key: { type: "string", multiple: true },
      encoding: { type: "string", default: "utf-8" },
      "a-encoding": { type: "string" },
      "b-encoding": { type: "string" },
      json: { type: "boolean", default: false },
    } as const;
    return parseArgs({ options }).values;
  } catch (thrown) {
    throw wrong(thrown instanceof Error ? thrown.message : "bad arguments");
  }
}

function checkedEncoding(name: string): TextEncoding {
  if (name === "utf-8" || name === "gb18030") return name;
  throw wrong("an encoding is utf-8 or gb18030");
}

function wrong(what: string): VeilshareError {
  return new VeilshareError("INVALID_ARGUMENT", `${what}; ${usage}`);
}
