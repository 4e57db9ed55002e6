import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatDecimal,
  multiplyDecimals,
  parseDecimal,
  roundedUnits,
  roundHalfEven,
} from "../../dist/scope3/lines/decimal.js";

describe("parseDecimal", () => {
  it.each([
    ["0", 0n, 0],
    ["1.50", 150n, 2],
    ["-0.001", -1n, 3],
    ["+12", 12n, 0],
    ["007.0", 70n, 1],
  ])("reads %j exactly", (text, units, scale) => {
    expect(parseDecimal(text)).toEqual({ units, scale });
  });

  it.each([
    "",
    " 1",
    "1 ",
    ".5",
    "5.",
    "1e3",
    "1,5",
    "0x1",
    "NaN",
    "Infinity",
    "--1",
    "1.2.3",
    "１",
    "1".repeat(41),
  ])("refuses %j", (text) => {
    expect(parseDecimal(text)).toBeUndefined();
  });

  it("reads back every number that formatDecimal writes", () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 20n), 10n ** 20n), fc.integer({ min: 0, max: 15 }), (units, scale) => {
        expect(parseDecimal(formatDecimal(units, scale))).toEqual({ units, scale });
      }),
    );
  });
});

describe("roundHalfEven", () => {
  it.each([
    [5n, 10n, 0n],
    [15n, 10n, 2n],
    [25n, 10n, 2n],
    [-5n, 10n, 0n],
    [-15n, 10n, -2n],
    [-25n, 10n, -2n],
    [24n, 10n, 2n],
    [26n, 10n, 3n],
    [-26n, 10n, -3n],
  ])("%s / %s is %s", (dividend, divisor, result) => {
    expect(roundHalfEven(dividend, divisor)).toBe(result);
  });

  it("is nearest, ties to even, for any quotient", () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 80n), 2n ** 80n), fc.bigInt(1n, 2n ** 40n), (dividend, divisor) => {
        const result = roundHalfEven(dividend, divisor);
        const twiceError = 2n * (dividend - result * divisor);
        const size = twiceError < 0n ? -twiceError : twiceError;
        expect(size <= divisor).toBe(true);
        if (size === divisor) expect(result % 2n).toBe(0n);
      }),
    );
  });
});

describe("multiplyDecimals and roundedUnits", () => {
  it("compute 0.1 x 0.2 as 0.02, and a third to the last place", () => {
    const [tenth, fifth] = [parseDecimal("0.1"), parseDecimal("0.2")];
    if (tenth === undefined || fifth === undefined) throw new Error("not read");
    expect(multiplyDecimals(tenth, fifth)).toEqual({ units: 2n, scale: 2 });
    expect(roundedUnits({ units: 1n, scale: 0 }, 6, { units: 3n, scale: 0 })).toBe(333_333n);
    expect(roundedUnits({ units: 25n, scale: 1 }, 0)).toBe(2n);
  });
});
