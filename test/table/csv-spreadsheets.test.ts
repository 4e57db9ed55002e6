import { describe, expect, it } from "vitest";
import { parseTable, readCsvRows, textColumn, type ParseTableOptions } from "../../dist/table/index.js";

const file = "in.csv";
const read = (content: string | Uint8Array, options: Omit<ParseTableOptions, "file"> = {}) =>
  parseTable(content, { file, ...options });

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function utf16(text: string, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), littleEndian);
  return bytes;
}

async function rowsOf(
  content: Uint8Array,
  select: readonly string[],
  length: number,
  encoding?: ParseTableOptions["encoding"],
) {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += length) chunks.push(content.subarray(at, at + length));
  const rows: (readonly string[])[] = [];
  const options = { file, select, ...(encoding === undefined ? {} : { encoding }) };
  for await (const { cells } of readCsvRows(chunks, options)) rows.push(cells);
  return rows;
}

describe("what spreadsheets write is read as it is meant:", () => {
  it.each([
    ["a line that names the delimiter", "sep=;\nemail;n\na@x.org;1,5\n"],
    ["that line in capitals, with CR LF", "SEP=;\r\nemail;n\r\na@x.org;1,5\r\n"],
    ["semicolons between cells with decimal commas", "email;n\na@x.org;1,5\n"],
    ["tabs", "email\tn\na@x.org\t1,5\n"],
    ["bars", "email|n\na@x.org|1,5\n"],
    [
      "commas where semicolons stand in the header too, but not as often in the rows",
      'email,n\na@x.org,"1,5"\n',
    ],
    ["blanks outside quotes", '"email" , "n"\n"a@x.org" ,\t"1,5" \n'],
    ["blanks outside quotes, and blanks inside kept", ' "email","n"\n "a@x.org", "1,5"\n'],
    ["columns without a name and without cells", "email;n;;\na@x.org;1,5;;\n"],
    ["empty cells at a row's end", "email;n\na@x.org;1,5;;\n"],
    ["a last end mark", "email;n\na@x.org;1,5\n\x1a"],
    ["a last end mark right after a cell, and padding", "email;n\na@x.org;1,5\x1a\x1a\r\n"],
  ])("%s", (_, text) => {
    const table = read(text);
    expect(table.columns).toEqual(["email", "n"]);
    expect(table.cells).toEqual([["a@x.org"], ["1,5"]]);
  });

  it("a file without a header, with a delimiter that its number of columns tells, and an end mark", () => {
    const sanctions =
      '36,"AEROCARIBBEAN AIRLINES",-0- ,"CUBA"\r\n173,"ANGLO-CARIBBEAN CO., LTD.",-0- ,"CUBA"\r\n\x1a\r\n';
    const table = read(sanctions, { columns: ["id", "name", "kind", "program"] });
    expect(textColumn(table, "name")).toEqual(["AEROCARIBBEAN AIRLINES", "ANGLO-CARIBBEAN CO., LTD."]);
    expect(textColumn(table, "kind")).toEqual(["-0- ", "-0- "]);
  });

  it("lines are counted with the line that names the delimiter", () => {
    const table = read("sep=;\na;b\n1;2\n");
    expect([table.headerLine, ...table.lines]).toEqual([2, 3]);
  });

  it.each([true, false])(
    "UTF-16 by its byte order mark, in chunks of any size (little-endian: %s)",
    async (little) => {
      const text = "名称;n\r\n福州;1\r\n𠀀;2\r\n";
      const content = utf16(`\ufeff${text}`, little);
      expect(textColumn(read(content), "名称")).toEqual(["福州", "𠀀"]);
      for (const length of [1, 2, 3, 7, 1000]) {
        expect(await rowsOf(content, ["n", "名称"], length)).toEqual([
          ["1", "福州"],
          ["2", "𠀀"],
        ]);
      }
      expect(read(utf16(text, little), { encoding: little ? "utf-16le" : "utf-16be" }).rowCount).toBe(2);
    },
  );

  it.each<[NonNullable<ParseTableOptions["encoding"]>, Uint8Array, string]>([
    ["windows-1252", latin1("stra\xdfe,n\n\x80 J\xf6rg,1\n"), "straße=€ Jörg"],
    ["big5", latin1("\xa6W,n\n\xa4\xe5\xa4\xa4,1\n"), "名=文中"],
    ["shift_jis", latin1("\x96\xbc,n\n\x83\x5c\x83j\x81[,1\n"), "名=ソニー"],
    ["euc-kr", latin1("\xc0\xcc\xb8\xa7,n\n\xb0\xa1,1\n"), "이름=가"],
  ])("%s on request", async (encoding, content, expected) => {
    const table = read(content, { encoding });
    expect(`${table.columns[0] ?? ""}=${table.cells[0]?.[0] ?? ""}`).toBe(expected);
    for (const length of [1, 5]) expect(await rowsOf(content, ["n"], length, encoding)).toEqual([["1"]]);
  });

  it("a bad byte in a column that nobody reads", async () => {
    const content = latin1("id,name,n\n1,J\xf6rg,5\n2,\0,6\n3,x,7\n");
    expect(read(content, { select: ["n", "id"] }).cells).toEqual([
      ["5", "6", "7"],
      ["1", "2", "3"],
    ]);
    expect(await rowsOf(content, ["id"], 3)).toEqual([["1"], ["2"], ["3"]]);
    expect(() => read(content)).toThrow(/in\.csv:2: column "name": expected UTF-8 text/);
  });
});

