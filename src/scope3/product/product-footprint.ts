/**
 * Product carbon footprints as suppliers exchange them: JSON of the PACT Technical Specifications, versions 3.x and
 * 2.0 to 2.3. All members that the specification requires must be there and of their type, also those that no sum needs: a
 * document that is not what it claims to be is refused, not half understood.
 *
 * **Source.** PACT Technical Specifications 3.0 and 2.3, schemas `ProductFootprint` and `CarbonFootprint`.
 */

import { jsonPlace, type JsonStep } from "../../table/json-place.js";
import { parseJson } from "../../table/json-reader.js";
import { invalidData, type Place } from "../../table/table.js";
import { checkedUtf8, textOf } from "../../table/text-decoder.js";
import type { VeilshareError } from "../../errors.js";
import { parseRating, ratingExpectation, type DataQuality } from "../lines/data-quality.js";
import { decimalExpectation, decimalFault, isPercentage, parseDecimal } from "../lines/decimal.js";
import { carbonFields, documentFields, type FieldType, type SpecificationLine } from "./pact-schema.js";

/** The part of a product footprint that a Scope 3 line needs. Numbers are decimal texts. */
export interface ProductFootprint {
  readonly id: string;
  readonly specVersion: string;
  readonly companyName: string;
  readonly productName: string;
  /** E.g. `liter`, `kilogram`, `piece`. */
  readonly unit: string;
  /**
   * How many units the footprint is for. In version 3 that is `declaredUnitAmount`; in 2.x the footprint is per one
   * declared unit whatever `unitaryProductAmount` says, so it is `1`.
   */
  readonly amount: string;
  /** kg CO2e for that many units, without biogenic uptake; at least 0. */
  readonly kgPerDeclaredUnit: string;
  /** Percent. */
  readonly primaryDataShare?: string;
  /** The ratings of version 3, if it has them; those of 2.x are on another scale and are not read. */
  readonly dataQuality?: DataQuality;
}

/** How {@link readProductFootprints} reads. */
export interface ReadProductFootprintsOptions {
  /** The name that errors give the source. */
  readonly file: string;
  /** A footprint whose validity period does not hold this moment is refused. Default: periods are not looked at. */
  readonly validAt?: Date;
}

/**
 * The product footprints of a JSON text: one document, an array of them, or an object whose `data` is such an array.
 *
 * @throws VeilshareError INVALID_DATA with file, line, character and, as `column`, the path of the member that is missing or wrong;
 *   also for a deprecated document, one out of its validity period, a negative footprint (removals are no Scope 3 emissions
 *   and are reported apart), an id that is there twice, and a version other than 2.0 to 2.3 or 3.x.
 */
export function readProductFootprints(
  content: Uint8Array | string,
  options: ReadProductFootprintsOptions,
): readonly ProductFootprint[] {
  const value = parseJson(content, { file: options.file });
  const isWrapped = isObject(value) && "data" in value;
  const list = isWrapped ? value["data"] : value;
  const documents: readonly unknown[] = Array.isArray(list) ? list : [list];
  // Looked for only when something is wrong.
  const placeOf = (column: string): Place => {
    const path = column === wholeDocument ? [] : stepsOf(column);
    const text = textOf(checkedUtf8(content, options.file));
    return { file: options.file, column, ...jsonPlace(text, isWrapped ? ["data", ...path] : path) };
  };
  const footprints = documents.map((document, i) => {
    const path = Array.isArray(list) ? `[${i}]` : "";
    return new DocumentReader(document, path, { ...options, placeOf }).footprint();
  });
  const seen = new Set<string>();
  for (const [i, { id }] of footprints.entries()) {
    if (seen.has(id)) throw invalidData(placeOf(`[${i}].id`), "distinct ids", "a repeated one");
    seen.add(id);
  }
  return footprints;
}

/**
 * The one product footprint of a JSON text.
 *
 * @throws VeilshareError INVALID_DATA as {@link readProductFootprints}, and when there is not exactly one.
 */
export function readProductFootprint(
  content: Uint8Array | string,
  options: ReadProductFootprintsOptions,
): ProductFootprint {
  const footprints = readProductFootprints(content, options);
  const [footprint] = footprints;
  if (footprint !== undefined && footprints.length === 1) return footprint;
  throw invalidData({ file: options.file }, "one product footprint", `${footprints.length}`);
}

/** Where a member of a path stands in the text. */
interface ReaderOptions extends ReadProductFootprintsOptions {
  readonly placeOf: (column: string) => Place;
}

const wholeDocument = "(document)";

