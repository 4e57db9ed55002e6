/**
 * The run's key: a coin toss, committed to and then opened, after both lists are read and their sizes are known. A party
 * that could choose the key after guessing the other's list could choose one under which that list overflows a partition,
 * and learn from the overflow whether the guess was right.
 *
 *   both -> both   commit   the plan, and a hash of role, plan and 32 random bytes
 *   both -> both   open     the random bytes
 */

import { blake3 } from "@noble/hashes/blake3.js";
import { ByteReader, ByteWriter } from "../../bytes/codec.js";
import { concatBytes, equalBytes } from "../../bytes/encoding.js";
import type { ProtocolRun } from "../../channel/party.js";
import { drawBytes, type RandomSource } from "../../random/csprng.js";
import { okvsFault, okvsSteps } from "./faults.js";
import type { OkvsPlan } from "./parameters.js";

const secretBytes = 32;
const commitContext = "veilshare psi-okvs commit v1";
const keyContext = "veilshare psi-okvs key v1";
const recordContext = "veilshare psi-okvs records v1";
const outputContext = "veilshare psi-okvs outputs v1";

/** Keys of one run, known to both parties. */
export interface RunKeys {
  /** Hashes digests to records. */
  readonly records: Uint8Array;
  /** Hashes rows to tags. */
  readonly outputs: Uint8Array;
}

const planFields = [
  "receiverItems",
  "senderItems",
  "partitions",
  "receiverCap",
  "senderCap",
  "rows",
  "bandBits",
] as const satisfies readonly (keyof OkvsPlan)[];

/**
 * Tosses the key.
 *
 * @param attempt - 0, or how many keys have been tossed in this run before.
 * @throws VeilshareError PEER_MISMATCH for another plan; PEER_MALFORMED for a commitment that is a copy, or an opening
 * that is not what was committed to.
 */
export async function tossRunKey(
  run: ProtocolRun,
  plan: OkvsPlan,
  attempt: number,
  random: RandomSource,
): Promise<RunKeys> {
  const peer = 1 - run.index;
  const secret = drawBytes(random, secretBytes);
  const own = commitment(run, run.index, plan, attempt, secret);
  const message = concatBytes(planBytes(plan), own);
  const committed = await run.exchange(okvsSteps.commit, message, { byteLength: message.length });
  const theirs = committed[peer] ?? new Uint8Array(0);
  comparePlans(run, plan, theirs);
  const theirCommitment = theirs.subarray(theirs.length - secretBytes);
  if (equalBytes(theirCommitment, own)) {
    throw okvsFault(run, "PEER_MALFORMED", "commit", "a commitment of its own", "a copy of this party's");
  }
  const opened = await run.exchange(okvsSteps.open, secret, { byteLength: secretBytes });
  const theirSecret = opened[peer] ?? new Uint8Array(0);
  if (!equalBytes(commitment(run, peer, plan, attempt, theirSecret), theirCommitment)) {
    throw okvsFault(run, "PEER_MALFORMED", "open", "what was committed to", "something else");
  }
  const both = run.index === 0 ? [secret, theirSecret] : [theirSecret, secret];
  const key = blake3(concatBytes(run.sessionId, Uint8Array.of(attempt), ...both), {
    context: ascii(keyContext),
  });
  return {
    records: blake3(key, { context: ascii(recordContext) }),
    outputs: blake3(key, { context: ascii(outputContext) }),
  };
}

function commitment(
  run: ProtocolRun,
  role: number,
  plan: OkvsPlan,
  attempt: number,
  secret: Uint8Array,
): Uint8Array {
  const said = concatBytes(run.sessionId, Uint8Array.of(role, attempt), planBytes(plan), secret);
  return blake3(said, { context: ascii(commitContext) });
}

function planBytes(plan: OkvsPlan): Uint8Array {
  const writer = new ByteWriter();
  for (const field of planFields) writer.u32(plan[field]);
  return writer.finish();
}

function comparePlans(run: ProtocolRun, plan: OkvsPlan, message: Uint8Array): void {
  const reader = new ByteReader(message);
  for (const field of planFields) {
    const theirs = reader.u32();
    if (theirs === plan[field]) continue;
    throw okvsFault(run, "PEER_MISMATCH", "commit", `${field} ${plan[field]}`, String(theirs));
  }
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
