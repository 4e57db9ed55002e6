/**
 * One text for one value: JSON with sorted keys, so that two parties can compare parameters byte for byte.
 */

import { invalidArgument } from "../errors.js";

/** What protocol parameters may be made of. Numbers are finite; -0 is written as 0. */
export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue | undefined };

const plainTypes: ReadonlySet<string> = new Set(["object", "boolean", "number", "string"]);

/**
 * The canonical text of a value; keys whose value is `undefined` are left out.
 *
 * @throws VeilshareError INVALID_ARGUMENT for a number that is not finite, or what is no JSON value.
 */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw invalidArgument("canonicalJson", "finite numbers", String(value));
  }
  if (typeof value !== "object" || value === null) {
    // Not by JSON.stringify's rules: it drops some of what the type forbids and calls toJSON on the rest.
    if (!plainTypes.has(typeof value)) throw invalidArgument("canonicalJson", "JSON values", typeof value);
    return JSON.stringify(value);
  }
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