/** `[1].pcf.dqi` as steps. */
function stepsOf(column: string): readonly JsonStep[] {
  return [...column.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([name, number]) =>
    number === undefined ? name : Number(number),
  );
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Own members only: `__proto__` and `constructor` of a parsed object are not data. */
function member(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Checks one document against its version and picks what is needed. */
class DocumentReader {
  readonly #document: unknown;
  readonly #path: string;
  readonly #options: ReaderOptions;

  constructor(document: unknown, path: string, options: ReaderOptions) {
    this.#document = document;
    this.#path = path;
    this.#options = options;
  }

  footprint(): ProductFootprint {
    const document = this.#object(this.#document, "");
    const line = this.#version(document);
    const major = line === "3" ? 3 : 2;
    this.#checkFields(document, documentFields[line], "");
    const pcf = this.#object(member(document, "pcf"), "pcf");
    this.#checkFields(pcf, carbonFields[line], "pcf.");
    if (line === "2.0") this.#checkGiven(document, pcf);
    this.#checkGeography(pcf);
    this.#checkUsable(document, pcf);
    const text = (object: JsonObject, name: string): string => String(member(object, name)); // checked to be a string
    const share = this.#primaryDataShare(pcf);
    const dataQuality = major === 3 ? this.#dataQuality(pcf) : undefined;
    return {
      id: text(document, "id"),
      specVersion: text(document, "specVersion"),
      companyName: text(document, "companyName"),
      productName: text(document, "productNameCompany"),
      unit: text(pcf, major === 3 ? "declaredUnitOfMeasurement" : "declaredUnit"),
      amount: major === 3 ? text(pcf, "declaredUnitAmount") : "1",
      kgPerDeclaredUnit: text(pcf, major === 3 ? "pcfExcludingBiogenicUptake" : "pCfExcludingBiogenic"),
      ...(share === undefined ? {} : { primaryDataShare: share }),
      ...(dataQuality === undefined ? {} : { dataQuality }),
    };
  }

  #object(value: unknown, name: string): JsonObject {
    if (isObject(value)) return value;
    throw this.#fault(name, "an object", typeName(value));
  }

  #version(document: JsonObject): SpecificationLine {
    const version = member(document, "specVersion");
    if (typeof version === "string") {
      if (/^3\.\d+\.\d+(?:-\d{8})?$/.test(version)) return "3";
      if (/^2\.3\.\d+(?:-\d{8})?$/.test(version)) return "2.3";
      if (/^2\.[012]\.\d+(?:-\d{8})?$/.test(version)) return "2.0";
    }
    throw this.#fault(
      "specVersion",
      "version 2.0 to 2.3 or 3.x of the PACT specification",
      typeName(version),
    );
  }

  #checkFields(object: JsonObject, fields: Readonly<Record<string, FieldType>>, prefix: string): void {
    for (const [name, type] of Object.entries(fields)) {
      const value = member(object, name);
      if (value === undefined) throw this.#fault(prefix + name, describe(type), "nothing");
      const fault = typeFault(value, type);
      if (fault !== undefined) throw this.#fault(prefix + name, describe(type), fault);
    }
  }

  /** What versions 2.0 to 2.2 do not require must be as it is in 2.3 where it is given; null is not given. */
  #checkGiven(document: JsonObject, pcf: JsonObject): void {
    const given = (fields: Readonly<Record<string, FieldType>>, object: JsonObject): typeof fields =>
      Object.fromEntries(Object.entries(fields).filter(([name]) => (member(object, name) ?? null) !== null));
    this.#checkFields(document, given(documentFields["2.3"], document), "");
    this.#checkFields(pcf, given(carbonFields["2.3"], pcf), "pcf.");
  }

  /** At most one of the three may say where; null says nothing. */
  #checkGeography(pcf: JsonObject): void {
    const names = ["geographyRegionOrSubregion", "geographyCountry", "geographyCountrySubdivision"];
    const given = names.filter((name) => (member(pcf, name) ?? null) !== null);
    if (given.length > 1)
      throw this.#fault(`pcf.${given[1] ?? ""}`, "one geography member", `${given.length}`);
  }

  #checkUsable(document: JsonObject, pcf: JsonObject): void {
    if ((member(document, "status") ?? "Active") !== "Active") {
      throw this.#fault("status", '"Active"', "a footprint that is not to be used");
    }
    const { validAt } = this.#options;
    if (validAt === undefined) return;
    const start = moment(member(document, "validityPeriodStart") ?? member(pcf, "referencePeriodEnd"));
    const stated = member(document, "validityPeriodEnd") ?? undefined;
    const end = stated === undefined ? threeYearsAfter(start) : moment(stated);
    if (!(start <= validAt.getTime() && validAt.getTime() <= end)) {
      throw this.#fault(
        "validityPeriodEnd",
        "a validity period that holds the given moment",
        "another period",
      );
    }
  }

  /** A decimal text in version 3, a number in 2.x; at most 100. */
  #primaryDataShare(pcf: JsonObject): string | undefined {
    const value = member(pcf, "primaryDataShare") ?? undefined;
    if (value === undefined) return undefined;
    const text = typeof value === "number" ? value.toString() : value;
    const share = typeof text === "string" ? parseDecimal(text) : undefined;
    if (typeof text === "string" && share !== undefined && isPercentage(share)) return text;
    throw this.#fault("pcf.primaryDataShare", "a percentage from 0 to 100", typeName(value));
  }

  /** All three ratings or none. */
  #dataQuality(pcf: JsonObject): DataQuality | undefined {
    const indicators = member(pcf, "dqi") ?? undefined;
    if (indicators === undefined) return undefined;
    const object = this.#object(indicators, "pcf.dqi");
    const rating = (name: string): string => {
      const value = member(object, name);
      if (typeof value === "string" && parseRating(value) !== undefined) return value;
      throw this.#fault(`pcf.dqi.${name}`, `${ratingExpectation} as a text`, typeName(value));
    };
    return {
      technological: rating("technologicalDQR"),
      geographical: rating("geographicalDQR"),
      temporal: rating("temporalDQR"),
    };
  }

  #fault(name: string, expected: string, got: string): VeilshareError {
    const separator = this.#path === "" || name === "" ? "" : ".";
    const column = `${this.#path}${separator}${name}` || wholeDocument;
    return invalidData(this.#options.placeOf(column), expected, got);
  }
}

