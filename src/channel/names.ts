/** Names of parties. */

import { invalidArgument } from "../errors.js";

const namePattern = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u;

/** What a name must be, for messages. */
export const nameRule = "1 to 64 letters, digits, spaces or ._-, with a letter or digit first";

/** True for a text that can name a party. */
export function isPartyName(name: unknown): name is string {
  return typeof name === "string" && namePattern.test(name);
}

/**
 * Checks a list of party names.
 *
 * @throws VeilshareError INVALID_ARGUMENT unless there are at least two, distinct, each fit to name a party, and the
 * own index is one of theirs.
 */
export function checkNames(names: readonly string[], index: number): void {
  if (names.length < 2) throw invalidArgument("session", "at least two parties", String(names.length));
  if (new Set(names).size !== names.length) {
    throw invalidArgument("session", "distinct names", "a repeated name");
  }
  for (const name of names) {
    if (!isPartyName(name)) throw invalidArgument("session", `names of ${nameRule}`, JSON.stringify(name));
  }
  if (!Number.isInteger(index) || index < 0 || index >= names.length) {
    throw invalidArgument("session", `an index from 0 to ${names.length - 1}`, String(index));
  }
}
