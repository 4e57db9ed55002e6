/** The example's command line. */

import { parseArgs } from "node:util";
import { VeilshareError } from "veilshare";

const usage = "usage: npm run example:lookup -- [--invoice NUMBER]... [--bucket-bits BITS] [--json]";

/** What the user asked for. */
export interface Arguments {
  /** Invoice numbers to look up; undefined: the example's own. */
  readonly invoices: readonly string[] | undefined;
  /** Undefined: the client downloads the whole set. */
  readonly bucketBits: number | undefined;
  readonly json: boolean;
}

/**
 * Reads the command line.
 *
 * @throws VeilshareError INVALID_ARGUMENT with the usage.
 */
export function readArguments(): Arguments {
  const { invoice, "bucket-bits": bits, json } = parsed();
  if (bits !== undefined && !/^([1-9]|1\d|20)$/.test(bits)) throw wrong("--bucket-bits is 1 to 20");
  if (invoice?.includes("") === true) throw wrong("--invoice is empty");
  return { invoices: invoice, bucketBits: bits === undefined ? undefined : Number(bits), json };
}

function parsed(): { invoice?: string[]; "bucket-bits"?: string; json: boolean } {
  try {
    const options = {
      invoice: { type: "string", multiple: true },
      "bucket-bits": { type: "string" },
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
