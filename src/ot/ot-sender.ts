/** The sender's end of one direction of oblivious transfer: rows q and the secret s, with q = t + (choice) s. */

import { printAsRedacted } from "../bytes/redacted.js";
import type { Party } from "../channel/party.js";
import { VeilshareError } from "../errors.js";
import { invalidElementRow } from "../group/backend.js";
import { drawBytes, randomBytes, type RandomSource } from "../random/csprng.js";
import { seedBytes } from "../random/prg.js";
import { BaseOtReceiver, baseOtBytes } from "./base-ot.js";
import { answerBytes, challengeBytes, checkRows, isAnswerRight } from "./consistency-check.js";
import { blockBytes } from "./correlation-hash.js";
import { directionName, otSteps, refuse, type OtOptions } from "./direction.js";
import { correctionBytes, rowBits, rowCapacity, SenderStreams, treeCount, type TreeDepth } from "./matrix.js";
import { baseAnswerBytes } from "./ot-receiver.js";
import { punctureTree, treeBytes } from "./puncturable-tree.js";
import { RowPool } from "./row-pool.js";

interface Parts {
  readonly party: Party;
  readonly receiver: number;
  readonly name: Uint8Array;
  readonly depth: TreeDepth;
  readonly checked: boolean;
  readonly random: RandomSource;
  readonly delta: Uint8Array;
  readonly streams: SenderStreams;
}

/**
 * One direction's sender, inside a protocol run in which both have agreed.
 *
 * **Security.** A receiver learns of rows q and q + s only the one of its choice. One that cheats in the base OTs or the
 * trees learns no more; one that corrects trees differently is caught when checked, but for a few guessed bits of s (see
 * `consistency-check.ts`); unchecked, it can learn all of s.
 */
export class OtSender {
  static {
    printAsRedacted(this);
  }

  readonly #parts: Parts;
  readonly #pool: RowPool;

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.#pool = new RowPool(rowCapacity(), parts.checked ? checkRows : 0);
  }

  /**
   * Sets the direction up. One round; the receiver calls `OtReceiver.open` meanwhile.
   *
   * @param receiver - Index of the party at the other end.
   * @throws VeilshareError PEER_MALFORMED for an element that is refused, or trees that do not fit their proofs.
   */
  static async open(party: Party, receiver: number, options: OtOptions = {}): Promise<OtSender> {
    const { depth = 4, checked = true, random = randomBytes } = options;
    const name = directionName(party, party.index, receiver);
    const delta = drawBytes(random, blockBytes);
    const base = new BaseOtReceiver({ count: rowBits, name, random }, baseChoices(delta, depth));
    await party.send(receiver, otSteps.baseChoices, base.message);
    const step = otSteps.baseAnswer;
    const [elements, sums, proofs] = baseAnswerBytes(depth);
    const answer = await party.receive(receiver, step, { byteLength: elements + sums + proofs });
    let keys: Uint8Array;
    try {
      keys = base.keys(answer.subarray(0, baseOtBytes(rowBits).sender));
    } catch (error) {
      const row = invalidElementRow(error);
      if (row === undefined) throw error;
      const what = { field: `elements[${row}]`, expected: "canonical elements", got: "another" };
      throw refuse(party, receiver, step, what);
    }
    const opened = openSums(answer.subarray(elements, elements + sums), keys, baseChoices(delta, depth));
    const trees = punctured(delta, depth, opened, answer.subarray(elements + sums));
    if (trees === undefined) {
      const what = { field: "trees", expected: "trees that fit their proofs", got: "others" };
      throw refuse(party, receiver, step, what);
    }
    const streams = new SenderStreams(depth, missingLeaves(delta, depth), trees);
    return new OtSender({ party, receiver, name, depth, checked, random, delta, streams });
  }

  /** 32 public bytes of this session and direction: the hash's session key. */
  get name(): Uint8Array {
    return this.#parts.name;
  }

  /** s, 16 bytes; a secret. */
  get delta(): Uint8Array {
    return this.#parts.delta;
  }

  /**
   * The next rows, 16 bytes each; makes a matrix when too few are left.
   *
   * @param count - A multiple of 64. Calls must not overlap.
   * @throws VeilshareError PEER_MALFORMED, with the field `consistency`, when a check finds that the receiver cheated;
   *   with another `PEER_` code when the receiver does not do its part.
   */
  async take(count: number): Promise<Uint8Array> {
    const { party, receiver, depth, streams, checked } = this.#parts;
    for (let rows = this.#pool.missing(count); rows > 0; rows = this.#pool.missing(count)) {
      const shape = { byteLength: correctionBytes(depth, rows) };
      const matrix = streams.extend(rows, await party.receive(receiver, otSteps.corrections, shape));
      if (checked) await this.#check(matrix);
      this.#pool.add(matrix);
    }
    return this.#pool.take(count).rows;
  }

  async #check(rows: Uint8Array): Promise<void> {
    const { party, receiver, random, delta } = this.#parts;
    const challenge = drawBytes(random, challengeBytes);
    await party.send(receiver, otSteps.challenge, challenge);
    const answer = await party.receive(receiver, otSteps.answer, { byteLength: answerBytes });
    if (isAnswerRight(challenge, answer, rows, delta)) return;
    const step = otSteps.answer;
    const name = party.names[receiver] ?? "";
    const expected = "corrections that are the same for all trees";
    const text = `${step}: party "${name}": expected ${expected}, got others; it cheated`;
    const details = { party: name, step, field: "consistency", expected, got: "others" };
    throw new VeilshareError("PEER_MALFORMED", text, details);
  }
}

