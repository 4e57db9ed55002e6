import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VeilshareError } from "../../dist/errors.js";
import {
  formatCsv,
  joinRowsOf,
  parseTable,
  readCsvRows,
  RowKeys,
  textColumn,
  type CsvRowsOptions,
  type TableRow,
} from "../../dist/table/index.js";
import { describeWithData, readData, readDataJson } from "../support/data.js";

const file = "in.csv";
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const bytes = (...values: (number | string)[]): Uint8Array =>
  Uint8Array.from(values.flatMap((value) => (typeof value === "number" ? [value] : [...utf8(value)])));

function* inChunks(content: Uint8Array, length: number): Generator<Uint8Array> {
  for (let start = 0; start < content.length; start += length) yield content.slice(start, start + length);
}

interface Outcome {
  readonly rows: readonly TableRow[];
  readonly error: VeilshareError | undefined;
}

/** All rows up to the end, or up to a failure. */
async function read(
  content: Uint8Array | string,
  options: Partial<CsvRowsOptions> & Pick<CsvRowsOptions, "select">,
  chunkLength = 1000,
): Promise<Outcome> {
  const chunks = inChunks(typeof content === "string" ? utf8(content) : content, chunkLength);
  const rows: TableRow[] = [];
  try {
    for await (const row of readCsvRows(chunks, { file, ...options })) rows.push(row);
  } catch (thrown) {
    if (thrown instanceof VeilshareError) return { rows, error: thrown };
    throw thrown;
  }
  return { rows, error: undefined };
}

async function drained(source: AsyncIterable<unknown>): Promise<void> {
  const iterator = source[Symbol.asyncIterator]();
  while ((await iterator.next()).done !== true);
}

