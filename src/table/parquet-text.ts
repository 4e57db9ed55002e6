/** The text of Parquet values, by the type of their column. See the table at `readParquetRows`. */

import type { SchemaElement } from "hyparquet";
import { invalidData, type Place } from "./table.js";

/** How a column is read and turned into text. */
export interface PhysicalColumn {
  /** What the reader is told of the column instead of its logical type, so that it gives values as they are stored. */
  readonly readAs: Partial<SchemaElement>;
  /** The text of a value, empty for none; undefined for a value that has no text. */
  readonly textOf: (value: unknown) => string | undefined;
}

/** So that the reader leaves integers, decimals and dates as they are stored. */
const asStored: Partial<SchemaElement> = {};
for (const field of ["converted_type", "logical_type", "scale", "precision"] as const) {
  Object.defineProperty(asStored, field, { value: undefined, enumerable: true });
}
const asText: Partial<SchemaElement> = { ...asStored, converted_type: "UTF8" };

/**
 * How to read a column of a type that can be a key, or also of one that only measures.
 *
 * @param place - File and column, for errors.
 * @throws VeilshareError INVALID_DATA for any other type, by its name.
 */
export function physicalColumn(element: SchemaElement, place: Place, measures: boolean): PhysicalColumn {
  const { type, converted_type: converted, logical_type: logical, repetition_type: repetition } = element;
  const kind = logical?.type ?? converted;
  if (type === undefined) throw refused(place, "a group");
  if (repetition === "REPEATED") throw refused(place, "a list");
  if (kind === "DECIMAL") return decimals(element, place);
  switch (type) {
    case "BYTE_ARRAY":
      if (kind === undefined || textKinds.includes(kind)) return column(asText, textOfText);
      break;
    case "INT32":
      if (kind === "DATE") return column(asStored, dateText);
      if (isInteger(kind)) return column(asStored, isUnsigned(element) ? unsigned32 : String);
      break;
    case "INT64":
      if (isInteger(kind)) return column(asStored, isUnsigned(element) ? unsigned64 : String);
      if (measures && isTimestamp(kind)) return column({}, timeText);
      break;
    case "BOOLEAN":
      return column(asStored, String);
    case "FIXED_LEN_BYTE_ARRAY":
      if (kind === "UUID" && element.type_length === 16) return column(asStored, uuidText);
      break;
    case "FLOAT":
      if (measures && kind === undefined) return column(asStored, singleText);
      break;
    case "DOUBLE":
      if (measures && kind === undefined) return column(asStored, String);
      break;
    case "INT96":
      if (measures) return column({}, timeText);
      break;
  }
  throw refused(place, kind ?? type);
}

const textKinds: readonly string[] = ["UTF8", "STRING", "ENUM", "JSON"];

function refused(place: Place, got: string): Error {
  return invalidData(place, "a column of texts, integers, decimals, dates, booleans or UUIDs", got);
}

function column(
  readAs: Partial<SchemaElement>,
  textOf: (value: unknown) => string | undefined,
): PhysicalColumn {
  return { readAs, textOf: (value) => (value === undefined || value === null ? "" : textOf(value)) };
}

function isInteger(kind: string | undefined): boolean {
  return kind === undefined || kind === "INTEGER" || /^U?INT_\d+$/.test(kind);
}

function isUnsigned({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return logical?.type === "INTEGER" ? !logical.isSigned : converted?.startsWith("UINT_") === true;
}

function isTimestamp(kind: string | undefined): boolean {
  return kind === "TIMESTAMP" || kind === "TIMESTAMP_MILLIS" || kind === "TIMESTAMP_MICROS";
}

/** The reader turns times into dates; what is finer than a millisecond is cut off. */
function timeText(value: unknown): string | undefined {
  return value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : undefined;
}

/** The shortest decimals that give the number of 32 bits back: a double has more digits than it. */
function singleText(value: unknown): string | undefined {
  if (typeof value !== "number") return undefined;
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

function textOfText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function unsigned32(value: unknown): string {
  return String(Number(value) >>> 0);
}

function unsigned64(value: unknown): string | undefined {
  return typeof value === "bigint" ? String(BigInt.asUintN(64, value)) : undefined;
}

function dateText(days: unknown): string | undefined {
  const date = new Date(Number(days) * 86_400_000);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().replace(/T.*$/, "");
}

function uuidText(value: unknown): string | undefined {
  if (!(value instanceof Uint8Array) || value.length !== 16) return undefined;
  const hex = Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function decimals(element: SchemaElement, place: Place): PhysicalColumn {
  const scale = element.logical_type?.type === "DECIMAL" ? element.logical_type.scale : (element.scale ?? 0);
  if (!Number.isInteger(scale) || scale < 0) throw refused(place, "decimals of a negative scale");
  return column(asStored, (value) => {
    const unscaled = integerOf(value);
    if (unscaled === undefined) return undefined;
    const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
    const whole = digits.slice(0, digits.length - scale);
    const sign = unscaled < 0n ? "-" : "";
    return scale === 0 ? sign + whole : `${sign}${whole}.${digits.slice(digits.length - scale)}`;
  });
}

/** The unscaled integer of a decimal: an integer, or big-endian bytes in two's complement. */
function integerOf(value: unknown): bigint | undefined {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  if (!(value instanceof Uint8Array)) return undefined;
  let unsigned = 0n;
  for (const byte of value) unsigned = (unsigned << 8n) | BigInt(byte);
  return BigInt.asIntN(8 * value.length, unsigned);
}
