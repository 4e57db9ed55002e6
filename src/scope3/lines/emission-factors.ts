/**
 * Emission factors per money spent, from the CSV that the US EPA publishes: Supply Chain Greenhouse Gas Emission
 * Factors v1.3 by NAICS-6, in kg CO2e per US dollar of 2022 at purchaser price.
 */

import { columnIndex, invalidData, placeOf, textColumn, type Table } from "../../table/table.js";
import { decimalExpectation, decimalFault, parseDecimal } from "./decimal.js";

/** What one unit of money, spent on goods of one industry, emits. */
export interface EmissionFactor {
  /** NAICS code, six digits. */
  readonly code: string;
  readonly title: string;
  /** kg CO2e per unit of the currency; a decimal text, at least 0. */
  readonly kgPerUnit: string;
  /** ISO 4217. */
  readonly currency: string;
  /** The year whose prices the factor is for. Spend of other years is to be converted before; nobody does it here. */
  readonly priceYear: number;
}

/** How {@link readEmissionFactors} reads. */
export interface ReadEmissionFactorsOptions {
  /**
   * True, the default: factors with the margins of wholesale, retail and transport, for prices that the purchaser
   * pays. False: cradle to factory gate.
   */
  readonly margins?: boolean;
}

const codeColumn = "2017 NAICS Code";
const titleColumn = "2017 NAICS Title";
const gasColumn = "GHG";
const unitColumn = "Unit";

/**
 * The factors of a table with the columns of the EPA's file, by NAICS code.
 *
 * @throws VeilshareError INVALID_DATA with file, line and column for a missing column, a code that is not six digits
 *   or is there twice, a factor that is negative, NaN or no decimal number, a row of a single gas (the EPA has a
 *   file of those too; they are not CO2e) or a unit that is not kg CO2e per money.
 */
export function readEmissionFactors(
  table: Table,
  options: ReadEmissionFactorsOptions = {},
): ReadonlyMap<string, EmissionFactor> {
  const factorColumn = `Supply Chain Emission Factors ${options.margins === false ? "without" : "with"} Margins`;
  for (const name of [codeColumn, titleColumn, gasColumn, unitColumn, factorColumn]) columnIndex(table, name);
  const titles = textColumn(table, titleColumn);
  const gases = textColumn(table, gasColumn);
  const units = textColumn(table, unitColumn);
  const values = textColumn(table, factorColumn);
  const factors = new Map<string, EmissionFactor>();
  const rows = new Map<string, number>();
  for (const [row, code] of textColumn(table, codeColumn).entries()) {
    if (!/^\d{6}$/.test(code))
      throw invalidData(placeOf(table, row, codeColumn), "a NAICS code of six digits", "another text");
    const before = rows.get(code);
    if (before !== undefined) {
      const got = `the code of line ${table.lines[before] ?? 0} again`;
      throw invalidData(placeOf(table, row, codeColumn), "one factor a code", got);
    }
    rows.set(code, row);
    if (gases[row] !== "All GHGs") {
      throw invalidData(placeOf(table, row, gasColumn), '"All GHGs"', "a single gas or another text");
    }
    const kgPerUnit = values[row] as string; // columns of a table have one length
    if ((parseDecimal(kgPerUnit)?.units ?? -1n) < 0n) {
      throw invalidData(placeOf(table, row, factorColumn), decimalExpectation, decimalFault(kgPerUnit));
    }
    const unit = readUnit(table, row, units[row] as string); // as above
    factors.set(code, { code, title: titles[row] as string, kgPerUnit, ...unit }); // as above
  }
  return factors;
}

function readUnit(table: Table, row: number, unit: string): Pick<EmissionFactor, "currency" | "priceYear"> {
  const match = /^kg CO2e\/(\d{4}) ([A-Z]{3}), purchaser price$/.exec(unit);
  if (match === null) {
    throw invalidData(
      placeOf(table, row, unitColumn),
      '"kg CO2e/<year> <currency>, purchaser price"',
      "another text",
    );
  }
  return { priceYear: Number(match[1]), currency: match[2] as string }; // the groups are not optional
}
