/**
 * Activity lines from a table. Columns:
 *
 *   category        Scope 3 category, 1 to 15
 *   spend_<cur>     what was paid, e.g. `spend_usd`; the name gives the currency
 *   naics           code of an emission factor, or empty
 *   product         id of a product footprint, or empty; with it `quantity` and `unit`
 *   total_kg        kg CO2e of all that the seller sold, or empty; with it `revenue_<cur>`, what all paid for it
 *   primary_share   percent of the line on primary data, or empty
 *   dqr_technological, dqr_geographical, dqr_temporal   ratings from 1 to 5: all three or none
 *   supplier        whose line it is, where one file holds several suppliers
 *
 * A line has one of `naics`, `product` and `total_kg`; columns that no line needs may be missing.
 */

import { columnIndex, invalidData, placeOf, textColumn, type Table } from "../../table/table.js";
import type { ActivityLine, ActivityLineBase, AllocatedLine, QuantityLine } from "./activity-line.js";
import { parseRating, ratingExpectation, ratingNames, type DataQuality } from "./data-quality.js";
import { decimalExpectation, decimalFault, isPercentage, parseDecimal } from "./decimal.js";
import type { EmissionFactor } from "./emission-factors.js";
import { sumFootprint, type Footprint } from "./footprint.js";
import type { ProductFootprint } from "../product/product-footprint.js";
import { conversion } from "./units.js";

/** What the lines refer to. */
export interface ReadFootprintOptions {
  /** By NAICS code, from `readEmissionFactors`. */
  readonly factors: ReadonlyMap<string, EmissionFactor>;
  /** Product footprints that lines may name by id. Default none. */
  readonly products?: readonly ProductFootprint[];
  /** ISO 4217; default USD. */
  readonly currency?: string;
}

/**
 * The footprint of one supplier: every row is a line of it.
 *
 * @throws VeilshareError INVALID_DATA with file, line and column for whatever is missing or wrong; also all that
 *   {@link sumFootprint} refuses.
 */
export function readFootprint(table: Table, options: ReadFootprintOptions): Footprint {
  const reader = new ActivityReader(table, options);
  return reader.footprint(Array.from({ length: table.rowCount }, (_, row) => row));
}

/**
 * The footprints of all suppliers of a table with a column `supplier`, by name, in order of their first line.
 *
 * @throws VeilshareError as {@link readFootprint}.
 */
export function readFootprints(table: Table, options: ReadFootprintOptions): ReadonlyMap<string, Footprint> {
  const rowsBySupplier = new Map<string, number[]>();
  for (const [row, supplier] of textColumn(table, "supplier").entries()) {
    if (supplier === "")
      throw invalidData(placeOf(table, row, "supplier"), "a supplier's name", "an empty cell");
    const rows = rowsBySupplier.get(supplier);
    if (rows === undefined) rowsBySupplier.set(supplier, [row]);
    else rows.push(row);
  }
  const reader = new ActivityReader(table, options);
  return new Map([...rowsBySupplier].map(([supplier, rows]) => [supplier, reader.footprint(rows)]));
}

/** Reads rows of one table. */
class ActivityReader {
  readonly #table: Table;
  readonly #factors: ReadonlyMap<string, EmissionFactor>;
  readonly #products: ReadonlyMap<string, ProductFootprint>;
  readonly #currency: string;
  readonly #spendColumn: string;

