import { describe, expect, it } from "vitest";
import type { ActivityLine } from "../../dist/scope3/index.js";
import { sumFootprint } from "../../dist/scope3/lines/footprint.js";
import { carbonFields } from "../../dist/scope3/product/pact-schema.js";
import { conversion } from "../../dist/scope3/lines/units.js";
import { expectError } from "../support/expect-error.js";

const grams = (quantity: string, unit: string, declared: string, kg = "1", amount = "1"): bigint => {
  const product = { unit: declared, amount, kgPerDeclaredUnit: kg };
  const line: ActivityLine = { category: 1, spend: "1", quantity, unit, product };
  return sumFootprint({ currency: "USD", lines: [line] }).grams;
};

describe("quantities in another unit than the footprint's", () => {
  it.each<[string, string, string, bigint]>([
    ["2.5", "tonne", "kilogram", 2_500_000n],
    ["1", "pound", "kilogram", 454n], // 453.59237 g
    ["1000000", "pound", "kilogram", 453_592_370n],
    ["1", "cubic meter", "liter", 1_000_000n],
    ["100", "US gallon", "liter", 378_541n], // 378.5411784 kg
    ["1", "kilowatt hour", "megajoule", 3_600n],
    ["1", "megajoule", "kilowatt hour", 278n], // 1/3.6 kg
    ["9", "megajoule", "kilowatt hour", 2_500n],
    ["2", "megawatt hour", "kilowatt hour", 2_000_000n],
    ["500", "kilogram kilometer", "ton kilometer", 500n],
    ["90", "minute", "hour", 1_500n],
    ["2", "hectare", "square meter", 20_000_000n],
    ["7", "piece", "piece", 7_000n],
    ["7", "an invented unit", "an invented unit", 7_000n],
  ])("%s %s of a footprint per %s are converted exactly", (quantity, unit, declared, expected) => {
    expect(grams(quantity, unit, declared)).toBe(expected);
  });

  it("are divided by the declared amount too, with one rounding at the end", () => {
    // 10 MJ = 2.777... kWh; 2.777.../3 x 0.001 kg = 0.925... g
    expect(grams("10", "megajoule", "kilowatt hour", "0.001", "3")).toBe(1n);
    expect(grams("1.62", "megajoule", "kilowatt hour", "0.001", "0.9")).toBe(0n); // half a gram, to the even 0
    expect(grams("4.86", "megajoule", "kilowatt hour", "0.001", "0.9")).toBe(2n); // one and a half
  });

  it.each([
    ["kilogram", "liter"],
    ["liter", "kilowatt hour"],
    ["piece", "kilogram"],
    ["kilograms", "kilogram"],
    ["hour", "megabit second"],
    ["", "kilogram"],
    ["constructor", "kilogram"],
  ])("are refused when %s meets a footprint per %s", (unit, declared) => {
    expectError(() => grams("1", unit, declared), "INVALID_DATA", { field: "lines[0].unit" });
  });

  it("know every unit that the PACT specification declares, and turn each into itself and back", () => {
    const units = carbonFields[3]["declaredUnitOfMeasurement"] as readonly string[];
    expect(units).toHaveLength(10);
    const others = ["gram", "tonne", "US gallon", "gigajoule", "hectare", "kilogram kilometer"];
    for (const from of [...units, ...others]) {
      for (const to of [...units, ...others]) {
        const [there, back] = [conversion(from, to), conversion(to, from)];
        expect(there === undefined).toBe(back === undefined);
        if (from === to) expect(there).toBeDefined();
        if (there === undefined || back === undefined) continue;
        const product = there.numerator.units * back.numerator.units;
        expect(product).toBe(there.denominator.units * back.denominator.units);
      }
    }
  });
});
