/** JSON files with errors that say where, without quoting what is there. */

import { jsonFault } from "./json-fault.js";
import { invalidData } from "./table.js";
import { checkedUtf8, textOf } from "./text-decoder.js";

/**
 * The value of a JSON file (RFC 8259). Of members with the same name the last counts, as in JSON.parse.
 *
 * @param content - The file's bytes (UTF-8, a byte order mark is accepted) or its text.
 * @param options - `file`: the name that errors give the source.
 * @throws VeilshareError INVALID_DATA with file and line for a wrong encoding or anything that is not JSON.
 */
export function parseJson(content: Uint8Array | string, options: { readonly file: string }): unknown {
  const text = textOf(checkedUtf8(content, options.file));
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The engine's message quotes the text, so it is neither shown nor kept as the cause.
    const { line, character, got } = jsonFault(text);
    throw invalidData({ file: options.file, line, character }, "JSON", got);
  }
}
