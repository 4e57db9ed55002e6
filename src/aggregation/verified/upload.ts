/**
 * Reports on their way in. Run by a client and one aggregator at a time: a client has a session with each aggregator, whose
 * link is encrypted end to end, so that no aggregator sees another's share.
 *
 *   both                    parameters: the task, the aggregator's id      (agree)
 *   client -> aggregator    one message a report, then an empty one        (report)
 *   aggregator -> client    one byte a report                              (receipt)
 *
 * Adversary: malicious clients. What is wrong with a report is said to its client, and ends nothing.
 */

import { MalformedMessage } from "../../bytes/codec.js";
import { bytesToHex } from "../../bytes/encoding.js";
import type { Party, ProtocolRun } from "../../channel/party.js";
import { checkArgument, checkOptions, partyRule, type RulesOf } from "../../checks/options.js";
import { instanceOf, listOf, number, optional } from "../../checks/rules.js";
import {
  invalidArgument,
  peerFault,
  type PeerErrorCode,
  type PeerFaultDetails,
  type VeilshareError,
} from "../../errors.js";
import { eventLoopTurn } from "../../parallel/event-loop.js";
import type { RandomSource } from "../../random/csprng.js";
import { nonceBytes } from "../../prio3/messages.js";
import type { VerifiedAggregator } from "./aggregator.js";
import { decodeReport, encodeReport, reportBytes, ReportShare } from "./report-message.js";
import { taskParameters, taskRule, type VerifiedTask } from "./task.js";

/**
 * What an aggregator says of a report: `taken` into the next batch; `known`, as one with its id waits already;
 * `malformed`; or `full`, to be sent again later.
 */
export type Receipt = "taken" | "known" | "malformed" | "full";

const protocol = { name: "veilshare/verified-upload", version: 1 } as const;
const receipts: readonly Receipt[] = ["taken", "known", "malformed", "full"];

/**
 * A client's step: splits a measurement into one share an aggregator.
 *
 * @returns By aggregator id, what to give to {@link uploadReports} in the session with that aggregator.
 * @throws VeilshareError VALUE_OUT_OF_RANGE for a measurement that the task does not allow: nothing is clipped.
 */
export function prepareReport<M, R>(
  task: VerifiedTask<M, R>,
  measurement: M,
  random?: RandomSource,
): ReportShare[] {
  const input = { context: task.context, measurement };
  const report = task.prio3.shard(random === undefined ? input : { ...input, random });
  return report.inputShares.map((share) => new ReportShare(report.nonce, report.publicShare, share));
}

/** Options of {@link uploadReports}. */
export interface UploadOptions<M, R> {
  readonly task: VerifiedTask<M, R>;
  /** The aggregator at the other end: its position among the aggregators, from 0. */
  readonly aggregatorId: number;
  /** That aggregator's share of each report. */
  readonly reports: readonly ReportShare[];
}

const uploadRules: RulesOf<UploadOptions<unknown, unknown>> = {
  task: taskRule,
  aggregatorId: number(),
  reports: listOf(instanceOf(ReportShare, "a ReportShare")),
};

/**
 * A client's step: hands one aggregator its shares. The report counts once every aggregator has taken its share; to send
 * the same one again is harmless.
 *
 * @returns What the aggregator says, report by report.
 * @throws VeilshareError INVALID_ARGUMENT for another aggregator's shares; PEER_MISMATCH when the aggregator has another
 *   task; as `Party.receive`.
 *
 * **Cost.** To aggregator 0 a share as long as measurement and proof (264 kB for 1,000 entries of 16 bits), to every other
 * one 32 or 64 bytes, and the public share.
 */
