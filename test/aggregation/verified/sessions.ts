import { simulate } from "../../../dist/channel/index.js";
import {
  aggregateBatch,
  collectBatch,
  prepareReport,
  receiveReports,
  uploadReports,
  VerifiedAggregator,
  type AggregateBatchOptions,
  type BatchSummary,
  type CollectedBatch,
  type Receipt,
  type ReportShare,
  type VerifiedTask,
} from "../../../dist/aggregation/index.js";
import { memoryStore, type StateStore } from "../../../dist/store/index.js";

/** The aggregators of a task, with sessions in one thread. */
export class Aggregators<M, R> {
  readonly task: VerifiedTask<M, R>;
  readonly all: readonly VerifiedAggregator<M, R>[];

  constructor(task: VerifiedTask<M, R>, stores: readonly StateStore[] = [], maxPendingBytes = 2 ** 20) {
    this.task = task;
    const verifyKey = new Uint8Array(32).fill(3);
    this.all = Array.from({ length: task.prio3.shares }, (_, aggregatorId) => {
      const store = stores[aggregatorId] ?? memoryStore();
      return new VerifiedAggregator({ task, aggregatorId, verifyKey, store, maxPendingBytes });
    });
  }

  /** Hands every aggregator its share of some reports; gives their receipts by aggregator. */
  async upload(reports: readonly (readonly ReportShare[])[]): Promise<Receipt[][]> {
    const receipts: Receipt[][] = [];
    for (const aggregator of this.all) {
      const { aggregatorId } = aggregator;
      const own = reports.map((shares) => shares[aggregatorId] as ReportShare); // one share an aggregator
      const [answer] = await simulate(2, async (party) => {
        if (party.index === 1) {
          await receiveReports(party, aggregator);
          return [];
        }
        return uploadReports(party, { task: this.task, aggregatorId, reports: own });
      });
      receipts.push(answer ?? []);
    }
    return receipts;
  }

  async measure(measurements: readonly M[]): Promise<void> {
    await this.upload(measurements.map((measurement) => prepareReport(this.task, measurement)));
  }

  /** Runs a batch; the collector sits last. */
  async batch(
    batch: string,
    options: Pick<AggregateBatchOptions, "noise" | "maxReports"> = {},
  ): Promise<{ readonly summaries: BatchSummary[]; readonly collected: CollectedBatch<R> }> {
    const { shares } = this.task.prio3;
    const common = { batch, collector: shares };
    const noise = options.noise !== undefined;
    const outcomes = await simulate<BatchSummary | CollectedBatch<R>>(shares + 1, (party) => {
      const aggregator = this.all[party.index];
      if (aggregator === undefined) return collectBatch(party, this.task, { ...common, noise });
      return aggregateBatch(party, aggregator, { ...common, ...options });
    });
    const collected = outcomes.pop() as CollectedBatch<R>; // the collector sits last
    return { summaries: outcomes as BatchSummary[], collected };
  }
}
