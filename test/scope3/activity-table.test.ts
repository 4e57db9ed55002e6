import { describe, expect, it } from "vitest";
import { readFootprint, readFootprints, type EmissionFactor } from "../../dist/scope3/index.js";
import { sumFootprint } from "../../dist/scope3/lines/footprint.js";
import { parseTable, type Table } from "../../dist/table/index.js";
import { expectError } from "../support/expect-error.js";

const trucking: EmissionFactor = {
  code: "484121",
  title: "General Freight Trucking",
  kgPerUnit: "0.595",
  currency: "USD",
  priceYear: 2022,
};
const fuel = {
  id: "fuel-1",
  specVersion: "3.0.0",
  companyName: "Invented",
  productName: "Fuel",
  unit: "liter",
  amount: "1",
  kgPerDeclaredUnit: "1.75",
};
const options = { factors: new Map([[trucking.code, trucking]]), products: [fuel] };
const header = "supplier,category,naics,spend_usd,primary_share,product,quantity,unit";
const table = (...rows: string[]): Table => parseTable([header, ...rows].join("\n"), { file: "s.csv" });

describe("readFootprints", () => {
  it("reads each supplier's lines in order, by factor or by product", () => {
    const read = readFootprints(
      table("B,4,484121,100,,,,", "A,3,,20.5,50,fuel-1,10,liter", "B,6,484121,1,,,,"),
      options,
    );
    expect([...read.keys()]).toEqual(["B", "A"]);
    const [b, a] = [...read.values()].map((footprint) => sumFootprint(footprint));
    expect(b).toMatchObject({ grams: 60_095n, spend: 10_100n, primarySpend: 0n });
    expect(a).toMatchObject({ grams: 17_500n, spend: 2050n, primarySpend: 1025n });
  });

  it("needs no product or share columns where nobody uses them", () => {
    const plain = parseTable("category,naics,spend_usd\n4,484121,2\n", { file: "s.csv" });
    expect(sumFootprint(readFootprint(plain, options)).grams).toBe(1190n);
  });

  it.each<[string, string, string, RegExp]>([
    ["no supplier", ",4,484121,100,,,,", "supplier", /an empty cell/],
    ["category 16", "A,16,484121,100,,,,", "category", /from 1 to 15/],
    ["category 04", "A,04,484121,100,,,,", "category", /from 1 to 15/],
    ["an unknown code", "A,4,999999,100,,,,", "naics", /has an emission factor/],
    ["no code and no product", "A,4,,100,,,,", "naics", /an empty cell/],
    ["both", "A,4,484121,100,,fuel-1,1,liter", "product", /more than one/],
    ["a spend that is no number", "A,4,484121,lots,,,,", "spend_usd", /text/],
    ["a negative spend", "A,4,484121,-1,,,,", "spend_usd", /negative/],
    ["a spend NaN", "A,4,484121,NaN,,,,", "spend_usd", /NaN/],
    ["a spend of three decimals", "A,4,484121,1.001,,,,", "spend_usd", /2 decimals/],
    ["a share of 101", "A,4,484121,1,101,,,", "primary_share", /0 to 100/],
    ["an unknown product", "A,4,,1,,fuel-9,1,liter", "product", /id of a product/],
    ["another unit", "A,4,,1,,fuel-1,1,kilogram", "unit", /another unit/],
    ["no quantity", "A,4,,1,,fuel-1,,liter", "quantity", /empty/],
  ])("refuses %s with file, line and column", (_, row, column, message) => {
    const rows = table("Z,4,484121,1,,,,", row);
    const error = expectError(() => readFootprints(rows, options), "INVALID_DATA", {
      file: "s.csv",
      line: 3,
      column,
    });
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^s\.csv:3: column /);
  });

  it("refuses a table without any of naics, product and total_kg", () => {
    const broken = parseTable("category,spend_usd\n1,2\n", { file: "s.csv" });
    expectError(() => readFootprint(broken, options), "INVALID_DATA", { line: 1, column: "naics" });
  });

  it("reads an allocated line, ratings and a quantity in another unit of its kind", () => {
    const text =
      "category,spend_usd,product,quantity,unit,total_kg,revenue_usd,dqr_technological,dqr_geographical,dqr_temporal\n" +
      "1,25,,,,1000,100,1.5,2,3.25\n3,9,fuel-1,0.5,cubic meter,,,,,\n";
    const footprint = readFootprint(parseTable(text, { file: "s.csv" }), options);
    expect(sumFootprint(footprint)).toMatchObject({
      grams: 250_000n + 875_000n,
      ratedGrams: 250_000n,
      ratingGrams: [375_000n, 500_000n, 812_500n],
    });
  });

  it.each([
    ["a rating out of range", "1,25,1000,100,0.5,2,3", "dqr_technological"],
    ["two ratings of three", "1,25,1000,100,1,,3", "dqr_geographical"],
    ["a total without revenue", "1,25,1000,,1,2,3", "revenue_usd"],
    ["a revenue of nothing", "1,25,1000,0,1,2,3", "revenue_usd"],
    ["a negative total", "1,25,-1000,1,1,2,3", "total_kg"],
    ["more spend than revenue", "1,25,1000,24,1,2,3", "spend_usd"],
  ])("refuses %s with file, line and column", (_, row, column) => {
    const head = "category,spend_usd,total_kg,revenue_usd,dqr_technological,dqr_geographical,dqr_temporal";
    const broken = parseTable(`${head}\n${row}\n`, { file: "s.csv" });
    expectError(() => readFootprint(broken, options), "INVALID_DATA", { line: 2, column });
  });

  it.each(["supplier", "category", "spend_usd"])("refuses a table without %s", (column) => {
    const text = `${header.replace(column, "other")}\nA,4,484121,1,,,,`;
    const broken = parseTable(text, { file: "s.csv" });
    expectError(() => readFootprints(broken, options), "INVALID_DATA", { file: "s.csv", line: 1, column });
  });

  it("refuses factors of another currency", () => {
    const text = "category,naics,spend_eur\n4,484121,2\n";
    const euro = parseTable(text, { file: "s.csv" });
    expectError(() => readFootprint(euro, { ...options, currency: "EUR" }), "INVALID_DATA", {
      line: 2,
      column: "naics",
    });
  });
});
