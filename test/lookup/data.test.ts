import { readFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { parseTable, textColumn } from "../../dist/table/index.js";
import { publishSet, type LookupEntry, type PublishedSet } from "../../dist/lookup/index.js";
import { dataPath, describeWithData } from "../support/data.js";
import { answersOf, epoch, serverKey, session, shown } from "./sessions.js";

function column(file: string, name: string): string[] {
  const table = parseTable(readFileSync(dataPath(file)), { file });
  const header = table.columns.find((title) => title.trim() === name) ?? "";
  return [...textColumn(table, header)].map((cell) => cell.trim());
}

describeWithData("5,000 persons of febrl", ["psi/febrl4a.csv", "psi/febrl4b.csv"], () => {
  const states = new Map<string, string>();
  let set: PublishedSet;

  beforeAll(async () => {
    const [ids, names] = [column("psi/febrl4a.csv", "soc_sec_id"), column("psi/febrl4a.csv", "state")];
    // Few numbers stand in two rows: the first one counts, as a set has each key once.
    for (const [i, id] of ids.entries()) if (!states.has(id)) states.set(id, names[i] ?? "");
    const entries = [...states].map(([key, label]): LookupEntry => ({ key, label }));
    set = await publishSet(serverKey, entries, { epoch, labelBytes: 8, workers: 1 });
  }, 60_000);

  it.each([
    ["the whole set", {}],
    ["buckets", { bucketBits: 8 }],
  ])("are looked up by social security number in %s", async (_, options) => {
    expect(set.info.count).toBe(states.size);
    expect(states.size).toBeGreaterThan(4900);
    const other = column("psi/febrl4b.csv", "soc_sec_id").slice(0, 400);
    const asked = [...other, ...[...states.keys()].slice(0, 100), "0000000"];
    const { result, served } = await session({ set, options }, (client) => client.lookup(asked));
    const expected = asked.map((id) => (states.has(id) ? `=${states.get(id) ?? ""}` : "absent"));
    expect(answersOf(result).map(shown)).toEqual(expected);
    expect(expected.filter((answer) => answer === "absent").length).toBeGreaterThan(10);
    expect(served.evaluations).toBe(new Set(asked).size);
  });
});
