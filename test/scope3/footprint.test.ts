import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ActivityLine, Footprint } from "../../dist/scope3/index.js";
import { sumFootprint } from "../../dist/scope3/lines/footprint.js";
import { expectError } from "../support/expect-error.js";

const factor = { kgPerUnit: "0.532", currency: "USD" };
const product = { unit: "liter", amount: "1", kgPerDeclaredUnit: "1.75" };
const spendLine = { category: 1, spend: "100.00", factor };
const quantityLine = { category: 4, spend: "10", quantity: "3", unit: "liter", product };
const of = (...lines: readonly object[]): Footprint => ({
  currency: "USD",
  lines: lines as readonly ActivityLine[],
});

/** Grams by long division on digit strings' integers, written without the package's decimals. */
function oracleGrams(a: string, b: string, divisor: string): bigint {
  const int = (text: string): [bigint, bigint] => {
    const [whole = "0", fraction = ""] = text.split(".");
    return [BigInt(whole + fraction), 10n ** BigInt(fraction.length)];
  };
  const [[an, ad], [bn, bd], [dn, dd]] = [int(a), int(b), int(divisor)];
  const numerator = an * bn * dd * 1000n;
  const denominator = ad * bd * dn;
  const quotient = numerator / denominator;
  const rest = numerator % denominator;
  const up = 2n * rest > denominator || (2n * rest === denominator && quotient % 2n === 1n);
  return up ? quotient + 1n : quotient;
}

describe("sumFootprint", () => {
  it("adds spend x factor and quantity x footprint, in grams and hundredths", () => {
    expect(
      sumFootprint(of(spendLine, quantityLine, { ...spendLine, primaryDataShare: "12.5" })),
    ).toMatchObject({
      gramsByCategory: [106_400n, 0n, 0n, 5250n, ...new Array<bigint>(11).fill(0n)],
      grams: 111_650n,
      spend: 21_000n,
      primarySpend: 1250n,
    });
  });

  it.each([
    ["0.50", "0.001", 0n], // half a gram, to the even 0
    ["1.50", "0.001", 2n], // one and a half, to the even 2
    ["2.50", "0.001", 2n],
    ["2.51", "0.001", 3n],
  ])("rounds %s x %s to %s grams: half to even, once a line", (spend, kgPerUnit, grams) => {
    const line = { ...spendLine, spend, factor: { ...factor, kgPerUnit } };
    expect(sumFootprint(of(line)).grams).toBe(grams);
    expect(sumFootprint(of(line, line)).grams).toBe(2n * grams);
  });

  it("rounds to the gram as an independent computation does, for any decimals", () => {
    const decimal = (places: number): fc.Arbitrary<string> =>
      fc
        .tuple(fc.bigInt(0n, 10n ** 12n), fc.integer({ min: 0, max: 10 ** places - 1 }))
        .map(([whole, fraction]) => `${whole}.${String(fraction).padStart(places, "0")}`);
    fc.assert(
      fc.property(decimal(2), decimal(6), decimal(3), (a, b, c) => {
        expect(sumFootprint(of({ ...spendLine, spend: a, factor: { ...factor, kgPerUnit: b } })).grams).toBe(
          oracleGrams(a, b, "1"),
        );
        if (Number(c) === 0) return;
        const line = {
          ...quantityLine,
          quantity: a,
          product: { ...product, amount: c, kgPerDeclaredUnit: b },
        };
        expect(sumFootprint(of(line)).grams).toBe(oracleGrams(a, b, c));
      }),
      { numRuns: 500 },
    );
  });

  it("takes a product's primary-data share where the line states none", () => {
    const measured = { ...quantityLine, product: { ...product, primaryDataShare: "50" } };
    expect(sumFootprint(of(measured)).primarySpend).toBe(500n);
    expect(sumFootprint(of({ ...measured, primaryDataShare: "0" })).primarySpend).toBe(0n);
  });

  it("is 0 for a supplier without lines", () => {
    expect(sumFootprint(of())).toMatchObject({ grams: 0n, spend: 0n, primarySpend: 0n });
  });
});

describe("sumFootprint refuses, with the line's place and without its values,", () => {
  it.each<[string, object, string, RegExp]>([
    ["category 0", { ...spendLine, category: 0 }, "category", /from 1 to 15/],
    ["category 16", { ...spendLine, category: 16 }, "category", /from 1 to 15/],
    ["category 1.5", { ...spendLine, category: 1.5 }, "category", /from 1 to 15/],
    ["a category as text", { ...spendLine, category: "1" }, "category", /from 1 to 15/],
    ["a negative spend", { ...spendLine, spend: "-77" }, "spend", /a negative number/],
    ["a spend of three decimals", { ...spendLine, spend: "7.777" }, "spend", /at most 2 decimals, got 3/],
    ["no spend", { ...spendLine, spend: "" }, "spend", /an empty cell/],
    ["a spend as a float", { ...spendLine, spend: 7.7 }, "spend", /got number/],
    ["a negative factor", { ...spendLine, factor: { ...factor, kgPerUnit: "-77" } }, "factor", /a negative/],
    ["a factor NaN", { ...spendLine, factor: { ...factor, kgPerUnit: "NaN" } }, "factor", /NaN/],
    [
      "a factor per euro",
      { ...spendLine, factor: { ...factor, currency: "EUR" } },
      "factor",
      /another currency/,
    ],
    ["an exponent", { ...spendLine, spend: "77e2" }, "spend", /another number/],
    ["an infinite quantity", { ...quantityLine, quantity: "Infinity" }, "quantity", /infinity/],
    ["a negative quantity", { ...quantityLine, quantity: "-77" }, "quantity", /negative/],
    [
      "another unit",
      { ...quantityLine, unit: "kilogram" },
      "unit",
      /"liter" or a unit of its kind, got a unit of another kind/,
    ],
    [
      "an amount of 0",
      { ...quantityLine, product: { ...product, amount: "0.0" } },
      "product.amount",
      /above 0/,
    ],
    ["a share of 100.01", { ...spendLine, primaryDataShare: "100.01" }, "primaryDataShare", /100 percent/],
    ["a share below 0", { ...spendLine, primaryDataShare: "-1" }, "primaryDataShare", /negative/],
    ["factor and product", { ...quantityLine, factor }, "factor", /none or several/],
    ["neither", { category: 1, spend: "1" }, "factor", /none or several/],
  ])("%s", (_, line, field, message) => {
    const error = expectError(() => sumFootprint(of(spendLine, line)), "INVALID_DATA", {
      field: `lines[1].${field}`,
    });
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("77");
  });

  it("a line from a file, with file, line and column", () => {
    const origin = { file: "in.csv", line: 7, column: "spend_usd" };
    const error = expectError(
      () => sumFootprint(of({ ...spendLine, spend: "1.234", origin })),
      "INVALID_DATA",
      origin,
    );
    expect(error.message).toMatch(/^in\.csv:7: column "spend_usd": /);
  });

  it.each(["usd", "US", "", "DOLLAR"])("the currency %j", (currency) => {
    expectError(() => sumFootprint({ currency, lines: [] }), "INVALID_DATA", { field: "currency" });
  });
});
