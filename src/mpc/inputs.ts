/** What a party hands in, and the checks that every input begins with. */

import { checkOptions, type RulesOf } from "../checks/options.js";
import { integer, optional } from "../checks/rules.js";
import { anyNumberRule, memberRule, numbersRule } from "./arguments.js";
import { invalidArgument } from "../errors.js";
import { defaultFractionalBits } from "../ring/fixed-point.js";
import { magnitudeOfBound } from "./bounds.js";
import { checkSecretFractionalBits, type SecretShape } from "./secret-matrix.js";
import { checkWithin, encodeValues, type RealValues } from "./values.js";

/** An input of one party. */
export interface InputOptions {
  /** The computing party, by name or index in the session, whose input it is. */
  readonly owner: number | string;
  readonly rows: number;
  /** Default 1. */
  readonly columns?: number;
  /** No value is larger in absolute value; public, checked at the owner. */
  readonly bound: number;
  /** Default 20. */
  readonly fractionalBits?: number;
  /** The values, row by row; at the owner only. */
  readonly values?: RealValues;
}

/** An input that many products will share; see {@link Engine.reusableOwnedOperand}. */
export interface OwnedInputOptions extends InputOptions {
  /** Most products X v that will be asked for; one with several columns counts as so many. */
  readonly products: number;
  /** Most products X^T v. */
  readonly transposedProducts: number;
}

/** Values that all parties know, as a secret. */
export interface ConstantOptions {
  readonly rows: number;
  /** Default 1. */
  readonly columns?: number;
  /** Default 20. */
  readonly fractionalBits?: number;
  readonly values: RealValues;
}

const inputRules: RulesOf<InputOptions> = {
  owner: memberRule,
  rows: anyNumberRule,
  columns: optional(anyNumberRule),
  bound: anyNumberRule,
  fractionalBits: optional(anyNumberRule),
  values: optional(numbersRule),
};

const ownedRules: RulesOf<OwnedInputOptions> = {
  ...inputRules,
  products: integer(0),
  transposedProducts: integer(0),
};

const constantRules: RulesOf<ConstantOptions> = {
  rows: anyNumberRule,
  columns: optional(anyNumberRule),
  fractionalBits: optional(anyNumberRule),
  values: numbersRule,
};

/**
 * Refuses options that are none; shapes, bounds and values are looked at by {@link readInput}.
 *
 * @throws VeilshareError INVALID_ARGUMENT
 */
export function checkInput(caller: "input" | "reusableOwnedOperand", options: InputOptions): void {
  if (caller === "input") checkOptions(caller, options, inputRules);
  else checkOptions(caller, options as OwnedInputOptions, ownedRules); // which asks for what only these have
}

/** {@link checkInput} for a constant. */
export function checkConstant(options: ConstantOptions): void {
  checkOptions("constant", options, constantRules);
}

/** An input as its owner and all others have checked it. */
export interface ReadInput {
  /** Session index. */
  readonly owner: number;
  readonly shape: SecretShape;
  /** Ring elements; at the owner only. */
  readonly words: BigUint64Array | undefined;
}

/**
 * The checks that every input begins with.
 *
 * @throws VeilshareError INVALID_ARGUMENT when values are missing at the owner, given elsewhere, or not of the stated shape;
 *   VALUE_OUT_OF_RANGE for one that is no finite number or beyond the bound; BOUND_EXCEEDED.
 */
export function readInput(
  caller: string,
  options: InputOptions,
  { owner, isOwner }: { readonly owner: number; readonly isOwner: boolean },
): ReadInput {
  const shape = newShape(caller, options, options.bound);
  if (isOwner !== (options.values !== undefined)) {
    const expected = isOwner ? "values at the owner" : "no values at another party than the owner";
    throw invalidArgument(caller, expected, isOwner ? "none" : "some");
  }
  if (options.values === undefined) return { owner, shape, words: undefined };
  const words = encodeValues(caller, options.values, shape.rows * shape.columns, shape.fractionalBits);
  checkWithin(caller, words, shape.magnitude, "values");
  return { owner, shape, words };
}

/**
 * The shape of a new secret.
 *
 * @throws VeilshareError INVALID_ARGUMENT for no row or column, or fractional bits or a bound that are none; BOUND_EXCEEDED.
 */
export function newShape(
  caller: string,
  options: { readonly rows: number; readonly columns?: number; readonly fractionalBits?: number },
  bound: number,
): SecretShape {
  const { rows, columns = 1, fractionalBits = defaultFractionalBits } = options;
  if (!Number.isInteger(rows) || rows < 1 || !Number.isInteger(columns) || columns < 1) {
    throw invalidArgument(caller, "at least one row and one column", `${rows} x ${columns}`);
  }
  checkSecretFractionalBits(caller, fractionalBits);
  return { rows, columns, fractionalBits, magnitude: magnitudeOfBound(caller, bound, fractionalBits) };
}
