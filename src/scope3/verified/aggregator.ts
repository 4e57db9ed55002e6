/**
 * One aggregator of a verified Scope 3 total: a session with each supplier, and one with the other aggregators and the
 * buyer. `supplier.ts` is a supplier's end, `collector.ts` the buyer's.
 *
 *   supplier <-> aggregator      the plan and the roles                        (agree)
 *   aggregators                  the verify key of the counts                  (verify-key)
 *   supplier -> aggregator       its report of 0 and 1                         (verified-upload)
 *   aggregators, buyer           the counts, opened to all of them             (verified-batch)
 *   aggregators                  the verify key of the amounts                 (verify-key)
 *   aggregator -> supplier       the counts, and whether it is in them         (counts)
 *   supplier -> aggregator       its report of the amounts that may be shown   (verified-upload)
 *   aggregators, buyer           the amounts, opened to the buyer              (verified-batch)
 *   aggregator -> supplier       whether its amounts are in                    (end)
 *
 * Adversary: as `planScope3Verified`.
 */

import type { LostClient } from "../../aggregation/resilient/server.js";
import { aggregateBatch, type BatchSummary } from "../../aggregation/verified/aggregate-batch.js";
import { VerifiedAggregator } from "../../aggregation/verified/aggregator.js";
import { batchRoles } from "../../aggregation/verified/task.js";
import { receiveReports } from "../../aggregation/verified/upload.js";
import type { RejectionReason } from "../../aggregation/verified/verification.js";
import { agreeVerifyKey } from "../../aggregation/verified/verify-key.js";
import { bytesToHex } from "../../bytes/encoding.js";
import type { Party, ProtocolRun } from "../../channel/party.js";
import { Latch, withinLimits } from "../../waiting/wait.js";
import { invalidArgument, toVeilshareError, VeilshareError } from "../../errors.js";
import type { SummedVectors } from "../../aggregation/vector-sum.js";
import { throughGate, type SumBackend } from "../../disclosure/gate.js";
import { gatedFigures, scope3Guard } from "../figures/gated-figures.js";
import type { ContributorCounts } from "../report/report.js";
import { checkAggregation, type AggregateScope3VerifiedOptions } from "./aggregation-options.js";
import {
  agreedVerifiedPlan,
  encodeCountsNotice,
  endings,
  supplyProtocol,
  TooFewReports,
  totalProtocol,
} from "./steps.js";
import {
  amountsTask,
  neededContributors,
  type Scope3Task,
  type VerifiedCounts,
  type Scope3VerifiedPlan,
} from "./plan.js";

/** A supplier whose report does not count. */
export interface RefusedSupplier {
  /** Of its session. */
  readonly index: number;
  readonly batch: "counts" | "amounts";
  readonly reason: RejectionReason;
}

/** What an aggregator knows in the end. */
export interface Scope3Aggregation {
  readonly counts: ContributorCounts;
  /** Indices of the suppliers that are in the counts, but for one that was lost while it handed in its report. */
  readonly counted: readonly number[];
  /** Indices of those whose amounts are in; of those that were counted where no amount is shown. */
  readonly included: readonly number[];
  readonly refused: readonly RefusedSupplier[];
  /** Who was lost, and why; one that was lost after its last report was in is among `included` too. */
  readonly lost: readonly LostClient[];
}

/**
 * Verifies the suppliers' reports with the other aggregators, and gives the buyer its shares of the sums.
 *
 * @param sessions - For each supplier a session of this aggregator and that supplier alone, or the error for which there
 *   is none. Keys are pinned: a supplier that could open two sessions would count twice.
 * @param party - A session of all aggregators and the buyer. The order of the aggregators in it is that of their ids.
 * @returns Once all suppliers have been told the outcome. Suppliers that are lost, and reports that are refused, do not end
 *   it while enough are left.
 * @throws VeilshareError PEERS_LOST when too few valid reports came for a batch: nothing of it is opened. INVALID_ARGUMENT
 *   for numbers or roles that do not fit, or a release that the store says was given out. PEER_UNEXPECTED when counts
 *   contradict each other. PEER_CLOSED, PEER_TIMEOUT and the others of `Party.receive` when another aggregator or the buyer
 *   fails: suppliers are told.
 *
 * **Security.** See {@link planScope3Verified}. The counts are opened among the aggregators too, so that none has to believe
 * the buyer. Each supplier is told them by all aggregators, and goes on only if all say the same. *A dishonest aggregator* learns
 * no figure, but can falsify a sum, the counts too: a cell of one supplier can then pass for a large one, and be shown to the buyer.
 * Reports of amounts are taken from those only whose counts were valid, and one of each.
 * *An aggregator learns* which supplier's report was refused and why, besides the counts; no figure.
 *
 * **Cost.** Two batches; see {@link aggregateBatch}. A session with each supplier for as long as it lasts.
 *
 * @example
 * const { refused, lost } = await aggregateScope3Verified(sessions, party, plan, { collector: "buyer", store });
 */
