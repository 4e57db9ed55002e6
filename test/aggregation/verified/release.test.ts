import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { simulate, type Party } from "../../../dist/channel/index.js";
import type { ReportShare } from "../../../dist/aggregation/index.js";
import {
  aggregateBatch,
  collectBatch,
  prepareReport,
  type VerifiedAggregator,
  type VerifiedTask,
} from "../../../dist/aggregation/index.js";
import { createFileStore, openFileStore } from "../../../dist/store/index-node.js";
import { prio3Sum } from "../../../dist/prio3/index.js";
import { Aggregators } from "./sessions.js";

const task: VerifiedTask<bigint, bigint> = {
  prio3: prio3Sum({ shares: 2, maxMeasurement: 1000n }),
  context: new TextEncoder().encode("release"),
  minReports: 3,
};

/** Lets the releases of an aggregator wait until the gate opens; resolves when one does. */
function slowRelease({ all }: Aggregators<bigint, bigint>, gate: Promise<void>): Promise<void> {
  const journal = all[0]?.journal as VerifiedAggregator<bigint, bigint>["journal"]; // the leader's
  const release = journal.release.bind(journal);
  return new Promise((resolve) => {
    journal.release = async (...given) => {
      resolve();
      await gate;
      return release(...given);
    };
  });
}

/** Outcomes that a collector received, as bytes. */
type Seen = string[];

function collector(
  party: Party,
  batch: string,
  options: { readonly seen?: Seen; readonly dies?: boolean } = {},
) {
  const { seen = [], dies = false } = options;
  const watched = new Proxy(task.prio3, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== "function") return value;
      const call = value as (...given: unknown[]) => unknown;
      return (...given: unknown[]) => {
        if (property === "decodeAggregateShare") seen.push(String(given[0]));
        return call.apply(target, given);
      };
    },
  });
  const keep = (): void => {
    if (dies) throw new Error("the collector's disk is full");
  };
  return collectBatch(party, { ...task, prio3: watched }, { batch, collector: 2, keep });
}

function runBatch(
  { all }: Aggregators<bigint, bigint>,
  batch: string,
  options: Parameters<typeof collector>[2] & { readonly names?: readonly string[] } = {},
) {
  const { names = ["a", "b", "buyer"] } = options;
  return simulate<unknown>(
    3,
    (party) => {
      const own = all[party.index];
      return own === undefined
        ? collector(party, batch, options)
        : aggregateBatch(party, own, { batch, collector: 2 });
    },
    { names },
  );
}

describe("a batch that is being released", () => {
  it("refuses a second session of its aggregator meanwhile, so that no small batch leaves in its place", async () => {
    let open: () => void = () => undefined;
    const aggregators = new Aggregators(task);
    const reached = slowRelease(aggregators, new Promise((resolve) => (open = resolve)));
    await aggregators.measure([10n, 20n, 30n]);
    const seen: Seen = [];
    const first = runBatch(aggregators, "x", { seen });
    await reached;
    await expect(runBatch(aggregators, "y")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    const [leader, helper] = prepareReport(task, 777n) as [ReportShare, ReportShare];
    aggregators.all[0]?.take(leader);
    aggregators.all[1]?.take(helper);
    await expect(runBatch(aggregators, "z")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    open();
    expect((await first)[2]).toEqual({ released: true, result: 60n, reports: 3, rejected: 0 });
    expect(seen).toHaveLength(2); // one share an aggregator, of the batch of three
    expect(aggregators.all.map(({ pending }) => pending)).toEqual([1, 1]);
    expect(await runBatch(aggregators, "z")).toMatchObject([{ released: false }, {}, { released: false }]);
  });

  it("is kept for a collector that failed: the same bytes, with noise, and to nobody else", async () => {
    const aggregators = new Aggregators(task);
    await aggregators.measure([1n, 2n, 3n]);
    const [first, second]: [Seen, Seen] = [[], []];
    const failed = runBatch(aggregators, "2026", { seen: first, dies: true });
    await expect(failed).rejects.toMatchObject({ code: "PROTOCOL_FAILED" });
    const other = runBatch(aggregators, "2026", { names: ["a", "b", "a rival"] });
    await expect(other).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expect((await runBatch(aggregators, "2026", { seen: second }))[2]).toMatchObject({
      result: 6n,
      reports: 3,
    });
    expect(second.sort()).toEqual(first.sort());
    await expect(runBatch(aggregators, "2026")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("is kept in the stores on disk, when the aggregators die too", async () => {
    const folder = mkdtempSync(join(tmpdir(), "veilshare-release-"));
    const paths = ["a", "b"].map((name) => join(folder, name));
    try {
      const before = await Promise.all(paths.map((path) => createFileStore(path)));
      const aggregators = new Aggregators(task, before);
      await aggregators.measure([1n, 2n, 4n]);
      await expect(runBatch(aggregators, "2026", { dies: true })).rejects.toMatchObject({
        code: "PROTOCOL_FAILED",
      });
      await Promise.all(before.map((store) => store.close()));
      const after = await Promise.all(paths.map((path) => openFileStore(path)));
      const restarted = new Aggregators(task, after);
      const again = await runBatch(restarted, "2026");
      expect(again).toMatchObject([{ released: true, accepted: 3 }, { released: true }, { result: 7n }]);
      const kept = await Promise.all(restarted.all.map(({ journal }) => journal.released("2026")));
      expect(kept).toEqual(["acknowledged", "acknowledged"]);
      await Promise.all(after.map((store) => store.close()));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is refused where one aggregator released it and another never did", async () => {
    const aggregators = new Aggregators(task);
    await aggregators.all[0]?.journal.release("2026", { collector: "buyer", message: new Uint8Array(17) });
    await aggregators.measure([1n, 2n, 4n]);
    await expect(runBatch(aggregators, "2026")).rejects.toMatchObject({
      code: "PEER_MISMATCH",
      step: "verified-batch/open",
    });
  });
});
