/**
 * A batch of reports, verified, added up and released. Run by all aggregators of a task (here) and a collector
 * (`collect-batch.ts`), in one session.
 *
 *   all -> all                        parameters: task, batch, who collects                (agree)
 *   aggregators -> aggregators        the state of the open batch                          (open)
 *   leader -> aggregators             the ids of reports that wait; who holds them         (propose, held)
 *   aggregators -> aggregators        whose ids are new in the stores                      (claimed)
 *   aggregators -> leader             verifier shares                                      (verifier-shares)
 *   leader -> aggregators             decisions; what every aggregator says of them        (decisions, verdict)
 *   aggregators -> aggregators        the batch is in the stores                           (ready)
 *   aggregators -> collector          counts and aggregate share                           (outcome)
 *   collector -> aggregators          it has them                                          (received)
 *   aggregators -> aggregators        with `reveal: "all"`: the aggregate shares           (share)
 *
 * Adversary: malicious clients; semi-honest aggregators for a right result, one honest aggregator for privacy.
 */

import { ByteWriter } from "../../bytes/codec.js";
import { bytesToHex, equalBytes } from "../../bytes/encoding.js";
import type { Party, ProtocolRun } from "../../channel/party.js";
import { checkArgument, checkOptions, partyRule, type RulesOf } from "../../checks/options.js";
import { callback, number, optional } from "../../checks/rules.js";
import { invalidArgument, VeilshareError } from "../../errors.js";
import { vectorOf } from "../../field/vector-field.js";
import type { AggregateShare } from "../../prio3/secrets.js";
import type { VerifiedAggregator } from "./aggregator.js";
import { agreeOnCandidates } from "./candidates.js";
import { agreeOnFlags, batchFault } from "./flags.js";
import type { ReportShare } from "./report-message.js";
import {
  acceptedOf,
  batchParameters,
  batchProtocol,
  batchRules,
  outcomeHeadBytes,
  type BatchOptions,
} from "./batch-parameters.js";
import type { SealedRelease } from "./journal.js";
import { batchRoles, type BatchRoles, type VerifiedTask } from "./task.js";
import { reportsAtOnce, verifyReports, type RejectionReason } from "./verification.js";

/** Options of {@link aggregateBatch}. */
export interface AggregateBatchOptions extends BatchOptions {
  /** Most reports that this call takes up; all aggregators have the same. Default 100,000. */
  readonly maxReports?: number;
  /**
   * This aggregator's noise, one integer an element of the sum, added before it is released. Either all aggregators have a
   * noise or none; the collector says so too. Asked once a release.
   */
  readonly noise?: (length: number) => BigInt64Array | Promise<BigInt64Array>;
}

const aggregateRules: RulesOf<AggregateBatchOptions> = {
  ...batchRules,
  maxReports: optional(number(0)),
  noise: optional(callback),
};

/** A report that does not count. */
export interface RejectedReport {
  /** Its id in hexadecimal. */
  readonly reportId: string;
  readonly reason: RejectionReason;
}

/** What an aggregator learns of a batch. */
export interface BatchSummary<Result = unknown> {
  /** False when too few valid reports were there: nothing was released, and they count in the next call. */
  readonly released: boolean;
  /** Valid reports of the batch so far. */
  readonly accepted: number;
  /** Reports that this call refused. */
  readonly rejected: readonly RejectedReport[];
  /** Valid reports of an open batch that had to be dropped, as another aggregator had lost it. */
  readonly lost: number;
  /** With `reveal: "all"`, of a batch that was released: what the collector gets, from the aggregators' own shares. */
  readonly result?: Result;
}

/**
 * An aggregator's step: verifies the reports that wait, adds up the valid ones, and gives the collector its share of the
 * sum if there are enough.
 *
 * A report is written into the store before it is verified, so that no report is verified or counted twice, whatever fails
 * afterwards. A report that another aggregator does not hold keeps waiting.
 *
 * A batch is given to its collector until it says that it has it: a collector that failed asks again with the same `batch`,
 * and gets the same bytes. Nobody else does.
 *
 * @throws VeilshareError INVALID_ARGUMENT for a batch that its collector has or that was released to another one, for roles
 *   that do not fit, and while the aggregator is in another batch session; PEER_MISMATCH when parties differ in task or
 *   batch, or in whether it was released; PEER_CLOSED, PEER_TIMEOUT and the others of `Party.receive` when a party fails: the
 *   open batch is then dropped, and its reports are lost unless it was released already; so when the store fails.
 *
 * **Security.** As `Prio3`: the aggregators learn which reports are valid, never a measurement, as long as one of them does
 * not collude. Who can make clients (Sybils) can fill a batch with known measurements around one that is not: a minimum
 * number of reports does not help against that; noise does.
 *
 * **Cost.** Six rounds and three for every megabyte of verifier shares. For 1,000 entries of 16 bits: 4.1 kB a report to
 * the leader, 33 bytes back, and 3 to 5 ms of computing at each aggregator.
 */
