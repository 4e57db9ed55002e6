import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openRows, parseExcel, readTable, type ParseExcelOptions } from "../../dist/table/file-node.js";
import type { Table } from "../../dist/table/index.js";
import { storedZip } from "../support/zip.js";

const type = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const head = '<?xml version="1.0" encoding="UTF-8"?>';

/** A workbook as ECMA-376 has it. @param sheets Rows of cells in XML, by the sheet's name. */
function workbook(sheets: Readonly<Record<string, readonly string[]>>): Uint8Array {
  const names = Object.keys(sheets);
  const list = names.map((name, i) => `<sheet name="${name}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`);
  const relations = names.map(
    (_, i) =>
      `<Relationship Id="rId${i + 1}" Type="${type}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`,
  );
  const overrides = names.map(
    (_, i) =>
      `<Override PartName="/xl/worksheets/sheet${i + 1}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`,
  );
  const files: Record<string, string> = {
    "[Content_Types].xml": `${head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>${overrides.join("")}</Types>`,
    "_rels/.rels": `${head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${type}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    "xl/workbook.xml": `${head}<workbook xmlns="${main}" xmlns:r="${type}"><sheets>${list.join("")}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `${head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${relations.join("")}<Relationship Id="rIdS" Type="${type}/styles" Target="styles.xml"/></Relationships>`,
    "xl/styles.xml": `${head}<styleSheet xmlns="${main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>`,
  };
  for (const [i, rows] of Object.values(sheets).entries()) {
    const data = rows.map((cells, row) => `<row r="${row + 1}">${cells}</row>`).join("");
    files[`xl/worksheets/sheet${i + 1}.xml`] =
      `${head}<worksheet xmlns="${main}"><sheetData>${data}</sheetData></worksheet>`;
  }
  return storedZip(files);
}

const text = (at: string, value: string): string =>
  `<c r="${at}" t="inlineStr"><is><t xml:space="preserve">${value}</t></is></c>`;
const number = (at: string, value: string, style = 0): string =>
  `<c r="${at}" s="${style}"><v>${value}</v></c>`;

const customers = workbook({
  "A note": [text("A1", "for nobody")],
  Customers: [
    "",
    text("A2", " id ") + text("B2", "amount") + text("C2", "since") + text("D2", "paid"),
    text("A3", "007") +
      number("B3", "22.079999999999998") +
      number("C3", "46351", 1) +
      '<c r="D3" t="b"><v>1</v></c>',
    "",
    text("A5", " x ") + number("B5", "-3"),
  ],
});
const read = (content: Uint8Array, options: Partial<ParseExcelOptions> = {}): Promise<Table> =>
  parseExcel(content, { file: "in.xlsx", ...options });

describe("parseExcel", () => {
  it("gives texts as they are, numbers with 15 digits, dates and truth values, with the rows' numbers as lines", async () => {
    const table = await read(customers, { sheet: "Customers" });
    expect(table.columns).toEqual(["id", "amount", "since", "paid"]);
    expect(table.cells).toEqual([
      ["007", " x "],
      ["22.08", "-3"],
      ["2026-11-25", ""],
      ["TRUE", ""],
    ]);
    expect([table.headerLine, ...table.lines]).toEqual([2, 3, 5]);
  });

  it("takes the first sheet where none is named, and reads one without a header", async () => {
    expect((await read(customers)).columns).toEqual(["for nobody"]);
    const named = await read(customers, { columns: ["note"] });
    expect([named.columns, named.cells]).toEqual([["note"], [["for nobody"]]]);
  });

  it("refuses a sheet that is not there, what is no workbook, cells without a column name, and a missing column", async () => {
    await expect(read(customers, { sheet: "Costs" })).rejects.toThrow(
      /expected the sheet that was asked for/,
    );
    await expect(read(new TextEncoder().encode("id\n1\n"))).rejects.toThrow(/expected an Excel workbook/);
    const stray = workbook({ one: [text("A1", "id"), text("A2", "a") + text("B2", "b")] });
    await expect(read(stray)).rejects.toThrow(/in\.xlsx:2: column "2": expected a column name/);
    await expect(read(customers, { sheet: 2, select: ["ID"] })).rejects.toThrow(
      /column 1 differs only in case/,
    );
  });
});

describe("a workbook on disk", () => {
  const folder = mkdtempSync(join(tmpdir(), "veilshare-excel-"));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("is read by its name, whole and row by row", async () => {
    const path = join(folder, "Customers.XLSX");
    writeFileSync(path, customers);
    expect((await readTable(path, { sheet: 2 })).rowCount).toBe(2);
    const rows: unknown[] = [];
    for await (const row of openRows(path, { sheet: 2, select: ["amount", "id"] })) rows.push(row);
    expect(rows).toEqual([
      { line: 3, cells: ["22.08", "007"] },
      { line: 5, cells: ["-3", " x "] },
    ]);
  });
});
