/**
 * What a value that comes from a caller must be, as rules that can be put together. A rule knows what it expects in words and
 * never repeats the value itself, which may be secret.
 */

/** What is wrong with a value: where inside it, what was expected there, what kind of thing was found. */
export interface RuleFault {
  /** From the value down, e.g. `.port` or `[3].name`; empty for the value itself. */
  readonly path: string;
  readonly expected: string;
  readonly got: string;
}

/** A rule for one value. */
export interface Rule {
  readonly expected: string;
  readonly optional: boolean;
  /** What is wrong with the value, if anything is. */
  readonly faultOf: (value: unknown) => RuleFault | undefined;
}

/** The rules of an object with known members. */
export type Rules = Readonly<Record<string, Rule>>;

/** The kind of a value, which is all that an error says of it. */
export function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (typeof value === "number") return Number.isFinite(value) ? "another number" : String(value);
  if (typeof value === "string") return `a text of ${value.length} characters`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (ArrayBuffer.isView(value)) return `a ${nameOf(value)} of ${value.byteLength} bytes`;
  if (typeof value !== "object") return `a ${typeof value}`;
  return isPlainObject(value) ? "an object" : `an object of class ${nameOf(value)}`;
}

function nameOf(value: object): string {
  const { constructor } = value as { readonly constructor?: { readonly name?: unknown } };
  return typeof constructor?.name === "string" && constructor.name !== "" ? constructor.name : "unknown";
}

/** True for what `{ ... }` makes: not an array, a class's instance or a function. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** A rule by a test. */
export function rule(expected: string, test: (value: unknown) => boolean): Rule {
  const faultOf = (value: unknown): RuleFault | undefined =>
    test(value) ? undefined : { path: "", expected, got: kindOf(value) };
  return { expected, optional: false, faultOf };
}

/** The same, or nothing. */
export function optional(inner: Rule): Rule {
  const faultOf = (value: unknown): RuleFault | undefined =>
    value === undefined ? undefined : inner.faultOf(value);
  return { expected: inner.expected, optional: true, faultOf };
}

/** Whatever it is; something else looks at it. */
export const anything: Rule = rule("a value", (value) => value !== undefined);

/** `true` or `false`. */
export const flag: Rule = rule("true or false", (value) => typeof value === "boolean");

/** A string. */
export const text: Rule = rule("a text", (value) => typeof value === "string");

/** A function. */
export const callback: Rule = rule("a function", (value) => typeof value === "function");

/** A finite number from `least` to `most`. */
export function number(least?: number, most?: number): Rule {
  const test = (value: unknown): boolean =>
    typeof value === "number" && Number.isFinite(value) && isBetween(value, least, most);
  return rule(`a number${rangeOf(least, most)}`, test);
}

/** An integer from `least` to `most`, at most 2^53 - 1. */
export function integer(least?: number, most?: number): Rule {
  const test = (value: unknown): boolean =>
    Number.isSafeInteger(value) && isBetween(value as number, least, most); // a number: the first test
  return rule(`an integer${rangeOf(least, most)}`, test);
}

function isBetween(value: number, least: number | undefined, most: number | undefined): boolean {
  return (least === undefined || value >= least) && (most === undefined || value <= most);
}

function rangeOf(least?: number, most?: number): string {
  if (most === undefined) return least === undefined ? "" : ` of at least ${least}`;
  return least === undefined ? ` of at most ${most}` : ` from ${least} to ${most}`;
}

/** A BigInt from `least` to `most`. */
export function bigint(least?: bigint, most?: bigint): Rule {
  const test = (value: unknown): boolean =>
    typeof value === "bigint" &&
    (least === undefined || value >= least) &&
    (most === undefined || value <= most);
  const from = least === undefined ? "" : ` of at least ${least}`;
  return rule(`a BigInt${from}${most === undefined ? "" : ` of at most ${most}`}`, test);
}

/** Bytes, of a length if one is given. */
export function bytes(byteLength?: number): Rule {
  const test = (value: unknown): boolean =>
    value instanceof Uint8Array && (byteLength === undefined || value.length === byteLength);
  return rule(byteLength === undefined ? "a Uint8Array" : `a Uint8Array of ${byteLength} bytes`, test);
}