  constructor(table: Table, options: ReadFootprintOptions) {
    this.#table = table;
    this.#factors = options.factors;
    this.#products = new Map((options.products ?? []).map((product) => [product.id, product]));
    this.#currency = options.currency ?? "USD";
    this.#spendColumn = `spend_${this.#currency.toLowerCase()}`;
    for (const name of ["category", this.#spendColumn]) columnIndex(table, name);
    const kinds = ["naics", "product", "total_kg"];
    if (!kinds.some((name) => table.columns.includes(name))) columnIndex(table, "naics"); // says what is missing
  }

  footprint(rows: readonly number[]): Footprint {
    const footprint = { currency: this.#currency, lines: rows.map((row) => this.#line(row)) };
    sumFootprint(footprint); // refuses what the checks by column leave, such as a third decimal of money
    return footprint;
  }

  #line(row: number): ActivityLine {
    const share = this.#optional("primary_share", row);
    if (share !== "") this.#checkShare(row, share);
    const dataQuality = this.#dataQuality(row);
    const base: ActivityLineBase = {
      category: this.#category(row),
      spend: this.#decimal(this.#spendColumn, row),
      ...(share === "" ? {} : { primaryDataShare: share }),
      ...(dataQuality === undefined ? {} : { dataQuality }),
      origin: placeOf(this.#table, row, this.#spendColumn),
    };
    const naics = this.#optional("naics", row);
    const product = this.#optional("product", row);
    const totalKg = this.#optional("total_kg", row);
    const given = [naics, product, totalKg].filter((cell) => cell !== "").length;
    if (given > 1) {
      const column = product === "" ? "total_kg" : "product";
      throw invalidData(
        placeOf(this.#table, row, column),
        "a naics code, a product or a total_kg",
        "more than one",
      );
    }
    if (product !== "") return { ...base, ...this.#quantity(row, product) };
    return totalKg === ""
      ? { ...base, factor: this.#factor(row, naics) }
      : { ...base, ...this.#allocation(row) };
  }

  #allocation(row: number): Pick<AllocatedLine, "allocation"> {
    const revenueColumn = `revenue_${this.#currency.toLowerCase()}`;
    const allocation = {
      totalKg: this.#decimal("total_kg", row),
      revenue: this.#decimal(revenueColumn, row),
    };
    if (parseDecimal(allocation.revenue)?.units !== 0n) return { allocation };
    throw invalidData(placeOf(this.#table, row, revenueColumn), "an amount above 0", "0");
  }

  #dataQuality(row: number): DataQuality | undefined {
    const cells = ratingNames.map((name) => this.#optional(`dqr_${name}`, row));
    if (cells.every((cell) => cell === "")) return undefined;
    const [technological = "", geographical = "", temporal = ""] = cells;
    for (const [i, cell] of cells.entries()) {
      if (parseRating(cell) !== undefined) continue;
      const place = placeOf(this.#table, row, `dqr_${ratingNames[i] ?? ""}`);
      throw invalidData(place, `${ratingExpectation}, as the line has others`, decimalFault(cell));
    }
    return { technological, geographical, temporal };
  }

  #category(row: number): number {
    const cell = this.#cell("category", row);
    if (/^(?:[1-9]|1[0-5])$/.test(cell)) return Number(cell);
    throw invalidData(
      placeOf(this.#table, row, "category"),
      "a Scope 3 category from 1 to 15",
      decimalFault(cell),
    );
  }

  #factor(row: number, naics: string): EmissionFactor {
    const factor = this.#factors.get(naics);
    if (factor?.currency === this.#currency) return factor;
    if (factor !== undefined) {
      const expected = `a factor per ${this.#currency}`;
      throw invalidData(placeOf(this.#table, row, "naics"), expected, "one per another currency");
    }
    const got = naics === "" ? "an empty cell" : "another text";
    throw invalidData(placeOf(this.#table, row, "naics"), "a NAICS code that has an emission factor", got);
  }

  #quantity(row: number, id: string): Pick<QuantityLine, "quantity" | "unit" | "product"> {
    const product = this.#products.get(id);
    if (product === undefined) {
      throw invalidData(
        placeOf(this.#table, row, "product"),
        "the id of a product footprint",
        "another text",
      );
    }
    const unit = this.#cell("unit", row);
    if (conversion(unit, product.unit) === undefined) {
      const expected = `the footprint's unit, "${product.unit}", or one of its kind`;
      throw invalidData(
        placeOf(this.#table, row, "unit"),
        expected,
        unit === "" ? "an empty cell" : "another unit",
      );
    }
    return { quantity: this.#decimal("quantity", row), unit, product };
  }

  #checkShare(row: number, share: string): void {
    const number = parseDecimal(share);
    if (number !== undefined && isPercentage(number)) return;
    const got = number !== undefined && number.units > 0n ? "a larger number" : decimalFault(share);
    throw invalidData(placeOf(this.#table, row, "primary_share"), "a percentage from 0 to 100", got);
  }

  #decimal(column: string, row: number): string {
    const cell = this.#cell(column, row);
    if ((parseDecimal(cell)?.units ?? -1n) >= 0n) return cell;
    throw invalidData(placeOf(this.#table, row, column), decimalExpectation, decimalFault(cell));
  }

  #cell(column: string, row: number): string {
    return textColumn(this.#table, column)[row] ?? "";
  }

  #optional(column: string, row: number): string {
    return this.#table.columns.includes(column) ? this.#cell(column, row) : "";
  }
}