export async function uploadReports<M, R>(party: Party, options: UploadOptions<M, R>): Promise<Receipt[]> {
  checkArgument("uploadReports", "party", party, partyRule);
  checkOptions<UploadOptions<M, R>>("uploadReports", options, uploadRules);
  return party.run(protocol, async (run) => {
    const { task, aggregatorId, reports } = options;
    const aggregator = otherOf("uploadReports", run);
    const foreign = reports.find(({ inputShare }) => inputShare.aggregatorId !== aggregatorId);
    if (foreign !== undefined) {
      const got = `one of aggregator ${foreign.inputShare.aggregatorId}`;
      throw invalidArgument("uploadReports", `shares of aggregator ${aggregatorId}`, got);
    }
    await run.agree({ ...taskParameters(task), aggregatorId, aggregator });
    for (const report of reports) await run.send(aggregator, "report", encodeReport(report));
    await run.send(aggregator, "report", new Uint8Array(0));
    const answers: Receipt[] = [];
    for (let i = 0; i < reports.length; i++) {
      const answer = await run.receive(aggregator, "receipt", { byteLength: 1 });
      const receipt = receipts[answer[0] ?? receipts.length];
      if (receipt === undefined) {
        const details = { step: "receipt", expected: "a receipt", got: "another message" };
        throw uploadFault("PEER_MALFORMED", run, aggregator, details);
      }
      answers.push(receipt);
    }
    return answers;
  });
}

/** What came in during one session. */
export interface ReceivedReports {
  readonly client: string;
  readonly receipts: Readonly<Record<Receipt, number>>;
  /** The ids, in hexadecimal, of the reports that were taken. */
  readonly taken: readonly string[];
}

/** Options of {@link receiveReports}. */
export interface ReceiveReportsOptions {
  /** Most reports of one session. Default 10,000. */
  readonly maxReports?: number;
}

const receiveRules: RulesOf<ReceiveReportsOptions> = { maxReports: optional(number(0)) };

/**
 * An aggregator's step: takes in one client's reports until it has no more. Call it once a session, in as many sessions at
 * once as there are clients, with one {@link VerifiedAggregator}.
 *
 * **Security.** A report is checked for its form only; whether it is valid is found out in the batch. Everyone who can open
 * a session can send reports: who may is the caller's to decide, by the keys that it pins.
 *
 * @throws VeilshareError PEER_FLOODED for more than `maxReports`; PEER_MISMATCH for another task; as `Party.receive`.
 */
export async function receiveReports<M, R>(
  party: Party,
  aggregator: VerifiedAggregator<M, R>,
  options: ReceiveReportsOptions = {},
): Promise<ReceivedReports> {
  checkArgument("receiveReports", "party", party, partyRule);
  checkOptions("receiveReports", options, receiveRules);
  const { maxReports = 10_000 } = options;
  return party.run(protocol, async (run) => {
    const client = otherOf("receiveReports", run);
    const { task, aggregatorId } = aggregator;
    await run.agree({ ...taskParameters(task), aggregatorId, aggregator: run.index });
    const counts: Record<Receipt, number> = { taken: 0, known: 0, malformed: 0, full: 0 };
    const taken: string[] = [];
    const maxByteLength = reportBytes(task.prio3, aggregatorId);
    for (let count = 0; ; count++) {
      const message = await run.receive(client, "report", { maxByteLength });
      if (message.length === 0) return { client: run.names[client] ?? "", receipts: counts, taken };
      if (count === maxReports) {
        const details = { step: "report", expected: `at most ${maxReports} reports`, got: "more" };
        throw uploadFault("PEER_FLOODED", run, client, details);
      }
      const receipt = take(aggregator, message);
      counts[receipt] += 1;
      if (receipt === "taken") taken.push(bytesToHex(message.subarray(0, nonceBytes)));
      await run.send(client, "receipt", Uint8Array.of(receipts.indexOf(receipt)));
      if (count % 64 === 63) await eventLoopTurn();
    }
  });
}

function take<M, R>(aggregator: VerifiedAggregator<M, R>, message: Uint8Array): Receipt {
  try {
    return aggregator.take(decodeReport(aggregator.task.prio3, aggregator.aggregatorId, message));
  } catch (thrown) {
    if (thrown instanceof MalformedMessage) return "malformed";
    throw thrown;
  }
}

function otherOf(caller: string, run: ProtocolRun): number {
  if (run.size !== 2) throw invalidArgument(caller, "a client and one aggregator", `${run.size} parties`);
  return 1 - run.index;
}

function uploadFault(
  code: PeerErrorCode,
  run: ProtocolRun,
  from: number,
  details: Omit<PeerFaultDetails, "party" | "step"> & { readonly step: string },
): VeilshareError {
  const step = `verified-upload/${details.step}`;
  return peerFault(code, { ...details, party: run.names[from] ?? "", step });
}
