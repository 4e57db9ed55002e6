/**
 * The receiver's streams: partitions are encoded and corrected a few ahead of the answers to challenges, which are a few
 * ahead of the tags that come in.
 */

import { blake3 } from "@noble/hashes/blake3.js";
import { giveBackMemory } from "../../bytes/memory.js";
import { VeilshareError } from "../../errors.js";
import { hashBytes, tagBytes } from "../../kernels/okvs/operations.js";
import { challengeBytes } from "../../ot/subspace-vole/matrix.js";
import type { TreeOwner } from "../../ot/subspace-vole/set-up.js";
import { withKernel } from "../../ot/subspace-vole/kernel-scratch.js";
import { drawBytes } from "../../random/csprng.js";
import { okvsFault, okvsSteps } from "./faults.js";
import { Handoff } from "./handoff.js";
import {
  answerJob,
  encodeJob,
  encodeSeedBytes,
  type AnsweredPartition,
  type AnswerInput,
  type EncodedPartition,
  type EncodeInput,
  type PartitionHashes,
  type SpentPartition,
} from "./jobs.js";
import { noItem } from "./partitions.js";
import { allStreams, tagMessages, type RunContext } from "./run-context.js";

/** What is common, partition by partition. */
export interface Matches {
  /** Own items in the order of partitions and slots: the same order at both parties. */
  readonly items: Uint32Array;
  /** One bit a slot, each partition from a byte of its own: which are common. */
  readonly claims: Uint8Array;
  /** The hash of the common slots' second tags. */
  readonly proof: Uint8Array;
}

/** Bytes of a partition's claims. */
export function claimBytes(senderCap: number): number {
  return Math.ceil(senderCap / 8);
}

/** A hash of second tags, in their order. */
export function proofHash(): { update(tag: Uint8Array): unknown; digest(): Uint8Array } {
  return blake3.create({ context: new TextEncoder().encode("veilshare psi-okvs claims v1") });
}

/** Partitions that wait between two streams. */
const ahead = 1;

/** Runs all streams; gives what is common. */
export async function receiveIntersection(context: RunContext, trees: TreeOwner): Promise<Matches> {
  const { run } = context;
  const encoded = new Handoff<EncodedPartition>(ahead, run.signal);
  const answered = new Handoff<PartitionHashes>(ahead, run.signal);
  const matcher = new Matcher(context);
  const spent: SpentPartition[] = [];
  await allStreams(run, [
    encodePartitions(context, trees, encoded, spent),
    answerChallenges(context, encoded, answered, spent),
    matchPartitions(context, answered, matcher),
  ]);
  return matcher.matches();
}

async function encodePartitions(
  { run, pool, plan, keys, partitions, slots, random }: RunContext,
  trees: TreeOwner,
  encoded: Handoff<EncodedPartition>,
  spent: SpentPartition[],
): Promise<void> {
  const { rows, bandBits, receiverCap } = plan;
  const leaves = trees.leaves;
  function* inputs(): Generator<EncodeInput> {
    for (let p = 0; p < plan.partitions; p++) {
      const digests = partitions.paddedDigests(p, 0, receiverCap);
      yield {
        rows,
        bandBits,
        firstBlock: slots.take(p, 0, rows),
        digests,
        recordKey: keys.records,
        leaves,
        seed: drawBytes(random, encodeSeedBytes),
        spent: spent.pop(),
      };
      // Done with when the next input is asked for, unless it waits for a worker.
      if (pool.workers === 0) giveBackMemory(digests);
    }
  }
  try {
    for await (const partition of pool.map(encodeJob, inputs(), { signal: run.signal })) {
      if (!partition.encoded) throw encodingFailed();
      await run.send(1 - run.index, okvsSteps.corrections, partition.corrections);
      await encoded.give(partition);
    }
  } finally {
    leaves.fill(0);
  }
}

async function answerChallenges(
  { run, pool, plan, keys }: RunContext,
  encoded: Handoff<EncodedPartition>,
  answered: Handoff<PartitionHashes>,
  spent: SpentPartition[],
): Promise<void> {
  const peer = 1 - run.index;
  async function* inputs(): AsyncGenerator<AnswerInput> {
    for (let p = 0; p < plan.partitions; p++) {
      const { records, matrix, values } = await encoded.take();
      const challenge = await run.receive(peer, okvsSteps.challenge, { byteLength: challengeBytes });
      const outputKey = keys.outputs.slice();
      yield { records, matrix, values, bandBits: plan.bandBits, challenge: challenge.slice(), outputKey };
      if (pool.workers === 0) spent.push({ records, matrix, values });
    }
  }
  const options = { signal: run.signal, transferInputs: true };
  for await (const partition of pool.map(answerJob, inputs(), options)) {
    await run.send(peer, okvsSteps.answer, partition.answer);
    await answered.give(withoutAnswer(partition));
  }
}

