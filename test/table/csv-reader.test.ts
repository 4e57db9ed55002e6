import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VeilshareError } from "../../dist/errors.js";
import { formatCsv, parseTable, textColumn, type Table } from "../../dist/table/index.js";
import { describeWithData, readData, readDataJson } from "../support/data.js";

const file = "in.csv";
const read = (content: string | Uint8Array, options = {}): Table => parseTable(content, { file, ...options });
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

function refusal(action: () => unknown): VeilshareError {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof VeilshareError) return thrown;
    throw thrown;
  }
  throw new Error("nothing was refused");
}

describe("parseTable reads", () => {
  it("columns by name, rows in order, lines of the file", () => {
    const table = read('id,x\na,"1\n2"\n\nb,3\n');
    expect(table.columns).toEqual(["id", "x"]);
    expect(table.rowCount).toBe(2);
    expect(textColumn(table, "x")).toEqual(["1\n2", "3"]);
    expect([...table.lines]).toEqual([2, 5]);
    expect(table.headerLine).toBe(1);
  });

  it.each([
    ["LF", "a,b\n1,2\n3,4\n"],
    ["CR LF", "a,b\r\n1,2\r\n3,4\r\n"],
    ["CR", "a,b\r1,2\r3,4\r"],
    ["a mixture", "a,b\n1,2\r\n3,4"],
    ["empty lines before and after", "\r\n\na,b\n1,2\n3,4\n\n\n"],
  ])("line ends: %s", (_, text) => {
    expect(read(text).cells).toEqual([
      ["1", "3"],
      ["2", "4"],
    ]);
  });

  it("a UTF-8 byte order mark as nothing, in bytes and in text", () => {
    const text = "id,x\n1,ü\n";
    const marked = new TextEncoder().encode(`\ufeff${text}`);
    expect(read(marked)).toEqual(read(text));
    expect(read(`\ufeff${text}`)).toEqual(read(text));
  });

  it("header names without outer white space, cells with it unless trim is set", () => {
    const text = 'id , name\n 1 , " x "\n';
    expect(read(" id , name\n 1 , x\n").columns).toEqual(["id", "name"]);
    expect(read(" id , name\n 1 , x\n").cells).toEqual([[" 1 "], [" x"]]);
    expect(read(text, { trim: true }).cells).toEqual([["1"], [" x "]]);
  });

  it("other delimiters, and files without a header", () => {
    expect(read("a;b\n1;2,5\n", { delimiter: ";" }).cells).toEqual([["1"], ["2,5"]]);
    const headless = read("x.org\ny.org\n", { columns: ["domain"] });
    expect(headless.cells).toEqual([["x.org", "y.org"]]);
    expect([...headless.lines]).toEqual([1, 2]);
  });

  it("a header alone as a table without rows", () => {
    expect(read("a,b\n").rowCount).toBe(0);
  });

  it("a quoted empty cell as a row, an empty line as none", () => {
    expect(read('a\n""\n\nx\n').cells).toEqual([["", "x"]]);
  });

  it("column names that are words of the language as names", () => {
    const table = read("__proto__,constructor\n1,2\n");
    expect(textColumn(table, "__proto__")).toEqual(["1"]);
    expect(textColumn(table, "constructor")).toEqual(["2"]);
  });
});