export async function aggregateScope3Verified(
  sessions: readonly (Party | VeilshareError)[],
  party: Party,
  plan: Scope3VerifiedPlan,
  options: AggregateScope3VerifiedOptions,
): Promise<Scope3Aggregation> {
  const caller = "aggregateScope3Verified";
  checkAggregation(caller, { sessions, party, plan, options });
  if (sessions.length > plan.suppliers) {
    throw invalidArgument(caller, `at most ${plan.suppliers} sessions`, String(sessions.length));
  }
  if (options.guard !== undefined && plan.lateDropouts !== 0) {
    throw invalidArgument(caller, "with a guard a plan of 0 lateDropouts", String(plan.lateDropouts));
  }
  const peers = sessions.flatMap((session) => (session instanceof VeilshareError ? [] : [peerName(session)]));
  if (new Set(peers).size !== peers.length) {
    throw invalidArgument(caller, "one session a supplier", "two of one name");
  }
  const service = new Service(sessions, plan, options);
  try {
    const outcome = await party.run(totalProtocol, (run) => service.serve(run));
    if (outcome instanceof VeilshareError) throw outcome; // outside the run, which has come to its end at all parties
    return outcome;
  } catch (thrown) {
    for (const session of sessions) if (!(session instanceof VeilshareError)) session.abort(thrown);
    throw thrown;
  }
}

/** What the suppliers are told after the first batch. */
interface Counted {
  readonly released: boolean;
  readonly counts: VerifiedCounts;
  readonly suppliers: ReadonlySet<number>;
  /** The second task's; undefined where there is none. */
  readonly amounts: Aggregator | undefined;
}

type Aggregator = VerifiedAggregator<ArrayLike<number | bigint>, bigint[]>;
type Summary = BatchSummary<bigint[]>;

/** Where the reports of one batch come in. */
class Intake {
  /** By supplier: the id of its report, once it has none to send any more. */
  readonly #ids: readonly Latch<string | undefined>[];

  constructor(suppliers: number) {
    this.#ids = Array.from({ length: suppliers }, () => new Latch<string | undefined>());
  }

  close(supplier: number, id: string | undefined): void {
    this.#ids[supplier]?.open(id);
  }

  /** The supplier of each report that was taken, once all suppliers are through. */
  async suppliers(): Promise<ReadonlyMap<string, number>> {
    const ids = await Promise.all(this.#ids.map(({ promise }) => promise));
    return new Map(ids.flatMap((id, supplier) => (id === undefined ? [] : [[id, supplier] as const])));
  }
}

class Service {
  readonly #sessions: readonly (Party | VeilshareError)[];
  readonly #plan: Scope3VerifiedPlan;
  readonly #options: AggregateScope3VerifiedOptions;
  readonly #intake: { readonly counts: Intake; readonly amounts: Intake };
  readonly #counted = new Latch<Counted>();
  readonly #ended = new Latch<ReadonlySet<number> | undefined>();
  readonly #refused: RefusedSupplier[] = [];
  readonly #lost: LostClient[] = [];
  #counts: VerifiedCounts = { result: [], reports: 0 };
  #inCounts: ReadonlySet<number> = new Set();
  #inAmounts: ReadonlySet<number> = new Set();

  constructor(
    sessions: readonly (Party | VeilshareError)[],
    plan: Scope3VerifiedPlan,
    options: AggregateScope3VerifiedOptions,
  ) {
    this.#sessions = sessions;
    this.#plan = plan;
    this.#options = options;
    this.#intake = { counts: new Intake(sessions.length), amounts: new Intake(sessions.length) };
  }

