import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VeilshareError } from "../../dist/errors.js";
import {
  isNumberColumn,
  keyColumn,
  labelColumn,
  numberColumn,
  parseTable,
  tableFromColumns,
  type Table,
} from "../../dist/table/index.js";
import { describeWithData, readDataJson } from "../support/data.js";

const column = (...cells: string[]): Table => tableFromColumns({ x: cells }, "in.csv");

function refusal(action: () => unknown): VeilshareError {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof VeilshareError) return thrown;
    throw thrown;
  }
  throw new Error("nothing was refused");
}

describe("numberColumn", () => {
  it.each([
    ["0", 0],
    ["-1.5", -1.5],
    ["+7", 7],
    ["1e3", 1000],
    ["1E-2", 0.01],
    [".5", 0.5],
    ["5.", 5],
    ["007", 7],
  ])("reads %j", (cell, value) => {
    expect([...numberColumn(column(cell), "x")]).toEqual([value]);
  });

  it.each<[string, RegExp]>([
    ["", /an empty cell/],
    [" ", /white space/],
    [" 12", /white space around/],
    ["12 ", /white space around/],
    ["NaN", /NaN/],
    ["-nan", /NaN/],
    ["Infinity", /infinity/],
    ["-inf", /infinity/],
    ["1e999", /beyond all doubles/],
    ["0x10", /text/],
    ["1,000", /text/],
    ["1_000", /text/],
    ["1n", /text/],
    ["--1", /text/],
    [".", /text/],
    ["e5", /text/],
    ["１２", /text/],
    ["null", /text/],
  ])("refuses %j with file, line and column, and without the cell", (cell, kind) => {
    const table = parseTable(`id,x\na,1\nb,"${cell}"\n`, { file: "in.csv" });
    const error = refusal(() => numberColumn(table, "x"));
    expect(error).toMatchObject({ code: "INVALID_DATA", file: "in.csv", line: 3, column: "x" });
    expect(error.message).toMatch(/^in\.csv:3: column "x": expected a finite decimal number, got /);
    expect(error.got).toMatch(kind);
  });

  it("gives the line in the file where quoted cells before span lines", () => {
    const table = parseTable('n,x\r\n"a\r\nb",1\r\n"c",oops\r\n', { file: "in.csv" });
    expect(refusal(() => numberColumn(table, "x")).line).toBe(4);
  });

  it("takes empty cells as NaN on request, and nothing else", () => {
    expect([...numberColumn(column("1", ""), "x", { emptyCells: "nan" })]).toEqual([1, NaN]);
    expect(refusal(() => numberColumn(column("NaN"), "x", { emptyCells: "nan" })).code).toBe("INVALID_DATA");
  });

  it("reads back every double that was printed", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(numberColumn(column(String(value)), "x")[0]).toBe(Object.is(value, -0) ? 0 : value);
      }),
    );
  });
});

describe("keyColumn", () => {
  it("refuses an id that is there twice, with both lines and without the id", () => {
    const table = parseTable("id\nann\nbob\n\nann\n", { file: "in.csv" });
    const error = refusal(() => keyColumn(table, "id"));
    expect(error).toMatchObject({ code: "INVALID_DATA", line: 5, column: "id" });
    expect(error.message).toContain("line 2");
    expect(error.message).not.toContain("ann");
  });

  it("refuses an empty id", () => {
    expect(refusal(() => keyColumn(column("a", ""), "x")).message).toContain("an empty cell");
  });

  it("tells apart ids that only look alike", () => {
    const alike = ["a", "a ", "A", "ａ", "\u00e4", "a\u0308", "01", "1", "1.0", "__proto__"];
    expect(keyColumn(column(...alike), "x")).toEqual(alike);
  });
});

describe("labelColumn", () => {
  it("reads 0 and 1 in any notation, or two texts", () => {
    expect([...labelColumn(column("0", "1", "1.0", "0e5"), "x")]).toEqual([0, 1, 1, 0]);
    expect([...labelColumn(column("good", "bad"), "x", { labels: ["good", "bad"] })]).toEqual([0, 1]);
    expect([...labelColumn(column("1", "2"), "x", { labels: ["1", "2"] })]).toEqual([0, 1]);
  });

  it.each(["", "2", "-1", "0.5", "yes", "NaN", "true"])("refuses %j", (cell) => {
    expect(refusal(() => labelColumn(column("0", cell), "x"))).toMatchObject({ line: 2, column: "x" });
    expect(refusal(() => labelColumn(column(cell), "x", { labels: ["a", "b"] })).code).toBe("INVALID_DATA");
  });
});

describe("isNumberColumn", () => {
  it("tells columns of numbers from columns of categories", () => {
    expect(isNumberColumn(column("1", "", "2e5"), "x")).toBe(true);
    expect(isNumberColumn(column("1", "A14"), "x")).toBe(false);
    expect(isNumberColumn(column("", ""), "x")).toBe(false);
    expect(isNumberColumn(column("1e999"), "x")).toBe(false);
  });
});

describeWithData("hostile cells", ["badinput/naughty-strings-part-a.json"], () => {
  const naughty = readDataJson<string[]>("badinput/naughty-strings-part-a.json");

  it("are numbers only where they are plain decimal notation; every other one is refused by kind", () => {
    for (const cell of naughty) {
      const plain = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(cell) && Number.isFinite(Number(cell));
      if (plain) {
        expect(numberColumn(column(cell), "x")[0]).toBe(Number(cell));
        continue;
      }
      const error = refusal(() => numberColumn(column(cell), "x"));
      expect(error.message.length).toBeLessThan(120);
      if (cell.length > 8) expect(error.message).not.toContain(cell);
    }
  });

  it("are distinct ids wherever they are distinct strings", () => {
    const distinct = [...new Set(naughty)].filter((text) => text !== "");
    expect(keyColumn(column(...distinct), "x")).toEqual(distinct);
  });
});
