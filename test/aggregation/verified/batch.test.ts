import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bytesToHex } from "../../../dist/bytes/encoding.js";
import { simulate } from "../../../dist/channel/index.js";
import { expectRedacted } from "../../support/expect-redacted.js";
import {
  agreeVerifyKey,
  prepareReport,
  ReportShare,
  uploadReports,
  type VerifiedTask,
} from "../../../dist/aggregation/index.js";
import { memoryStore } from "../../../dist/store/index.js";
import { createFileStore, openFileStore } from "../../../dist/store/index-node.js";
import { InputShare, prio3Sum, prio3SumVec } from "../../../dist/prio3/index.js";
import { Aggregators } from "./sessions.js";

const context = new TextEncoder().encode("test");

function sumTask(shares: number, minReports: number): VerifiedTask<bigint, bigint> {
  return { prio3: prio3Sum({ shares, maxMeasurement: 1000n }), context, minReports };
}

const idOf = (report: readonly ReportShare[]): string => bytesToHex(report[0]?.id ?? new Uint8Array(0));

/** The same report with one byte of one aggregator's share changed. */
function tampered(report: readonly ReportShare[], aggregatorId: number, at: number): ReportShare[] {
  return report.map(({ id, publicShare, inputShare }) => {
    if (inputShare.aggregatorId !== aggregatorId) return new ReportShare(id, publicShare, inputShare);
    const bytes = inputShare.toBytes();
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return new ReportShare(id, publicShare, new InputShare(aggregatorId, bytes));
  });
}

