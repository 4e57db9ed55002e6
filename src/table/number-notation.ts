/** Numbers as people and spreadsheets write them, read only where the caller says how. */

import { invalidArgument } from "../errors.js";

/** How numbers are written. What is not said is not read. */
export interface NumberNotation {
  /** The decimal mark. Default `.`. */
  readonly decimal?: "." | ",";
  /** What stands between groups of three digits. Default: nothing. */
  readonly grouping?: "," | "." | " " | "'";
  /** Texts before or after a number that are dropped, such as `$`, `EUR` or `%`: `22%` is 22. */
  readonly units?: readonly string[];
}

const decimalNotation = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Whether a cell is in decimal notation with `.` and an optional exponent: no white space, grouping, hexadecimal or name. */
export function isDecimalNotation(cell: string): boolean {
  return decimalNotation.test(cell);
}

/**
 * Checks a notation.
 *
 * @throws VeilshareError INVALID_ARGUMENT for a mark that is none, one mark for two things, or a unit that could be a number.
 */
export function checkNotation(caller: string, notation: NumberNotation): void {
  const { decimal = ".", grouping, units = [] } = notation;
  const names = Object.keys(notation).filter((name) => !["decimal", "grouping", "units"].includes(name));
  if (names.length > 0)
    throw invalidArgument(caller, "decimal, grouping and units", JSON.stringify(names[0]));
  if (![".", ","].includes(decimal))
    throw invalidArgument(caller, "decimal to be a point or a comma", "another");
  if (grouping !== undefined && ![",", ".", " ", "'"].includes(grouping)) {
    throw invalidArgument(caller, "grouping to be a comma, point, blank or apostrophe", "another");
  }
  if (grouping === decimal)
    throw invalidArgument(caller, "different marks for decimals and groups", "one mark");
  if (units.some((unit) => unit.trim() === "" || /[\d.,+-]/.test(unit))) {
    throw invalidArgument(caller, "units without digits, signs and decimal marks", "another");
  }
}

/** The number that a cell has in a notation; undefined when it has none or none that is finite. */
export function parseNumber(cell: string, notation: NumberNotation = {}): number | undefined {
  const text = plainText(cell, notation);
  if (text === undefined || !decimalNotation.test(text)) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

function plainText(
  cell: string,
  { decimal = ".", grouping, units = [] }: NumberNotation,
): string | undefined {
  let text = cell;
  const sign = /^[+-]/.exec(text)?.[0] ?? "";
  if (units.length > 0) {
    text = withoutUnits(text.slice(sign.length), units);
    if (sign !== "" && /^[+-]/.test(text)) return undefined;
    text = sign + text;
  }
  if (grouping !== undefined) {
    const mark = grouping === " " ? "[ \\u00a0\\u202f]" : `\\${grouping}`;
    const grouped = new RegExp(`^([+-]?)(\\d{1,3}(?:${mark}\\d{3})+)(?!\\d)(?!${mark})`);
    text = text.replace(
      grouped,
      (_, signed: string, digits: string) => signed + digits.replace(new RegExp(mark, "g"), ""),
    );
  }
  if (decimal === ",") {
    if (text.includes(".")) return undefined;
    text = text.replace(",", ".");
  }
  return text;
}

function withoutUnits(text: string, units: readonly string[]): string {
  for (const unit of units) {
    if (text.startsWith(unit)) return text.slice(unit.length).trimStart();
    if (text.endsWith(unit)) return text.slice(0, -unit.length).trimEnd();
  }
  return text;
}

/** Texts that stand for "nothing" in many exports. */
export function looksMissing(cell: string): boolean {
  return /^(?:na|n\/a|nan|null|none|nil|missing|unknown|\?|-+|\.|#n\/a|-0- ?)$/i.test(cell.trim());
}

/** Whether a cell is a number in some notation: with blanks around it, a currency, a percent sign, other marks. */
export function looksLikeNumber(cell: string): boolean {
  const bare = cell
    .trim()
    .replace(/^[([]|[)\]]$/g, "")
    .replace(/^[+-]?\s*(?:\p{Sc}|[A-Z]{3})\s*/u, "")
    .replace(/\s*(?:\p{Sc}|%|‰|[A-Z]{3})$/u, "");
  return /^[+-]?\d[\d\s.,'\u00a0\u202f]*(?:[eE][+-]?\d+)?$|^[+-]?[.,]\d+$/.test(bare);
}

/** Whether a cell is a date, with or without a time of day. */
export function looksLikeDate(cell: string): boolean {
  const day =
    /^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})|\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{2,4}|\d{4}年\d{1,2}月\d{1,2}日)/;
  const rest = /^(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;
  const text = cell.trim();
  const found = day.exec(text);
  return found !== null && rest.test(text.slice(found[0].length));
}
