import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type * as inputs from "../../examples/scope3/inputs.js";
import type * as plainTotal from "../../examples/scope3/plain-total.js";
import { dataPath, describeWithData } from "../support/data.js";
import { example, examplesInOne, type ExampleOutcome } from "../support/examples.js";

const folder = mkdtempSync(join(tmpdir(), "veilshare-example-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe("the Scope 3 example", () => {
  it("runs twelve processes and prints one JSON object that equals the sum in the clear", async () => {
    const { code, stdout, stderr } = await example("scope3", "--json");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.trim().split("\n")).toHaveLength(1);
    const result = JSON.parse(stdout) as Record<string, unknown>;
    expect(result).toMatchObject({
      contributors: 12,
      parties: 12,
      matchesPlain: true,
      totalKg: 18_219_017.87,
    });
    expect(result["byCategory"]).toMatchObject({ "1": 17_049_566.154, "2": null, "8": null, "15": 0 });
    for (const measured of ["seconds", "bytes", "rounds"]) expect(result[measured]).toBeGreaterThan(0);
  }, 120_000);

  it("tells people what was withheld and why", async () => {
    const few = ["A", "B", "C"].map((name) => `${name},1,325211,100,`).join("\n");
    const suppliers = write(
      "few.csv",
      `supplier,category,naics,spend_usd,primary_share\n${few}\nA,6,481111,5,\nA,4,484121,1,\n`,
    );
    const { code, stdout } = await example("scope3", "--suppliers", suppliers);
    expect(code).toBe(0);
    expect(stdout).toContain("fewer than 3");
    expect(stdout).toContain("equal to the gram");
    expect(stdout).not.toContain("3.220 kg"); // A's 5 dollars of air travel
  }, 60_000);
});

describe("the Scope 3 example with --verified", () => {
  it("has two aggregators check every figure, and tells the buyer the sum in the clear", async () => {
    const rows = ["A", "B", "C", "D"].map((name) => `${name},1,325211,100,`).join("\n");
    const suppliers = write(
      "four.csv",
      `supplier,category,naics,spend_usd,primary_share\n${rows}\nA,6,481111,5,\n`,
    );
    const { code, stdout } = await example("scope3", "--verified", "--json", "--suppliers", suppliers);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      parties: 4,
      matchesPlain: true,
      contributors: 4,
      byCategory: { "1": null, "6": null }, // one alone in category 6
      proved: { counted: 4, included: 4, refused: 0 },
    });
  }, 60_000);
});

describe("the Scope 3 example ends with one line and exit code 2 for", () => {
  const header = "supplier,category,naics,spend_usd,primary_share";
  const good = "A,1,325211,100,\nB,1,325211,100,\nC,1,325211,100,";
  let files = 0;
  /** Each case has a folder of its own. */
  const inFolder = (name: string, content: string | Uint8Array): string => {
    const own = `case-${++files}`;
    mkdirSync(join(folder, own));
    return write(join(own, name), content);
  };
  const suppliers = (rows: string, head = header): string =>
    inFolder("suppliers.csv", `${head}\n${good}\n${rows}\n`);
  const epa = readFileSync("examples/data/epa-factors-used.csv", "utf8");
  const plastics = /^325211.*$/m.exec(epa)?.[0] ?? "";
  const factors = (text: string): string => inFolder("factors.csv", text);

  const cases: readonly (readonly [string, () => readonly string[], RegExp])[] = [
    [
      "a missing column",
      () => ["--suppliers", suppliers("", header.replace("spend_usd", "spend"))],
      /suppliers\.csv:1: column "spend_usd"/,
    ],
    [
      "a number that is none",
      () => ["--suppliers", suppliers("D,1,325211,lots,")],
      /suppliers\.csv:5: column "spend_usd"/,
    ],
    [
      "a negative spend",
      () => ["--suppliers", suppliers("D,1,325211,-1,")],
      /suppliers\.csv:5: column "spend_usd".*negative/,
    ],
    [
      "an unknown NAICS code",
      () => ["--suppliers", suppliers("D,1,999999,1,")],
      /suppliers\.csv:5: column "naics"/,
    ],
    [
      "an unknown category",
      () => ["--suppliers", suppliers("D,16,325211,1,")],
      /suppliers\.csv:5: column "category"/,
    ],
    [
      "a supplier's name that can't be one",
      () => ["--suppliers", suppliers('"a\nb",1,325211,1,')],
      /suppliers\.csv:5: column "supplier"/,
    ],
    ["an empty file", () => ["--suppliers", write("empty.csv", "")], /empty\.csv:1: .*empty file/],
    [
      "two suppliers only",
      () => ["--suppliers", write("two.csv", `${header}\nA,1,325211,1,\nB,1,325211,1,\n`)],
      /3 to 100 suppliers/,
    ],
    [
      "Latin-1",
      () => ["--suppliers", write("latin.csv", Buffer.from(`${header}\nZ\xfcrich,1,325211,1,\n`, "latin1"))],
      /latin\.csv:2: .*UTF-8/,
    ],
    [
      "UTF-16",
      () => ["--suppliers", write("wide.csv", Buffer.from(`\ufeff${header}\n`, "utf16le"))],
      /wide\.csv: expected 3 to 100 suppliers/,
    ],
    ["no such file", () => ["--suppliers", join(folder, "none.csv")], /none\.csv: .*no such file/],
    [
      "a negative factor",
      () => ["--factors", factors(epa.replace("1.045", "-1.045"))],
      /factors\.csv:4: column "Supply Chain Emission Factors with Margins".*negative/,
    ],
    [
      "a factor NaN",
      () => ["--factors", factors(epa.replace("1.045", "NaN"))],
      /factors\.csv:4: column "Supply Chain.*NaN/,
    ],
    [
      "a factor that is there twice",
      () => ["--factors", factors(`${epa}${plastics}\n`)],
      /factors\.csv:23: column "2017 NAICS Code".*line 4 again/,
    ],
    ["an unknown option", () => ["--supplier", "x"], /usage/],
    [
      "a footprint file that is no JSON",
      () => ["--products", write("broken.json", '[\n{"id": 1,}\n]')],
      /broken\.json:2:\d+: .*JSON/,
    ],
  ];
  let outcomes: ExampleOutcome[] = [];
  beforeAll(async () => {
    outcomes = await examplesInOne(
      "scope3",
      cases.map(([, args]) => args()),
    );
  });

  it.each(cases.map(([name, , message], i) => [name, i, message] as const))("%s", (_, i, message) => {
    const outcome = outcomes[i];
    expect(outcome?.stderr).toMatch(message);
    expect(outcome?.stderr.trimEnd().split("\n")).toHaveLength(1);
    expect([outcome?.code, outcome?.stdout]).toEqual([2, ""]);
  });
});

describeWithData(
  "the Scope 3 example on all of the EPA's factors",
  ["carbon/epa_supply_chain_v1.3_co2e.csv"],
  () => {
    it("gives the same total as on the rows that come with it", async () => {
      const built = new URL("../../build/examples/scope3/", import.meta.url);
      const { defaultFiles, readInputs } = (await import(`${built.href}inputs.js`)) as typeof inputs;
      const { plainGrams } = (await import(`${built.href}plain-total.js`)) as typeof plainTotal;
      const all = dataPath("carbon/epa_supply_chain_v1.3_co2e.csv");
      const { footprints } = await readInputs({ ...defaultFiles, factors: all }, {}, "2026");
      const grams = plainGrams(footprints.values()).reduce((sum, one) => sum + one, 0n);
      expect([footprints.size, grams]).toEqual([12, 18_219_017_870n]); // what twelve processes add up above
    });
  },
);
