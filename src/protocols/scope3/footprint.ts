/**
 * What one supplier brings: activity lines, each in a Scope 3 category, and their exact sums in grams and hundredths
 * of the currency.
 *
 * The one rounding rule: each line's emissions are computed exactly and rounded once, to the gram, half to even. Sums
 * of grams are exact, so a total is the sum of the rounded lines, whoever adds them and in whatever order.
 */

import { VeilshareError } from "../../errors.js";
import { invalidData, type Place } from "../../table/table.js";
import { categoryCount } from "./categories.js";
import {
  decimalExpectation,
  decimalFault,
  isPercentage,
  multiplyDecimals,
  parseDecimal,
  roundedUnits,
  type Decimal,
} from "./decimal.js";
import type { EmissionFactor } from "./emission-factors.js";
import type { ProductFootprint } from "./product-footprint.js";

/** What every activity line has. Numbers are decimal texts such as `1250.50`. */
export interface ActivityLineBase {
  /** GHG Protocol Scope 3 category, 1 to 15. */
  readonly category: number;
  /** What was paid, in the footprint's currency; at least 0, at most two decimals. */
  readonly spend: string;
  /** Share of the spend whose emissions rest on primary data, in percent from 0 to 100. */
  readonly primaryDataShare?: string;
  /** Where the line comes from, for errors. */
  readonly origin?: Place;
}

/** Emissions estimated from what was paid: spend x factor. Without a share it counts as no primary data. */
export interface SpendLine extends ActivityLineBase {
  readonly factor: Pick<EmissionFactor, "kgPerUnit" | "currency">;
}

/**
 * Emissions from what was bought: quantity / declared amount x product footprint. Without a share it takes the
 * footprint's own, if that has one.
 */
export interface QuantityLine extends ActivityLineBase {
  readonly quantity: string;
  /** Must be the unit the footprint is declared in; units are never converted. */
  readonly unit: string;
  readonly product: Pick<ProductFootprint, "unit" | "amount" | "kgPerDeclaredUnit" | "primaryDataShare">;
}

/** One activity. */
export type ActivityLine = SpendLine | QuantityLine;

/** All of one supplier's activities. */
export interface Footprint {
  /** ISO 4217 code of all spends, e.g. `USD`; the same at all suppliers. */
  readonly currency: string;
  readonly lines: readonly ActivityLine[];
}

/** A supplier's exact sums: what enters the secure sums, and nothing else of its lines. */
export interface FootprintSums {
  /** Grams of CO2e by category; category 1 at index 0. */
  readonly gramsByCategory: readonly bigint[];
  readonly grams: bigint;
  /** Hundredths of the currency. */
  readonly spend: bigint;
  /** The part of the spend that rests on primary data, each line's rounded half to even to the hundredth. */
  readonly primarySpend: bigint;
}

/**
 * Adds up a supplier's lines.
 *
 * @throws VeilshareError INVALID_DATA with the line's place for an unknown category, a number that is negative, not
 *   a number or in another notation, a share above 100, a factor in another currency or a quantity in another unit
 *   than the footprint's.
 */
export function sumFootprint(footprint: Footprint): FootprintSums {
  if (!/^[A-Z]{3}$/.test(footprint.currency)) {
    throw new VeilshareError("INVALID_DATA", "footprint: expected an ISO 4217 currency code such as USD", {
      field: "currency",
    });
  }
  const gramsByCategory = new Array<bigint>(categoryCount).fill(0n);
  let grams = 0n;
  let spend = 0n;
  let primarySpend = 0n;
  for (const [index, line] of footprint.lines.entries()) {
    const reader = new LineReader(line, index);
    const category = reader.category();
    const lineSpend = reader.spend();
    reader.checkKind();
    const lineGrams =
      "factor" in line ? reader.spendGrams(line, footprint.currency) : reader.quantityGrams(line);
    gramsByCategory[category - 1] = (gramsByCategory[category - 1] as bigint) + lineGrams; // category is in range
    grams += lineGrams;
    spend += lineSpend;
    primarySpend += reader.primarySpend(lineSpend);
  }
  return { gramsByCategory, grams, spend, primarySpend };
}

const gramsPerKgPlaces = 3;
const spendPlaces = 2;

/** Reads one line's fields; every error carries the line's place. */
class LineReader {
  readonly #line: ActivityLine;
  readonly #index: number;

  constructor(line: ActivityLine, index: number) {
    this.#line = line;
    this.#index = index;
  }

  category(): number {
    const { category } = this.#line;
    if (Number.isInteger(category) && category >= 1 && category <= categoryCount) return category;
    throw this.#fault("category", `a Scope 3 category from 1 to ${categoryCount}`, "another value");
  }

  /** For callers without types. */
  checkKind(): void {
    if ("factor" in this.#line === "product" in this.#line) {
      throw this.#fault("factor", "a factor or a product", "both or neither");
    }
  }

  /** In hundredths. */
  spend(): bigint {
    const spend = this.#decimal("spend", this.#line.spend);
    if (spend.scale > spendPlaces) {
      throw this.#fault("spend", `at most ${spendPlaces} decimals`, `${spend.scale}`);
    }
    return roundedUnits(spend, spendPlaces);
  }

  spendGrams(line: SpendLine, currency: string): bigint {
    if (line.factor.currency !== currency) {
      throw this.#fault("factor", `an emission factor per ${currency}`, "one per another currency");
    }
    const factor = this.#decimal("factor", line.factor.kgPerUnit);
    return roundedUnits(multiplyDecimals(this.#decimal("spend", line.spend), factor), gramsPerKgPlaces);
  }

  quantityGrams(line: QuantityLine): bigint {
    if (line.unit !== line.product.unit) {
      throw this.#fault("unit", `the footprint's unit, "${line.product.unit}"`, "another unit");
    }
    const amount = this.#decimal("product.amount", line.product.amount);
    if (amount.units === 0n) throw this.#fault("product.amount", "an amount above 0", "0");
    const quantity = this.#decimal("quantity", line.quantity);
    const kgPerDeclaredUnit = this.#decimal("product.kgPerDeclaredUnit", line.product.kgPerDeclaredUnit);
    return roundedUnits(multiplyDecimals(quantity, kgPerDeclaredUnit), gramsPerKgPlaces, amount);
  }

  /** In hundredths of the currency. */
  primarySpend(spend: bigint): bigint {
    const line = this.#line;
    const text = line.primaryDataShare ?? ("product" in line ? line.product.primaryDataShare : undefined);
    if (text === undefined) return 0n;
    const share = this.#decimal("primaryDataShare", text);
    if (!isPercentage(share)) {
      throw this.#fault("primaryDataShare", "a share of at most 100 percent", "a larger one");
    }
    return roundedUnits({ units: spend * share.units, scale: share.scale + 2 }, 0); // percent: two places more
  }

  #decimal(field: string, text: unknown): Decimal {
    const number = typeof text === "string" ? parseDecimal(text) : undefined;
    if (number !== undefined && number.units >= 0n) return number;
    throw this.#fault(field, decimalExpectation, typeof text === "string" ? decimalFault(text) : typeof text);
  }

  #fault(field: string, expected: string, got: string): VeilshareError {
    const { origin } = this.#line;
    const at = `lines[${this.#index}].${field}`;
    const details = { ...origin, field: at, expected, got };
    const { message } = invalidData(
      { file: "footprint", ...origin, column: origin?.column ?? at },
      expected,
      got,
    );
    return new VeilshareError("INVALID_DATA", message, details);
  }
}
