/** JSON files with errors that say where, without quoting what is there. */

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
    const before = text.slice(0, faultOffset(text));
    const line = 1 + (before.match(/\r\n|\r|\n/g)?.length ?? 0);
    const got = text.trim() === "" ? "an empty file" : "something else here";
    throw invalidData({ file: options.file, line }, "JSON", got);
  }
}

const token =
  /[ \t\n\r]+|"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]/y;

/**
 * What may come next: a value, a value or `]`, a member name, a name or `}`, a colon, or a comma or closing bracket.
 */
type Expected = "value" | "valueOrEnd" | "name" | "nameOrEnd" | "colon" | "separator";

/** Where a text stops being JSON. Iterative: nesting may be as deep as the file is long. */
function faultOffset(text: string): number {
  const open: ("[" | "{")[] = [];
  let expected: Expected = "value";
  for (let at = 0; at < text.length;) {
    token.lastIndex = at;
    const found = token.exec(text)?.[0];
    if (found === undefined) return at;
    if (found.trim() !== "") {
      const next = step(found, expected, open);
      if (next === undefined) return at;
      expected = next;
    }
    at += found.length;
  }
  return text.length;
}

/** What is expected after a token; `undefined` when the token itself was not. */
function step(found: string, expected: Expected, open: ("[" | "{")[]): Expected | undefined {
  const inside = open.at(-1);
  switch (expected) {
    case "nameOrEnd":
    case "name":
      if (found === "}" && expected === "nameOrEnd") break;
      return found.startsWith('"') ? "colon" : undefined;
    case "colon":
      return found === ":" ? "value" : undefined;
    case "valueOrEnd":
      if (found === "]") break;
      return startValue(found, open);
    case "value":
      return startValue(found, open);
    case "separator":
      if (found === "," && inside === "[") return "value";
      if (found === "," && inside === "{") return "name";
      if (!((found === "]" && inside === "[") || (found === "}" && inside === "{"))) return undefined;
  }
  open.pop();
  return "separator";
}

function startValue(found: string, open: ("[" | "{")[]): Expected | undefined {
  if (found === "[" || found === "{") {
    open.push(found);
    return found === "[" ? "valueOrEnd" : "nameOrEnd";
  }
  return /^[\]},:]$/.test(found) ? undefined : "separator";
}