describe("parseTable refuses", () => {
  it.each<[string, string | Uint8Array, number, RegExp]>([
    ["an empty file", "", 1, /a header, got an empty file/],
    ["a file of empty lines", "\n\n", 1, /an empty file/],
    ["a short row", "a,b\n1,2\n3\n", 3, /2 cells as the header has, got 1/],
    ["a long row", "a,b\n\n1,2,3\n", 3, /got 3/],
    ["a name twice", "a,b,a\n1,2,3\n", 1, /column "3": .*name of column 1 again/],
    ["a name twice but for white space", "a, a\n1,2\n", 1, /name of column 1 again/],
    [
      "a column without a name that has cells",
      "a,,b\n1,,3\n1,2,3\n",
      3,
      /column "2": expected a column name/,
    ],
    ["a header of no names", ",,\n1,2,3\n", 1, /column "1": expected a column name/],
    ["an unclosed quote", 'a,b\n1,2\n3,"4\n5,6\n', 3, /closing quote.*end of the file/],
    ["text after a closing quote", 'a,b\n1,"2"3\n', 2, /delimiter after a closing quote/],
    ["a quote inside a bare cell", 'a,b\n1,2\n\n3,4"5\n', 4, /quotes around whole cells/],
    ["a NUL byte", "a,b\n1,\0\n", 2, /NUL/],
    ["a NUL byte in bytes", bytes(0x61, 0x0a, 0x00), 2, /NUL/],
    ["UTF-32 LE", bytes(0xff, 0xfe, 0, 0, 0x61, 0, 0, 0), 1, /UTF-32/],
    ["UTF-16 without a mark", bytes(0x61, 0x00, 0x0a, 0x00), 1, /NUL/],
    ["Latin-1", latin1("id,name\n1,Anna\n2,J\xf6rg\n3,Z\xfcrich\n"), 3, /not UTF-8/],
    ["a truncated sequence at the end", bytes(0x61, 0x0a, 0xe2, 0x82), 2, /not UTF-8/],
    ["an encoded surrogate", bytes(0x61, 0x0a, 0xed, 0xa0, 0x80), 2, /not UTF-8/],
    ["an overlong form", bytes(0x61, 0x0a, 0xc0, 0xaf), 2, /not UTF-8/],
    ["half a surrogate pair in text", "a\nb\n\ud800\n", 3, /surrogate/],
  ])("%s, with file and line", (_, content, line, message) => {
    const error = refusal(() => read(content));
    expect(error).toMatchObject({ code: "INVALID_DATA", file, line });
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(new RegExp(`^in\\.csv:${line}: `));
    expect(error.message).not.toContain("\n");
    expect(error.cause).toBeUndefined();
  });

  it("a quote that swallows the rest, with the line its row starts on although cells before it span lines", () => {
    expect(refusal(() => read('a,b\n"1\n1",2\n3,"4\n')).line).toBe(4);
  });

  it("a column that is not there, without showing those that are", () => {
    const error = refusal(() => textColumn(read("secret-1,secret-2\n1,2\n"), "id"));
    expect(error).toMatchObject({ code: "INVALID_DATA", file, line: 1, column: "id" });
    expect(error.message).not.toContain("secret");
  });

  it("any cell's content in a message: none of the refusals shows one", () => {
    const marker = "SECRETCELL";
    for (const text of [
      `a,b\n${marker}\n`,
      `a,b\n1,"${marker}\n`,
      `a,b\n1,"${marker}"${marker}\n`,
      `a\n${marker}"\n`,
    ]) {
      const error = refusal(() => read(text));
      expect(JSON.stringify([error.message, error.toJSON(), error.cause, error.stack])).not.toContain(marker);
    }
  });

  it.each(["", ",,", '"', "é", "\n"])("the delimiter %j", (delimiter) => {
    expect(refusal(() => read("a\n1\n", { delimiter })).code).toBe("INVALID_ARGUMENT");
  });

  it("trim with a delimiter that is white space", () => {
    expect(refusal(() => read("a\tb\n1\t2\n", { delimiter: "\t", trim: true })).code).toBe(
      "INVALID_ARGUMENT",
    );
  });

  it("a message of more than one line, whatever the file's name", () => {
    const error = refusal(() => parseTable("", { file: "a\nb\u2028c" }));
    expect(error.message).toMatch(/^a\?b\?c:1: /);
  });
});

