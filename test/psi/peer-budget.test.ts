import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { describe, expect, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import { intersect, intersectCardinality, join, type PeerBudget } from "../../dist/psi/index.js";
import { memoryStore, type StateStore } from "../../dist/store/index.js";
import { createFileStore, openFileStore } from "../../dist/store/index-node.js";

const hourMs = 3_600_000;
const list = (count: number): string[] => Array.from({ length: count }, (_, i) => `id ${i}`);

/** Party 0 asks with so many items; party 1, by default "victim", counts them. */
function ask(items: number, store: StateStore, asker = "asker", perWindow = 100): Promise<unknown> {
  const peerBudget: PeerBudget = { store, perWindow, windowMs: hourMs };
  return simulate(
    2,
    (party) =>
      party.index === 0
        ? intersect(party, list(items), { workers: 0 })
        : intersect(party, list(5), { workers: 0, peerBudget }),
    { names: [asker, "victim"] },
  );
}

const spent = { code: "BUDGET_SPENT", party: "asker" };

describe("a budget of what another party may ask", () => {
  it("counts all runs of one party within the window, and no other party's", async () => {
    let now = 1_000_000;
    const store = memoryStore({ nowMs: () => now });
    await ask(60, store);
    await expect(ask(41, store)).rejects.toMatchObject({
      ...spent,
      message: expect.stringContaining("option peerBudget") as string,
    });
    await ask(40, store);
    await expect(ask(1, store)).rejects.toMatchObject(spent);
    await ask(100, store, "another");
    now += hourMs + 1;
    await ask(100, store);
  });

  it("is one for all protocols, keys of all kinds of a join together", async () => {
    const store = memoryStore({ nowMs: () => 0 });
    const peerBudget = { store, perWindow: 10, windowMs: hourMs };
    const rows = list(3).map((id) => [id, `name of ${id}`]);
    const names = ["asker", "victim"];
    const own = (index: number): object => (index === 0 ? {} : { peerBudget });
    const joined = (): Promise<unknown> =>
      simulate(2, (party) => join(party, rows, { keys: ["id", "name"], workers: 0, ...own(party.index) }), {
        names,
      });
    await joined(); // six keys
    await expect(joined()).rejects.toMatchObject(spent);
    await simulate(2, (party) => intersectCardinality(party, list(4), { workers: 0, ...own(party.index) }), {
      names,
    });
    await expect(ask(1, store, "asker", 10)).rejects.toMatchObject(spent);
  });

  it("refuses before anything of the own list has left", async () => {
    const store = memoryStore({ nowMs: () => 0 });
    let received = -1;
    await simulate(2, async (party) => {
      const peerBudget = { store, perWindow: 1, windowMs: hourMs };
      const options = { workers: 0, ...(party.index === 1 ? { peerBudget } : {}) };
      try {
        await intersect(party, list(party.index === 0 ? 2 : 1000), options);
      } finally {
        if (party.index === 0) received = party.traffic.bytesReceived;
      }
    }).catch(() => undefined);
    expect(received).toBeGreaterThan(0);
    expect(received).toBeLessThan(1000); // a thousand blinded items are 32,000 bytes
  });

  it("outlives the process, in a store on disk", async () => {
    const folder = mkdtempSync(joinPath(tmpdir(), "veilshare-budget-"));
    try {
      const path = joinPath(folder, "state");
      const store = await createFileStore(path);
      await ask(60, store);
      await store.close();
      const again = await openFileStore(path);
      await expect(ask(41, again)).rejects.toMatchObject(spent);
      await again.acceptRestore("a backup was put back");
      await expect(ask(1, again)).rejects.toMatchObject(spent);
      await again.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    { perWindow: 0, windowMs: 1 },
    { perWindow: 1, windowMs: 0 },
    { perWindow: 1.5, windowMs: 1 },
    { perWindow: 1 },
    { perWindow: 1, windowMs: 1, store: {} },
    { perWindow: 1, windowMs: 1, limit: 5 },
  ])("is refused as %j", async (given) => {
    const peerBudget = { store: memoryStore(), ...given } as unknown as PeerBudget;
    await expect(simulate(2, (party) => intersect(party, ["a"], { peerBudget }))).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });
});
