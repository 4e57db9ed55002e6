import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import { acceptPeerRestore, memoryStore, rememberedHeads, type StateStore } from "../../dist/store/index.js";
import { createFileStore, openFileStore } from "../../dist/store/index-node.js";
import { counter } from "../store/kinds.js";

const names = ["bank", "platform", "auditor"];

/** One run of parties with stores, or without; gives each party's error code. */
async function meet(stores: readonly (StateStore | undefined)[]): Promise<string[]> {
  const codes: string[] = [];
  const run = simulate(
    stores.length,
    (party) => {
      const store = stores[party.index];
      const ran = party.run({ name: "test/heads", version: 1 }, (inner) =>
        inner.agree({ a: 1 }, store === undefined ? {} : { store }),
      );
      return ran.then(
        () => (codes[party.index] = "met"),
        (error: unknown) => {
          codes[party.index] = (error as { code: string }).code;
          throw error;
        },
      );
    },
    { names: names.slice(0, stores.length) },
  );
  await run.catch(() => undefined);
  return codes;
}

const spend = (store: StateStore, count: number): Promise<void> =>
  store.transact((draft) => {
    draft.put(counter, "spent", { count });
  });

describe("parties whose stores take part", () => {
  it("meet again and again, also three of them, one without a store, and after one compacted", async () => {
    const stores = [memoryStore(), memoryStore(), undefined];
    for (let i = 0; i < 4; i++) {
      expect(await meet(stores)).toEqual(["met", "met", "met"]);
      if (i > 1) await spend(stores[0] as StateStore, i);
      await stores[1]?.compact();
    }
    expect(rememberedHeads(stores[0] as StateStore).map(({ peer }) => peer)).toEqual(["platform"]);
    const three = [memoryStore(), memoryStore(), memoryStore()];
    for (let i = 0; i < 3; i++) expect(await meet(three)).toEqual(["met", "met", "met"]);
  });

  it("run in many sessions at once", async () => {
    const stores = [memoryStore(), memoryStore()] as const;
    const all = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        await spend(stores[i % 2 === 0 ? 0 : 1], i);
        return meet(stores);
      }),
    );
    expect(all).toEqual(new Array(20).fill(["met", "met"]));
  });

  it("refuse a restored backup until both have accepted it, however much was written to it since", async () => {
    const folder = join(mkdtempSync(join(tmpdir(), "veilshare-heads-")), "state");
    const other = memoryStore();
    let own = await createFileStore(folder);
    await spend(own, 1);
    expect(await meet([own, other])).toEqual(["met", "met"]);
    await own.close();
    cpSync(folder, `${folder}.backup`, { recursive: true });
    own = await openFileStore(folder);
    await spend(own, 2);
    expect(await meet([own, other])).toEqual(["met", "met"]);
    await own.close();
    rmSync(folder, { recursive: true });
    cpSync(`${folder}.backup`, folder, { recursive: true });
    own = await openFileStore(folder);
    for (let i = 0; i < 30; i++) await spend(own, i); // further than the other has seen
    const [restored, seen] = await meet([own, other]);
    expect(restored).toBe("STORE_ROLLED_BACK");
    expect(["PEER_MISMATCH", "PEER_ABORTED"]).toContain(seen);
    await acceptPeerRestore(other, "bank", "disk failure, by telephone");
    expect((await meet([own, other]))[1]).toBe("PEER_MISMATCH"); // its owner has burned nothing yet
    await own.acceptRestore("disk failure");
    expect(await meet([own, other])).toEqual(["met", "met"]);
    expect(await meet([own, other])).toEqual(["met", "met"]);
    expect(own.view.isBurned(counter, "spent")).toBe(true);
    await own.close();
  });

  it("refuse another store, and none, in place of the one that they know", async () => {
    const [own, other] = [memoryStore(), memoryStore()];
    expect(await meet([own, other])).toEqual(["met", "met"]);
    expect(await meet([memoryStore(), other])).toContain("STORE_ROLLED_BACK");
    expect((await meet([undefined, other]))[1]).toBe("PEER_MISMATCH");
    expect(await meet([own, other])).toEqual(["met", "met"]);
  });

  it("refuse a peer's other messages with its name and step", async () => {
    const store = memoryStore();
    const liar = simulate(
      2,
      (party) =>
        party.run({ name: "test/heads", version: 1 }, async (run) => {
          if (run.index === 0) return run.agree({}, { store });
          const own = memoryStore();
          const tampering = new Proxy(own, {
            get: (target, key) => (key === "id" ? "zz" : Reflect.get(target, key, target)) as unknown,
          });
          return run.agree({}, { store: tampering });
        }),
      { names: names.slice(0, 2) },
    );
    await expect(liar).rejects.toMatchObject({ name: "VeilshareError" });
  });
});