describe("parseTable and formatCsv", () => {
  const cell = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("", " ", ",", '"', '""', "\n", "\r\n", "\r", "=1+1", "\ufeffx", "a;b", "'", "\u2028"),
  );
  const noNul = cell.filter((text) => !text.includes("\0"));

  it("give every table back as it was written, each row with its true line", () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 4 })
          .chain((width) =>
            fc.array(fc.array(noNul, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }),
          ),
        fc.constantFrom(",", ";", "\t", "|"),
        (rows, delimiter) => {
          const columns = (rows[0] as string[]).map((_, i) => `c${i}`);
          const csv = formatCsv(columns, rows, { delimiter, formulas: "keep" });
          const table = read(csv, { delimiter });
          expect(rows.map((_, r) => columns.map((_name, c) => table.cells[c]?.[r]))).toEqual(rows);
          let line = 2;
          for (const [r, row] of rows.entries()) {
            expect(table.lines[r]).toBe(line);
            line += 1 + row.join("|").replaceAll("\r\n", "\n").replaceAll("\r", "\n").split("\n").length - 1;
          }
        },
      ),
    );
  });

  it("agree for text and for its bytes, whatever the text: the same table or the same refusal", () => {
    const outcome = (content: string | Uint8Array): unknown => {
      try {
        return read(content);
      } catch (thrown) {
        if (thrown instanceof VeilshareError)
          return { ...thrown.toJSON(), message: "", got: "", expected: "" };
        throw thrown;
      }
    };
    const messy = fc.array(fc.constantFrom("a", '"', ",", "\n", "\r", "é", " ", "\0"), { maxLength: 30 });
    fc.assert(
      fc.property(messy, (parts) => {
        const text = parts.join("");
        expect(outcome(new TextEncoder().encode(text))).toEqual(outcome(text));
      }),
      { numRuns: 1000 },
    );
  });
});

describeWithData(
  "hostile CSV",
  ["badinput/csv-spectrum-part-a.json", "badinput/naughty-strings-part-a.json"],
  () => {
    interface SpectrumCase {
      readonly name: string;
      readonly csv: string;
      readonly expected: readonly Record<string, string>[];
    }
    const spectrum = readDataJson<SpectrumCase[]>("badinput/csv-spectrum-part-a.json");
    const naughty = readDataJson<string[]>("badinput/naughty-strings-part-a.json");

    it.each(spectrum.map((entry) => [entry.name, entry] as const))("csv-spectrum %s", (name, entry) => {
      // The copy of newlines_crlf has lost the carriage returns of its CSV; its expected rows still have them.
      const csv = name === "newlines_crlf" ? entry.csv.replaceAll("\n", "\r\n") : entry.csv;
      const table = read(csv);
      const rows = Array.from({ length: table.rowCount }, (_, r) =>
        Object.fromEntries(table.columns.map((column, c) => [column, table.cells[c]?.[r]])),
      );
      expect(rows).toEqual(entry.expected);
    });

    it("naughty strings come back as they were, one by one and side by side", () => {
      const cells = naughty.filter((text) => !text.includes("\0"));
      const table = read(
        formatCsv(
          ["one", "two"],
          cells.map((text) => [text, text]),
          { formulas: "keep" },
        ),
      );
      expect(table.cells).toEqual([cells, cells]);
    });

    it("naughty strings as whole files give a table or a typed refusal", () => {
      for (const text of naughty) {
        try {
          read(text);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(VeilshareError);
          expect(["INVALID_DATA"]).toContain((thrown as VeilshareError).code);
        }
      }
    });
  },
);

describeWithData("real CSV", ["carbon/epa_supply_chain_v1.3_co2e.csv", "psi/febrl4a.csv"], () => {
  it("the EPA factors have 1,016 rows and 8 columns", () => {
    const table = read(readData("carbon/epa_supply_chain_v1.3_co2e.csv"));
    expect([table.rowCount, table.columns.length]).toEqual([1016, 8]);
  });

  it("febrl4a, written with a space after each comma, has its names and, trimmed, its cells", () => {
    const table = read(readData("psi/febrl4a.csv"), { trim: true });
    expect(table.rowCount).toBe(5000);
    expect(textColumn(table, "soc_sec_id")[0]).toMatch(/^\d{7}$/);
  });
});
