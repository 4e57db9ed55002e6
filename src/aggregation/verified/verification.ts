/**
 * The verification of some reports by all aggregators together: each computes its verifier shares, the leader combines
 * them and decides, and every aggregator says whether it agrees. What is wrong with one report never touches another.
 */

import { VeilshareError } from "../../errors.js";
import type { Party } from "../../channel/party.js";
import { eventLoopTurn } from "../../parallel/event-loop.js";
import type { OutputShare, VerifierState } from "../../prio3/secrets.js";
import type { VerifiedAggregator } from "./aggregator.js";
import { agreeOnFlags, batchFault } from "./flags.js";
import type { ReportShare } from "./report-message.js";

/**
 * Why a report does not count: its id was used before (`replayed`); an aggregator can't read its share (`malformed`); the proof does
 * not hold (`invalid`); or the client told aggregators different things (`inconsistent`).
 */
export type RejectionReason = "replayed" | "malformed" | "invalid" | "inconsistent";

/** What comes of one report: a share of a valid measurement, or a reason. */
export type Verdict =
  | { readonly kind: "accepted"; readonly output: OutputShare }
  | { readonly kind: "rejected"; readonly reason: RejectionReason };

const leader = 0;
const good = 1;
const malformed = 2;
const invalid = 3;

/** Bytes of verifier shares in one message, about. */
const messageBytes = 2 ** 20;

/** Bytes of measurements and proofs that are checked between two turns of the event loop: some milliseconds. */
const turnBytes = 2 ** 17;

/** How many reports are verified at once: their messages fit in memory with room to spare. */
export function reportsAtOnce<M, R>({ task }: VerifiedAggregator<M, R>): number {
  const each = 1 + task.prio3.sizes.verifierShare;
  return Math.max(1, Math.min(1024, Math.floor(messageBytes / each)));
}

interface OwnCheck {
  readonly state: VerifierState;
  readonly verifierShare: Uint8Array;
}

/**
 * Verifies reports that every aggregator holds, in the same order.
 *
 * @returns A verdict a report, the same kinds at all aggregators.
 * @throws VeilshareError PEER_MALFORMED for a message of another form from an aggregator; as `Party.receive`.
 */
export async function verifyReports<M, R>(
  aggregators: Party,
  aggregator: VerifiedAggregator<M, R>,
  reports: readonly ReportShare[],
): Promise<Verdict[]> {
  const own: (OwnCheck | undefined)[] = [];
  const { leaderInputShare } = aggregator.task.prio3.sizes;
  const reportsATurn = Math.max(1, Math.floor(turnBytes / leaderInputShare));
  for (const report of reports) {
    own.push(checkOwn(aggregator, report));
    if (own.length % reportsATurn === 0) await eventLoopTurn();
  }
  const decisions = await decide(aggregators, aggregator, own);
  const outputs = own.map((check, i) => {
    const decision = decisions[i];
    return decision?.code === good && check !== undefined
      ? nextOf(aggregator, check.state, decision.message)
      : undefined;
  });
  const agreed = await agreeOnFlags(
    aggregators,
    "verdict",
    outputs.map((output) => output !== undefined),
  );
  return outputs.map((output, i): Verdict => {
    if (output !== undefined && agreed[i] === true) return { kind: "accepted", output };
    const code = decisions[i]?.code;
    const reason = code === malformed ? "malformed" : code === invalid ? "invalid" : "inconsistent";
    return { kind: "rejected", reason };
  });
}

function checkOwn<M, R>(aggregator: VerifiedAggregator<M, R>, report: ReportShare): OwnCheck | undefined {
  const { task, verifyKey } = aggregator;
  const { id: nonce, publicShare, inputShare } = report;
  return unlessRefused(() =>
    task.prio3.verifyInit({ verifyKey, context: task.context, nonce, publicShare, inputShare }),
  );
}

function nextOf<M, R>(
  { task }: VerifiedAggregator<M, R>,
  state: VerifierState,
  message: Uint8Array,
): OutputShare | undefined {
  return unlessRefused(() => task.prio3.verifyNext(state, message));
}

/** The result, or undefined where the report is refused; a fault of this package goes on. */
function unlessRefused<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch (thrown) {
    const refusals = ["PEER_MALFORMED", "INVALID_ARGUMENT"];
    if (thrown instanceof VeilshareError && refusals.includes(thrown.code)) return undefined;
    throw thrown;
  }
}

interface Decision {
  readonly code: number;
  readonly message: Uint8Array;
}

/** The leader's decision on every report. */
async function decide<M, R>(
  aggregators: Party,
  aggregator: VerifiedAggregator<M, R>,
  own: readonly (OwnCheck | undefined)[],
): Promise<Decision[]> {
  const { sizes } = aggregator.task.prio3;
  const rowBytes = 1 + sizes.verifierShare;
  const shares = new Uint8Array(own.length * rowBytes);
  for (const [i, check] of own.entries()) {
    shares[i * rowBytes] = check === undefined ? malformed : good;
    if (check !== undefined) shares.set(check.verifierShare, i * rowBytes + 1);
  }
  const decisionBytes = 1 + sizes.verifierMessage;
  if (aggregators.index !== leader) {
    await aggregators.send(leader, "verifier-shares", shares);
    const byteLength = own.length * decisionBytes;
    const message = await aggregators.receive(leader, "decisions", { byteLength });
    return own.map((_, i) => readDecision(aggregators, message.subarray(i * decisionBytes), decisionBytes));
  }
  const all = await aggregators.gather("verifier-shares", { byteLength: shares.length });
  all[leader] = shares;
  const decisions: Decision[] = [];
  for (let i = 0; i < own.length; i++) {
    const rows = all.map((bytes) => bytes.subarray(i * rowBytes, (i + 1) * rowBytes));
    decisions.push(combine(aggregator, rows));
    if (i % 64 === 63) await eventLoopTurn();
  }
  const message = new Uint8Array(own.length * decisionBytes);
  for (const [i, decision] of decisions.entries()) {
    message[i * decisionBytes] = decision.code;
    message.set(decision.message, i * decisionBytes + 1);
  }
  await aggregators.broadcast("decisions", message);
  return decisions;
}

function combine<M, R>({ task }: VerifiedAggregator<M, R>, rows: readonly Uint8Array[]): Decision {
  const nothing = new Uint8Array(task.prio3.sizes.verifierMessage);
  if (rows.some((row) => row[0] !== good)) return { code: malformed, message: nothing };
  const shares = rows.map((row) => row.subarray(1));
  const message = unlessRefused(() => task.prio3.verifierSharesToMessage(task.context, shares));
  return message === undefined ? { code: invalid, message: nothing } : { code: good, message };
}

function readDecision(aggregators: Party, bytes: Uint8Array, decisionBytes: number): Decision {
  const code = bytes[0] ?? 0;
  if (code < good || code > invalid) {
    const party = aggregators.names[leader] ?? "";
    const step = "decisions";
    throw batchFault("PEER_MALFORMED", { party, step, expected: "a decision", got: `code ${code}` });
  }
  return { code, message: bytes.slice(1, decisionBytes) };
}
