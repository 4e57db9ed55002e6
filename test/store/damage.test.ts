import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createFileStore, openFileStore } from "../../dist/store/index-node.js";
import { killedAfterEach } from "../support/children.js";
import { expectCode } from "../support/expect-error.js";
import { counter, idOf, ids, spending } from "./kinds.js";
import { Owner } from "./owners.js";

const running = killedAfterEach();

const newFolder = (): string => join(mkdtempSync(join(tmpdir(), "veilshare-store-")), "state");

/** The one file of a store. */
function logOf(folder: string): string {
  const [file, ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  return join(folder, file ?? "");
}

/** A store with some records, closed; gives how long its file was after each. */
async function storeWith(folder: string, records: number, compact = false): Promise<number[]> {
  const store = await createFileStore(folder);
  const lengths: number[] = [];
  if (compact) await store.compact();
  for (let i = 0; i < records; i++) {
    await store.transact((draft) => {
      draft.put(counter, "last", { count: i });
      draft.claim(ids, "s", [idOf(i)]);
    });
    lengths.push(statSync(logOf(folder)).size);
  }
  await store.close();
  return lengths;
}

describe("the file of a store", () => {
  it.each([false, true])(
    "may end anywhere in its last record: that one does not count, all others do (after a snapshot: %s)",
    async (compact) => {
      const folder = newFolder();
      const [before = 0, whole = 0] = (await storeWith(folder, 4, compact)).slice(-2);
      const bytes = readFileSync(logOf(folder));
      for (let end = before; end <= whole; end += end > before + 24 && end < whole - 3 ? 41 : 3) {
        const copy = newFolder();
        cpSync(folder, copy, { recursive: true });
        truncateSync(logOf(copy), end);
        if (end % 2 === 0) appendFileSync(logOf(copy), new Uint8Array(13)); // pages of zeros, as after a power cut
        const store = await openFileStore(copy);
        expect(store.view.get(counter, "last")).toEqual({ count: end === whole ? 3 : 2 });
        await store.transact((draft) => draft.claim(ids, "s", [idOf(99)]));
        await store.close();
        const again = await openFileStore(copy);
        expect([again.view.has(ids, "s", idOf(99)), again.view.has(ids, "s", idOf(2))]).toEqual([true, true]);
        await again.close();
        rmSync(copy, { recursive: true });
      }
      expect(readFileSync(logOf(folder))).toEqual(bytes);
    },
  );

  it("is refused where a record is damaged or missing that others follow", async () => {
    const folder = newFolder();
    const lengths = await storeWith(folder, 4);
    const bytes = readFileSync(logOf(folder));
    const [second = 0, third = 0] = lengths.slice(1);
    const header = bytes.subarray(0, 64);
    expect(header.subarray(0, 15).toString()).toBe("veilshare-store");
    const damages: Buffer[] = [
      Buffer.concat([bytes.subarray(0, second), bytes.subarray(third)]), // a record cut out
      ...[second + 40, second + 9, second + 3, third - 1].map((at) => {
        const copy = Buffer.from(bytes);
        copy.writeUInt8((copy[at] ?? 0) ^ 4, at);
        return copy;
      }),
      Buffer.concat([Buffer.from("veilshare-storx"), bytes.subarray(15)]),
      Buffer.from("something else"),
    ];
    for (const damaged of damages) {
      writeFileSync(logOf(folder), damaged);
      await expectCode(openFileStore(folder), "INVALID_DATA", { file: logOf(folder) });
    }
    const later = Buffer.from(bytes);
    later.writeUInt32LE(2, 16);
    writeFileSync(logOf(folder), later);
    await expectCode(openFileStore(folder), "UNSUPPORTED");
    writeFileSync(logOf(folder), bytes);
    await (await openFileStore(folder)).close();
  });

  it("is made although an earlier making was cut short, and by one of two makers", async () => {
    const folder = newFolder();
    await storeWith(folder, 1);
    const path = logOf(folder);
    const bytes = readFileSync(path);
    for (const length of [0, 1, 15, 16, 40, 55]) {
      writeFileSync(path, bytes.subarray(0, length));
      await expectCode(openFileStore(folder), "INVALID_CONFIG");
      const store = await createFileStore(folder);
      expect(store.view.keys(counter)).toEqual([]);
      await store.transact((draft) => draft.claim(ids, "s", [idOf(1)]));
      await store.close();
      await (await openFileStore(folder)).close();
    }
    const fresh = newFolder();
    const makers = await Promise.allSettled([1, 2, 3].map(() => createFileStore(fresh)));
    const stores = makers.flatMap((maker) => (maker.status === "fulfilled" ? [maker.value] : []));
    expect(stores.length).toBeLessThanOrEqual(1);
    for (const store of stores) await store.close();
    await (await openFileStore(fresh)).close();
  });

  it("that is replaced or cut under its owner makes the next change fail, and nothing is spent", async () => {
    const folder = newFolder();
    await storeWith(folder, 2);
    const backup = newFolder();
    cpSync(folder, backup, { recursive: true });
    const first = await openFileStore(folder);
    await first.transact((draft) => {
      draft.put(counter, "last", { count: 7 });
    });
    rmSync(logOf(folder));
    copyFileSync(logOf(backup), join(folder, readdirSync(backup)[0] ?? ""));
    await expectCode(
      first.transact((draft) => {
        draft.put(counter, "last", { count: 8 });
      }),
      "STORE_FENCED",
    );
    await first.close();
    const second = await openFileStore(folder);
    await second.transact((draft) => {
      draft.put(counter, "last", { count: 9 });
    });
    writeFileSync(logOf(folder), readFileSync(logOf(backup))); // in place: shorter by the records since
    await expectCode(
      second.transact((draft) => {
        draft.put(counter, "last", { count: 10 });
      }),
      "INVALID_DATA",
    );
    await expectCode(() => second.view.get(counter, "last"), "INVALID_DATA");
    await second.close();
  });
});

describe.skipIf(process.platform !== "linux")("a store that can't write", () => {
  it("spends nothing on a full disk, says so, and goes on when there is room again", async () => {
    const folder = newFolder();
    await (await createFileStore(folder)).close();
    const owner = await Owner.start(running, folder, "full", { fileBlocks: 1 });
    expect(await owner.ask("open")).toMatchObject({ result: 2 });
    let used = 0;
    for (; used < 50; used++) {
      const { code } = await owner.ask("spend");
      if (code === undefined) continue;
      expect(code).toBe("STORE_WRITE_FAILED");
      break;
    }
    expect(used).toBeGreaterThan(1);
    expect(used).toBeLessThan(50);
    expect(await owner.ask("spend")).toEqual({ code: "STORE_WRITE_FAILED" });
    const lifted = spawnSync("prlimit", ["--pid", String(owner.child.pid), "--fsize=unlimited:unlimited"]);
    if (lifted.status === 0) expect(await owner.ask("spend")).toEqual({ result: ++used });
    const store = await openFileStore(folder);
    expect(store.view.count(spending, "budget")).toBe(used);
    await store.close();
  });

  it("refuses a folder that this process may not write to", async () => {
    const folder = newFolder();
    await storeWith(folder, 1);
    const isRoot = process.getuid?.() === 0; // whom permissions do not stop
    chmodSync(join(folder, ".."), 0o755);
    if (isRoot) chownSync(folder, 0, 0);
    chmodSync(logOf(folder), 0o444);
    chmodSync(folder, 0o555);
    const owner = await Owner.start(running, folder, "reader", isRoot ? { uid: 65_534 } : {});
    expect(await owner.ask("open")).toEqual({ code: "INVALID_CONFIG" });
    chmodSync(folder, 0o755);
    chmodSync(logOf(folder), 0o644);
  });
});
