import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { example } from "../support/examples.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "veilshare-statistics-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe("example:statistics, every firm a process", () => {
  it("finds the figures of a thousand real loans, the same as in the clear", async () => {
    const { code, stdout } = await example("statistics", "--json");
    expect(code).toBe(0);
    expect(stdout.trimEnd().split("\n").length).toBe(1);
    const result = JSON.parse(stdout) as { groups: { group: string; status: string; rows: number }[] };
    expect(result).toMatchObject({ parties: 8, matchesPlain: true });
    // Counted in the data set itself.
    const rows = new Map(result.groups.map(({ group, rows }) => [group, rows]));
    expect([rows.get("Radio.Television"), rows.get("NewCar"), rows.get("Business")]).toEqual([280, 234, 97]);
    const status = new Map(result.groups.map((group) => [group.group, group.status]));
    expect([status.get("Retraining"), status.get("Other")]).toEqual(["withheld-small", "withheld-dominated"]);
  }, 120_000);

  it("takes a file of payments, withholds small industries, and says why", async () => {
    const line = (firm: string, industry: string, days: number): string => `${firm},${industry},${days}`;
    const firms = ["Arden", "Brook", "Cedar", "Dunmore"];
    const lines = firms.flatMap((firm, i) => [
      line(firm, "retail", 30 + i),
      line(firm, "retail", 40 + i),
      ...(i < 2 ? [line(firm, "steel", 90)] : []),
      ...(i === 0 ? new Array<string>(9).fill(line(firm, "textiles", 5)) : [line(firm, "textiles", 6)]),
    ]);
    const path = file("payments.csv", ["firm,industry,days", ...lines].join("\n"));
    const { code, stdout } = await example("statistics", "--data", path);
    expect(code).toBe(0);
    for (const text of [
      "retail                   4 firms  mean  36.50",
      "steel                    2 firms  withheld: too few firms",
      "textiles                 4 firms  withheld: one firm has more than half",
      "clear, which only this example can compute: the same",
    ]) {
      expect(stdout).toContain(text);
    }
  }, 120_000);

  it.each<[string, string, RegExp]>([
    ["a missing column", "firm,days\nArden,3\n", /bad\.csv:1: column "industry": expected/],
    ["a value beyond the bounds", "firm,industry,days\nArden,retail,999\n", /bad\.csv:2: column "days"/],
    ["too few firms", "firm,industry,days\nArden,retail,9\n", /expected 3 to 20 firms, got 1/],
  ])("refuses %s in one line, with code 2", async (_, content, message) => {
    const { code, stdout, stderr } = await example("statistics", "--data", file("bad.csv", content));
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n").length).toBe(1);
  });
});
