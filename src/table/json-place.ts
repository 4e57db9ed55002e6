/** Where in a JSON text a member or an element stands. */

/** A member's name, or an element's number. */
export type JsonStep = string | number;

const token =
  /[ \t\n\r]+|"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]/y;

/**
 * Line and character, each from 1, of the value at a path; of the innermost value on the way to it that is there, where it is
 * not. Of members with one name the last, as JSON.parse takes it.
 *
 * @param text - Valid JSON.
 */
export function jsonPlace(
  text: string,
  path: readonly JsonStep[],
): { readonly line: number; readonly character: number } {
  let at = skipBlanks(text, 0);
  for (const step of path) {
    const inner = childOf(text, at, step);
    if (inner === undefined) break;
    at = inner;
  }
  const lines = text.slice(0, at).split(/\r\n|\r|\n/);
  return { line: lines.length, character: Array.from(lines.at(-1) ?? "").length + 1 };
}

/** Where a child of the value at an offset begins. */
function childOf(text: string, from: number, step: JsonStep): number | undefined {
  const open = text[from];
  if (open !== (typeof step === "number" ? "[" : "{")) return undefined;
  let found: number | undefined;
  let at = skipBlanks(text, from + 1);
  for (let number = 0; text[at] !== "]" && text[at] !== "}"; number++) {
    let name: string | undefined;
    if (open === "{") {
      const key = tokenAt(text, at);
      name = JSON.parse(key) as string; // a member's name
      at = skipBlanks(text, skipBlanks(text, at + key.length) + 1);
    }
    if (number === step) return at;
    if (name === step) found = at;
    at = skipBlanks(text, endOfValue(text, at));
    if (text[at] === ",") at = skipBlanks(text, at + 1);
  }
  return found;
}

/** Where the value at an offset ends; nesting may be as deep as the text is long. */
function endOfValue(text: string, from: number): number {
  let depth = 0;
  let at = from;
  do {
    const found = tokenAt(text, at);
    if (found === "{" || found === "[") depth++;
    if (found === "}" || found === "]") depth--;
    at += found.length;
  } while (depth > 0);
  return at;
}

function tokenAt(text: string, at: number): string {
  token.lastIndex = at;
  const [found] = token.exec(text) ?? [];
  if (found === undefined) throw new RangeError("jsonPlace: expected JSON"); // the caller has parsed it
  return found;
}

function skipBlanks(text: string, at: number): number {
  let end = at;
  while (end < text.length && " \t\n\r".includes(text[end] ?? "")) end++;
  return end;
}