describe("readCsvRows reads", () => {
  it("the chosen columns in the order chosen, each row with the line that it starts on", async () => {
    const { rows } = await read('id,town,x\n1,A,"5\n5"\n\n2,B,6\n', { select: ["x", "id"] });
    expect(rows).toEqual([
      { line: 2, cells: ["5\n5", "1"] },
      { line: 5, cells: ["6", "2"] },
    ]);
  });

  it("files without a header, other delimiters, trimmed cells", async () => {
    const options = { select: ["b"], columns: ["a", "b"], delimiter: ";", trim: true };
    expect((await read("1; x \n2;y", options)).rows).toEqual([
      { line: 1, cells: ["x"] },
      { line: 2, cells: ["y"] },
    ]);
  });

  it.each(["utf-8", "gb18030"] as const)("%s with its byte order mark as without", async (encoding) => {
    const mark = encoding === "utf-8" ? [0xef, 0xbb, 0xbf] : [0x84, 0x31, 0x95, 0x33];
    for (const length of [1, 2, 3, 4, 100]) {
      const marked = await read(bytes(...mark, "id\n7\n"), { select: ["id"], encoding }, length);
      expect(marked).toEqual({ rows: [{ line: 2, cells: ["7"] }], error: undefined });
    }
  });

  it("GB 18030 in characters of one, two and four bytes, wherever the chunks end", async () => {
    // Encoded by Python's codec: 名称,城市 / 福州,€ / 𠀀,"中\n文"
    const content = bytes(
      ...[0xc3, 0xfb, 0xb3, 0xc6, 0x2c, 0xb3, 0xc7, 0xca, 0xd0, 0x0a],
      ...[0xb8, 0xa3, 0xd6, 0xdd, 0x2c, 0xa2, 0xe3, 0x0a],
      ...[0x95, 0x32, 0x82, 0x36, 0x2c, 0x22, 0xd6, 0xd0, 0x0a, 0xce, 0xc4, 0x22],
    );
    for (let length = 1; length <= content.length; length++) {
      const { rows } = await read(content, { select: ["城市", "名称"], encoding: "gb18030" }, length);
      expect(rows).toEqual([
        { line: 2, cells: ["€", "福州"] },
        { line: 3, cells: ["中\n文", "𠀀"] },
      ]);
    }
    const whole = parseTable(content, { file, encoding: "gb18030" });
    expect(textColumn(whole, "名称")).toEqual(["福州", "𠀀"]);
  });

  it("no further than it is asked: the next chunk is taken when the rows of the one before are used", async () => {
    let taken = 0;
    function* source(): Generator<Uint8Array> {
      for (let chunk = 0; chunk < 1000; chunk++) {
        taken += 1;
        yield utf8(chunk === 0 ? "id\n1\n2\n" : `${2 * chunk + 1}\n${2 * chunk + 2}\n`);
      }
    }
    let row = 0;
    const options = { file, select: ["id"], delimiter: "," };
    for await (const { cells } of readCsvRows(source(), options)) {
      expect(cells).toEqual([String(++row)]);
      expect(taken).toBe(Math.ceil(row / 2));
    }
    expect(row).toBe(2000);
  });

  it("chunks that their source overwrites afterwards", async () => {
    function* reused(): Generator<Uint8Array> {
      const buffer = new Uint8Array(4);
      const content = utf8('id,x\n1,"a"\n22,bcd\n333,\n');
      for (let at = 0; at < content.length; at += 4) {
        const part = content.subarray(at, at + 4);
        buffer.set(part);
        yield buffer.subarray(0, part.length);
        buffer.fill(0);
      }
    }
    const cells: (readonly string[])[] = [];
    for await (const row of readCsvRows(reused(), { file, select: ["id", "x"] })) cells.push(row.cells);
    expect(cells).toEqual([
      ["1", "a"],
      ["22", "bcd"],
      ["333", ""],
    ]);
  });

  it("the same as parseTable, or refuses at the same place, whatever the text and the chunks", async () => {
    const parts = ["a", '"', ",", "\n", "\r", "\r\n", "é", "福", " ", "\0", '"a,\n"', "\n1,2\n", "\xff"];
    const messy = fc.array(fc.constantFrom(...parts), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(messy, fc.integer({ min: 1, max: 40 }), async (pieces, chunkLength) => {
        const content = bytes("a,b\n", ...pieces.map((piece) => (piece === "\xff" ? 0xff : piece)));
        const { rows, error } = await read(content, { select: ["a", "b"] }, chunkLength);
        try {
          const table = parseTable(content, { file });
          const all = Array.from({ length: table.rowCount }, (_, r) => ({
            line: table.lines[r],
            cells: table.cells.map((column) => column[r]),
          }));
          expect([rows, error]).toEqual([all, undefined]);
        } catch (thrown) {
          if (!(thrown instanceof VeilshareError)) throw thrown;
          expect(error?.toJSON()).toEqual(thrown.toJSON());
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("readCsvRows refuses", () => {
  it.each<[string, Uint8Array, number, string | undefined, RegExp]>([
    ["Latin-1", bytes("id,name\n1,Anna\n2,J", 0xf6, "rg\n3,x\n"), 3, "name", /not UTF-8/],
    ["Latin-1 in the header", bytes("id,J", 0xf6, "rg\n"), 1, "2", /not UTF-8/],
    ["Latin-1 in a quoted cell", bytes('id,name\n1,"A\nJ', 0xf6, 'rg"\n'), 3, "name", /not UTF-8/],
    ["a cut character at the end", bytes("id,name\n1,a", 0xe2, 0x82), 2, "name", /not UTF-8/],
    ["a cut character before a delimiter", bytes("id,name\n", 0xe2, 0x82, ",b\n"), 2, "id", /not UTF-8/],
    ["an encoded surrogate", bytes("id,name\n1,", 0xed, 0xa0, 0x80, "\n"), 2, "name", /not UTF-8/],
    ["a NUL byte", bytes("id,name\n1,2\n\n3,4\0\n"), 4, "name", /NUL byte \(UTF-16 or binary/],
    ["a cell more than the header", bytes("id,name\n1,2,", 0xff, "\n"), 2, "3", /not UTF-8/],
    [
      "UTF-16 LE that ends in half a character",
      bytes(0xff, 0xfe, "i\0d\0,\0n\0a\0m\0e\0\n\0" + "1\0,\0", 0x3d),
      2,
      "name",
      /not UTF-16/,
    ],
    [
      "UTF-16 BE with half a pair",
      bytes(0xfe, 0xff, "\0i\0d\0,\0n\0a\0m\0e\0\n\x001\0,", 0xd8, 0, "\0\n"),
      2,
      "name",
      /not UTF-16/,
    ],
    ["UTF-32", bytes(0xff, 0xfe, 0, 0, "i\0\0\0"), 1, undefined, /UTF-32/],
    ["UTF-16 without a mark", bytes("i\0d\0"), 1, "1", /UTF-16/],
    ["marked GB 18030", bytes(0x84, 0x31, 0x95, 0x33, "id\n"), 1, undefined, /mark of GB 18030/],
    ["a short row", bytes("id,name\n1,2\n3\n"), 3, undefined, /2 cells as the header has, got 1/],
    ["a long row", bytes("id,name\n1,2\n3,4,5\n"), 3, undefined, /got 3/],
    [
      "a byte order mark before a row",
      bytes("id,name\n1,2\n", 0xef, 0xbb, 0xbf, "3,4\n"),
      3,
      "id",
      /byte order mark inside/,
    ],
    [
      "a byte order mark before a quoted row",
      bytes("id,name\n1,2\n", 0xef, 0xbb, 0xbf, '"3",4\n'),
      3,
      undefined,
      /byte order mark inside/,
    ],
    [
      "a byte order mark inside a row that is read",
      bytes("id,name\n1,2", 0xef, 0xbb, 0xbf, "\n"),
      2,
      "name",
      /byte order mark inside/,
    ],
    ["an end mark before a row", bytes("id,name\n1,2\n\x1a3,4\n"), 3, "id", /end mark 0x1A inside/],
    ["a header without the column", bytes("\nid,town\n"), 2, "name", /in the header, got 2 columns/],
    ["an unclosed quote", bytes('id,name\n1,"2\n3,4\n'), 2, undefined, /closing quote/],
    ["a quote in a bare cell", bytes('id,name\n1,2"\n'), 2, undefined, /quotes around whole cells/],
    ["an empty file", bytes(), 1, undefined, /a header, got an empty file/],
    ["empty lines only", bytes("\n\r\n"), 1, undefined, /empty file/],
  ])("%s, with file, line and column, wherever the chunks end", async (_, content, line, column, message) => {
    for (const length of [1, 2, 3, 5, 8, 1000]) {
      const { error } = await read(content, { select: ["id", "name"] }, length);
      expect([error?.code, error?.file, error?.line, error?.column]).toEqual([
        "INVALID_DATA",
        file,
        line,
        column,
      ]);
      expect(error?.message).toMatch(message);
      expect(error?.cause).toBeUndefined();
    }
  });

  it.each<[string, Uint8Array, number, string | undefined, RegExp]>([
    ["UTF-8", bytes("id,name\n1,", 0xc3, 0xa9, "\n2,\n3,", 0xc3, "\n"), 4, "name", /not GB 18030 \(UTF-8\?/],
    ["marked UTF-8", bytes(0xef, 0xbb, 0xbf, "id\n"), 1, undefined, /GB 18030 text, got .* of UTF-8/],
    ["a byte that starts nothing", bytes("id,name\n", 0xff, ",b\n"), 2, "id", /not GB 18030/],
    ["three bytes of four", bytes("id,name\n1,", 0x95, 0x32, 0x82, "\n"), 2, "name", /not GB 18030/],
    ["a code point beyond Unicode", bytes("id,name\n1,", 0xe3, 0x32, 0x9a, 0x36, "\n"), 2, "name", /not GB/],
    ["UTF-16", bytes(0xff, 0xfe, "i\0d\0"), 1, undefined, /GB 18030 text, got .* UTF-16/],
  ])("%s where GB 18030 should be", async (_, content, line, column, message) => {
    for (const length of [1, 3, 1000]) {
      const options = { select: ["id", "name"], encoding: "gb18030" } as const;
      const { error } = await read(content, options, length);
      expect([error?.code, error?.line, error?.column]).toEqual(["INVALID_DATA", line, column]);
      expect(error?.message).toMatch(message);
    }
  });

  it("a row above the limit, having kept no more than it and a chunk, and takes one at it", async () => {
    const row = `1,"${"x\n".repeat(48)}"`;
    const options = { select: ["id"], maxRowBytes: 100, delimiter: "," };
    expect((await read(`id,t\n\n${row}\n2,3\n`, options, 10)).rows.length).toBe(2);
    let taken = 0;
    function* endless(): Generator<Uint8Array> {
      yield utf8('id,t\n1,2\n\n3,"');
      for (taken = 1; ; taken++) yield utf8("yyyyyyyyy\n");
    }
    const failure = drained(readCsvRows(endless(), { file, ...options }));
    await expect(failure).rejects.toMatchObject({ code: "INVALID_DATA", line: 4, column: "t" });
    await expect(failure).rejects.toThrow(/rows of at most 100 bytes, got a longer one/);
    expect(taken).toBeLessThan(12);
  });

  it("a stray quote that swallows rows up to the limit, as what it is and where it is", async () => {
    const content = `id,t\n1,2\n3,5" pipe\n${"4,5\n".repeat(100)}`;
    const { rows, error } = await read(content, { select: ["id"], maxRowBytes: 100 }, 16);
    expect(rows).toEqual([{ line: 2, cells: ["1"] }]);
    expect([error?.line, error?.message]).toEqual([3, expect.stringContaining("quote inside a bare cell")]);
  });

  it("what can't be an option, before it reads", () => {
    for (const options of [
      { select: [] },
      { select: ["a", "a"] },
      { select: ["a"], delimiter: '"' },
      { select: ["a"], encoding: "utf-16" as "utf-8" },
      { select: ["a"], maxRowBytes: 0 },
      { select: ["a"], maxRowBytes: Number.NaN },
    ]) {
      expect(() => readCsvRows([], { file, ...options })).toThrow(
        expect.objectContaining({ code: "INVALID_ARGUMENT" }) as Error,
      );
    }
  });

  it("any cell's content in a message", async () => {
    const marker = "SECRETCELL";
    for (const content of [
      bytes(`a\n${marker}`, 0xff, "\n"),
      bytes(`a\n${marker}\0\n`),
      bytes(`${marker}\n1\n`),
      bytes(`a\n"${marker}\n1\n1\n`),
    ]) {
      const { error } = await read(content, { select: ["a"], maxRowBytes: 12 });
      expect(error?.code).toBe("INVALID_DATA");
      expect(JSON.stringify([error?.message, error?.toJSON(), error?.stack])).not.toContain(marker);
    }
  });

  it("to go on when the signal has fired", async () => {
    const { rows, error } = await read("a\n1\n", { select: ["a"], signal: AbortSignal.abort() });
    expect([rows, error?.code]).toEqual([[], "ABORTED"]);
  });
});

describe("RowKeys and joinRowsOf", () => {
  const content = "tax,name,city\n1,Acme,Fuzhou\n,Umbrella,Wuhan\n2,,Wuhan\n3,Initech,\n";
  const rows = (...select: string[]): ReturnType<typeof readCsvRows> =>
    readCsvRows([utf8(content)], { file, select });

  it("give items of one field or several, leave rows with an empty field out, and know the lines", async () => {
    const single = new RowKeys(rows("tax"));
    const several = new RowKeys(rows("city", "name"));
    for (let pass = 0; pass < 2; pass++) {
      const items: unknown[] = [];
      for await (const item of single) items.push(item);
      expect([items, single.count, single.withoutKey]).toEqual([["1", "2", "3"], 3, 1]);
      expect([0, 1, 2].map((item) => single.lineOf(item))).toEqual([2, 4, 5]);
    }
    const items: unknown[] = [];
    for await (const item of several) items.push(item);
    expect([items, several.withoutKey]).toEqual([
      [
        ["Fuzhou", "Acme"],
        ["Wuhan", "Umbrella"],
      ],
      2,
    ]);
    for (const item of [-1, 2, 0.5, Number.NaN]) {
      expect(() => several.lineOf(item)).toThrow(/an item from 0 to 1/);
    }
  });

  it("give every row its keys of each kind, and refuse a column that was not chosen", async () => {
    const given: unknown[] = [];
    for await (const row of joinRowsOf(rows("tax", "name", "city"), [["tax"], ["name", "city"]]))
      given.push(row);
    expect(given.length).toBe(4);
    expect(given[1]).toEqual([[""], ["Umbrella", "Wuhan"]]);
    const failure = joinRowsOf(rows("tax"), [["tax"], ["name"]]).next();
    await expect(failure).rejects.toMatchObject({ code: "INVALID_ARGUMENT", got: '"name"' });
  });

  it("leave rows with a blank field out, whatever blank it is", async () => {
    const blank = "tax\n \n\t\n\u00a0\n\u3000\n\u200b\n7\n";
    const keys = new RowKeys(readCsvRows([utf8(blank)], { file, select: ["tax"] }));
    const items: unknown[] = [];
    for await (const item of keys) items.push(item);
    expect([items, keys.withoutKey, keys.lineOf(0)]).toEqual([["7"], 5, 7]);
  });

  it("stop where the file is bad, with its error", async () => {
    const keys = new RowKeys(readCsvRows([utf8("id\n1\n2,3\n")], { file, select: ["id"] }));
    await expect(drained(keys)).rejects.toMatchObject({ code: "INVALID_DATA", file, line: 3 });
  });
});

describeWithData(
  "hostile and real CSV, row by row",
  [
    "badinput/csv-spectrum-part-a.json",
    "badinput/naughty-strings-part-a.json",
    "psi/febrl4a.csv",
    "credit/default_credit_raw.csv",
  ],
  () => {
    interface SpectrumCase {
      readonly name: string;
      readonly csv: string;
      readonly expected: readonly Record<string, string>[];
    }

    it("csv-spectrum comes out as its authors expect, byte by byte", async () => {
      for (const { name, csv, expected } of readDataJson<SpectrumCase[]>(
        "badinput/csv-spectrum-part-a.json",
      )) {
        // The copy of newlines_crlf has lost the carriage returns of its CSV; its expected rows still have them.
        const content = name === "newlines_crlf" ? csv.replaceAll("\n", "\r\n") : csv;
        const select = Object.keys(expected[0] ?? {});
        const { rows, error } = await read(content, { select }, 1);
        expect(error).toBeUndefined();
        expect(rows.map(({ cells }) => cells)).toEqual(expected.map((row) => select.map((key) => row[key])));
      }
    });

    it("naughty strings come back as they were, and as whole files give rows or a typed refusal", async () => {
      const naughty = readDataJson<string[]>("badinput/naughty-strings-part-a.json");
      const cells = naughty.filter((text) => !text.includes("\0"));
      const csv = formatCsv(
        ["one", "two"],
        cells.map((text, i) => [String(i), text]),
        { formulas: "keep" },
      );
      const { rows } = await read(csv, { select: ["two"] }, 7);
      expect(rows.map((row) => row.cells[0])).toEqual(cells);
      for (const text of naughty) {
        const { error } = await read(text, { select: ["x"] });
        if (error !== undefined) expect(error.code).toBe("INVALID_DATA");
      }
    });

    it.each([
      ["psi/febrl4a.csv", ["soc_sec_id", "surname"]],
      ["credit/default_credit_raw.csv", ["ID", "AGE"]],
    ] as const)("%s has the rows and lines that the whole table has", async (name, select) => {
      const content = readData(name);
      const table = parseTable(content, { file, trim: true });
      const { rows } = await read(content, { select, trim: true }, 4000);
      expect(rows.length).toBe(table.rowCount);
      const [first, second] = select.map((column) => textColumn(table, column));
      expect(rows.map(({ cells }) => cells)).toEqual(first?.map((cell, r) => [cell, second?.[r]]));
      expect(rows.map(({ line }) => line)).toEqual([...table.lines]);
    });
  },
);
