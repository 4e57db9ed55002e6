import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readLender, readPlatform, type OwnerReading } from "../../examples/risk/owner-table.js";

const folder = mkdtempSync(join(tmpdir(), "veilshare-owner-table-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

let files = 0;
function file(text: string): string {
  const path = join(folder, `${files++}.csv`);
  writeFileSync(path, text);
  return path;
}

describe("an owner's credit file", () => {
  it("is read as it is: quoted with blanks, another id, outcomes 1 and 2, missing values by name", async () => {
    const text = '"sid", "kredit", "laufzeit", "zweck"\n"a", "2", " 22.5", "auto"\n"b", "1", "NA", "haus"\n';
    const reading: OwnerReading = { id: "sid", label: "kredit", positive: "2", trim: true, missing: ["NA"] };
    const { ids, labels, columns, summaries } = await readLender(file(text), reading);
    expect([ids, Array.from(labels)]).toEqual([
      ["a", "b"],
      [1, 0],
    ]);
    expect(columns).toEqual([
      { kind: "numeric", name: "laufzeit", values: Float64Array.of(22.5, NaN) },
      { kind: "category", name: "zweck", values: ["auto", "haus"] },
    ]);
    expect(summaries.map(({ name, missing }) => [name, missing])).toEqual([
      ["laufzeit", 1],
      ["zweck", 0],
    ]);
  });

  it("may be a European spreadsheet's export: semicolons, decimal commas, percent, empty columns", async () => {
    const text = "sep=;\r\nsid;Betrag;Quote;;\r\na;1.022,08;5%;;\r\nb;3,5;7%;;\r\n";
    const numbers = { decimal: ",", grouping: ".", units: ["%"] } as const;
    const { columns } = await readPlatform(file(text), { id: "sid", numbers });
    expect(columns).toEqual([
      { kind: "numeric", name: "Betrag", values: Float64Array.of(1022.08, 3.5) },
      { kind: "numeric", name: "Quote", values: Float64Array.of(5, 7) },
    ]);
    await expect(readPlatform(file(text), { id: "sid" })).rejects.toThrow(/numbers in another notation/);
  });

  it("may say the outcome in words, and have columns to ignore", async () => {
    const text = "id,class,since,x\na,good,2020-01-02,1\nb, bad,2021-03-04,2\n";
    const reading: OwnerReading = { label: "class", positive: "bad", trim: true, ignore: ["since"] };
    const { labels, columns } = await readLender(file(text), reading);
    expect([Array.from(labels), columns.map(({ name }) => name)]).toEqual([[0, 1], ["x"]]);
    await expect(readLender(file(text), { ...reading, ignore: [] })).rejects.toThrow(
      /"since": .*dates; exclude/,
    );
  });
});
