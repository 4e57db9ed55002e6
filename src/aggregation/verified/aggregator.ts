/** What one aggregator holds between sessions: reports that wait, and the batch that is being added up. */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, copyBytes } from "../../bytes/encoding.js";
import { printAsRedacted } from "../../bytes/redacted.js";
import { checkOptions, type RulesOf } from "../../checks/options.js";
import { bytes, number, optional, withMethods } from "../../checks/rules.js";
import { invalidArgument } from "../../errors.js";
import { verifyKeyBytes } from "../../prio3/messages.js";
import type { AggregateShare, OutputShare } from "../../prio3/secrets.js";
import type { StateStore } from "../../store/index.js";
import { ReportJournal } from "./journal.js";
import { reportBytes, type ReportShare } from "./report-message.js";
import { taskRule, type VerifiedTask } from "./task.js";

/** Options of {@link VerifiedAggregator}. */
export interface AggregatorOptions<M, R> {
  readonly task: VerifiedTask<M, R>;
  /** Own position among the aggregators, from 0. Number 0 leads. */
  readonly aggregatorId: number;
  /** 32 bytes that the aggregators share and no client knows: see `agreeVerifyKey`. */
  readonly verifyKey: Uint8Array;
  /** Where it keeps which reports it has used and which batches it has released. */
  readonly store: StateStore;
  /** Most bytes of reports that wait. Default 256 MiB. */
  readonly maxPendingBytes?: number;
}

const aggregatorRules: RulesOf<AggregatorOptions<unknown, unknown>> = {
  task: taskRule,
  aggregatorId: number(),
  verifyKey: bytes(),
  store: withMethods("a state store", "transact"),
  maxPendingBytes: optional(number(0)),
};

/** Reports that were found valid and not yet released. */
export class OpenBatch {
  static {
    printAsRedacted(this);
  }

  readonly #share: AggregateShare;
  readonly #hash = sha256.create();
  #accepted = 0;
  #rejected = 0;

  constructor(share: AggregateShare) {
    this.#share = share;
  }

  /** Secret until it is released. */
  get share(): AggregateShare {
    return this.#share;
  }

  /** Reports that were added up. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Reports that were refused. */
  get rejected(): number {
    return this.#rejected;
  }

  accept(id: Uint8Array, output: OutputShare): void {
    this.#share.add(output);
    this.#hash.update(id);
    this.#accepted += 1;
  }

  reject(reports: number): void {
    this.#rejected += reports;
  }

  /** The same at all aggregators that have accepted the same reports. */
  digest(): Uint8Array {
    return this.#hash.clone().digest();
  }
}

/**
 * One aggregator of one task. Give it to `receiveReports` in sessions with clients, and to `aggregateBatch` in sessions
 * with the other aggregators and the collector.
 *
 * **Security.** What waits and what is added up lives in memory only: when the process ends, reports that wait are to be
 * sent again, and those of a batch that was not released are lost. They are never counted twice: the store says which
 * were used. What was released and not yet acknowledged by its collector is in the store. It takes part in one batch at a
 * time: a second one is refused while the first lasts.
 */
export class VerifiedAggregator<M, R> {
  static {
    printAsRedacted(this);
  }

  readonly #task: VerifiedTask<M, R>;
  readonly #aggregatorId: number;
  readonly #store: StateStore;
  readonly #journal: ReportJournal;
  readonly #verifyKey: Uint8Array;
  readonly #capacity: number;
  readonly #pending = new Map<string, ReportShare>();
  #open: OpenBatch;
  #inBatch = false;

  /**
   * @throws VeilshareError INVALID_ARGUMENT for options that do not fit together.
   */
  constructor(options: AggregatorOptions<M, R>) {
    checkOptions<AggregatorOptions<M, R>>("VerifiedAggregator", options, aggregatorRules);
    const { task, aggregatorId, verifyKey, store, maxPendingBytes = 256 * 2 ** 20 } = options;
    const { shares } = task.prio3;
    const caller = "VerifiedAggregator";
    if (!Number.isInteger(aggregatorId) || aggregatorId < 0 || aggregatorId >= shares) {
      throw invalidArgument(caller, `an id below ${shares}`, String(aggregatorId));
    }
    if (verifyKey.length !== verifyKeyBytes) {
      throw invalidArgument(caller, `a verify key of ${verifyKeyBytes} bytes`, `${verifyKey.length} bytes`);
    }
    this.#task = task;
    this.#aggregatorId = aggregatorId;
    this.#store = store;
    this.#journal = new ReportJournal(store, task.context, aggregatorId);
    this.#verifyKey = copyBytes(verifyKey);
    this.#capacity = Math.floor(maxPendingBytes / reportBytes(task.prio3, aggregatorId));
    this.#open = new OpenBatch(task.prio3.aggregate());
  }

  get task(): VerifiedTask<M, R> {
    return this.#task;
  }

  /** Own position among the aggregators, from 0. */
  get aggregatorId(): number {
    return this.#aggregatorId;
  }

  /** Where it keeps what it has used and released. */
  get store(): StateStore {
    return this.#store;
  }

  /** What it has used and released. */
  get journal(): ReportJournal {
    return this.#journal;
  }

  /** Number of reports that wait. */
  get pending(): number {
    return this.#pending.size;
  }

  /** The reports that were found valid and not yet released. */
  get open(): OpenBatch {
    return this.#open;
  }

  /** Secret from clients. */
  get verifyKey(): Uint8Array {
    return copyBytes(this.#verifyKey);
  }

  /** Puts a report among those that wait. */
  take(report: ReportShare): "taken" | "known" | "full" {
    const key = bytesToHex(report.id);
    if (this.#pending.has(key)) return "known";
    if (this.#pending.size >= this.#capacity) return "full";
    this.#pending.set(key, report);
    return "taken";
  }

  /** The ids of reports that wait, oldest first. */
  pendingIds(most: number): Uint8Array[] {
    const ids: Uint8Array[] = [];
    for (const { id } of this.#pending.values()) {
      if (ids.length === most) break;
      ids.push(id);
    }
    return ids;
  }

  has(id: Uint8Array): boolean {
    return this.#pending.has(bytesToHex(id));
  }

  /** Puts a report behind all others, so that those that never become complete can't hold up the rest. */
  postpone(id: Uint8Array): void {
    const report = this.remove(id);
    if (report !== undefined) this.#pending.set(bytesToHex(id), report);
  }

  /** Takes a report out of those that wait. */
  remove(id: Uint8Array): ReportShare | undefined {
    const key = bytesToHex(id);
    const report = this.#pending.get(key);
    this.#pending.delete(key);
    return report;
  }

  /**
   * Runs one batch session. Two at once would add to, and release, one open batch.
   *
   * @throws VeilshareError INVALID_ARGUMENT while another one lasts.
   */
  async exclusively<T>(caller: string, session: () => Promise<T>): Promise<T> {
    if (this.#inBatch) {
      throw invalidArgument(
        caller,
        "an aggregator that is in no other batch session",
        "one that is in another",
      );
    }
    this.#inBatch = true;
    try {
      return await session();
    } finally {
      this.#inBatch = false;
    }
  }

  /** Begins a new batch; gives the one that was open. */
  closeBatch(): OpenBatch {
    const closed = this.#open;
    this.#open = new OpenBatch(this.task.prio3.aggregate());
    return closed;
  }
}
