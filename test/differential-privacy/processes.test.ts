import { describe, expect, it } from "vitest";
import type * as launcher from "../../examples/launcher/index.js";

// The built launcher, whose processes run built scripts.
const built = new URL("../../build/examples/launcher/index.js", import.meta.url).href;
const { runParties } = (await import(built)) as typeof launcher;

const script = new URL("./contributor-process.mjs", import.meta.url);
const values = [
  [10, 5, 700],
  [20, 6, 100],
  [30, 0, 100],
  [40, 0, 90],
];
const parties = (dies: string): { name: string; task: launcher.Json }[] =>
  ["Arden", "Brook", "Cedar", "Dunmore"].map((name, i) => ({
    name,
    task: { values: values[i] ?? [], dies: name === dies },
  }));

interface Outcome {
  readonly cells: readonly (number | string)[];
  readonly noisy: readonly number[];
  readonly sigma: number;
  readonly spent: number;
}

describe("contributors in processes of their own", () => {
  it("release what may be released, and agree on a noisy total near the true one (false alarm below 1e-9)", async () => {
    const outcomes = (await runParties({ script, parties: parties("") })) as unknown as Outcome[];
    for (const { cells, noisy, sigma, spent } of outcomes) {
      expect(cells).toEqual([100, "withheld-small", "withheld-dominated"]);
      expect(noisy).toEqual(outcomes[0]?.noisy);
      expect(spent).toBe(1);
      for (const [i, total] of [100, 11, 990].entries()) {
        expect(Math.abs((noisy[i] ?? Number.NaN) - total)).toBeLessThan(6.5 * sigma);
      }
    }
  }, 120_000);

  it("end with the typed error when one is killed as it burns its budget", async () => {
    const run = runParties({ script, parties: parties("Cedar") });
    await expect(run).rejects.toMatchObject({ code: "PEER_CLOSED", party: "Cedar" });
  }, 120_000);
});
