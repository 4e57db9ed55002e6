/** Which columns of a file a caller wants. */

import { invalidArgument } from "../errors.js";

/**
 * The names of chosen columns.
 *
 * @throws VeilshareError INVALID_ARGUMENT unless they are distinct and at least one.
 */
export function checkedSelection(caller: string, select: readonly string[]): readonly string[] {
  const given: unknown = select; // may come from untyped code
  const good =
    Array.isArray(given) &&
    given.length > 0 &&
    given.every((name) => typeof name === "string") &&
    new Set(given).size === given.length;
  if (good) return select;
  throw invalidArgument(caller, "select to name at least one column, none twice", "something else");
}
