import { describe, expect, it } from "vitest";
import { formatCsv } from "../../dist/table/index.js";

describe("formatCsv", () => {
  it("quotes what needs it and nothing else", () => {
    expect(
      formatCsv(
        ["a", "b c"],
        [
          ["1", 'x"y'],
          ["", " z"],
          ["p,q", "l\nm"],
        ],
      ),
    ).toBe('a,b c\n1,"x""y"\n""," z"\n"p,q","l\nm"\n');
  });

  it("prefixes, keeps or refuses what a spreadsheet takes for a formula; numbers are none", () => {
    const rows = [["=1+1"], ["-5"], ["+1.5e3"], ["@x"], ["-x"]];
    expect(formatCsv(["a"], rows, { formulas: "keep" })).toBe("a\n=1+1\n-5\n+1.5e3\n@x\n-x\n");
    expect(formatCsv(["a"], rows)).toBe("a\n'=1+1\n-5\n+1.5e3\n'@x\n'-x\n");
    expect(formatCsv(["=a"], [["\tx"]])).toBe("'=a\n\"'\tx\"\n");
    expect(() => formatCsv(["a"], rows, { formulas: "refuse" })).toThrow(/one in row 1/);
  });

  it.each<[string, () => string]>([
    ["a row of another width", () => formatCsv(["a", "b"], [["1"]])],
    ["no columns", () => formatCsv([], [])],
    ["a NUL", () => formatCsv(["a"], [["\0"]])],
  ])("refuses %s", (_, action) => {
    expect(action).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }) as Error);
  });
});