export async function aggregateBatch<M, R>(
  party: Party,
  aggregator: VerifiedAggregator<M, R>,
  options: AggregateBatchOptions,
): Promise<BatchSummary<R>> {
  checkArgument("aggregateBatch", "party", party, partyRule);
  checkOptions("aggregateBatch", options, aggregateRules);
  return aggregator.exclusively("aggregateBatch", () =>
    party.run(batchProtocol, async (run) => {
      const { task, aggregatorId } = aggregator;
      const roles = batchRoles("aggregateBatch", run, task, options.collector);
      if (roles.aggregators[aggregatorId] !== run.index) {
        const expected = `aggregator ${aggregatorId} at its place`;
        throw invalidArgument("aggregateBatch", expected, `party ${run.index}`);
      }
      const { maxReports = 100_000, noise } = options;
      const parameters = { ...batchParameters(task, roles, options), noise: noise !== undefined };
      await run.agree(parameters, { store: aggregator.store });
      const release = { ...options, roles, aggregators: run.between(roles.aggregators) };
      try {
        const before = await compareStates(aggregator, release);
        if (before.sealed !== undefined) return await giveAgain(run, aggregator, before.sealed, release);
        const rejected = await takeUp(release, aggregator, maxReports);
        const released = await releaseOpen(run, aggregator, release);
        const common = { rejected, lost: before.lost };
        if (released === undefined) return { released: false, accepted: aggregator.open.accepted, ...common };
        return { released: true, ...common, ...released };
      } catch (thrown) {
        aggregator.closeBatch(); // others may have added more or less to theirs
        throw thrown;
      }
    }),
  );
}

/** One call of {@link aggregateBatch}. */
interface Release extends AggregateBatchOptions {
  readonly roles: BatchRoles;
  readonly aggregators: Party;
}

const releaseStates = ["never", "sealed", "acknowledged"] as const;

/**
 * Drops an open batch that the others do not have too, and says how many reports went with it; of a batch that was released
 * and that its collector does not have yet, gives what is kept for it.
 */
async function compareStates<M, R>(
  aggregator: VerifiedAggregator<M, R>,
  { aggregators, batch }: Release,
): Promise<{ readonly lost: number; readonly sealed?: SealedRelease }> {
  const digest = aggregator.open.digest();
  const kept = await aggregator.journal.released(batch);
  const own = typeof kept === "string" ? kept : "sealed";
  const state = new ByteWriter().fixed(digest).u8(releaseStates.indexOf(own)).finish();
  const all = await aggregators.exchange("open", state, { byteLength: state.length });
  if (own === "acknowledged") {
    throw invalidArgument("aggregateBatch", "a batch that its collector does not have", "one that it has");
  }
  for (const [i, theirs] of all.entries()) {
    if (theirs[digest.length] === releaseStates.indexOf(own)) continue;
    const party = aggregators.names[i] ?? "";
    const expected = own === "never" ? "a batch that was not released" : "the batch that was released here";
    const got = releaseStates[theirs[digest.length] ?? -1] ?? "something else";
    throw batchFault("PEER_MISMATCH", { party, step: "open", expected, got });
  }
  if (typeof kept !== "string") return { lost: 0, sealed: kept };
  const same = all.every((theirs) => equalBytes(theirs.subarray(0, digest.length), digest));
  return { lost: same ? 0 : aggregator.closeBatch().accepted };
}

/** Gives a collector that failed what it was given before: the same bytes, to the same collector. */
async function giveAgain<M, R>(
  run: ProtocolRun,
  aggregator: VerifiedAggregator<M, R>,
  sealed: SealedRelease,
  release: Release,
): Promise<BatchSummary<R>> {
  const collector = run.names[release.roles.collector] ?? "";
  if (sealed.collector !== collector) {
    throw invalidArgument("aggregateBatch", "the collector that the batch was released to", "another");
  }
  return { released: true, rejected: [], lost: 0, ...(await give(run, aggregator, sealed.message, release)) };
}

