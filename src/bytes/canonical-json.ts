/**
 * One text for one value: JSON with sorted keys, so that two parties can compare parameters byte for byte.
 */

import { VeilshareError } from "../errors.js";

/** What protocol parameters may be made of. Numbers are finite; -0 is written as 0. */
export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue | undefined };

/**
 * The canonical text of a value; keys whose value is `undefined` are left out.
 *
 * @throws VeilshareError INVALID_ARGUMENT for a number that is not finite.
 */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new VeilshareError("INVALID_ARGUMENT", "canonicalJson: expected a finite number");
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(",")}]`;
  const members: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${canonicalJson(member)}`);
  }
  return `{${members.join(",")}}`;
}

// Array.isArray does not narrow readonly arrays.
function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
