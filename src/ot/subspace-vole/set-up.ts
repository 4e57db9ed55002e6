/**
 * Sets a subspace VOLE up: 245 trees of 16 leaves that R owns, of which S gets all leaves but the one numbered Delta_j of
 * each tree j, by 980 base oblivious transfers. Two messages:
 *
 *   S -> R   choices   of the base transfers: for each level of each tree the side where the path does not go
 *   R -> S   trees     answers of the base transfers, sums under their keys, proofs
 *
 * **Security.** As `ot/base-ot.ts` and `ot/puncturable-tree.ts`: Delta is hidden perfectly from R but for what R guesses
 * by wrong sums (a wrong sum of one level that passes was a guess of one bit), and the missing leaves from S.
 *
 * **Source.** L. Roy, "SoftSpokenOT", CRYPTO 2022, sections 3 and 6.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8ToBytes } from "../../bytes/encoding.js";
import { printAsRedacted } from "../../bytes/redacted.js";
import type { Party } from "../../channel/party.js";
import { drawBytes, randomBytes, type RandomSource } from "../../random/csprng.js";
import { BaseOtReceiver, BaseOtSender, baseOtBytes } from "../base-ot.js";
import { openSums, siblingChoices, withElementsOf } from "../chosen-sums.js";
import { refuse } from "../direction.js";
import { codeLength, codewordBytes } from "./code.js";
import { growTrees, proofBytes, punctureTrees, seedBytes, sumsBytes, treeLevels } from "./trees.js";

const instances = codeLength * treeLevels;
const bytes = {
  choices: baseOtBytes(instances).receiver,
  answers: baseOtBytes(instances).sender,
  sums: codeLength * sumsBytes,
  proofs: codeLength * proofBytes,
} as const;

/** What both ends of a set-up are told. */
export interface SetUpOptions {
  /** The other party's index. */
  readonly peer: number;
  /** What the VOLE is for; no two set-ups of a run have the same. */
  readonly purpose: string;
  readonly random?: RandomSource;
}

/** R's end: every leaf of every tree. */
export class TreeOwner {
  static {
    printAsRedacted(this);
  }

  /** 245 x 16 seeds. */
  readonly #leaves: Uint8Array;

  private constructor(leaves: Uint8Array) {
    this.#leaves = leaves;
  }

  /** A copy of the seeds of all leaves, 512 bytes a tree; a secret. */
  get leaves(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#leaves);
  }

  /**
   * Sets up; the other party calls {@link DeltaHolder.open} meanwhile.
   *
   * @throws VeilshareError PEER_MALFORMED for an element that is refused.
   */
  static async open(party: Party, options: SetUpOptions): Promise<TreeOwner> {
    const { peer, purpose, random = randomBytes } = options;
    const step = `${purpose}/base/choices`;
    // What does not depend on the peer is done while it works on its message.
    const batch = { count: instances, name: batchName(party, peer, party.index, purpose), random };
    const base = new BaseOtSender(batch);
    const trees = growTrees(drawBytes(random, codeLength * seedBytes));
    const keys = await keysFrom(party, peer, step, base);
    const padded = trees.sums.map((byte, i) => byte ^ (keys[i] ?? 0)); // as many keys as sums
    const message = concatBytes(base.message, padded, trees.proofs);
    keys.fill(0);
    await party.send(peer, `${purpose}/base/trees`, message);
    return new TreeOwner(trees.leaves);
  }

  /** Overwrites the seeds. */
  wipe(): void {
    this.#leaves.fill(0);
  }
}

/** S's end: Delta, 245 numbers of 4 bits, and all leaves but those. */
export class DeltaHolder {
  static {
    printAsRedacted(this);
  }

  readonly #delta: Uint8Array;
  readonly #leaves: Uint8Array;

  private constructor(delta: Uint8Array, leaves: Uint8Array) {
    this.#delta = delta;
    this.#leaves = leaves;
  }

  /** Delta, a number from 0 to 15 a tree; a secret. */
  get delta(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#delta);
  }

  /** Seeds, 512 bytes a tree; at place d the leaf numbered Delta_j + d (exclusive or). A secret. */
  get leaves(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#leaves);
  }

  /**
   * Sets up; the other party calls {@link TreeOwner.open} meanwhile.
   *
   * @throws VeilshareError PEER_MALFORMED for an element that is refused, or trees that do not fit their proofs.
   */
  static async open(party: Party, options: SetUpOptions): Promise<DeltaHolder> {
    const { peer, purpose, random = randomBytes } = options;
    const delta = drawBytes(random, codeLength).map((byte) => byte & 15);
    const choices = siblingChoices(delta, treeLevels);
    const batch = { count: instances, name: batchName(party, party.index, peer, purpose), random };
    const base = new BaseOtReceiver(batch, choices);
    await party.send(peer, `${purpose}/base/choices`, base.message);
    const step = `${purpose}/base/trees`;
    const byteLength = bytes.answers + bytes.sums + bytes.proofs;
    const answer = await party.receive(peer, step, { byteLength });
    const keys = withElementsOf(party, peer, step, () => base.keys(answer.subarray(0, bytes.answers)));
    const padded = answer.subarray(bytes.answers, bytes.answers + bytes.sums);
    const siblings = openSums(padded, keys, choices);
    const trees = punctureTrees(delta, siblings, answer.subarray(bytes.answers + bytes.sums));
    if (!trees.consistent) {
      const what = { field: "trees", expected: "trees that fit their proofs", got: "others" };
      throw refuse(party, peer, step, what);
    }
    return new DeltaHolder(delta, trees.leaves);
  }

  /** Overwrites Delta and the seeds. */
  wipe(): void {
    this.#delta.fill(0);
    this.#leaves.fill(0);
  }
}

/** Delta as four planes of 32 bytes: bit j of plane b is bit b of Delta_j. */
export function deltaPlanes(delta: Uint8Array): Uint8Array {
  const planes = new Uint8Array(4 * codewordBytes);
  for (const [j, symbol] of delta.entries()) {
    for (let b = 0; b < 4; b++) {
      const at = b * codewordBytes + (j >> 3);
      planes[at] = (planes[at] ?? 0) | (((symbol >> b) & 1) << (j & 7));
    }
  }
  return planes;
}

/** The keys of all base transfers, once the other end has chosen. */
async function keysFrom(party: Party, peer: number, step: string, base: BaseOtSender): Promise<Uint8Array> {
  try {
    const received = await party.receive(peer, step, { byteLength: bytes.choices });
    return withElementsOf(party, peer, step, () => base.keys(received));
  } finally {
    base.wipe();
  }
}

/** 32 public bytes that belong to this run, direction and purpose only. */
function batchName(party: Party, holder: number, owner: number, purpose: string): Uint8Array {
  const ends = Uint8Array.of(holder & 255, holder >> 8, owner & 255, owner >> 8);
  const label = utf8ToBytes(`veilshare/ot/subspace-vole/v1/${purpose}`);
  return sha256(concatBytes(sha256(label), party.sessionId, ends));
}