/** Numbers of the missing leaves: s, cut to numbers of `depth` bits. */
function missingLeaves(delta: Uint8Array, depth: TreeDepth): number[] {
  const mask = (1 << depth) - 1;
  return Array.from({ length: treeCount(depth) }, (_, tree) => {
    const bit = tree * depth;
    return ((delta[bit >> 3] ?? 0) >> (bit & 7)) & mask;
  });
}

/** What is chosen in the base OT of each level of each tree: the side where the path does not go. */
function baseChoices(delta: Uint8Array, depth: TreeDepth): Uint8Array {
  const choices = new Uint8Array(rowBits);
  for (const [tree, missing] of missingLeaves(delta, depth).entries()) {
    for (let level = 0; level < depth; level++) {
      choices[tree * depth + level] = 1 - ((missing >> (depth - 1 - level)) & 1);
    }
  }
  return choices;
}

/** The chosen sum of each pair, without its pad; by masks, as choices are secret. */
function openSums(padded: Uint8Array, keys: Uint8Array, choices: Uint8Array): Uint8Array {
  const opened = new Uint8Array(keys.length);
  for (let i = 0; i < opened.length; i++) {
    const instance = Math.floor(i / seedBytes);
    const at = 2 * instance * seedBytes + (i % seedBytes);
    const [left, right] = [padded[at] ?? 0, padded[at + seedBytes] ?? 0];
    opened[i] = left ^ ((left ^ right) & -(choices[instance] ?? 0)) ^ (keys[i] ?? 0);
  }
  return opened;
}

/** All trees, or undefined when one does not fit its proof: which one is not said, as that depends on the secret. */
function punctured(
  delta: Uint8Array,
  depth: TreeDepth,
  siblings: Uint8Array,
  proofs: Uint8Array,
): (readonly Uint8Array[])[] | undefined {
  const proofBytes = treeBytes(depth).proof;
  const siblingBytes = depth * seedBytes;
  const trees = missingLeaves(delta, depth).map((missing, tree) => {
    const own = siblings.subarray(tree * siblingBytes, (tree + 1) * siblingBytes);
    const proof = proofs.subarray(tree * proofBytes, (tree + 1) * proofBytes);
    return punctureTree(missing, own, proof, depth);
  });
  const inconsistent = trees.filter((tree) => !tree.consistent);
  return inconsistent.length === 0 ? trees.map((tree) => tree.leaves) : undefined;
}
