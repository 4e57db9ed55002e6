import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { summarise, ratio } from "../../bench/measurement.js";

const main = fileURLToPath(new URL("../../build/bench/main.js", import.meta.url));
const run = promisify(execFile);

interface Report {
  readonly machine: Readonly<Record<string, unknown>>;
  readonly results: readonly Readonly<Record<string, unknown>>[];
  readonly ratios: Readonly<Record<string, number>>;
}

describe("npm run bench", () => {
  it("prints exactly one JSON object with machine, results and ratios", async () => {
    const { stdout } = await run(process.execPath, [main, "random", "--json", "--time", "1"]);
    const report = JSON.parse(stdout) as Report;
    expect(Object.keys(report)).toEqual(["machine", "results", "ratios", "figures"]);
    expect(report.machine).toMatchObject({ node: process.version });
    expect(report.results.length).toBeGreaterThan(3);
    for (const result of report.results) {
      expect(result).toMatchObject({ topic: "random", threads: 1 });
      expect(result["medianMs"]).toBeGreaterThan(0);
    }
    const names = new Set(report.results.map((result) => result["name"]));
    for (const [name, value] of Object.entries(report.ratios)) {
      expect(value).toBeGreaterThan(0);
      expect([...names].some((rival) => name.endsWith(`/${String(rival)}`))).toBe(true);
    }
  });

  it("refuses a topic that there is not, with the list of those there are and exit code 2", async () => {
    const failed = run(process.execPath, [main, "nosuch"]);
    await expect(failed).rejects.toMatchObject({ code: 2, stdout: "" });
    await expect(failed).rejects.toThrow(/topics: random, ring/);
  });
});

describe("summarise", () => {
  it("gives median, 99th percentile, spread and time an item, and ratios of the last", () => {
    const work = { name: "ours", items: 10, unit: "items", threads: 1 };
    const ours = summarise(work, [5, 1, 3, 2, 4]);
    expect(ours).toMatchObject({ runs: 5, medianMs: 3, p99Ms: 5, spread: 0.3333, nsPerItem: 300_000 });
    const rival = summarise({ ...work, name: "rival", items: 1 }, [3]);
    expect(ratio(ours, rival)).toEqual({ "ours/rival": 10 });
  });
});