describe("what would lose a key in silence is refused:", () => {
  it.each<[string, string, RegExp]>([
    [
      "a second byte order mark where a second file begins",
      "email\na\n\ufeffemail\nb\n",
      /:3: column "email": .*byte order mark inside/,
    ],
    ["the same before quotes", 'email,n\na,1\n\ufeff"b",2\n', /:3: .*byte order mark inside/],
    [
      "the same at the end of a line",
      "email\na\ufeffemail\nb\n",
      /:2: column "email": .*byte order mark inside/,
    ],
    ["rows after an end mark", "email\na\n\x1ab\n", /:3: column "email": .*end mark 0x1A inside/],
    ["a delimiter that the file contradicts", "sep=;\na;b\n1;2\n", /:1: .*delimiter that was given/],
  ])("%s", (_, text, message) => {
    const options = message.source.includes("given") ? { delimiter: "," } : {};
    expect(() => read(text, options)).toThrow(message);
  });

  it("rows after an end mark that ended a chunk", async () => {
    const text = `email\n${"a@x.org\n".repeat(9000)}\x1a\n${"b@x.org\n".repeat(9000)}`;
    await expect(rowsOf(latin1(text), ["email"], 72_008)).rejects.toMatchObject({
      code: "INVALID_DATA",
      line: 9002,
    });
  });

  it.each<[string, string, RegExp]>([
    ["case", "E-Mail,n\na,1\n", /column 1 differs only in case/],
    ["width", "ｅmail,n\na,1\n", /column 1 differs only in width/],
    ["composition", "n,nachna\u0308me\n1,a\n", /column 2 differs only in composition/],
    ["blanks", "e_mail,n\na,1\n", /column 1 differs only in blanks/],
  ])("a column whose name differs in %s only is pointed to, without its name", (_, text, message) => {
    const names: Record<string, string> = { "E-Mail,n": "e-mail", "ｅmail,n": "email", "e_mail,n": "email" };
    const name = names[text.split("\n")[0] ?? ""] ?? "nachn\u00e4me";
    expect(() => textColumn(read(text), name)).toThrow(message);
    expect(() => read(text, { select: [name] })).toThrow(message);
  });
});

it("a cell is found in the same place however the file arrives, whichever delimiter its first 64 KiB suggest", async () => {
  const content = latin1(`id;x,y\n${"1;2,3,4\n".repeat(20_000)}`);
  for (const length of [7, 65_536, 200_000]) {
    const rows = await rowsOf(content, ["x,y"], length);
    expect([rows.length, rows[0]]).toEqual([20_000, ["2,3,4"]]);
  }
});
