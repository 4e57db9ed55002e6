import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createFileStore, openFileStore } from "../../dist/store/index-node.js";
import { killedAfterEach } from "../support/children.js";
import { spending } from "./kinds.js";
import { Owner, type Outcome } from "./owners.js";

const running = killedAfterEach();

async function newStore(): Promise<string> {
  const folder = join(mkdtempSync(join(tmpdir(), "veilshare-store-")), "state");
  await (await createFileStore(folder)).close();
  return folder;
}

async function startedOwner(folder: string, name: string): Promise<Owner> {
  const owner = await Owner.start(running, folder, name);
  expect(await owner.ask("open")).toMatchObject({ result: expect.any(Number) as number });
  return owner;
}

/** Who spent what, as whoever opens the store next reads it. */
async function spenders(folder: string): Promise<string[]> {
  const store = await openFileStore(folder);
  const list = store.view.list(spending, "budget").map(({ by }) => by);
  await store.close();
  return list;
}

describe.skipIf(process.platform !== "linux")("two owners of one store, in processes of their own", () => {
  it("who begin at the same moment: one is the owner, the other is told", async () => {
    const folder = await newStore();
    const owners = await Promise.all(["a", "b"].map((name) => Owner.start(running, folder, name)));
    const opening: Promise<Outcome>[] = [];
    for (const owner of owners) {
      await owner.trap({ step: "begin/write", signal: "SIGSTOP" });
      opening.push(owner.ask("open"));
      await owner.stopped(); // it has read the store, and not yet begun
    }
    for (const owner of owners) owner.wake();
    const outcomes = await Promise.all(opening);
    expect(outcomes.filter(({ code }) => code === undefined)).toHaveLength(1);
    expect(outcomes).toContainEqual({ code: "STORE_FENCED" });
    const winner = outcomes.findIndex(({ code }) => code === undefined);
    expect(await owners[winner]?.ask("spend")).toEqual({ result: 1 });
  });

  it("one stopped before its write: what it wakes up to write does not count, and it is told", async () => {
    const folder = await newStore();
    const former = await startedOwner(folder, "former");
    await former.trap({ step: "append/write", signal: "SIGSTOP" });
    const late = former.ask("spend");
    await former.stopped();
    const latter = await startedOwner(folder, "latter");
    expect(await latter.ask("spend")).toEqual({ result: 1 });
    former.wake();
    expect(await late).toEqual({ code: "STORE_FENCED" });
    expect(await former.ask("spend")).toEqual({ code: "STORE_FENCED" });
    expect(await latter.ask("spend")).toEqual({ result: 2 });
    expect(await spenders(folder)).toEqual(["latter", "latter"]);
  });

  it.each(["append/sync", "append/read-back"])(
    "one stopped after its write, at %s: it counts for both, and the next does not",
    async (step) => {
      const folder = await newStore();
      const former = await startedOwner(folder, "former");
      await former.trap({ step, signal: "SIGSTOP" });
      const late = former.ask("spend");
      await former.stopped();
      const latter = await startedOwner(folder, "latter");
      expect(await latter.ask("spend")).toEqual({ result: 2 });
      former.wake();
      expect(await late).toEqual({ result: 1 });
      expect(await former.ask("spend")).toEqual({ code: "STORE_FENCED" });
      expect(await spenders(folder)).toEqual(["former", "latter"]);
    },
  );

  it("one stopped before it clears away what older owners left: it clears nothing of the next one's", async () => {
    const folder = await newStore();
    const former = await Owner.start(running, folder, "former");
    await former.trap({ step: "begin/remove", signal: "SIGSTOP" });
    const opening = former.ask("open");
    await former.stopped();
    const latter = await startedOwner(folder, "latter");
    expect(await latter.ask("spend")).toEqual({ result: 1 });
    await latter.trap({ step: "compact/rename", signal: "SIGSTOP" });
    const compacting = latter.ask("compact"); // sealed, and the snapshot does not have its name yet
    await latter.stopped();
    former.wake();
    await opening;
    latter.wake();
    expect(await compacting).toEqual({ result: "compacted" });
    expect(await latter.ask("spend")).toEqual({ result: 2 });
    expect(await former.ask("spend")).toEqual({ code: "STORE_FENCED" });
    expect(await spenders(folder)).toEqual(["latter", "latter"]);
  });

  it("a starter that was stopped after it had read: it reads what came in between", async () => {
    const folder = await newStore();
    const former = await startedOwner(folder, "former");
    const starter = await Owner.start(running, folder, "starter");
    await starter.trap({ step: "begin/write", signal: "SIGSTOP" });
    const opening = starter.ask("open");
    await starter.stopped();
    expect(await former.ask("spend")).toEqual({ result: 1 });
    expect(await former.ask("compact")).toEqual({ result: "compacted" });
    expect(await former.ask("spend")).toEqual({ result: 2 });
    starter.wake();
    expect(await opening).toMatchObject({ result: expect.any(Number) as number });
    expect(await starter.ask("spend")).toEqual({ result: 3 });
    expect(await former.ask("spend")).toEqual({ code: "STORE_FENCED" });
    expect(await spenders(folder)).toEqual(["former", "former", "starter"]);
  });
});

const compactSteps = [
  "compact/create",
  "compact/write",
  "compact/sync",
  "append/write",
  "append/sync",
  "append/read-back",
  "compact/rename",
  "compact/remove",
];

describe.skipIf(process.platform !== "linux")("an owner that is stopped while it compacts", () => {
  it.each(compactSteps)("at %s: nothing of the next owner's is lost when it wakes up", async (step) => {
    const folder = await newStore();
    const former = await startedOwner(folder, "former");
    await former.ask("spend");
    await former.trap({ step, signal: "SIGSTOP" });
    const compacting = former.ask("compact");
    await former.stopped();
    const latter = await startedOwner(folder, "latter");
    expect(await latter.ask("spend")).toEqual({ result: 2 });
    expect(await latter.ask("compact")).toEqual({ result: "compacted" });
    expect(await latter.ask("spend")).toEqual({ result: 3 });
    former.wake();
    const { code } = await compacting;
    expect(["STORE_FENCED", undefined]).toContain(code); // its seal may have counted before it was stopped
    expect(await former.ask("spend")).toEqual({ code: "STORE_FENCED" });
    expect(await latter.ask("spend")).toEqual({ result: 4 });
    expect(await latter.ask("compact")).toEqual({ result: "compacted" });
    expect(await spenders(folder)).toEqual(["former", "latter", "latter", "latter"]);
  });
});