/** One of some texts, numbers or flags. */
export function oneOf(...values: readonly (string | number | boolean)[]): Rule {
  const expected = values.map((value) => JSON.stringify(value)).join(", ");
  return rule(values.length === 1 ? expected : `one of ${expected}`, (value) =>
    values.includes(value as string),
  );
}

/** An object of a class. */
export function instanceOf(constructor: abstract new (...args: never[]) => unknown, what: string): Rule {
  return rule(what, (value) => value instanceof constructor);
}

/** An object, of whatever class, that has these methods; for interfaces. */
export function withMethods(what: string, ...methods: readonly string[]): Rule {
  const has = (value: unknown): boolean =>
    typeof value === "object" &&
    value !== null &&
    methods.every((method) => typeof (value as Record<string, unknown>)[method] === "function");
  return rule(what, has);
}

/** One rule or another. */
export function either(...rules: readonly Rule[]): Rule {
  const expected = rules.map((one) => one.expected).join(", or ");
  return rule(expected, (value) => rules.some((one) => one.faultOf(value) === undefined));
}

/** An array, each item by a rule. */
export function listOf(
  item: Rule,
  { least, most }: { readonly least?: number; readonly most?: number } = {},
): Rule {
  const count = rangeOf(least, most).replace(/^ from/, " of");
  const expected = `an array${count}, each ${item.expected}`;
  const faultOf = (value: unknown): RuleFault | undefined => {
    if (!Array.isArray(value) || !isBetween(value.length, least, most)) {
      return { path: "", expected, got: kindOf(value) };
    }
    for (let i = 0; i < value.length; i++) {
      const fault = item.faultOf(value[i]);
      if (fault !== undefined) return { ...fault, path: `[${i}]${fault.path}` };
    }
    return undefined;
  };
  return { expected, optional: false, faultOf };
}

/** A plain object with members of any name, each by a rule. */
export function recordOf(member: Rule): Rule {
  const expected = `a plain object, each member ${member.expected}`;
  const faultOf = (value: unknown): RuleFault | undefined => {
    if (!isPlainObject(value)) return { path: "", expected, got: kindOf(value) };
    for (const name of Object.keys(value)) {
      const fault = member.faultOf(value[name]);
      if (fault !== undefined) return { ...fault, path: `.${name.slice(0, 64)}${fault.path}` };
    }
    return undefined;
  };
  return { expected, optional: false, faultOf };
}

/** A plain object that has no other members than these. */
export function object(rules: Rules): Rule {
  const expected = "a plain object";
  return { expected, optional: false, faultOf: (value) => objectFault(value, rules, expected) };
}

function objectFault(value: unknown, rules: Rules, expected: string): RuleFault | undefined {
  if (!isPlainObject(value)) return { path: "", expected, got: kindOf(value) };
  for (const key of Reflect.ownKeys(value)) {
    if (typeof key === "string" && Object.hasOwn(rules, key)) continue;
    return { path: `.${safeName(key)}`, expected: knownNames(rules, key), got: "an unknown name" };
  }
  for (const [name, one] of Object.entries(rules)) {
    const fault = one.faultOf(value[name]);
    if (fault !== undefined) return { ...fault, path: `.${name}${fault.path}` };
  }
  return undefined;
}

/** A name that a caller chose, fit to stand in a message. */
function safeName(key: string | symbol): string {
  return String(key)
    .slice(0, 64)
    .replace(/[^\p{L}\p{N}_$ .()-]/gu, "?");
}

function knownNames(rules: Rules, key: string | symbol): string {
  const names = Object.keys(rules);
  const near = typeof key === "string" ? nearest(names, key) : undefined;
  const list = names.length === 0 ? "no option" : `only ${names.map((name) => `"${name}"`).join(", ")}`;
  return near === undefined ? list : `${list} (did you mean "${near}"?)`;
}

/** The known name that is at most two changes, or a prefix, away. */
function nearest(names: readonly string[], key: string): string | undefined {
  const given = key.slice(0, 64).toLowerCase();
  const prefix = names.find((name) => given.length > 2 && name.toLowerCase().startsWith(given));
  return prefix ?? names.find((name) => distance(name.toLowerCase(), given) <= 2);
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
