import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parseTable, textColumn } from "../../../dist/table/index.js";
import type { Intersection, PsiItem } from "../../../dist/psi/index.js";
import { dataPath, describeWithData, readData } from "../../support/data.js";
import { foundRows, plainRows, revealed, simulated } from "../plain-intersection.js";

function keys(name: string, columns: readonly string[]): string[][] {
  const table = parseTable(readFileSync(dataPath(name)), { file: name });
  const cells = columns.map((column) => textColumn(table, column));
  return Array.from({ length: table.rowCount }, (_, row) => cells.map((column) => column[row] ?? ""));
}

type Counts = Pick<Intersection, "size" | "duplicates" | "withoutKey" | "ownItems" | "peerItems">;

function countsOf({ size, duplicates, withoutKey, ownItems, peerItems }: Intersection): Counts {
  return { size, duplicates, withoutKey, ownItems, peerItems };
}

/** By OKVS, by ECDH and by a plain set: the same rows, counts and duplicates at both parties. */
async function commonOf(a: readonly PsiItem[], b: readonly PsiItem[]): Promise<number> {
  const run = async (method: "okvs" | "ecdh"): Promise<Intersection[]> =>
    (await simulated([a, b], { method, reveal: "both", workers: 0 })).map((result) => revealed(result));
  const [okvs, ecdh] = [await run("okvs"), await run("ecdh")];
  expect(okvs.map((result) => countsOf(result))).toEqual(ecdh.map((result) => countsOf(result)));
  const [first, second] = okvs;
  if (first === undefined || second === undefined) throw new Error("expected two results");
  expect(foundRows(a, first)).toEqual(plainRows(a, b));
  expect(foundRows(b, second)).toEqual(plainRows(b, a));
  return first.size;
}

describeWithData("opendns by OKVS", ["psi/opendns-top-domains.txt", "psi/opendns-random-domains.txt"], () => {
  it("has the rows that ECDH and a plain set find, repetitions and all", async () => {
    const [top, random] = ["top", "random"].map((kind) =>
      readData(`psi/opendns-${kind}-domains.txt`).trimEnd().split("\n").slice(0, 6000),
    );
    if (top === undefined || random === undefined) throw new Error("expected two lists");
    expect(await commonOf(top, random)).toBeGreaterThan(0);
  });
});

describeWithData("spu by OKVS", ["psi/spu_alice.csv", "psi/spu_bob.csv"], () => {
  it.each([
    [["id"], 1172],
    [["idx", "id"], 165],
  ])("has the published number of common keys on %j: %i", async (columns, count) => {
    expect(await commonOf(keys("psi/spu_alice.csv", columns), keys("psi/spu_bob.csv", columns))).toBe(count);
  });
});

describeWithData("hostile strings by OKVS", ["badinput/naughty-strings-part-a.json"], () => {
  it("are compared like any other, none merged with another", async () => {
    const strings = JSON.parse(readData("badinput/naughty-strings-part-a.json")) as string[];
    expect(
      await commonOf(
        strings,
        strings.filter((_, i) => i % 2 === 0),
      ),
    ).toBeGreaterThan(50);
  });
});
