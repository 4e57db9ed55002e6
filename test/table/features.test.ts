import { describe, expect, it } from "vitest";
import {
  featuresOf,
  labelColumn,
  numberColumn,
  parseTable,
  tableFromColumns,
  type FeatureOptions,
} from "../../dist/table/index.js";

const column = (cells: readonly string[]) => tableFromColumns({ x: cells }, "in.csv");
const featureOf = (cells: readonly string[], options: FeatureOptions = {}) =>
  featuresOf(column(cells), options).columns[0];
const many = (count: number, cell: (i: number) => string): string[] =>
  Array.from({ length: count }, (_, i) => cell(i));

describe("featuresOf takes", () => {
  it("numbers for numbers, and few texts that repeat for categories, and says so of each column", () => {
    const table = parseTable("id,age,job,debt\n1,30,nurse,\n2,,clerk,5\n3,30,nurse,1e2\n", {
      file: "in.csv",
    });
    const { columns, summaries } = featuresOf(table, { exclude: ["id"] });
    expect(columns).toEqual([
      { kind: "numeric", name: "age", values: Float64Array.of(30, NaN, 30) },
      { kind: "category", name: "job", values: ["nurse", "clerk", "nurse"] },
      { kind: "numeric", name: "debt", values: Float64Array.of(NaN, 5, 100) },
    ]);
    expect(summaries).toEqual([
      { name: "age", kind: "numeric", missing: 1, distinct: 1, indicator: false },
      { name: "job", kind: "category", missing: 0, distinct: 2, indicator: false },
      { name: "debt", kind: "numeric", missing: 1, distinct: 2, indicator: false },
    ]);
  });

  it("a missing value's text, blanks and empty cells for no value, and adds where they were on request", () => {
    const { columns } = featuresOf(column(["NA", " ", "", "?", "4"]), {
      missing: ["NA", "?"],
      missingIndicators: true,
    });
    expect(columns).toEqual([
      { kind: "numeric", name: "x", values: Float64Array.of(NaN, NaN, NaN, NaN, 4) },
      { kind: "numeric", name: "x (missing)", values: Float64Array.of(1, 1, 1, 1, 0) },
    ]);
  });

  it.each<[string, readonly string[], FeatureOptions, readonly number[]]>([
    ["blanks", [" 22.08", "3 "], { trim: true }, [22.08, 3]],
    ["a currency", ["$22.08", "-$3", "4 EUR"], { numbers: { units: ["$", "EUR"] } }, [22.08, -3, 4]],
    ["percent", ["22%", "3.5 %"], { numbers: { units: ["%"] } }, [22, 3.5]],
    ["decimal commas", ["22,08", "-3"], { numbers: { decimal: "," } }, [22.08, -3]],
    [
      "decimal commas and points between groups",
      ["1.234.567,8", "12,5", "1234"],
      { numbers: { decimal: ",", grouping: "." } },
      [1234567.8, 12.5, 1234],
    ],
    [
      "commas between groups",
      ["1,234", "-1,234,567.5", "3"],
      { numbers: { grouping: "," } },
      [1234, -1234567.5, 3],
    ],
    [
      "narrow blanks between groups",
      ["1\u202f234,5", "1 234"],
      { numbers: { grouping: " ", decimal: "," } },
      [1234.5, 1234],
    ],
  ])("numbers with %s where that is said", (_, cells, options, expected) => {
    expect(featureOf(cells, options)).toEqual({
      kind: "numeric",
      name: "x",
      values: Float64Array.from(expected),
    });
    expect([...numberColumn(column(cells), "x", options)]).toEqual(expected);
  });

  it("anything for categories where that is said", () => {
    const dates = many(40, (i) => `2026-01-${String(i + 1).padStart(2, "0")}`);
    expect(featureOf(dates, { categories: ["x"] })?.kind).toBe("category");
    expect(featureOf(["0", "1", "3+"], { categories: ["x"] })?.values).toEqual(["0", "1", "3+"]);
  });
});

describe("featuresOf refuses, with file, line, column and what would read it,", () => {
  it.each<[string, readonly string[], RegExp]>([
    [
      "numbers with blanks before them",
      [" 22.08", " 3"],
      /:1: column "x": .*another notation; say in `numbers` or `trim`/,
    ],
    ["a currency", ["$22.08", "$3"], /another notation/],
    ["percent", ["22%", "3%"], /another notation/],
    ["decimal commas", ["22,08", "3,1"], /another notation/],
    ["groups", ["1,234,567", "2,345,678"], /another notation/],
    ["a currency's code", ["EUR 5", "EUR 7"], /another notation/],
    [
      "decimal commas among whole numbers",
      ["22", "3,1"],
      /:2: .*as in other rows, got text; say in `numbers`/,
    ],
    ["a missing value's text among numbers", ["1", "2", "NA"], /:3: .*name it in `missing`/],
    ["a question mark among numbers", ["1", "?"], /:2: .*name it in `missing`/],
    ["a code among numbers", ["0", "1", "3+"], /:3: .*name the column in `categories`/],
    ["dates", ["2026-01-05", "2026-01-06", "n"], /:1: .*dates; exclude the column/],
    ["dates of other countries", ["05.01.2026", "5/1/26 10:00"], /dates/],
    ["nearly unique texts", many(60, (i) => `name ${i}`), /60 different texts in 60 rows/],
  ])("%s", (_, cells, message) => {
    expect(() => featureOf(cells)).toThrow(
      expect.objectContaining({ code: "INVALID_DATA", column: "x" }) as Error,
    );
    expect(() => featureOf(cells)).toThrow(message);
    for (const cell of cells.slice(0, 3)) {
      if (cell.length > 3)
        expect(() => featureOf(cells)).not.toThrow(new RegExp(cell.replace(/[$+.]/g, "\\$&")));
    }
  });

  it.each<[string, FeatureOptions]>([
    ["an unknown option", { missin: ["NA"] } as FeatureOptions],
    ["one mark for decimals and groups", { numbers: { decimal: ",", grouping: "," } }],
    ["a unit that could be a number", { numbers: { units: ["1"] } }],
    ["an unknown part of a notation", { numbers: { decimals: "," } } as FeatureOptions],
  ])("%s", (_, options) => {
    expect(() => featureOf(["1"], options)).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }) as Error,
    );
  });

  it("a column that is not there, whether excluded or a category", () => {
    for (const options of [{ exclude: ["y"] }, { categories: ["y"] }]) {
      expect(() => featureOf(["1"], options)).toThrow(/column "y": expected a column of this name/);
    }
  });
});

describe("labelColumn with a positive text", () => {
  it("gives 1 for it and 0 for one other text", () => {
    expect([...labelColumn(column(["good", " bad", "good"]), "x", { positive: "bad", trim: true })]).toEqual([
      0, 1, 0,
    ]);
    expect([...labelColumn(column(["1", "2", "1"]), "x", { positive: "2" })]).toEqual([0, 1, 0]);
  });

  it.each<[string, readonly string[], RegExp]>([
    ["a third text", ["bad", "good", "ugly"], /:3: .*"bad" or one other text, got text/],
    ["an empty cell", ["bad", "", "good"], /:2: .*got an empty cell/],
    ["a text that no row has", ["good", "good"], /"bad" in some rows, got it in none/],
  ])("refuses %s", (_, cells, message) => {
    expect(() => labelColumn(column(cells), "x", { positive: "bad" })).toThrow(message);
  });
});
