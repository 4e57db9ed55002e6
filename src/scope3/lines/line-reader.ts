/** Reads one activity line; every error carries the line's place. */

import { isPlainObject, kindOf } from "../../checks/rules.js";
import { VeilshareError } from "../../errors.js";
import { invalidData } from "../../table/table.js";
import type { ActivityLine, AllocatedLine, QuantityLine, SpendLine } from "./activity-line.js";
import { categoryCount } from "./categories.js";
import { parseRating, ratingExpectation, ratingNames } from "./data-quality.js";
import {
  decimalExpectation,
  decimalFault,
  isPercentage,
  multiplyDecimals,
  parseDecimal,
  roundedUnits,
  type Decimal,
} from "./decimal.js";
import { conversion } from "./units.js";

const gramsPerKgPlaces = 3;
const spendPlaces = 2;
const kinds = ["factor", "product", "allocation"] as const;

/** The share of a line that rests on primary data. */
export interface PrimaryShare {
  /** That part of an amount, rounded half to even. */
  of(amount: bigint): bigint;
}

const noShare: PrimaryShare = { of: () => 0n };

/** One line of a footprint. */
export class LineReader {
  readonly #line: ActivityLine;
  readonly #index: number;

  /** @param index - Position among the footprint's lines. */
  constructor(line: ActivityLine, index: number) {
    this.#line = line;
    this.#index = index;
  }

  /** 1 to 15. */
  category(): number {
    const { category } = this.#line;
    if (Number.isInteger(category) && category >= 1 && category <= categoryCount) return category;
    throw this.#fault("category", `a Scope 3 category from 1 to ${categoryCount}`, "another value");
  }

  /** In hundredths. */
  spend(): bigint {
    const spend = this.#decimal("spend", this.#line.spend);
    if (spend.scale > spendPlaces) {
      throw this.#fault("spend", `at most ${spendPlaces} decimals`, `${spend.scale}`);
    }
    return roundedUnits(spend, spendPlaces);
  }

  /** The line's emissions. */
  grams(currency: string): bigint {
    const line = this.#line;
    // Types say so; callers without types may not.
    const [kind, ...others] = kinds.filter((kind) => kind in line);
    if (kind === undefined || others.length > 0) {
      throw this.#fault("factor", "one of factor, product and allocation", "none or several");
    }
    const part: unknown = (line as unknown as Readonly<Record<string, unknown>>)[kind];
    if (!isPlainObject(part)) throw this.#fault(kind, "an object", kindOf(part));
    if ("factor" in line) return this.#spendGrams(line, currency);
    return "product" in line ? this.#quantityGrams(line) : this.#allocatedGrams(line);
  }

  /** The stated share, the product's, or none. */
  primaryShare(): PrimaryShare {
    const line = this.#line;
    const text = line.primaryDataShare ?? ("product" in line ? line.product.primaryDataShare : undefined);
    if (text === undefined) return noShare;
    const share = this.#decimal("primaryDataShare", text);
    if (!isPercentage(share)) {
      throw this.#fault("primaryDataShare", "a share of at most 100 percent", "a larger one");
    }
    const scale = share.scale + 2; // percent: two places more
    return { of: (amount) => roundedUnits({ units: amount * share.units, scale }, 0) };
  }

  /** In units of 10^-4, in the order of `ratingNames`; `undefined` where the line has none. */
  ratings(): readonly bigint[] | undefined {
    const line = this.#line;
    const quality = line.dataQuality ?? ("product" in line ? line.product.dataQuality : undefined);
    if (quality === undefined) return undefined;
    if (!isPlainObject(quality)) throw this.#fault("dataQuality", "an object", kindOf(quality));
    return ratingNames.map((name) => {
      const text: unknown = quality[name];
      const rating = typeof text === "string" ? parseRating(text) : undefined;
      if (rating !== undefined) return rating;
      throw this.#fault(`dataQuality.${name}`, ratingExpectation, "another value");
    });
  }

  #spendGrams(line: SpendLine, currency: string): bigint {
    if (line.factor.currency !== currency) {
      throw this.#fault("factor", `an emission factor per ${currency}`, "one per another currency");
    }
    const factor = this.#decimal("factor", line.factor.kgPerUnit);
    return roundedUnits(multiplyDecimals(this.#decimal("spend", line.spend), factor), gramsPerKgPlaces);
  }

  #quantityGrams(line: QuantityLine): bigint {
    const convert = conversion(line.unit, line.product.unit);
    if (convert === undefined) {
      throw this.#fault("unit", `"${line.product.unit}" or a unit of its kind`, "a unit of another kind");
    }
    const amount = this.#decimal("product.amount", line.product.amount);
    if (amount.units === 0n) throw this.#fault("product.amount", "an amount above 0", "0");
    const quantity = multiplyDecimals(this.#decimal("quantity", line.quantity), convert.numerator);
    const kgPerDeclaredUnit = this.#decimal("product.kgPerDeclaredUnit", line.product.kgPerDeclaredUnit);
    const divisor = multiplyDecimals(amount, convert.denominator);
    return roundedUnits(multiplyDecimals(quantity, kgPerDeclaredUnit), gramsPerKgPlaces, divisor);
  }

  #allocatedGrams(line: AllocatedLine): bigint {
    const totalKg = this.#decimal("allocation.totalKg", line.allocation.totalKg);
    const revenue = this.#decimal("allocation.revenue", line.allocation.revenue);
    if (revenue.units === 0n) throw this.#fault("allocation.revenue", "an amount above 0", "0");
    const spend = this.#decimal("spend", line.spend);
    if (spend.units * 10n ** BigInt(revenue.scale) > revenue.units * 10n ** BigInt(spend.scale)) {
      throw this.#fault("spend", "at most the revenue that it is a part of", "more");
    }
    return roundedUnits(multiplyDecimals(totalKg, spend), gramsPerKgPlaces, revenue);
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
