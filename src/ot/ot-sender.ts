/** The sender's end of one direction of oblivious transfer: rows q and the secret s, with q = t + (choice) s. */

import { concatBytes } from "../bytes/encoding.js";
import { printAsRedacted } from "../bytes/redacted.js";
import { wipe } from "../bytes/wipe.js";
import type { Party } from "../channel/party.js";
import { VeilshareError } from "../errors.js";
import { drawBytes, keepBytes, type RandomSource } from "../random/csprng.js";
import { seedBytes } from "../random/prg.js";
import { BaseOtReceiver } from "./base-ot.js";
import { openSums, siblingChoices, withElementsOf } from "./chosen-sums.js";
import { answerBytes, challengeBytes, checkRows, isAnswerRight } from "./consistency-check.js";
import { blockBytes } from "./correlation-hash.js";
import {
  completeOtOptions,
  directionName,
  finalName,
  nameNonceBytes,
  otSteps,
  refuse,
  TakeTurns,
  type OtOptions,
} from "./direction.js";
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
  readonly #turns = new TakeTurns("OtSender.take");

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.#pool = new RowPool(rowCapacity(), parts.checked ? checkRows : 0);
  }

  /**
   * Sets the direction up. One round; the receiver calls `OtReceiver.open` meanwhile.
   *
   * @param receiver - Index of the party at the other end.
   * @throws VeilshareError INVALID_ARGUMENT for bad options; PEER_MALFORMED for an element that is refused, or trees that do not fit their proofs.
   */
  static async open(party: Party, receiver: number, options: OtOptions = {}): Promise<OtSender> {
    const caller = "OtSender.open";
    const { depth, checked, random } = completeOtOptions(caller, party, receiver, options);
    const nonce = drawBytes(random, nameNonceBytes);
    const name = directionName(party, party.index, receiver, nonce);
    const delta = keepBytes(random, blockBytes);
    const choices = siblingChoices(missingLeaves(delta, depth), depth);
    const base = new BaseOtReceiver({ count: rowBits, name, random }, choices);
    try {
      const message = concatBytes(nonce, base.message);
      wipe(nonce);
      await party.send(receiver, otSteps.baseChoices, message);
      const [elements, sums, proofs] = baseAnswerBytes(depth);
      const shape = { byteLength: elements + sums + proofs };
      const answer = await party.receive(receiver, otSteps.baseAnswer, shape);
      const keys = withElementsOf(party, receiver, otSteps.baseAnswer, () =>
        base.keys(answer.subarray(0, elements)),
      );
      const opened = openSums(answer.subarray(elements, elements + sums), keys, choices);
      const trees = punctured(delta, depth, opened, answer.subarray(elements + sums));
      wipe(keys, opened);
      if (trees === undefined) {
        const what = { field: "trees", expected: "trees that fit their proofs", got: "others" };
        throw refuse(party, receiver, otSteps.baseAnswer, what);
      }
      const streams = new SenderStreams(depth, missingLeaves(delta, depth), trees);
      for (const leaves of trees) wipe(...leaves);
      const rowsName = finalName(name, answer);
      return new OtSender({ party, receiver, name: rowsName, depth, checked, random, delta, streams });
    } finally {
      base.wipe();
      wipe(choices);
    }
  }

  /** 32 public bytes of this session and direction: the hash's session key. A copy. */
  get name(): Uint8Array {
    return this.#parts.name.slice();
  }

  /** s, 16 bytes; a secret. A copy. */
  get delta(): Uint8Array {
    return this.#parts.delta.slice();
  }

  /**
   * The next rows, 16 bytes each; makes a matrix when too few are left.
   *
   * @param count - A multiple of 64, the same as at the receiver, in the same order.
   * @throws VeilshareError INVALID_ARGUMENT for another count, and for a call while another one waits; CLOSED after a take
   *   that failed, or {@link OtSender.close}; PEER_MALFORMED, with the field `consistency`, when a check finds that the
   *   receiver cheated; with another `PEER_` code when the receiver does not do its part.
   */
  take(count: number): Promise<Uint8Array> {
    return this.#turns.run(count, async () => {
      const { party, receiver, depth, streams, checked } = this.#parts;
      for (let rows = this.#pool.missing(count); rows > 0; rows = this.#pool.missing(count)) {
        const shape = { byteLength: correctionBytes(depth, rows) };
        const matrix = streams.extend(rows, await party.receive(receiver, otSteps.corrections, shape));
        if (checked) await this.#check(matrix);
        this.#pool.add(matrix);
      }
      return this.#pool.take(count).rows;
    });
  }

  /** Overwrites s and the rows that are left. What was taken is the caller's. */
  close(): void {
    this.#turns.close();
    this.#pool.wipe();
    wipe(this.#parts.delta);
  }

  async #check(rows: Uint8Array): Promise<void> {
    const { party, receiver, random, delta } = this.#parts;
    const challenge = drawBytes(random, challengeBytes);
    await party.send(receiver, otSteps.challenge, challenge.slice());
    const answer = await party.receive(receiver, otSteps.answer, { byteLength: answerBytes });
    const isRight = isAnswerRight(challenge, answer, rows, delta);
    wipe(challenge);
    if (isRight) return;
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