describe("a verified batch", () => {
  it.each([2, 3, 5])("gives the collector the sum and the counts, with %i aggregators", async (shares) => {
    const aggregators = new Aggregators(sumTask(shares, 3));
    await aggregators.measure([1n, 10n, 100n, 1000n]);
    const { summaries, collected } = await aggregators.batch("one");
    expect(collected).toEqual({ released: true, result: 1111n, reports: 4, rejected: 0 });
    for (const summary of summaries) {
      expect(summary).toEqual({ released: true, accepted: 4, rejected: [], lost: 0 });
    }
  });

  it("adds up vectors, and names a tampered report at every aggregator without ending the batch", async () => {
    const prio3 = prio3SumVec({ shares: 2, length: 3, maxMeasurement: 100n });
    const aggregators = new Aggregators({ prio3, context, minReports: 2 });
    const task = aggregators.task;
    const honest = [prepareReport(task, [1, 2, 3]), prepareReport(task, [10, 20, 30])];
    const lies = [
      tampered(prepareReport(task, [5, 5, 5]), 0, 0), // the measurement
      tampered(prepareReport(task, [5, 5, 5]), 0, 16 * 3 * 7 + 5), // the proof
      tampered(prepareReport(task, [5, 5, 5]), 1, 40), // the helper's blind
    ];
    await aggregators.upload([honest[0] ?? [], ...lies, honest[1] ?? []]);
    const { summaries, collected } = await aggregators.batch("one");
    expect(collected).toEqual({ released: true, result: [11n, 22n, 33n], reports: 2, rejected: 3 });
    for (const { rejected } of summaries) {
      expect(rejected).toEqual(lies.map((lie) => ({ reportId: idOf(lie), reason: "invalid" })));
    }
  });

  it("rejects a report whose client told aggregators different public shares", async () => {
    const prio3 = prio3SumVec({ shares: 2, length: 3, maxMeasurement: 100n });
    const aggregators = new Aggregators({ prio3, context, minReports: 1 });
    const [leader, helper] = prepareReport(aggregators.task, [5, 5, 5]) as [ReportShare, ReportShare];
    const other = helper.publicShare.map((byte, i) => (i < 32 ? byte ^ 1 : byte));
    const split = [leader, new ReportShare(helper.id, other, helper.inputShare)];
    await aggregators.upload([split, prepareReport(aggregators.task, [1, 2, 3])]);
    const { summaries, collected } = await aggregators.batch("one");
    expect(collected).toMatchObject({ released: true, result: [1n, 2n, 3n], rejected: 1 });
    expect(summaries[1]?.rejected.map(({ reportId }) => reportId)).toEqual([idOf(split)]);
  });

  it("counts a report once: within an upload, across batches, and when it comes again to all aggregators", async () => {
    const aggregators = new Aggregators(sumTask(2, 1));
    const report = prepareReport(aggregators.task, 7n);
    expect(await aggregators.upload([report, report])).toEqual([
      ["taken", "known"],
      ["taken", "known"],
    ]);
    expect((await aggregators.batch("one")).collected).toMatchObject({ result: 7n, reports: 1 });
    await aggregators.upload([report, prepareReport(aggregators.task, 1n)]);
    const { summaries, collected } = await aggregators.batch("two");
    expect(collected).toEqual({ released: true, result: 1n, reports: 1, rejected: 1 });
    for (const { rejected } of summaries) {
      expect(rejected).toEqual([{ reportId: idOf(report), reason: "replayed" }]);
    }
  });

  it("counts a report once across restarts, by the stores on disk", async () => {
    const folder = mkdtempSync(join(tmpdir(), "veilshare-journal-"));
    const paths = [0, 1].map((id) => join(folder, `state-${id}`));
    try {
      const task = sumTask(2, 1);
      const report = prepareReport(task, 7n);
      const before = await Promise.all(paths.map((path) => createFileStore(path)));
      const first = new Aggregators(task, before);
      await first.upload([report]);
      await first.batch("one");
      await Promise.all(before.map((store) => store.close()));
      const after = await Promise.all(paths.map((path) => openFileStore(path)));
      const second = new Aggregators(task, after);
      await second.upload([report, prepareReport(task, 1n)]);
      await expect(second.batch("one")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      const { collected } = await second.batch("two");
      expect(collected).toEqual({ released: true, result: 1n, reports: 1, rejected: 1 });
      await Promise.all(after.map((store) => store.close()));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("counts a report once where two processes have the same stores open: the former owner's batch fails", async () => {
    const folder = mkdtempSync(join(tmpdir(), "veilshare-journal-"));
    const paths = [0, 1].map((id) => join(folder, `state-${id}`));
    try {
      const task = sumTask(2, 2);
      const former = new Aggregators(task, await Promise.all(paths.map((path) => createFileStore(path))));
      const latter = new Aggregators(task, await Promise.all(paths.map((path) => openFileStore(path))));
      const reports = [5n, 7n].map((measurement) => prepareReport(task, measurement));
      await former.upload(reports);
      await latter.upload(reports);
      await expect(former.batch("june")).rejects.toMatchObject({ code: "STORE_FENCED" });
      expect((await latter.batch("july")).collected).toMatchObject({ released: true, result: 12n });
      await expect(former.batch("june")).rejects.toMatchObject({ code: "STORE_FENCED" });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("refuses a task whose store is a restored backup, since reports that were counted after it are unknown", async () => {
    const task = sumTask(2, 1);
    const stores = [memoryStore(), memoryStore()];
    const aggregators = new Aggregators(task, stores);
    await aggregators.measure([1n]);
    await aggregators.batch("one");
    await stores[0]?.acceptRestore("test");
    await aggregators.measure([2n]);
    await expect(aggregators.batch("two")).rejects.toMatchObject({ code: "STORE_ROLLED_BACK" });
    const other = new Aggregators({ ...task, context: new TextEncoder().encode("anew") }, stores);
    await other.measure([2n]);
    expect((await other.batch("two")).collected).toMatchObject({ result: 2n });
  });

  it("releases nothing below the minimum and uses nothing up, then counts everything in one batch", async () => {
    const aggregators = new Aggregators(sumTask(2, 3));
    await aggregators.measure([1n, 2n]);
    expect((await aggregators.batch("one")).collected).toEqual({ released: false });
    expect(aggregators.all.map(({ pending }) => pending)).toEqual([2, 2]);
    const lie = tampered(prepareReport(aggregators.task, 4n), 0, 0);
    await aggregators.upload([lie]);
    const second = await aggregators.batch("one");
    expect(second.collected).toEqual({ released: false });
    expect(second.summaries[0]).toMatchObject({
      released: false,
      accepted: 2,
      rejected: [{ reason: "invalid" }],
    });
    await aggregators.measure([8n]);
    const third = await aggregators.batch("one");
    expect(third.collected).toEqual({ released: true, result: 11n, reports: 3, rejected: 1 });
    await expect(aggregators.batch("one")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("lets a report wait that one aggregator does not hold yet", async () => {
    const aggregators = new Aggregators(sumTask(2, 1));
    const late = prepareReport(aggregators.task, 5n);
    aggregators.all[0]?.take(late[0] as ReportShare);
    await aggregators.measure([1n]);
    expect((await aggregators.batch("one")).collected).toMatchObject({ result: 1n, reports: 1 });
    aggregators.all[1]?.take(late[1] as ReportShare);
    expect((await aggregators.batch("two")).collected).toMatchObject({ result: 5n, reports: 1 });
  });

  it("lets no number of reports that one aggregator lacks hold up the others", async () => {
    const aggregators = new Aggregators(sumTask(2, 1));
    for (let i = 0; i < 5; i++)
      aggregators.all[0]?.take(prepareReport(aggregators.task, 9n)[0] as ReportShare);
    await aggregators.measure([1n]);
    expect((await aggregators.batch("one", { maxReports: 3 })).collected).toEqual({ released: false });
    expect((await aggregators.batch("one", { maxReports: 3 })).collected).toMatchObject({
      result: 1n,
      reports: 1,
    });
  });

  it("drops an open batch that another aggregator has lost, and says how many reports went with it", async () => {
    const aggregators = new Aggregators(sumTask(2, 2));
    await aggregators.upload([
      prepareReport(aggregators.task, 1n),
      tampered(prepareReport(aggregators.task, 2n), 0, 0),
    ]);
    expect((await aggregators.batch("one")).summaries[0]).toMatchObject({ released: false, accepted: 1 });
    aggregators.all[1]?.closeBatch();
    await aggregators.measure([10n, 20n]);
    const { summaries, collected } = await aggregators.batch("one");
    expect(collected).toMatchObject({ released: true, result: 30n, reports: 2 });
    expect(summaries.map(({ lost }) => lost)).toEqual([1, 0]);
  });

  it("adds every aggregator's noise, and reads a sum below zero", async () => {
    const aggregators = new Aggregators(sumTask(3, 1));
    await aggregators.measure([5n]);
    const { collected } = await aggregators.batch("one", {
      noise: (length) => new BigInt64Array(length).fill(-4n),
    });
    expect(collected).toMatchObject({ released: true, result: 5n - 3n * 4n });
  });
});

describe("the parties of a verified aggregation", () => {
  it("refuse a client of another task before it sends a report", async () => {
    const aggregators = new Aggregators(sumTask(2, 1));
    const other = new Aggregators({ ...sumTask(2, 1), context: new Uint8Array(3) });
    const foreign = new Aggregators(aggregators.task, [memoryStore(), memoryStore()]);
    Object.assign(foreign, { all: other.all });
    await expect(foreign.measure([1n])).rejects.toMatchObject({ code: "PEER_MISMATCH" });
  });

  it("refuse a measurement out of range at the client", () => {
    for (const measurement of [-1n, 1001n]) {
      expect(() => prepareReport(sumTask(2, 1), measurement)).toThrow(
        expect.objectContaining({ code: "VALUE_OUT_OF_RANGE" }) as Error,
      );
    }
  });

  it("tell a client that its report is malformed, and go on", async () => {
    const aggregators = new Aggregators(sumTask(2, 1));
    const [leader, helper] = prepareReport(aggregators.task, 9n) as [ReportShare, ReportShare];
    const bytes = leader.inputShare.toBytes().fill(0xff, 0, 8); // above the modulus
    const broken = [new ReportShare(leader.id, leader.publicShare, new InputShare(0, bytes)), helper];
    const receipts = await aggregators.upload([broken, prepareReport(aggregators.task, 1n)]);
    expect(receipts).toEqual([
      ["malformed", "taken"],
      ["taken", "taken"],
    ]);
    expect((await aggregators.batch("one")).collected).toMatchObject({ result: 1n, reports: 1, rejected: 0 });
  });

  it("agree on a verify key that none of them has chosen", async () => {
    const task = sumTask(3, 1);
    const random = (fill: number) => (): Uint8Array => new Uint8Array(32).fill(fill);
    const keys = await simulate(3, (party) => agreeVerifyKey(party, task, { random: random(party.index) }));
    expect(new Set(keys.map((key) => bytesToHex(key))).size).toBe(1);
    const others = await simulate(3, (party) => agreeVerifyKey(party, task));
    expect(bytesToHex(others[0] ?? new Uint8Array(0))).not.toBe(bytesToHex(keys[0] ?? new Uint8Array(0)));
  });

  it("keep their secrets out of print, and a client from giving one aggregator another's share", async () => {
    const task = sumTask(2, 1);
    const [leader] = prepareReport(task, 1n) as [ReportShare, ReportShare];
    const aggregators = new Aggregators(task);
    for (const secret of [leader, leader.inputShare, aggregators.all[0], aggregators.all[0]?.open]) {
      expectRedacted(secret as object);
    }
    const swapped = simulate(2, async (party) => {
      if (party.index === 0) await uploadReports(party, { task, aggregatorId: 1, reports: [leader] });
    });
    await expect(swapped).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});
