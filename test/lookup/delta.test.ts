import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { concatBytes, equalBytes } from "../../dist/bytes/encoding.js";
import { MalformedMessage } from "../../dist/bytes/codec.js";
import { simulate } from "../../dist/channel/index.js";
import {
  encodeSet,
  lookupSession,
  LookupStore,
  publishSet,
  serveLookup,
  updateSet,
  type LookupClient,
  type LookupEntry,
  type LookupOptions,
  type PublishedSet,
  type SetChanges,
} from "../../dist/lookup/index.js";
import { encodeDownload } from "../../dist/lookup/session/downloads.js";
import { applyDelta } from "../../dist/lookup/set/set-delta.js";
import { SetHistory } from "../../dist/lookup/set/set-history.js";
import { againstServer } from "./hand-written-parties.js";
import { answersOf, epoch, published, serverKey, shown } from "./sessions.js";

const entryBytes = 16 + 12 + 2 + 12 + 16;
const entriesOf = (set: PublishedSet): Uint8Array => set.slice(0, set.info.count);
const entriesUpTo = (count: number): LookupEntry[] =>
  Array.from({ length: count }, (_, i) => ({ key: `k${i}`, label: `${i}` }));

/** The tags of a set and what stands at each, found without the code under test. */
function byTag(set: PublishedSet): Map<string, string> {
  const map = new Map<string, string>();
  for (let i = 0; i < set.info.count; i++) {
    const entry = Buffer.from(set.slice(i, i + 1));
    map.set(entry.subarray(0, 16).toString("hex"), entry.toString("hex"));
  }
  return map;
}

/** A client's session with a store: its report and answers to k0, k1 and a key that was never there. */
async function visit(
  store: LookupStore,
  options: Partial<LookupOptions>,
): Promise<{ client: LookupClient; answers: string[]; received: number }> {
  const pinned = { publicKey: serverKey.publicKey, epoch };
  const [, found] = await simulate(2, async (party) => {
    if (party.index === 0) {
      await serveLookup(party, store, { budget: "unlimited" });
      return undefined;
    }
    return lookupSession(party, { ...pinned, ...options }, async (client) => ({
      client,
      answers: answersOf(await client.lookup(["k0", "k1", "never"])).map(shown),
      received: party.traffic.bytesReceived,
    }));
  });
  if (found === undefined) throw new Error("expected a client");
  return found;
}

