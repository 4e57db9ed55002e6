/** Where a text stops being JSON, without quoting it. */

/** A place in a text. */
export interface JsonFault {
  /** From 1. */
  readonly line: number;
  /** Of the line, from 1. */
  readonly character: number;
  /** The kind of thing that stands there. */
  readonly got: string;
}

/** The first place at which a text, which is not JSON, can't go on as JSON. */
export function jsonFault(text: string): JsonFault {
  const offset = faultOffset(text);
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  const got =
    text.trim() === ""
      ? "an empty file"
      : offset === text.length
        ? "the end of the file"
        : "something else here";
  return { line: lines.length, character: Array.from(lines.at(-1) ?? "").length + 1, got };
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
