/** The example's command line. */

import { parseArgs } from "node:util";
import { VeilshareError } from "veilshare";

const usage = "usage: npm run example:psi -- [--a FILE --b FILE --key COLUMN[,COLUMN...]] [--json]";

/** What the user asked for. */
export interface Arguments {
  /** Undefined: the invented lists. */
  readonly files: { readonly a: string; readonly b: string; readonly columns: readonly string[] } | undefined;
  readonly json: boolean;
}

/**
 * Reads the command line.
 *
 * @throws VeilshareError INVALID_ARGUMENT with the usage.
 */
export function readArguments(): Arguments {
  const { a, b, key, json } = parsed();
  if (a === undefined && b === undefined && key === undefined) return { files: undefined, json };
  if (a === undefined || b === undefined || key === undefined) {
    throw wrong("--a, --b and --key go together");
  }
  const columns = key.split(",").map((column) => column.trim());
  if (columns.includes("")) throw wrong("--key has an empty column name");
  if (new Set(columns).size !== columns.length) throw wrong("--key names a column twice");
  return { files: { a, b, columns }, json };
}

function parsed(): { a?: string; b?: string; key?: string; json: boolean } {
  try {
    const options = {
      a: { type: "string" },
      b: { type: "string" },
      key: { type: "string" },
      json: { type: "boolean", default: false },
    } as const;
    return parseArgs({ options }).values;
  } catch (thrown) {
    throw wrong(thrown instanceof Error ? thrown.message : "bad arguments");
  }
}

function wrong(what: string): VeilshareError {
  return new VeilshareError("INVALID_ARGUMENT", `${what}; ${usage}`);
}