describe("the changes between two versions", () => {
  const name = fc.integer({ min: 0, max: 40 }).map((n) => `k${n}`);
  const step = fc.record({
    put: fc.uniqueArray(name, { maxLength: 6 }),
    remove: fc.uniqueArray(name, { maxLength: 6 }),
  });

  it("make the current version out of any earlier one, with no entry and no tag more than differ", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
        const there = new Set(entriesUpTo(30).map(({ key }) => key as string));
        const versions = [await published(entriesUpTo(30))];
        let history = new SetHistory(16);
        for (const { put, remove } of steps) {
          const before = versions.at(-1) as PublishedSet; // there is one
          const gone = remove.filter((key) => there.has(key) && !put.includes(key));
          const changes: SetChanges = { put: put.map((key) => ({ key, label: "new" })), remove: gone };
          const after = await updateSet(serverKey, before, changes, { workers: 0 });
          for (const key of gone) there.delete(key);
          for (const key of put) there.add(key);
          history = await history.followedBy(before, after);
          versions.push(after);
        }
        const current = versions.pop() as PublishedSet;
        const now = byTag(current);
        for (const earlier of versions) {
          const delta = await history.since(earlier.info.digest, current);
          if (delta === undefined) continue; // more than half changed
          expect(equalBytes(await applyDelta(earlier, delta), entriesOf(current))).toBe(true);
          const old = byTag(earlier);
          const differing = [...now].filter(([tag, entry]) => old.get(tag) !== entry);
          expect(delta.put.length).toBe(differing.length * entryBytes);
          expect(delta.removed.length).toBe([...old.keys()].filter((tag) => !now.has(tag)).length * 16);
        }
        expect(versions.length).toBe(steps.length);
      }),
      { numRuns: 40 },
    );
  });

  it("are forgotten for the oldest versions, and for those of which more than half changed", async () => {
    const versions = [await published(entriesUpTo(30))];
    let history = new SetHistory(2);
    for (let i = 0; i < 3; i++) {
      const before = versions[i] as PublishedSet;
      const after = await updateSet(
        serverKey,
        before,
        { put: [{ key: "k3", label: `v${i}` }] },
        { workers: 0 },
      );
      history = await history.followedBy(before, after);
      versions.push(after);
    }
    const current = versions[3] as PublishedSet;
    const known = await Promise.all(versions.map(({ info }) => history.since(info.digest, current)));
    expect(known.map((delta) => delta?.put.length)).toEqual([undefined, entryBytes, entryBytes, undefined]);
    const rebuilt = await updateSet(serverKey, current, { put: entriesUpTo(16) }, { workers: 0 });
    const after = await history.followedBy(current, rebuilt);
    expect(await after.since(current.info.digest, rebuilt)).toBeUndefined();
  });

  const [tagA, tagB, tagC] = [1, 2, 3].map((byte) => new Uint8Array(16).fill(byte)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const entry = (tag: Uint8Array): Uint8Array => concatBytes(tag, new Uint8Array(entryBytes - 16));

  it.each<[string, Uint8Array, Uint8Array]>([
    ["half an entry", entry(tagA).slice(1), new Uint8Array(0)],
    ["half a tag", entry(tagA), tagB.slice(1)],
    ["entries in another order", concatBytes(entry(tagC), entry(tagA)), new Uint8Array(0)],
    ["an entry twice", concatBytes(entry(tagA), entry(tagA)), new Uint8Array(0)],
    ["tags in another order", new Uint8Array(0), concatBytes(tagC, tagA)],
    ["a tag both put and removed", entry(tagA), tagA],
    ["a tag to remove that is not there", new Uint8Array(0), tagB],
  ])("are refused with %s", async (_, put, removed) => {
    const set = await published(entriesUpTo(3));
    await expect(applyDelta(set, { put, removed })).rejects.toBeInstanceOf(MalformedMessage);
  });
});