/** Milliseconds since 1970; NaN for anything but a date. */
function moment(value: unknown): number {
  return typeof value === "string" && isDate(value) ? Date.parse(value) : NaN;
}

function threeYearsAfter(start: number): number {
  const date = new Date(start);
  return date.setUTCFullYear(date.getUTCFullYear() + 3);
}

function describe(type: FieldType): string {
  if (typeof type !== "string") return `one of ${type.map((value) => `"${value}"`).join(", ")}`;
  const words = {
    text: "a text that is not empty",
    anyText: "a text",
    date: "a date and time with a time zone",
    decimal: `${decimalExpectation} as a text`,
    signedDecimal: "a decimal number as a text",
    positive: "a decimal number above 0 as a text",
    percent: "a number",
    count: "an integer of at least 0",
    flag: "true or false",
    list: "an array that is not empty",
    object: "an object",
  } as const;
  return words[type];
}

/** What is wrong with a value, in words that do not show it. */
function typeFault(value: unknown, type: FieldType): string | undefined {
  const wrong = typeName(value);
  if (typeof type !== "string") return typeof value === "string" && type.includes(value) ? undefined : wrong;
  switch (type) {
    case "text":
      return typeof value === "string" && value !== "" ? undefined : wrong;
    case "anyText":
      return typeof value === "string" ? undefined : wrong;
    case "date":
      return isDate(value) ? undefined : wrong;
    case "decimal":
    case "positive":
    case "signedDecimal":
      return typeof value === "string" ? numberFault(value, type) : wrong;
    case "percent":
      return typeof value === "number" || (typeof value === "string" && parseDecimal(value) !== undefined)
        ? undefined
        : wrong;
    case "count":
      return Number.isSafeInteger(value) && Number(value) >= 0 ? undefined : wrong;
    case "flag":
      return typeof value === "boolean" ? undefined : wrong;
    case "list":
      return Array.isArray(value) && value.length > 0 ? undefined : wrong;
    case "object":
      return isObject(value) ? undefined : wrong;
  }
}

function numberFault(text: string, type: "decimal" | "positive" | "signedDecimal"): string | undefined {
  const number = parseDecimal(text);
  if (number === undefined) return decimalFault(text);
  if (type === "signedDecimal") return undefined;
  if (number.units < 0n) return "a negative number";
  return type === "positive" && number.units === 0n ? "0" : undefined;
}

function isDate(value: unknown): boolean {
  const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;
  return typeof value === "string" && rfc3339.test(value) && !Number.isNaN(Date.parse(value));
}

function typeName(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  if (value === "") return "an empty text";
  const names: Readonly<Record<string, string>> = {
    string: "another text",
    number: "a number",
    object: "an object",
  };
  return names[typeof value] ?? typeof value;
}
