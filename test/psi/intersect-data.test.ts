import { expect, it } from "vitest";
import { parseTable, textColumn, type Table } from "../../dist/table/index.js";
import type { PsiItem } from "../../dist/psi/index.js";
import { dataPath, describeWithData, readData } from "../support/data.js";
import { foundRows, isBlank, plainDistinct, plainRows, revealed, simulated } from "./plain-intersection.js";
import { readFileSync } from "node:fs";

function table(name: string): Table {
  return parseTable(readFileSync(dataPath(name)), { file: name });
}

function keys(from: Table, columns: readonly string[]): string[][] {
  const cells = columns.map((column) => textColumn(from, column));
  return Array.from({ length: from.rowCount }, (_, row) => cells.map((column) => column[row] ?? ""));
}

async function commonOf(a: readonly PsiItem[], b: readonly PsiItem[], normalize = {}): Promise<number> {
  const result = revealed((await simulated([a, b], { normalize, workers: 1 }))[0]);
  if (Object.keys(normalize).length === 0) expect(foundRows(a, result)).toEqual(plainRows(a, b));
  expect(result.peerItems).toBeLessThanOrEqual(b.length);
  return result.size;
}

describeWithData("opendns", ["psi/opendns-top-domains.txt", "psi/opendns-random-domains.txt"], () => {
  it("has 76 common domains, lower-cased and trimmed, and 206 repetitions in the second list", async () => {
    const [top, random] = ["top", "random"].map((kind) =>
      readData(`psi/opendns-${kind}-domains.txt`).trimEnd().split("\n"),
    );
    if (top === undefined || random === undefined) throw new Error("expected two lists");
    expect([top.length, random.length]).toEqual([10_000, 10_000]);
    const normalize = { trim: true, lowerCase: true };
    const [first, second] = await simulated([top, random], { normalize, reveal: "both" });
    expect([revealed(first).size, revealed(second).size]).toEqual([76, 76]);
    expect([first.duplicates, second.duplicates]).toEqual([0, 206]);
    const clean = (text: string | undefined): string => (text ?? "").trim().toLowerCase();
    const at = (indices: Uint32Array, list: readonly string[]): string[] =>
      [...indices].map((row) => clean(list[row]));
    const common = at(revealed(first).indices, top);
    expect(at(revealed(second).indices, random)).toEqual(common);
    const others = new Set(random.map(clean));
    expect(common.toSorted()).toEqual(
      [...new Set(top.map(clean))].filter((domain) => others.has(domain)).toSorted(),
    );
  });
});

describeWithData("spu", ["psi/spu_alice.csv", "psi/spu_bob.csv"], () => {
  it.each([
    [["id"], 1172],
    [["idx", "id"], 165],
  ])("has the published number of common keys on %j: %i", async (columns, count) => {
    expect(
      await commonOf(keys(table("psi/spu_alice.csv"), columns), keys(table("psi/spu_bob.csv"), columns)),
    ).toBe(count);
  });
});

describeWithData("febrl", ["psi/febrl4a.csv", "psi/febrl4b.csv"], () => {
  const column = (name: string): readonly string[] => textColumn(table(name), "soc_sec_id");

  it("has 4,561 common social security numbers", async () => {
    const [a, b] = [column("psi/febrl4a.csv"), column("psi/febrl4b.csv")];
    expect(plainDistinct(a)).toBeGreaterThan(4561);
    expect(await commonOf(a, b)).toBe(4561);
  });

  const filledKeys = (name: string, columns: readonly string[]): string[][] =>
    keys(table(name), columns).filter((key) => key.every((field) => field.trim() !== ""));

  it.each([
    [["soc_sec_id", "date_of_birth"], 4071],
    [["given_name", "surname", "date_of_birth"], 2079],
  ])("has the known number of common keys on %j where all are filled: %i", async (columns, count) => {
    const [a, b] = [filledKeys("psi/febrl4a.csv", columns), filledKeys("psi/febrl4b.csv", columns)];
    expect(await commonOf(a, b)).toBe(count);
  });
});

describeWithData("hostile strings", ["badinput/naughty-strings-part-a.json"], () => {
  it("are compared like any other, none merged with another", async () => {
    const strings = JSON.parse(readData("badinput/naughty-strings-part-a.json")) as string[];
    const half = strings.filter((_, i) => i % 2 === 0);
    expect(await commonOf(strings, half)).toBe(new Set(half.filter((text) => !isBlank(text))).size);
  });
});
