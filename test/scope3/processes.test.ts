import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type * as launcher from "../../examples/launcher/index.js";

// The built launcher, whose processes run built scripts.
const built = new URL("../../build/examples/launcher/index.js", import.meta.url).href;
const { runParties } = (await import(built)) as typeof launcher;

const script = new URL("./supplier-process.mjs", import.meta.url);

describe("suppliers in processes of their own, one of which is killed", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "veilshare-suppliers-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const lines: launcher.Json = [{ category: 1, spend: "10", factor: { kgPerUnit: "1", currency: "USD" } }];
  const plan = (protocol: string, dies: string): { name: string; task: launcher.Json }[] =>
    ["Arden", "Brook", "Cedar", "Dunmore"].map((name, i) => ({
      name,
      task: { protocol, lines, note: join(folder, name), ...(i === 2 ? { dies } : {}) },
    }));

  it.each([
    ["scope3", "after the counts", "scope3-among-peers#0/commitment"],
    ["sum", "within a secure sum", "secure-sum#0/"],
  ])(
    "%s, killed %s: all others end with the typed error, soon",
    async (protocol, dies, waiting) => {
      const steps: string[] = [];
      const pids: number[] = [];
      const run = runParties({ script, parties: plan(protocol, dies), onStart: (_, pid) => pids.push(pid) });
      await expect(run).rejects.toMatchObject({ code: "PEER_CLOSED", party: "Cedar" });
      for (const name of ["Arden", "Brook", "Dunmore"]) {
        const note = JSON.parse(readFileSync(join(folder, name), "utf8")) as {
          code: string;
          step?: string;
          party: string;
          ms: number;
        };
        steps.push(note.step ?? "");
        // Who notices first tells the others, so some learn it from a party that lives.
        expect(["PEER_CLOSED", "PEER_ABORTED"]).toContain(note.code);
        if (note.code === "PEER_CLOSED") expect(note.party).toBe("Cedar");
        expect(note.ms).toBeLessThan(15_000);
      }
      expect(steps.join(" ")).toContain(waiting); // it died where it should
      expect(existsSync(join(folder, "Cedar"))).toBe(false);
      for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow(); // no process is left
    },
    60_000,
  );
});