describe("a client with an earlier version", () => {
  const changes: SetChanges = {
    put: [
      { key: "k0", label: "paid" },
      { key: "new", label: "late" },
    ],
    remove: ["k1", "k77"],
  };
  let first: PublishedSet;
  let second: PublishedSet;
  let third: PublishedSet;
  beforeAll(async () => {
    first = await published(entriesUpTo(400));
    second = await updateSet(serverKey, first, { put: [{ key: "k5", label: "x" }] });
    third = await updateSet(serverKey, second, changes);
  });

  it("downloads only what changed, over several versions at once, and then has the server's set", async () => {
    const store = new LookupStore(serverKey, first);
    await store.replace(serverKey, second);
    await store.replace(serverKey, third);
    const whole = await visit(store, {});
    expect(whole.client.download).toEqual({
      kind: "whole",
      bytes: 399 * entryBytes,
    });
    for (const [kept, bytes] of [
      [first, 3 * entryBytes + 2 * 16],
      [second, 2 * entryBytes + 2 * 16],
    ] as const) {
      const visitor = await visit(store, { set: kept, wholeSet: "never" });
      expect(visitor.client.download).toEqual({ kind: "changes", bytes });
      expect(visitor.answers).toEqual(["=paid", "absent", "absent"]);
      expect(equalBytes(encodeSet(visitor.client.set as PublishedSet), encodeSet(third))).toBe(true);
      expect(whole.received - visitor.received).toBeGreaterThan(390 * entryBytes);
    }
    const upToDate = await visit(store, { set: third, wholeSet: "never" });
    expect(upToDate.client.download).toEqual({ kind: "kept", bytes: 0 });
  });

  it("downloads the whole set when the server has forgotten that version, unless it must not", async () => {
    for (const options of [{ earlierVersions: 0 }, { earlierVersions: 1 }]) {
      const store = new LookupStore(serverKey, first, options);
      await store.replace(serverKey, second);
      await store.replace(serverKey, third);
      const visitor = await visit(store, { set: first });
      expect(visitor.client.download).toEqual({ kind: "whole", bytes: third.info.count * entryBytes });
      expect(visitor.answers).toEqual(["=paid", "absent", "absent"]);
      await expect(visit(store, { set: first, wholeSet: "never" })).rejects.toMatchObject({
        code: "PEER_MISMATCH",
        party: "party-0",
        field: "set",
      });
    }
    const store = new LookupStore(serverKey, third);
    await expect(visit(store, { wholeSet: "never" })).rejects.toMatchObject({ code: "PEER_MISMATCH" });
    await expect(visit(store, { wholeSet: "now" as "never" })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });

  it("is served changes after a restart of a server that remembers the earlier versions from their files", async () => {
    const store = new LookupStore(serverKey, third);
    await store.remember(first);
    await store.remember(second);
    const visitor = await visit(store, { set: first, wholeSet: "never" });
    expect(visitor.client.download.kind).toBe("changes");
    for (const wrong of [third, await publishSet(serverKey, [], { epoch: epoch + 1, labelBytes: 12 })]) {
      await expect(store.remember(wrong)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
    expect(() => new LookupStore(serverKey, third, { earlierVersions: -1 })).toThrow(/earlierVersions/);
  });

  it("gets whole what two replacements at once leave, and the later one wins", async () => {
    const store = new LookupStore(serverKey, first);
    const outcomes = await Promise.allSettled([
      store.replace(serverKey, third),
      store.replace(serverKey, second),
      store.replace(serverKey, third),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    const visitor = await visit(store, { set: first, wholeSet: "never" });
    expect(equalBytes(encodeSet(visitor.client.set as PublishedSet), encodeSet(third))).toBe(true);
  });

  const by = (step: string, code = "PEER_MALFORMED"): object => ({
    code,
    party: "server",
    step: expect.stringMatching(new RegExp(`^lookup.*/${step}$`)) as string,
  });
  const changesOf = async (): Promise<NonNullable<Awaited<ReturnType<SetHistory["since"]>>>> => {
    const history = await new SetHistory(4).followedBy(second, third);
    const delta = await history.since(second.info.digest, third);
    if (delta === undefined) throw new Error("expected changes");
    return delta;
  };
  const ask = async (client: LookupClient): Promise<string[]> =>
    answersOf(await client.lookup(["k0", "k1"])).map(shown);

  it("believes a server that speaks by hand while it is honest", async () => {
    const delta = await changesOf();
    expect(await againstServer(third, { delta }, { set: second }, ask)).toEqual(["=paid", "absent"]);
    expect(await againstServer(third, {}, { set: second }, ask)).toEqual(["=paid", "absent"]);
  });

  it.each<[string, Parameters<typeof againstServer>[1], object]>([
    [
      "spoils an entry that changed",
      { entries: (all) => all.map((b, i) => (i === 40 ? b ^ 1 : b)) },
      by("entries"),
    ],
    [
      "removes another entry",
      { removed: (tags) => concatBytes(tags.slice(0, 16), tags.slice(0, 16)) },
      by("entries"),
    ],
    ["sends an entry less", { entries: (all) => all.slice(entryBytes) }, by("entries")],
    ["sends a tag less", { removed: (tags) => tags.slice(16) }, by("removed")],
    [
      "says more changes than there can be",
      { download: () => encodeDownload({ kind: "changes", put: 2 ** 31, removed: 2 }) },
      by("download"),
    ],
    [
      "says changes that lead to another count",
      { download: () => encodeDownload({ kind: "changes", put: 2, removed: 5 }) },
      by("download"),
    ],
    ["says the whole set", { download: () => Uint8Array.of(0) }, by("download")],
    ["leaves", { closeBefore: "download" }, { code: "PEER_CLOSED", party: "server" }],
  ])("refuses a server that %s", async (_, misdeeds, refusal) => {
    const delta = await changesOf();
    expect(await againstServer(third, { delta, ...misdeeds }, { set: second }, ask)).toMatchObject(refusal);
  });

  it("refuses changes that make another set than the server said, and a larger one than it would take", async () => {
    const delta = await changesOf();
    const other = { ...delta, put: delta.put.map((byte, i) => (i === 50 ? byte ^ 1 : byte)) };
    expect(await againstServer(third, { delta: other }, { set: second }, ask)).toMatchObject(by("entries"));
    const options = { set: second, maxSetBytes: 1000 };
    expect(await againstServer(third, { delta }, options, ask)).toMatchObject(by("download", "PEER_FLOODED"));
  });
});
