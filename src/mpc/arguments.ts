/** Rules for what operations on shares are given. */

import { checkArgument } from "../checks/options.js";
import {
  either,
  integer,
  listOf,
  number,
  optional,
  rule,
  text,
  withMethods,
  type Rule,
} from "../checks/rules.js";
import { SecretBits } from "./secret-bits.js";
import { SecretMatrix } from "./secret-matrix.js";

/** A secret matrix. */
export const secretRule: Rule = rule("a SecretMatrix", (value) => value instanceof SecretMatrix);

/** Secret bits. */
export const bitsRule: Rule = rule("SecretBits", (value) => value instanceof SecretBits);

/** An engine, or a part of one. */
export const engineRule: Rule = withMethods("an Engine", "and", "splitToTwoSummands", "bitsToArithmetic");

/** A party, by name or index. */
export const memberRule: Rule = either(text, integer(0));

/** Numbers in an array or a typed array. */
export const numbersRule: Rule = rule(
  "an array of numbers or a typed array",
  (value) =>
    (ArrayBuffer.isView(value) && !(value instanceof DataView)) ||
    (Array.isArray(value) && value.every((one) => typeof one === "number")),
);

/** Several secret matrices. */
export const secretsRule: Rule = listOf(secretRule);

/** A number of fractional bits, where one may be stated; its range is looked at by who uses it. */
export const optionalBitsRule: Rule = optional(integer(0));

/** A positive number, where its size is looked at by who uses it. */
export const anyNumberRule: Rule = rule("a number", (value) => typeof value === "number");

/** A bound that the caller has proved. */
export const provenBoundRule: Rule = optional(number(0));

/**
 * Checks the engine and the secrets that an operation is given.
 *
 * @throws VeilshareError INVALID_ARGUMENT that names the operation and the argument.
 */
export function checkOperands(
  caller: string,
  engine: unknown,
  secrets: Readonly<Record<string, unknown>>,
): void {
  checkArgument(caller, "engine", engine, engineRule);
  for (const [name, secret] of Object.entries(secrets)) checkArgument(caller, name, secret, secretRule);
}
