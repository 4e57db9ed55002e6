import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { runParties } from "../../examples/launcher/index.js";
import type { VeilshareError } from "../../dist/index.js";
import { example } from "../support/examples.js";

describe("example:joint-statistics", () => {
  it("asks about the German credit data in three processes and prints one JSON object", async () => {
    const { code, stdout, stderr } = await example("joint-statistics", "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.trim().split("\n").length).toBe(1);
    const result = JSON.parse(stdout) as Record<string, unknown>; // an object, or the next line fails
    expect(result).toMatchObject({ computation: "two-party", rows: 1000, matchesPlain: true });
    // Computed from the two files apart from this project's code.
    expect(result["answers"]).toMatchObject([
      { kind: "correlation" },
      { kind: "correlation" },
      { kind: "correlation" },
      {
        kind: "groupMeans",
        groups: [
          { group: "none", rows: 394 },
          { group: "lt.0", rows: 274 },
          { group: "0.to.200", rows: 269 },
          { group: "gt.200", rows: 63 },
        ],
      },
      {
        groups: [
          { rows: null, mean: null },
          { rows: 200, mean: expect.closeTo(2358.52, 2) as number },
          { rows: 630, mean: expect.closeTo(3070.97, 2) as number },
          { rows: null, mean: null },
        ],
      },
      { kind: "mean" },
      { kind: "variance" },
      { kind: "percentile" },
      { kind: "histogram" },
    ]);
    for (const name of ["seconds", "bytes", "rounds"]) expect(result[name]).toBeGreaterThan(0);
  });

  it("says with a dealer who holds what, what was learned, what it cost, and that the check held", async () => {
    const { code, stdout } = await example("joint-statistics", "--computation", "dealer");
    expect(code).toBe(0);
    for (const part of ["Who holds what", "dealer", "withheld", "rounds", "the same answers"]) {
      expect(stdout).toContain(part);
    }
  });

  it.each([[["--computation", "none"]], [["--unknown"]], [["surplus"]]])(
    "refuses arguments %j in one line, with exit code 2",
    async (args) => {
      const { code, stdout, stderr } = await example("joint-statistics", ...args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr.trim().split("\n").length).toBe(1);
      expect(stderr).toContain("usage: example:joint-statistics");
    },
  );

  it.each(["first", "helper"])(
    "ends with an error that names a process that is killed (%s)",
    async (victim) => {
      const pids = new Map<string, number>();
      let killed = false;
      const data = (name: string): string => resolve("examples/data", name);
      const computation = "replicated";
      const run = runParties({
        script: new URL("../../build/examples/joint-statistics/party.js", import.meta.url),
        parties: [
          { role: "first", file: data("german-credit-lender.csv"), computation },
          { role: "second", file: data("german-credit-platform.csv"), computation },
          { role: "helper", computation },
        ].map((task) => ({ name: task.role, task })),
        onStart: (party, pid) => pids.set(party, pid),
        onProgress: ({ step, done }) => {
          if (killed || step !== "joint-statistics/answer" || done < 1) return;
          killed = true;
          process.kill(pids.get(victim) ?? 0, "SIGKILL");
        },
      });
      const started = performance.now();
      const error: unknown = await run.catch((thrown: unknown) => thrown);
      expect(killed).toBe(true);
      expect(error as VeilshareError).toMatchObject({ code: "PEER_CLOSED", party: victim });
      expect(performance.now() - started).toBeLessThan(20_000);
    },
  );
});
