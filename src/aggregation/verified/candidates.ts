/** Which reports a batch is about: those that the leader proposes and every aggregator holds. */

import { bytesToHex } from "../../bytes/encoding.js";
import type { Party } from "../../channel/party.js";
import { nonceBytes } from "../../prio3/messages.js";
import type { VerifiedAggregator } from "./aggregator.js";
import { agreeOnFlags, batchFault } from "./flags.js";

const leader = 0;

/**
 * The ids that all aggregators hold, in the leader's order. Reports that one of them does not hold keep waiting,
 * behind all others.
 *
 * @throws VeilshareError PEER_MALFORMED for a proposal that is too long or names a report twice.
 */
export async function agreeOnCandidates<M, R>(
  aggregators: Party,
  aggregator: VerifiedAggregator<M, R>,
  maxReports: number,
): Promise<Uint8Array[]> {
  const step = "propose";
  const proposed =
    aggregators.index === leader
      ? await propose(aggregators, step, aggregator.pendingIds(maxReports))
      : splitIds(await aggregators.receive(leader, step, { maxByteLength: maxReports * nonceBytes }));
  if (proposed === undefined || hasDuplicates(proposed)) {
    const party = aggregators.names[leader] ?? "";
    throw batchFault("PEER_MALFORMED", { party, step, expected: "distinct report ids", got: "others" });
  }
  const held = await agreeOnFlags(
    aggregators,
    "held",
    proposed.map((id) => aggregator.has(id)),
  );
  for (const [i, id] of proposed.entries()) if (held[i] !== true) aggregator.postpone(id);
  return proposed.filter((_, i) => held[i] === true);
}

async function propose(aggregators: Party, step: string, ids: readonly Uint8Array[]): Promise<Uint8Array[]> {
  const message = new Uint8Array(ids.length * nonceBytes);
  for (const [i, id] of ids.entries()) message.set(id, i * nonceBytes);
  await aggregators.broadcast(step, message);
  return [...ids];
}

function splitIds(message: Uint8Array): Uint8Array[] | undefined {
  if (message.length % nonceBytes !== 0) return undefined;
  return Array.from({ length: message.length / nonceBytes }, (_, i) =>
    message.slice(i * nonceBytes, (i + 1) * nonceBytes),
  );
}

function hasDuplicates(ids: readonly Uint8Array[]): boolean {
  return new Set(ids.map((id) => bytesToHex(id))).size !== ids.length;
}
