/** Reads what a command line says, strictly: what is wrong is said with the option's name. */

import type { Command } from "commander";
import { VeilshareError } from "../errors.js";
import type { VerbOptions } from "./verb.js";

/** The error for an option that can't be used. */
export function optionFault(option: string, expected: string, got?: string): VeilshareError {
  const end = got === undefined ? "" : `, got ${got}`;
  return new VeilshareError("INVALID_ARGUMENT", `${option}: expected ${expected}${end}`, {
    field: option,
    expected,
  });
}

/** Adds an option that commander asks for, or one that the verb's own reading does. */
export function addOption(
  command: Command,
  need: "needed" | "optional",
  flags: string,
  description: string,
): void {
  if (need === "needed") command.requiredOption(flags, description);
  else command.option(flags, description);
}

/** An option as it is typed: `--per-hour` for `perHour`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The text of an option, undefined when it was not given. */
export function textOption(options: VerbOptions, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

/** The text of an option that commander has made sure of. */
export function requiredText(options: VerbOptions, name: string): string {
  const value = textOption(options, name);
  if (value !== undefined) return value;
  throw optionFault(flagOf(name), "a value", "none");
}

/** Whether a flag was given. */
export function flagOption(options: VerbOptions, name: string): boolean {
  return options[name] === true;
}

/** A number within a range; undefined when it was not given. */
export function numberOption(
  options: VerbOptions,
  name: string,
  range: { readonly min: number; readonly max: number; readonly whole?: boolean },
): number | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  const { min, max, whole = true } = range;
  const number = /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : NaN;
  if ((whole ? Number.isSafeInteger(number) : Number.isFinite(number)) && number >= min && number <= max)
    return number;
  throw optionFault(
    flagOf(name),
    `a ${whole ? "whole " : ""}number from ${min} to ${max}`,
    JSON.stringify(text),
  );
}

/** One of some words. */
export function wordOption<T extends string>(
  options: VerbOptions,
  name: string,
  words: readonly T[],
  standard: T,
): T {
  const text = textOption(options, name) ?? standard;
  const word = words.find((known) => known === text);
  if (word !== undefined) return word;
  throw optionFault(`--${name}`, words.join(" or "), JSON.stringify(text));
}

/** Names in one or several lists with commas between; undefined when the option was not given. */
export function listOption(options: VerbOptions, name: string): readonly string[] | undefined {
  const value = options[name];
  if (value === undefined) return undefined;
  const lists: readonly unknown[] = Array.isArray(value) ? value : [value];
  const names = lists
    .flatMap((list) => (typeof list === "string" ? list.split(",") : []))
    .map((part) => part.trim());
  if (names.includes("")) throw optionFault(`--${name}`, "names with commas between", "an empty one");
  if (new Set(names).size !== names.length) throw optionFault(`--${name}`, "names that differ", "one twice");
  return names;
}