function withoutAnswer({ hashes, numbers }: AnsweredPartition): PartitionHashes {
  return { hashes, numbers };
}

async function matchPartitions(
  { run, plan }: RunContext,
  answered: Handoff<PartitionHashes>,
  matcher: Matcher,
): Promise<void> {
  for (let p = 0; p < plan.partitions; p++) {
    const own = await answered.take();
    matcher.begin(p, own);
    for (const count of tagMessages(plan.senderCap)) {
      const shape = { byteLength: tagBytes * count };
      const tags = await run.receive(1 - run.index, okvsSteps.tags, shape);
      if (!matcher.match(tags)) {
        throw okvsFault(run, "PEER_UNEXPECTED", "tags", "strictly increasing tags", "another order");
      }
      giveBackMemory(tags);
    }
    giveBackMemory(own.hashes);
    run.progress({ step: "psi/okvs", done: p + 1, total: plan.partitions });
  }
}

/** Looks the peer's tags up among the own, partition by partition. */
class Matcher {
  readonly #context: RunContext;
  readonly #claims: Uint8Array;
  readonly #proof = proofHash();
  #items: Uint32Array;
  #found = 0;
  #partition = 0;
  #own: PartitionHashes = { hashes: new Uint8Array(0), numbers: new Uint32Array(0) };
  /** Own hashes that are behind, and slots of the partition that are. */
  #cursor = new Uint32Array(1);
  #previous = new Uint8Array(tagBytes);
  #slots = 0;

  constructor(context: RunContext) {
    this.#context = context;
    const { partitions, senderCap, receiverItems, senderItems } = context.plan;
    this.#claims = new Uint8Array(context.both ? partitions * claimBytes(senderCap) : 0);
    this.#items = new Uint32Array(Math.min(receiverItems, senderItems));
  }

  begin(partition: number, own: PartitionHashes): void {
    this.#partition = partition;
    this.#own = own;
    this.#cursor = new Uint32Array(1);
    this.#slots = 0;
  }

  /** Matches a message of tags; false when they do not increase strictly. */
  match(tags: Uint8Array): boolean {
    const hits = this.#hitsOf(tags);
    if (hits === undefined) return false;
    for (let i = 0; i < hits.length; i += 2)
      this.#take(hits[i] as number, this.#slots + (hits[i + 1] as number));
    this.#slots += tags.length / tagBytes;
    return true;
  }

  matches(): Matches {
    return { items: this.#items.slice(0, this.#found), claims: this.#claims, proof: this.#proof.digest() };
  }

  #hitsOf(tags: Uint8Array): Uint32Array | undefined {
    const { hashes } = this.#own;
    return withKernel(({ run, place, room, take }) => {
      const count = tags.length / tagBytes;
      const ownCount = hashes.length / hashBytes;
      const cursor = place(new Uint8Array(this.#cursor.buffer));
      const previous = place(this.#previous);
      const hits = room(8 * count);
      const first = Number(this.#slots === 0);
      const own = place(hashes);
      const found = run.matchTags(own, ownCount, cursor, place(tags), count, previous, first, hits);
      if (found < 0) return undefined;
      this.#cursor = new Uint32Array(take(cursor, 4).buffer);
      this.#previous = take(previous, tagBytes);
      return new Uint32Array(take(hits, 8 * found).buffer);
    });
  }

  /** Takes a common tag: its place among the own hashes, and its slot. */
  #take(place: number, slot: number): void {
    const { partitions, plan, both } = this.#context;
    const item = partitions.itemAt(this.#partition, this.#own.numbers[place] as number); // a place of a hash
    if (item === noItem) return; // a random record of each: one chance in 2^128
    if (this.#found === this.#items.length) {
      const expected = `at most ${this.#items.length} common items`;
      throw okvsFault(this.#context.run, "PEER_UNEXPECTED", "tags", expected, "more than its list has");
    }
    this.#items[this.#found++] = item;
    if (!both) return;
    const at = this.#partition * claimBytes(plan.senderCap) + (slot >> 3);
    this.#claims[at] = (this.#claims[at] as number) | (1 << (slot & 7)); // a slot of the partition
    const start = hashBytes * place + tagBytes;
    this.#proof.update(this.#own.hashes.subarray(start, start + tagBytes));
  }
}

function encodingFailed(): VeilshareError {
  const text =
    "intersect: a partition could not be encoded, which happens once in 2^40 runs; " +
    "there is no result, and it is safe to begin a new run with the same lists";
  return new VeilshareError("INTERNAL", text, { step: `psi/${okvsSteps.corrections}` });
}
