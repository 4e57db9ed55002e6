/**
 * The sender's streams: a challenge for each partition as soon as all of its corrections are here, the own matrix and
 * tags meanwhile, and tags out once the answer has passed. Corrections of the next partition are read before an answer is
 * waited for.
 */

import { equalBytes } from "../../bytes/encoding.js";
import { giveBackMemory } from "../../bytes/memory.js";
import { hashBytes, tagBytes } from "../../kernels/okvs/operations.js";
import { withKernel } from "../../ot/subspace-vole/kernel-scratch.js";
import {
  answerBytes,
  challengeBytes,
  correctionBytes,
  isAnswerRight,
} from "../../ot/subspace-vole/matrix.js";
import { deltaPlanes, type DeltaHolder } from "../../ot/subspace-vole/set-up.js";
import { drawBytes } from "../../random/csprng.js";
import { okvsFault, okvsSteps } from "./faults.js";
import { Handoff } from "./handoff.js";
import { tagJob, type TagInput, type TaggedPartition } from "./jobs.js";
import { noItem } from "./partitions.js";
import { claimBytes, proofHash } from "./receiver.js";
import { allStreams, tagMessages, type RunContext } from "./run-context.js";
import { sortedTags, type SortedTags } from "./sorted-tags.js";

/** Partitions that wait for their answer. */
const ahead = 1;

/** Records that are hashed at a time; a longer list of a partition takes its matrix several times. */
const recordsPerJob = 131_072;

/** What the sender keeps of a partition until the end, where it learns the result too. */
interface Slots {
  /** The own item of each slot, or {@link noItem}. */
  readonly items: Uint32Array;
  /** The second tag of each slot. */
  readonly proofs: Uint8Array;
}

/** Runs all streams. */
export async function sendIntersection(
  context: RunContext,
  holder: DeltaHolder,
): Promise<Uint32Array | undefined> {
  const { run, plan, both } = context;
  const tagged = new Handoff<readonly TaggedPartition[]>(ahead, run.signal);
  const kept: Slots[] = [];
  const delta = holder.delta;
  try {
    await allStreams(run, [
      tagPartitions(context, holder, tagged),
      sendPartitions(context, deltaPlanes(delta), tagged, kept),
    ]);
  } finally {
    delta.fill(0);
  }
  return both ? takeClaims(context, kept, plan.senderCap) : undefined;
}

async function tagPartitions(
  context: RunContext,
  holder: DeltaHolder,
  tagged: Handoff<readonly TaggedPartition[]>,
): Promise<void> {
  const { run, pool, plan, slots, random, keys, partitions } = context;
  const peer = 1 - run.index;
  const { rows, bandBits, senderCap } = plan;
  const [leaves, delta] = [holder.leaves, holder.delta];
  async function* inputs(): AsyncGenerator<TagInput> {
    for (let p = 0; p < plan.partitions; p++) {
      const shape = { byteLength: correctionBytes(rows) };
      const corrections = await run.receive(peer, okvsSteps.corrections, shape);
      const challenge = drawBytes(random, challengeBytes);
      await run.send(peer, okvsSteps.challenge, challenge);
      const firstBlock = slots.take(p, 0, rows);
      const common = { rows, bandBits, firstBlock, corrections, challenge, leaves, delta };
      for (let from = 0; from < senderCap; from += recordsPerJob) {
        const digests = partitions.paddedDigests(p, from, Math.min(senderCap, from + recordsPerJob));
        yield { ...common, digests, recordKey: keys.records, outputKey: keys.outputs };
        // Done with when the next input is asked for, unless it waits for a worker.
        if (pool.workers === 0) giveBackMemory(digests);
      }
      if (pool.workers === 0) giveBackMemory(corrections);
    }
  }
  const jobs = Math.ceil(senderCap / recordsPerJob);
  let parts: TaggedPartition[] = [];
  try {
    for await (const part of pool.map(tagJob, inputs(), { signal: run.signal })) {
      parts.push(part);
      if (parts.length < jobs) continue;
      await tagged.give(parts);
      parts = [];
    }
  } finally {
    leaves.fill(0);
    delta.fill(0);
  }
}

