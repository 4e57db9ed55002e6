import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { VeilshareError } from "../../dist/index.js";
import { jsonLog, memoryStore, type StateStore, type StoreDraft } from "../../dist/store/index.js";
import { createFileStore, inspectFileStore, openFileStore } from "../../dist/store/index-node.js";
import { expectCode } from "../support/expect-error.js";
import { counter, idOf, ids, spending } from "./kinds.js";

type Making = (nowMs?: () => number) => Promise<StateStore>;

const newFolder = (): string => join(mkdtempSync(join(tmpdir(), "veilshare-store-")), "state");

const makings: Record<string, Making> = {
  "in memory": (nowMs) => Promise.resolve(memoryStore(nowMs && { nowMs })),
  "in a folder": (nowMs) => createFileStore(newFolder(), nowMs && { nowMs }),
};

/** Spends if the sum stays within 100. */
function spend(draft: StoreDraft, amount: number, by = "a"): number {
  const spent = draft.list(spending, "budget").reduce((sum, { amount: one }) => sum + one, 0);
  if (spent + amount > 100) throw new VeilshareError("BUDGET_SPENT", `expected at most ${100 - spent}`);
  draft.add(spending, "budget", { amount, by });
  return spent + amount;
}

describe.each(Object.entries(makings))("a store %s", (_, make) => {
  it("decides each change on what all earlier ones left, also when they are asked for at once", async () => {
    const store = await make();
    const results = await Promise.allSettled([60, 60, 40, 1].map((n) => store.transact((d) => spend(d, n))));
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "rejected"]);
    expect(store.view.list(spending, "budget").map(({ amount }) => amount)).toEqual([60, 40]);
    await store.close();
  });

  it("changes nothing when a change throws, whatever it had written", async () => {
    const store = await make();
    await store.transact((draft) => {
      draft.put(counter, "x", { count: 1 });
      draft.claim(ids, "s", [idOf(1)]);
    });
    const { head } = store;
    const thrown = store.transact((draft) => {
      draft.put(counter, "x", { count: 2 });
      draft.put(counter, "y", { count: 2 });
      draft.add(spending, "l", { amount: 1, by: "a" });
      draft.claim(ids, "s", [idOf(2), idOf(3)]);
      draft.remove(counter, "x");
      throw new RangeError("no");
    });
    await expect(thrown).rejects.toThrow(RangeError);
    expect(store.view.get(counter, "x")).toEqual({ count: 1 });
    expect(store.view.keys(counter)).toEqual(["x"]);
    expect(store.view.count(spending, "l")).toBe(0);
    expect([1, 2, 3].map((n) => store.view.has(ids, "s", idOf(n)))).toEqual([true, false, false]);
    expect(store.head).toEqual(head);
    await store.close();
  });

  it("says of each id whether it was claimed before, and of a repeated one once", async () => {
    const store = await make();
    const claim = (numbers: number[]): Promise<boolean[]> =>
      store.transact((draft) => draft.claim(ids, "s", numbers.map(idOf)));
    expect(await claim([1, 2, 1])).toEqual([true, true, false]);
    expect(await claim([2, 3])).toEqual([false, true]);
    expect(store.view.count(ids, "s")).toBe(3);
    await store.close();
  });

  it("lets values go when their time is over", async () => {
    let now = 1000;
    const store = await make(() => now);
    await store.transact((draft) => {
      draft.add(spending, "l", { amount: 1, by: "a" }, { expiresAtMs: 2000 });
      draft.add(spending, "l", { amount: 2, by: "a" }, { expiresAtMs: 3000 });
      draft.put(counter, "c", { count: 1 }, { expiresAtMs: 2500 });
    });
    const seen = (): unknown => [
      store.view.list(spending, "l").map(({ amount }) => amount),
      store.view.count(spending, "l"),
      store.view.get(counter, "c")?.count,
      store.view.keys(counter),
    ];
    expect(seen()).toEqual([[1, 2], 2, 1, ["c"]]);
    now = 2000;
    expect(seen()).toEqual([[2], 1, 1, ["c"]]);
    now = 3000;
    expect(seen()).toEqual([[], 0, undefined, []]);
    await store.close();
  });

  it("tells what was written before a restore was accepted from what came after", async () => {
    const store = await make(() => 77);
    await store.transact((draft) => {
      draft.put(counter, "old", { count: 1 });
    });
    expect([store.view.isBurned(counter, "old"), store.view.restoredAtMs]).toEqual([false, undefined]);
    await store.acceptRestore("disk of monday");
    await store.transact((draft) => {
      draft.put(counter, "new", { count: 1 });
    });
    expect(store.view.isBurned(counter, "old")).toBe(true);
    expect(store.view.isBurned(counter, "new")).toBe(false);
    expect(store.view.isBurned(counter, "never")).toBe(false);
    expect(store.view.restoredAtMs).toBe(77);
    await store.close();
  });

  it("goes one on in its chain with each change, and says where it stood then", async () => {
    const store = await make();
    const start = store.head.length;
    const { result, head } = await store.commit((draft) => {
      draft.put(counter, "x", { count: 1 });
      return "done";
    });
    expect(result).toBe("done");
    expect(head).toEqual(store.head);
    expect(head.length).toBe(start + 1);
    const read = await store.commit((draft) => draft.get(counter, "x")?.count);
    expect(read).toEqual({ result: 1, head });
    await store.close();
  });

  it("refuses what would be a silent mistake", async () => {
    const store = await make();
    await store.transact((draft) => {
      draft.put(counter, "x", { count: 1 });
    });
    let kept: StoreDraft | undefined;
    await store.transact((draft) => (kept = draft));
    const refused = async (change: (draft: StoreDraft) => unknown): Promise<void> => {
      await expectCode(store.transact(change), "INVALID_ARGUMENT");
    };
    await refused((draft) => Promise.resolve(draft));
    await refused((draft) => {
      draft.put(counter, "", { count: 1 });
    });
    await refused((draft) => {
      draft.put(counter, "x".repeat(1025), { count: 1 });
    });
    await refused((draft) => {
      draft.put(counter, "\ud800", { count: 1 });
    });
    await refused((draft) => {
      draft.put(counter, "y", { count: 1 }, { expiresAtMs: Number.NaN });
    });
    await refused((draft) => draft.claim(ids, "s", [new Uint8Array(15)]));
    const asLog = jsonLog(counter.name, { read: (record) => record.integer("count") });
    await refused((draft) => {
      draft.add(asLog, "x", 3);
    });
    await refused((draft) => draft.list(asLog, "x"));
    await expectCode(() => kept?.put(counter, "x", { count: 2 }), "CLOSED");
    await expectCode(() => kept?.claim(ids, "x", []), "CLOSED");
    expect(store.view.get(counter, "x")).toEqual({ count: 1 });
    await store.close();
    await expectCode(
      store.transact(() => 1),
      "CLOSED",
    );
    await expectCode(() => store.view.get(counter, "x"), "CLOSED");
  });
});