  /** Gives the error of a batch with too few reports, once everybody was told. */
  async serve(run: ProtocolRun): Promise<Scope3Aggregation | VeilshareError> {
    const { collector, release = this.#plan.period } = this.#options;
    const { aggregators } = batchRoles("aggregateScope3Verified", run, this.#plan.counting, collector);
    const names = aggregators.map((index) => run.names[index] ?? "");
    const agreed = agreedVerifiedPlan("aggregateScope3Verified", this.#plan, {
      collector,
      aggregators: names,
    });
    await run.agree({ ...agreed, release });
    const aggregatorId = aggregators.indexOf(run.index);
    const counting = await this.#aggregator(run, aggregators, this.#plan.counting);
    const attended = this.#sessions.map((session, index) =>
      this.#attend(index, session, { ...agreed, release, aggregatorId }, counting),
    );
    try {
      const outcome = await this.#batches(run, aggregators, counting, release);
      await withinLimits(Promise.all(attended), { signal: run.signal });
      if (outcome instanceof VeilshareError) return outcome;
      return { ...outcome, refused: this.#refused, lost: this.#lost.sort((a, b) => a.index - b.index) };
    } catch (thrown) {
      const error = toVeilshareError(thrown);
      this.#counted.fail(error);
      this.#ended.fail(error);
      throw error;
    }
  }

  async #batches(
    run: ProtocolRun,
    aggregators: readonly number[],
    counting: Aggregator,
    release: string,
  ): Promise<Omit<Scope3Aggregation, "refused" | "lost"> | VeilshareError> {
    const plan = this.#plan;
    const backend: SumBackend = {
      canWrap: false,
      members: () => this.#namesOf(this.#inCounts),
      exchangeHistory: () => Promise.resolve([]),
      add: ({ step, length }) =>
        step === "counts"
          ? this.#addCounts(run, counting, release)
          : this.#addAmounts(run, { aggregators, release, length }),
    };
    const needed = (): number => neededContributors(plan);
    const rule = gatedFigures({ choice: plan, maxAbs: plan.maxAmount, needed });
    const guard = scope3Guard(this.#options.guard, plan.period, undefined);
    try {
      const { decision, amounts } = await throughGate(backend, rule, guard);
      const counted = [...this.#inCounts].sort((a, b) => a - b);
      if (amounts === undefined) this.#tellCounts(undefined);
      const included = amounts === undefined ? counted : [...this.#inAmounts].sort((a, b) => a - b);
      return { counts: decision.counts, counted, included };
    } catch (thrown) {
      if (thrown instanceof TooFewReports) return thrown.error;
      throw thrown;
    }
  }

  /** The first batch, opened to all aggregators. */
  async #addCounts(run: ProtocolRun, counting: Aggregator, release: string): Promise<SummedVectors> {
    const first = await this.#batch(run, counting, "counts", { batch: `${release}/counts`, reveal: "all" });
    const { result, accepted } = first.summary;
    if (result === undefined) {
      const counts = { result: new Array<bigint>(counting.task.prio3.outputLength).fill(0n), reports: 0 };
      this.#counted.open({ released: false, counts, suppliers: new Set(), amounts: undefined });
      throw new TooFewReports("counts", counting.task.minReports);
    }
    this.#counts = { result, reports: accepted };
    this.#inCounts = first.suppliers;
    return { sum: BigInt64Array.from(result), contributors: accepted };
  }

  /** The second batch, of which aggregators hold shares only. */
  async #addAmounts(
    run: ProtocolRun,
    batch: { readonly aggregators: readonly number[]; readonly release: string; readonly length: number },
  ): Promise<SummedVectors> {
    const { aggregators, release, length } = batch;
    const task = amountsTask(this.#plan, this.#counts, length);
    const amounts = await this.#aggregator(run, aggregators, task);
    this.#tellCounts(amounts);
    const second = await this.#batch(run, amounts, "amounts", { batch: `${release}/amounts` });
    this.#ended.open(second.summary.released ? second.suppliers : undefined);
    if (!second.summary.released) throw new TooFewReports("amounts", task.minReports);
    this.#inAmounts = second.suppliers;
    return { sum: new BigInt64Array(0), contributors: second.summary.accepted };
  }

  #tellCounts(amounts: Aggregator | undefined): void {
    this.#counted.open({ released: true, counts: this.#counts, suppliers: this.#inCounts, amounts });
  }

  #namesOf(suppliers: ReadonlySet<number>): string[] {
    return [...suppliers].map((index) => {
      const session = this.#sessions[index];
      const name = session instanceof VeilshareError ? session.party : session && peerName(session);
      return name ?? `supplier ${index}`;
    });
  }

