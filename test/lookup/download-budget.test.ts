import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import {
  DownloadBudget,
  EvaluationBudget,
  lookupSession,
  LookupStore,
  serveLookup,
  updateSet,
  type LookupClient,
  type LookupOptions,
  type PublishedSet,
  type ServedLookups,
  type ServeLookupOptions,
} from "../../dist/lookup/index.js";
import { recordedParty } from "../support/recorded-party.js";
import { answersOf, epoch, published, serverKey, shown } from "./sessions.js";
import { memoryStore, type StateStore } from "../../dist/store/index.js";

function clock(): { nowMs: () => number; at: number } {
  const time = { at: 0, nowMs: () => time.at };
  return time;
}

const downloadSteps = ["entries", "removed", "bucket"];
let first: PublishedSet;
let store: LookupStore;
beforeAll(async () => {
  const entries = Array.from({ length: 100 }, (_, i) => ({ key: `k${i}`, label: `${i}` }));
  first = await published(entries);
  store = new LookupStore(serverKey, first);
  await store.replace(
    serverKey,
    await updateSet(serverKey, first, { put: [{ key: "k1", label: "x" }], remove: ["k2"] }),
  );
});

/** A session; `downloaded` counts the set's bytes among the server's messages, whatever its budget thinks. */
async function visit<T>(
  options: Partial<LookupOptions>,
  serve: Partial<ServeLookupOptions>,
  use: (client: LookupClient) => Promise<T>,
): Promise<{ result: T; served: ServedLookups; downloaded: number }> {
  const pinned = { publicKey: serverKey.publicKey, epoch };
  let downloaded = 0;
  let made: { result: T } | undefined;
  const [served] = await simulate(
    2,
    async (party) => {
      if (party.index === 1) {
        made = { result: await lookupSession(party, { ...pinned, ...options }, use) };
        return undefined;
      }
      const counted = recordedParty(party, ({ step, payload }) => {
        if (downloadSteps.includes(step)) downloaded += payload.length;
        return payload;
      });
      return serveLookup(counted, store, { budget: "unlimited", ...serve });
    },
    { names: ["server", "client"] },
  );
  if (made === undefined || served === undefined) throw new Error("expected both to end");
  return { result: made.result, served, downloaded };
}

const storeAt = ({ nowMs }: { readonly nowMs: () => number }): StateStore => memoryStore({ nowMs });

describe("a budget of downloads", () => {
  const windowMs = 1000;
  const perWindow = 12_000;
  const visitor = fc.record({
    pauseMs: fc.nat(700),
    kind: fc.constantFrom("whole", "changes", "buckets", "finest buckets"),
    keys: fc.integer({ min: 1, max: 4 }),
  });

  it("never lets more of the set go to a client in any window, however it downloads, and is not spent on less", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(visitor, { minLength: 1, maxLength: 10 }), async (visitors) => {
        const time = clock();
        const downloadBudget = new DownloadBudget({ store: storeAt(time), perWindow, windowMs });
        const sent: { at: number; bytes: number }[] = [];
        for (const { pauseMs, kind, keys } of visitors) {
          time.at += pauseMs;
          const options = {
            whole: {},
            changes: { set: first },
            buckets: { bucketBits: 1 },
            "finest buckets": { bucketBits: 20 },
          }[kind];
          const asked = Array.from({ length: keys }, (_, i) => `k${10 * i}`);
          const { result, served, downloaded } = await visit(options, { downloadBudget }, (client) =>
            client.lookup(asked),
          );
          expect(served.downloadedBytes).toBe(downloaded);
          if (result.status === "refused") {
            expect(result.limit).toBe("downloads");
            expect(downloaded).toBe(0);
          } else expect(answersOf(result).map(shown)).toEqual(asked.map((key) => `=${key.slice(1)}`));
          sent.push({ at: time.at, bytes: downloaded });
          let inWindow = 0;
          for (const { at, bytes } of sent) if (at > time.at - windowMs) inWindow += bytes;
          expect(inWindow).toBeLessThanOrEqual(perWindow);
        }
        const all = sent.reduce((sum, { bytes }) => sum + bytes, 0);
        expect(downloadBudget.used()).toEqual(
          all === 0 && downloadBudget.used().length === 0 ? [] : [["client", all]],
        );
      }),
      { numRuns: 25 },
    );
  });

  it("refuses a whole set with the time after which it may be had, and a session of refusals ends well", async () => {
    const time = clock();
    const bytes = store.current.set.info.count * store.current.set.entryBytes;
    const downloadBudget = new DownloadBudget({ store: storeAt(time), perWindow: bytes, windowMs });
    const ask = async (client: LookupClient): Promise<unknown> => [
      client.download.kind,
      await client.lookup(["k5"]),
    ];
    const granted = await visit({}, { downloadBudget }, ask);
    time.at = 400;
    const refused = await visit({}, { downloadBudget }, ask);
    time.at = 1000;
    const later = await visit({}, { downloadBudget }, ask);
    expect(granted.result).toMatchObject(["whole", { status: "answered" }]);
    expect(refused.result).toEqual([
      "refused",
      { status: "refused", limit: "downloads", available: 0, retryAfterMs: 600 },
    ]);
    expect(refused.served).toEqual({
      client: "client",
      requests: 0,
      evaluations: 0,
      refusals: 1,
      downloadedBytes: 0,
    });
    expect(later.result).toMatchObject(["whole", { status: "answered" }]);
  });

  it("refuses buckets before anything is evaluated, and takes no bytes for a request that the other budget refuses", async () => {
    const own = memoryStore();
    const downloadBudget = new DownloadBudget({ store: own, perWindow: 100, windowMs });
    const budget = new EvaluationBudget({ store: own, perWindow: 5, windowMs });
    const ask = (client: LookupClient) => client.lookup(["k1", "k2"]);
    const never = await visit({ bucketBits: 2 }, { budget, downloadBudget }, ask);
    expect(never.result).toEqual({
      status: "refused",
      limit: "downloads",
      available: 100,
      retryAfterMs: undefined,
    });
    expect(budget.used()).toEqual([]);
    const wide = new DownloadBudget({ store: memoryStore(), perWindow: 1e6, windowMs });
    const narrow = new EvaluationBudget({ store: memoryStore(), perWindow: 1, windowMs });
    const other = await visit({ bucketBits: 2 }, { budget: narrow, downloadBudget: wide }, ask);
    expect(other.result).toMatchObject({ status: "refused", limit: "evaluations" });
    expect(wide.used()).toEqual([["client", 0]]);
  });

  it("gives back off the oldest grants, so that no window holds more than its limit", async () => {
    const step = fc.record({ pauseMs: fc.nat(60), bytes: fc.integer({ min: 1, max: 8 }), unused: fc.nat(8) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const time = clock();
        const budget = new DownloadBudget({ store: storeAt(time), perWindow: 10, windowMs: 100 });
        const used: { at: number; bytes: number }[] = [];
        for (const { pauseMs, bytes, unused } of steps) {
          time.at += pauseMs;
          if (!(await budget.take("c", bytes)).granted) continue;
          const given = Math.min(unused, bytes);
          await budget.giveBack("c", given);
          used.push({ at: time.at, bytes: bytes - given });
          let inWindow = 0;
          for (const grant of used) if (grant.at > time.at - 100) inWindow += grant.bytes;
          expect(inWindow).toBeLessThanOrEqual(10);
        }
      }),
    );
    const idle = new DownloadBudget({ store: memoryStore(), perWindow: 1, windowMs: 1 });
    await idle.giveBack("nobody", 5);
    expect(idle.used()).toEqual([]);
  });
});
