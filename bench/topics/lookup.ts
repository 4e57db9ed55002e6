import { availableParallelism } from "node:os";
import { simulate } from "veilshare/channel";
import {
  deriveLookupKey,
  lookupSession,
  LookupStore,
  publishSet,
  serveLookup,
  type LookupEntry,
  type PublishedSet,
  updateSet,
} from "veilshare/lookup";
import { createPool } from "veilshare/parallel";
import { startCpuClock } from "../cpu-time.js";
import { round, summarise, type Measurement, type Topic } from "../measurement.js";

const entryCount = 10_000;
const epoch = 1;
const labelBytes = 16;
const changedCount = 100;
const publishRuns = 3;
const changeRuns = 20;
const lookupRuns = 40;

/** A lookup server's work once for all clients, and one request with both parties in this thread. */
export const lookupTopic: Topic = {
  name: "lookup",
  title: "Verified lookup",
  async run(context) {
    const key = deriveLookupKey(context.input("lookup").bytes(32), epoch);
    const entries = Array.from({ length: entryCount }, (_, i) => ({ key: `INV-${i}`, label: "unpaid" }));
    const results: Measurement[] = [];
    for (const workers of [0, availableParallelism()]) {
      context.note(`publish ${entryCount} entries with ${workers} workers`);
      results.push(await timePublishing(key, entries, workers));
    }
    const set = await publishSet(key, entries, { epoch, labelBytes });
    context.note(`bring a set up to date by ${changedCount}`);
    results.push(await timeChanges(key, set, entries));
    for (const keys of [1, 100]) {
      context.note(`look up ${keys}`);
      results.push(await timeLookups(key, set, keys));
    }
    return { results, ratios: {} };
  },
};

type Key = ReturnType<typeof deriveLookupKey>;

async function timePublishing(
  key: Key,
  entries: readonly LookupEntry[],
  workers: number,
): Promise<Measurement> {
  const pool = createPool({ workers });
  const times: number[] = [];
  let cpuSeconds = 0;
  try {
    await publishSet(key, entries.slice(0, 2048), { epoch, labelBytes, pool });
    const cpuSecondsUsed = startCpuClock();
    for (let run = 0; run < publishRuns; run++) {
      const startMs = performance.now();
      await publishSet(key, entries, { epoch, labelBytes, pool });
      times.push(performance.now() - startMs);
    }
    cpuSeconds = round(cpuSecondsUsed() / publishRuns, 3);
  } finally {
    await pool.close();
  }
  const name = `publish, ${workers} workers`;
  const work = { name, items: entries.length, unit: "entries", threads: 1 + workers, cpuSeconds };
  return summarise(work, times);
}

/** A client with the version before downloads what changed and checks the set; both parties. */
async function timeChanges(
  key: Key,
  set: PublishedSet,
  entries: readonly LookupEntry[],
): Promise<Measurement> {
  const store = new LookupStore(key, set);
  const put = entries.slice(0, changedCount).map((entry) => ({ ...entry, label: "paid" }));
  await store.replace(key, await updateSet(key, set, { put }));
  const times: number[] = [];
  let bytes = 0;
  for (let run = 0; run < changeRuns; run++) {
    await simulate(2, async (party) => {
      const startMs = performance.now();
      if (party.index === 0) {
        await serveLookup(party, store, { budget: "unlimited" });
        return;
      }
      const pinned = { publicKey: key.publicKey, epoch, set, wholeSet: "never" } as const;
      await lookupSession(party, pinned, () => Promise.resolve());
      times.push(performance.now() - startMs);
      bytes = party.traffic.bytesSent + party.traffic.bytesReceived;
    });
  }
  const name = `bring ${set.info.count} entries up to date by ${changedCount}`;
  return summarise({ name, items: changedCount, unit: "entries", threads: 1, bytes }, times);
}

async function timeLookups(key: Key, set: PublishedSet, keys: number): Promise<Measurement> {
  const store = new LookupStore(key, set);
  const asked = Array.from({ length: keys }, (_, i) => `INV-${2 * i}`);
  const times: number[] = [];
  const [served] = await simulate(2, async (party) => {
    if (party.index === 0) return serveLookup(party, store, { budget: "unlimited" });
    await lookupSession(party, { publicKey: key.publicKey, epoch, set }, async (client) => {
      await client.lookup(asked);
      for (let run = 0; run < lookupRuns; run++) {
        const startMs = performance.now();
        await client.lookup(asked);
        times.push(performance.now() - startMs);
      }
    });
    return undefined;
  });
  if (served?.requests !== lookupRuns + 1) throw new Error("bench: expected every request to be answered");
  return summarise({ name: `lookup of ${keys}, both parties`, items: keys, unit: "keys", threads: 1 }, times);
}