/** Verifies what waits and adds it to the open batch; nothing is used up while there can't be enough. */
async function takeUp<M, R>(
  { aggregators, noise }: Release,
  aggregator: VerifiedAggregator<M, R>,
  maxReports: number,
): Promise<RejectedReport[]> {
  const candidates = await agreeOnCandidates(aggregators, aggregator, maxReports);
  const { open, task } = aggregator;
  if (open.accepted + candidates.length < task.minReports) return [];
  const most = noise === undefined ? task.prio3.maxMeasurements : task.prio3.maxSignedMeasurements;
  if (BigInt(open.accepted + candidates.length) > most) {
    const text = `aggregateBatch: expected at most ${most} reports, got more`;
    throw new VeilshareError("BOUND_EXCEEDED", text, { field: "maxReports" });
  }
  const fresh = await agreeOnFlags(aggregators, "claimed", await aggregator.journal.claim(candidates));
  const rejected: RejectedReport[] = [];
  const reports: ReportShare[] = [];
  for (const [i, id] of candidates.entries()) {
    const report = aggregator.remove(id);
    if (fresh[i] === true && report !== undefined) reports.push(report);
    else rejected.push({ reportId: bytesToHex(id), reason: "replayed" });
  }
  const step = reportsAtOnce(aggregator);
  for (let start = 0; start < reports.length; start += step) {
    const some = reports.slice(start, start + step);
    const verdicts = await verifyReports(aggregators, aggregator, some);
    for (const [i, { id }] of some.entries()) {
      const verdict = verdicts[i];
      if (verdict?.kind === "accepted") open.accept(id, verdict.output);
      else rejected.push({ reportId: bytesToHex(id), reason: verdict?.reason ?? "invalid" });
    }
    const done = Math.min(start + step, reports.length);
    aggregators.progress({ step: "verified/verify", done, total: reports.length });
  }
  open.reject(rejected.length);
  return rejected;
}

interface Released<R> {
  readonly accepted: number;
  readonly result?: R;
}

/**
 * Gives the collector the open batch if it is large enough. From here on nothing is added to it: what is decided on is what
 * is released, and it is in the journal before it leaves.
 */
async function releaseOpen<M, R>(
  run: ProtocolRun,
  aggregator: VerifiedAggregator<M, R>,
  release: Release,
): Promise<Released<R> | undefined> {
  const { roles, aggregators, batch, noise } = release;
  if (aggregator.open.accepted < aggregator.task.minReports) {
    await run.send(roles.collector, "outcome", new ByteWriter().u8(0).finish());
    return undefined;
  }
  const { share, accepted, rejected } = aggregator.closeBatch();
  if (noise !== undefined) await addNoise(aggregator, share, noise);
  const message = new ByteWriter().u8(1).u32(accepted).u32(rejected).fixed(share.toBytes()).finish();
  const collector = run.names[roles.collector] ?? "";
  const own = await aggregator.journal.release(batch, { collector, message });
  const [ready] = await agreeOnFlags(aggregators, "ready", [own]);
  if (ready !== true) {
    throw new VeilshareError("PEER_MISMATCH", "verified-batch/ready: the batch was released meanwhile", {
      step: "ready",
    });
  }
  return give(run, aggregator, message, release);
}

/** Sends the collector its message, and forgets it once it is received. */
async function give<M, R>(
  run: ProtocolRun,
  { task, journal }: VerifiedAggregator<M, R>,
  message: Uint8Array,
  { roles, aggregators, batch, noise, reveal }: Release,
): Promise<Released<R>> {
  const accepted = acceptedOf(message);
  await run.send(roles.collector, "outcome", message);
  const share = message.subarray(outcomeHeadBytes);
  const result =
    reveal === "all"
      ? await openAmongAggregators(aggregators, task, { share, accepted, noise: noise !== undefined })
      : undefined;
  await run.receive(roles.collector, "received", { byteLength: 0 });
  await journal.acknowledge(batch);
  return { accepted, ...(result === undefined ? {} : { result }) };
}

/** The sum that the collector gets too, without having to believe it. */
async function openAmongAggregators<M, R>(
  aggregators: Party,
  { prio3 }: VerifiedTask<M, R>,
  {
    share,
    accepted,
    noise,
  }: { readonly share: Uint8Array; readonly accepted: number; readonly noise: boolean },
): Promise<R> {
  const all = await aggregators.exchange("share", share, { byteLength: share.length });
  const shares = all.map((bytes, i) => {
    try {
      return prio3.decodeAggregateShare(bytes);
    } catch (thrown) {
      if (!(thrown instanceof VeilshareError)) throw thrown;
      const party = aggregators.names[i] ?? "";
      const fault = { party, step: "share", expected: "canonical elements", got: "others" };
      throw batchFault("PEER_MALFORMED", fault);
    }
  });
  return prio3.unshard(shares, accepted, noise ? "signed" : "unsigned");
}

async function addNoise<M, R>(
  { task: { prio3 } }: VerifiedAggregator<M, R>,
  share: AggregateShare,
  noise: NonNullable<AggregateBatchOptions["noise"]>,
): Promise<void> {
  const length = prio3.outputLength;
  const integers = await noise(length);
  if (!(integers instanceof BigInt64Array) || integers.length !== length) {
    throw invalidArgument("aggregateBatch", `a noise of ${length} integers`, "another");
  }
  share.add(prio3.decodeAggregateShare(vectorOf(prio3.field, [...integers])));
}