describe("a store in a folder", () => {
  it("is there again, all of it, after closing, compaction and both", async () => {
    const folder = newFolder();
    let now = 5;
    let store = await createFileStore(folder, { nowMs: () => now });
    await store.transact((draft) => {
      draft.put(counter, "a", { count: 1 });
      draft.add(spending, "l", { amount: 1, by: "a" });
      draft.add(spending, "l", { amount: 2, by: "b" }, { expiresAtMs: 10 });
      draft.claim(ids, "s", [idOf(1), idOf(2)]);
    });
    await store.acceptRestore("test");
    await store.transact((draft) => {
      draft.put(counter, "b", { count: 2 });
      draft.remove(counter, "none");
    });
    const expectAll = (amounts: number[]): void => {
      expect(store.view.list(spending, "l").map(({ amount }) => amount)).toEqual(amounts);
      expect(store.view.keys(counter)).toEqual(["a", "b"]);
      expect([1, 2, 3].map((n) => store.view.has(ids, "s", idOf(n)))).toEqual([true, true, false]);
      expect(["a", "b"].map((key) => store.view.isBurned(counter, key))).toEqual([true, false]);
      expect(store.view.restoredAtMs).toBe(5);
    };
    expectAll([1, 2]);
    const { id } = store;
    for (const compacts of [false, true, true, false]) {
      const { length, epoch } = store.head;
      if (compacts) await store.compact();
      expect(store.head.length).toBe(length + (compacts ? 1 : 0));
      expectAll(now < 10 ? [1, 2] : [1]);
      const last = store.head;
      await store.close();
      if (compacts) now = 20;
      store = await openFileStore(folder, { nowMs: () => now });
      expect(store.id).toBe(id);
      expect(store.head).toMatchObject({ epoch: epoch + 1, length: last.length + 1 });
      expectAll(now < 10 ? [1, 2] : [1]);
    }
    await store.close();
  });

  it("has one owner: who opens it takes over, and the former owner's next change is refused and spends nothing", async () => {
    const folder = newFolder();
    const first = await createFileStore(folder);
    await first.transact((draft) => spend(draft, 50));
    const second = await openFileStore(folder);
    await expectCode(
      first.transact((draft) => spend(draft, 10)),
      "STORE_FENCED",
    );
    await expectCode(() => first.view.keys(counter), "STORE_FENCED");
    await expectCode(first.compact(), "STORE_FENCED");
    expect(await second.transact((draft) => spend(draft, 50))).toBe(100);
    const third = await openFileStore(folder);
    expect(third.view.list(spending, "budget")).toHaveLength(2);
    await expectCode(
      second.transact(() => 1),
      "STORE_FENCED",
    );
    await Promise.all([first, second, third].map((store) => store.close()));
  });

  it("is made once and never by itself", async () => {
    const folder = newFolder();
    await expectCode(openFileStore(folder), "INVALID_CONFIG");
    const store = await createFileStore(folder);
    await expectCode(createFileStore(folder), "INVALID_CONFIG");
    await store.compact();
    await expectCode(createFileStore(folder), "INVALID_CONFIG");
    await store.close();
    await expectCode(openFileStore(folder, { nowMS: Date.now } as object), "INVALID_ARGUMENT");
  });

  it("has all ids again that came with a snapshot, in large changes and one by one, in one or several sets", async () => {
    const folder = newFolder();
    const store = await createFileStore(folder);
    const claim = (key: string, from: number, to: number): Promise<boolean[]> => {
      const some = Array.from({ length: to - from }, (_, i) => idOf(from + i));
      return store.transact((draft) => draft.claim(ids, key, some));
    };
    await claim("a", 0, 40_000); // more than an entry of a snapshot holds
    await claim("b", 0, 10);
    await store.compact();
    await claim("a", 39_000, 41_000); // a half of them is there
    await Promise.all(Array.from({ length: 300 }, (_, i) => claim("b", i, i + 1)));
    await store.close();
    const again = await openFileStore(folder);
    expect(again.view.count(ids, "a")).toBe(41_000);
    expect(again.view.count(ids, "b")).toBe(300);
    for (let i = 0; i < 41_000; i++) if (!again.view.has(ids, "a", idOf(i))) expect.fail(`${i} is lost`);
    expect(again.view.has(ids, "a", idOf(41_000))).toBe(false);
    await again.close();
  });

  it("is compacted when it has many records, though they are short: each costs time when it is opened", async () => {
    const folder = newFolder();
    const store = await createFileStore(folder);
    for (let i = 0; i < 8; i++) {
      const put = (): Promise<void> =>
        store.transact((draft) => {
          draft.put(counter, "a", { count: i });
        });
      await Promise.all(Array.from({ length: 1000 }, put));
    }
    await store.close();
    const { generation, byteLength } = await inspectFileStore(folder);
    expect([generation, byteLength < 500_000]).toEqual([2, true]);
  });

  it("is looked at without taking it from its owner", async () => {
    const folder = newFolder();
    await expectCode(inspectFileStore(folder), "INVALID_CONFIG");
    const store = await createFileStore(folder, { nowMs: () => 9 });
    await store.transact((draft) => {
      draft.put(counter, "a", { count: 1 });
      draft.claim(ids, "s", [idOf(1), idOf(2)]);
    });
    await store.acceptRestore("test");
    for (const generation of [1, 2]) {
      const report = await inspectFileStore(folder);
      expect(report).toMatchObject({
        id: store.id,
        head: store.head,
        generation,
        voidRecords: 0,
        tornBytes: 0,
      });
      expect(report.restores).toEqual([{ atMs: 9, reason: "test" }]);
      expect(report.kinds).toEqual([
        { kind: "test/counter", shape: "cell", keys: 1, values: 1 },
        { kind: "test/id", shape: "set", keys: 1, values: 2 },
      ]);
      await store.compact();
    }
    await store.close();
  });
});
