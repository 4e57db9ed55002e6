import { describe, expect, it } from "vitest";
import { readEmissionFactors } from "../../dist/scope3/index.js";
import { parseTable, type Table } from "../../dist/table/index.js";
import { describeWithData, readData } from "../support/data.js";
import { expectError } from "../support/expect-error.js";

const header =
  "2017 NAICS Code,2017 NAICS Title,GHG,Unit,Supply Chain Emission Factors without Margins," +
  "Margins of Supply Chain Emission Factors,Supply Chain Emission Factors with Margins,Reference USEEIO Code";
const unit = '"kg CO2e/2022 USD, purchaser price"';
const soy = `111110,Soybean Farming,All GHGs,${unit},0.488,0.044,0.532,1111A0`;
const table = (...rows: string[]): Table => parseTable([header, ...rows].join("\n"), { file: "f.csv" });

describe("readEmissionFactors", () => {
  it("reads factors with margins, or without on request", () => {
    const factor = { code: "111110", title: "Soybean Farming", currency: "USD", priceYear: 2022 };
    expect(readEmissionFactors(table(soy)).get("111110")).toEqual({ ...factor, kgPerUnit: "0.532" });
    const bare = readEmissionFactors(table(soy), { margins: false });
    expect(bare.get("111110")).toEqual({ ...factor, kgPerUnit: "0.488" });
  });

  const withMargins = "Supply Chain Emission Factors with Margins";
  const oilseed = soy.replace("111110", "111120");

  it.each<[string, string, string, RegExp]>([
    ["a negative factor", oilseed.replace("0.532", "-0.5"), withMargins, /negative/],
    ["a factor NaN", oilseed.replace("0.532", "NaN"), withMargins, /NaN/],
    ["an empty factor", oilseed.replace("0.532", ""), withMargins, /empty/],
    ["a factor with a comma", oilseed.replace("0.532", '"0,532"'), withMargins, /text/],
    ["a factor with an exponent", oilseed.replace("0.532", "5e-1"), withMargins, /another number/],
    ["a code of five digits", oilseed.replace("111120", "11112"), "2017 NAICS Code", /six digits/],
    ["a code that is there twice", soy, "2017 NAICS Code", /line 2 again/],
    ["a single gas", oilseed.replace("All GHGs", "Methane"), "GHG", /All GHGs/],
    ["another unit", oilseed.replace("kg CO2e/2022 USD", "kg/2022 USD"), "Unit", /kg CO2e/],
  ])("refuses %s with file, line and column", (_, row, column, message) => {
    const place = { file: "f.csv", line: 3, column };
    const error = expectError(() => readEmissionFactors(table(soy, row)), "INVALID_DATA", place);
    expect(error.message).toMatch(message);
  });

  it("refuses a file without the column", () => {
    const other = parseTable("code,factor\n111110,0.5\n", { file: "f.csv" });
    expectError(() => readEmissionFactors(other), "INVALID_DATA", { line: 1, column: "2017 NAICS Code" });
  });
});

describeWithData("the EPA's factors v1.3", ["carbon/epa_supply_chain_v1.3_co2e.csv"], () => {
  const file = parseTable(readData("carbon/epa_supply_chain_v1.3_co2e.csv"), { file: "epa" });

  it("are 1,016, with margins 286.408 together, exactly", () => {
    const factors = [...readEmissionFactors(file).values()];
    expect(factors.length).toBe(1016);
    const thousandths = factors.map(({ kgPerUnit }) => {
      const [whole = "", fraction = ""] = kgPerUnit.split(".");
      return BigInt(whole + fraction.padEnd(3, "0"));
    });
    expect(thousandths.reduce((sum, value) => sum + value, 0n)).toBe(286_408n);
  });
});
