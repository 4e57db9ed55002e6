/** The check that every exported entry makes of its arguments: one schema-like description, one error class. */

import { VeilshareError } from "../errors.js";
import { object, rule, withMethods, type Rule } from "./rules.js";

/** Rules for all members of an options type: the compiler asks for one for each name. */
export type RulesOf<T> = Readonly<Record<keyof T & string, Rule>>;

/**
 * Checks an options object: plain, with known names only, each by its rule. What is left out is not asked for where its rule
 * is `optional`.
 *
 * @param caller - The exported function, for the message.
 * @throws VeilshareError INVALID_ARGUMENT that names the function, the option, what was expected and what kind of thing came.
 * @example
 * checkOptions("intersect", options, { reveal: oneOf("both", "receiver"), pool: optional(poolRule) });
 */
export function checkOptions<T extends object>(
  caller: string,
  options: T | undefined,
  rules: RulesOf<T>,
): void {
  const given: unknown = options;
  check(caller, "options", given === undefined ? {} : given, object(rules), "option ");
}

/**
 * Checks one argument by a rule.
 *
 * @throws VeilshareError INVALID_ARGUMENT that names function and argument.
 */
export function checkArgument(caller: string, name: string, value: unknown, one: Rule): void {
  check(caller, name, value, one, "");
}

function check(caller: string, name: string, value: unknown, one: Rule, kind: string): void {
  const fault = one.faultOf(value);
  if (fault === undefined) return;
  const { path, expected, got } = fault;
  const field = path === "" ? name : kind === "" ? `${name}${path}` : path.replace(/^\./, "");
  const what = path === "" ? name : `${kind}${field}`;
  const message = `${caller}: ${what}: expected ${expected}, got ${got}`;
  throw new VeilshareError("INVALID_ARGUMENT", message, { field, expected, got });
}

/** An AbortSignal, of whatever realm. */
export const signalRule: Rule = rule(
  "an AbortSignal",
  (value) => typeof value === "object" && value !== null && "aborted" in value && "addEventListener" in value,
);

/** What `createPool` gives. */
export const poolRule: Rule = withMethods("a pool of createPool", "map", "run", "close");

/** A store of `veilshare/store`. */
export const stateStoreRule: Rule = withMethods("a store of veilshare/store", "transact", "close");

/** A party of a session, or a run. */
export const partyRule: Rule = withMethods("a party of a session", "send", "receive", "run", "indexOf");

/** A run, inside `party.run`. */
export const runRule: Rule = withMethods("a protocol run, inside party.run", "agree", "working", "send");
