/** The example's command line. */

import { parseArgs } from "node:util";
import { VeilshareError } from "veilshare";
import { readingOf, readingOptions, readingUsage } from "../launcher/reading.js";
import type { ListFile } from "./invoices.js";

const usage = `usage: npm run example:lookup -- [--data FILE --key COLUMN [--label COLUMN] ${readingUsage}] [--invoice NUMBER]... [--bucket-bits BITS] [--json]`;

/** What the user asked for. */
export interface Arguments {
  /** Invoice numbers to look up; undefined: the example's own. */
  readonly invoices: readonly string[] | undefined;
  /** Undefined: the client downloads the whole set. */
  readonly bucketBits: number | undefined;
  readonly json: boolean;
  /** The supplier's list; undefined: the invented one. */
  readonly list: ListFile | undefined;
}

/**
 * Reads the command line.
 *
 * @throws VeilshareError INVALID_ARGUMENT with the usage.
 */
export function readArguments(): Arguments {
  const { invoice, "bucket-bits": bits, json, list } = parsed();
  if (bits !== undefined && !/^([1-9]|1\d|20)$/.test(bits)) throw wrong("--bucket-bits is 1 to 20");
  if (invoice?.includes("") === true) throw wrong("--invoice is empty");
  if (list !== undefined && invoice === undefined) throw wrong("--invoice says what to ask of --data");
  return { invoices: invoice, bucketBits: bits === undefined ? undefined : Number(bits), json, list };
}

function parsed() {
  const text = { type: "string" } as const;
  try {
    const options = {
      invoice: { type: "string", multiple: true },
      "bucket-bits": text,
      json: { type: "boolean", default: false },
      data: text,
      key: text,
      label: text,
      ...readingOptions(),
    } as const;
    const { values } = parseArgs({ options });
    const { data, key, label, ...rest } = values;
    if ((data === undefined) !== (key === undefined)) throw new Error("--data and --key go together");
    const reading = readingOf(rest);
    const list = data === undefined || key === undefined ? undefined : { path: data, key, label, reading };
    return { invoice: rest.invoice, "bucket-bits": rest["bucket-bits"], json: rest.json, list };
  } catch (thrown) {
    throw wrong(thrown instanceof Error ? thrown.message : "bad arguments");
  }
}

function wrong(what: string): VeilshareError {
  return new VeilshareError("INVALID_ARGUMENT", `${what}; ${usage}`);
}