  /** An aggregator with a key of its own, drawn before any report for it is taken. */
  async #aggregator(run: Party, aggregators: readonly number[], task: Scope3Task): Promise<Aggregator> {
    const { store, maxPendingBytes } = this.#options;
    const verifyKey = await agreeVerifyKey(run.between(aggregators), task);
    const own = { task, aggregatorId: aggregators.indexOf(run.index), verifyKey, store };
    return new VerifiedAggregator(maxPendingBytes === undefined ? own : { ...own, maxPendingBytes });
  }

  /** One batch of what comes in; gives the suppliers whose reports are in it. */
  async #batch(
    run: ProtocolRun,
    aggregator: Aggregator,
    batch: "counts" | "amounts",
    options: { readonly batch: string; readonly reveal?: "all" },
  ): Promise<{ readonly summary: Summary; readonly suppliers: ReadonlySet<number> }> {
    const byReport = await run.working(() =>
      withinLimits(this.#intake[batch].suppliers(), { signal: run.signal }),
    );
    const { collector } = this.#options;
    const maxReports = this.#plan.suppliers;
    const summary = await aggregateBatch(run, aggregator, { ...options, collector, maxReports });
    const left = new Map(byReport);
    for (const { reportId, reason } of summary.rejected) {
      const index = left.get(reportId);
      left.delete(reportId);
      if (index !== undefined) this.#refused.push({ index, batch, reason });
    }
    for (const id of aggregator.pendingIds(aggregator.pending)) left.delete(bytesToHex(id)); // another aggregator lacks it
    return { summary, suppliers: new Set(left.values()) };
  }

  /** One supplier from beginning to end; never rejects. */
  async #attend(
    index: number,
    session: Party | VeilshareError,
    agreed: Parameters<ProtocolRun["agree"]>[0],
    counting: Aggregator,
  ): Promise<void> {
    try {
      if (session instanceof VeilshareError) throw session;
      await session.run(supplyProtocol, (run) => this.#converse(index, run, agreed, counting));
    } catch (thrown) {
      this.#lost.push({ index, error: toVeilshareError(thrown) });
    } finally {
      this.#intake.counts.close(index, undefined);
      this.#intake.amounts.close(index, undefined);
    }
  }

  async #converse(
    index: number,
    run: ProtocolRun,
    agreed: Parameters<ProtocolRun["agree"]>[0],
    counting: Aggregator,
  ): Promise<void> {
    if (run.size !== 2) throw invalidArgument("aggregateScope3Verified", "sessions of two", String(run.size));
    const peer = 1 - run.index;
    await this.#inTime(run, "agree", run.agree(agreed));
    await this.#takeReport(run, index, "counts", counting);
    const { released, counts, suppliers, amounts } = await run.working(() => this.#counted.promise);
    const counted = suppliers.has(index);
    await this.#inTime(
      run,
      "counts",
      run.send(peer, "counts", encodeCountsNotice({ released, counted, counts })),
    );
    if (!counted || amounts === undefined) return;
    await this.#takeReport(run, index, "amounts", amounts);
    const included = await run.working(() => this.#ended.promise);
    const ending = included === undefined ? "unreleased" : included.has(index) ? "included" : "left out";
    await this.#inTime(run, "end", run.send(peer, "end", Uint8Array.of(endings.indexOf(ending))));
  }

  async #takeReport(
    run: ProtocolRun,
    index: number,
    batch: "counts" | "amounts",
    aggregator: Aggregator,
  ): Promise<void> {
    let id: string | undefined;
    try {
      const received = receiveReports(run, aggregator, { maxReports: 1 });
      [id] = (await this.#inTime(run, batch, received)).taken;
    } finally {
      this.#intake[batch].close(index, id);
    }
  }

  #inTime<T>(run: ProtocolRun, step: string, wanted: Promise<T>): Promise<T> {
    const { supplierTimeoutMs: timeoutMs = 60_000 } = this.#options;
    return withinLimits(wanted, {
      timeoutMs,
      onTimeout: () => {
        const party = run.names[1 - run.index] ?? "";
        const fullStep = `scope3-verified/${step}`;
        const text = `${fullStep}: party "${party}" did not take its step within ${timeoutMs} ms`;
        return new VeilshareError("PEER_TIMEOUT", text, { party, step: fullStep });
      },
    });
  }
}

function peerName(session: Party): string {
  return session.names[1 - session.index] ?? "";
}