async function sendPartitions(
  context: RunContext,
  planes: Uint8Array,
  tagged: Handoff<readonly TaggedPartition[]>,
  kept: Slots[],
): Promise<void> {
  const { run, plan, both } = context;
  const peer = 1 - run.index;
  for (let p = 0; p < plan.partitions; p++) {
    const parts = await tagged.take();
    const answer = await run.receive(peer, okvsSteps.answer, { byteLength: answerBytes });
    const sums = parts[0]?.sums ?? new Uint8Array(0); // one part at least
    if (!withKernel((scratch) => isAnswerRight(scratch, answer, sums, planes))) {
      throw okvsFault(run, "PEER_MALFORMED", "answer", "corrections of one code", "others; it cheated");
    }
    const slots = both ? emptySlots(plan.senderCap) : undefined;
    let sent = 0;
    for (const part of sortedTags(parts, tagMessages(plan.senderCap))) {
      await run.send(peer, okvsSteps.tags, tagsOf(part));
      if (slots !== undefined) keepSlots(context, p, part, slots, sent);
      sent += part.numbers.length;
    }
    for (const { hashes } of parts) giveBackMemory(hashes);
    if (slots !== undefined) kept.push(slots);
    run.progress({ step: "psi/okvs", done: p + 1, total: plan.partitions });
  }
}

function tagsOf({ hashes }: SortedTags): Uint8Array {
  const tags = new Uint8Array(hashes.length / 2);
  const [from, to] = [words(hashes), words(tags)];
  for (let i = 0, at = 0; at < to.length; i += 8, at += 4) {
    for (let k = 0; k < 4; k++) to[at + k] = from[i + k] as number; // the first half of each hash
  }
  return tags;
}

function words(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

function emptySlots(cap: number): Slots {
  return { items: new Uint32Array(cap), proofs: new Uint8Array(tagBytes * cap) };
}

function keepSlots(
  { partitions }: RunContext,
  partition: number,
  { hashes, numbers }: SortedTags,
  slots: Slots,
  first: number,
): void {
  for (let i = 0; i < numbers.length; i++) {
    slots.items[first + i] = partitions.itemAt(partition, numbers[i] as number); // i < length
    const start = hashBytes * i + tagBytes;
    slots.proofs.set(hashes.subarray(start, start + tagBytes), tagBytes * (first + i));
  }
}

/** Learns from the receiver which slots are common; it shows that it has them by a hash of their second tags. */
async function takeClaims(
  { run, plan }: RunContext,
  kept: readonly Slots[],
  cap: number,
): Promise<Uint32Array> {
  const peer = 1 - run.index;
  const proof = proofHash();
  const items = new Uint32Array(Math.min(plan.receiverItems, plan.senderItems));
  let found = 0;
  for (const slots of kept) {
    const claims = await run.receive(peer, okvsSteps.claims, { byteLength: claimBytes(cap) });
    for (let slot = 0; slot < 8 * claims.length; slot++) {
      if ((((claims[slot >> 3] as number) >> (slot & 7)) & 1) === 0) continue; // slot < 8 x length
      const item = slot < cap ? (slots.items[slot] as number) : noItem;
      if (item === noItem || found === items.length) {
        throw okvsFault(run, "PEER_UNEXPECTED", "claims", "slots of items that both lists have", "others");
      }
      items[found++] = item;
      proof.update(slots.proofs.subarray(tagBytes * slot, tagBytes * (slot + 1)));
    }
  }
  const shown = await run.receive(peer, okvsSteps.proof, { byteLength: 32 });
  if (!equalBytes(shown, proof.digest())) {
    throw okvsFault(run, "PEER_MALFORMED", "proof", "the second tags of the slots it claims", "others");
  }
  return items.slice(0, found);
}
