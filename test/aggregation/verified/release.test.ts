import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { simulate, type Party } from "../../../dist/channel/index.js";
import type { ReportShare } from "../../../dist/aggregation/index.js";
import {
  aggregateBatch,
  collectBatch,
  MemoryJournal,
  prepareReport,
  type SealedRelease,
  type VerifiedTask,
} from "../../../dist/aggregation/index.js";
import { FileJournal } from "../../../dist/aggregation/verified/journal-file-node.js";
import { prio3Sum } from "../../../dist/prio3/index.js";
import { Aggregators } from "./sessions.js";

const task: VerifiedTask<bigint, bigint> = {
  prio3: prio3Sum({ shares: 2, maxMeasurement: 1000n }),
  context: new TextEncoder().encode("release"),
  minReports: 3,
};

/** A journal whose releases wait until they are let through. */
class SlowJournal extends MemoryJournal {
  readonly #gate: Promise<void>;
  reached: () => void = () => undefined;

  constructor(gate: Promise<void>) {
    super();
    this.#gate = gate;
  }

  override async release(batch: string, sealed: SealedRelease): Promise<boolean> {
    this.reached();
    await this.#gate;
    return super.release(batch, sealed);
  }
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
    const journal = new SlowJournal(new Promise((resolve) => (open = resolve)));
    const reached = new Promise<void>((resolve) => (journal.reached = resolve));
    const aggregators = new Aggregators(task, [journal, new MemoryJournal()]);
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
    await expect(failed).rejects.toThrow("disk is full");
    const other = runBatch(aggregators, "2026", { names: ["a", "b", "a rival"] });
    await expect(other).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expect((await runBatch(aggregators, "2026", { seen: second }))[2]).toMatchObject({
      result: 6n,
      reports: 3,
    });
    expect(second.sort()).toEqual(first.sort());
    await expect(runBatch(aggregators, "2026")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("is kept in the journals on disk, when the aggregators die too", async () => {
    const folder = mkdtempSync(join(tmpdir(), "veilshare-release-"));
    const open = (): Promise<FileJournal[]> =>
      Promise.all(["a", "b"].map((name) => FileJournal.open(join(folder, name))));
    try {
      const before = await open();
      const aggregators = new Aggregators(task, before);
      await aggregators.measure([1n, 2n, 4n]);
      await expect(runBatch(aggregators, "2026", { dies: true })).rejects.toThrow("disk is full");
      await Promise.all(before.map((journal) => journal.close()));
      const after = await open();
      const again = await runBatch(new Aggregators(task, after), "2026");
      expect(again).toMatchObject([{ released: true, accepted: 3 }, { released: true }, { result: 7n }]);
      expect(await Promise.all(after.map((journal) => journal.released("2026")))).toEqual([
        "acknowledged",
        "acknowledged",
      ]);
      await Promise.all(after.map((journal) => journal.close()));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is refused where one aggregator released it and another never did", async () => {
    const journals = [new MemoryJournal(), new MemoryJournal()];
    const aggregators = new Aggregators(task, journals);
    await journals[0]?.release("2026", { collector: "buyer", message: new Uint8Array(17) });
    await aggregators.measure([1n, 2n, 4n]);
    await expect(runBatch(aggregators, "2026")).rejects.toMatchObject({
      code: "PEER_MISMATCH",
      step: "open",
    });
  });
});
