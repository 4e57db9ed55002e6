import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createFileStore, openFileStore } from "../../dist/store/index-node.js";
import { killedAfterEach } from "../support/children.js";
import { generator, stormRuns, stormSeed } from "../support/storms.js";
import { idOf, ids, spending } from "./kinds.js";
import { Owner } from "./owners.js";

const running = killedAfterEach();
const runs = stormRuns();

/** One owner that works until it is killed at some step; gives the ids whose claims it was told of, and its uses. */
async function workUntilKilled(
  folder: string,
  next: (below: number) => number,
): Promise<{ claimed: number[]; used: number }> {
  const owner = await Owner.start(running, folder, "storm");
  await owner.trap({ number: 1 + next(60), signal: "SIGKILL" });
  const claimed: number[] = [];
  let used = 0;
  if ((await owner.ask("open")).code === "KILLED") return { claimed, used };
  for (let i = 0; i < 12; i++) {
    const id = next(1000);
    const claim = await owner.ask("claim", { id: [...idOf(id)] });
    if (claim.result === true) claimed.push(id);
    const spend = await owner.ask("spend");
    if (typeof spend.result === "number") used++;
    if (next(4) === 0) await owner.ask("compact");
    if (spend.code === "KILLED") break;
    expect([undefined, "BUDGET_SPENT"]).toContain(spend.code);
  }
  owner.child.kill("SIGKILL");
  return { claimed, used };
}

describe("a storm of kill -9", () => {
  it(
    `loses nothing that was said to be done and does nothing twice, between any two steps (${runs} runs)`,
    { timeout: 30_000 + runs * 3000 },
    async () => {
      const next = generator(stormSeed());
      let folder = "";
      let [used, seen]: [number, Set<number>] = [0, new Set()];
      for (let run = 0; run < runs; run++) {
        if (run % 10 === 0) {
          if (folder !== "") rmSync(folder, { recursive: true });
          folder = join(mkdtempSync(join(tmpdir(), "veilshare-storm-")), "state");
          await (await createFileStore(folder)).close();
          [used, seen] = [0, new Set()];
        }
        const done = await workUntilKilled(folder, next);
        for (const id of done.claimed) {
          expect(seen.has(id), `id ${id} was claimed twice`).toBe(false);
          seen.add(id);
        }
        used += done.used;
        const store = await openFileStore(folder);
        for (const id of seen) expect(store.view.has(ids, "ids", idOf(id))).toBe(true);
        const recorded = store.view.count(spending, "budget");
        expect(recorded).toBeGreaterThanOrEqual(used);
        expect(recorded).toBeLessThanOrEqual(100);
        // What was written when it died counts as used, though nobody was told.
        expect(recorded).toBeLessThanOrEqual(used + (run % 10) + 1);
        await store.close();
      }
    },
  );
});
