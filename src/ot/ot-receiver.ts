/**
 * The receiver's end of one direction of oblivious transfer: correlated rows t with random choice bits.
 *
 * Message flow, sender S and receiver R, once: S sends the choices of 128 base OTs, R the answers with the sums and
 * proofs of its trees; then for each matrix R sends corrections and, where checked, S a challenge and R its answer.
 */

import { printAsRedacted } from "../bytes/redacted.js";
import { concatBytes } from "../bytes/encoding.js";
import { wipe } from "../bytes/wipe.js";
import type { Party } from "../channel/party.js";
import { drawBytes } from "../random/csprng.js";
import { seedBytes } from "../random/prg.js";
import { baseOtBytes, sendBaseOt } from "./base-ot.js";
import { withElementsOf } from "./chosen-sums.js";
import { answerChallenge, challengeBytes, checkRows } from "./consistency-check.js";
import {
  completeOtOptions,
  directionName,
  finalName,
  nameNonceBytes,
  otSteps,
  TakeTurns,
  type OtOptions,
} from "./direction.js";
import { ReceiverStreams, rowBits, rowCapacity, treeCount } from "./matrix.js";
import { growTree, treeBytes } from "./puncturable-tree.js";
import { RowPool, type TakenRows } from "./row-pool.js";

/**
 * One direction's receiver, inside a protocol run in which both have agreed.
 *
 * **Security.** The sender learns nothing of the choices, whatever it does. A receiver that cheats is the sender's
 * affair. Base OT and trees: see there.
 */
export class OtReceiver {
  static {
    printAsRedacted(this);
  }

  readonly #name: Uint8Array;
  readonly #party: Party;
  readonly #sender: number;
  readonly #checked: boolean;
  readonly #streams: ReceiverStreams;
  readonly #pool: RowPool;
  readonly #turns = new TakeTurns("OtReceiver.take");

  private constructor(
    party: Party,
    sender: number,
    name: Uint8Array,
    checked: boolean,
    streams: ReceiverStreams,
  ) {
    this.#party = party;
    this.#sender = sender;
    this.#name = name;
    this.#checked = checked;
    this.#streams = streams;
    this.#pool = new RowPool(rowCapacity(), checked ? checkRows : 0);
  }

  /**
   * Sets the direction up. One round; the sender calls `OtSender.open` meanwhile.
   *
   * @param sender - Index of the party at the other end.
   * @throws VeilshareError INVALID_ARGUMENT for bad options; PEER_MALFORMED for an element that is refused.
   */
  static async open(party: Party, sender: number, options: OtOptions = {}): Promise<OtReceiver> {
    const caller = "OtReceiver.open";
    const { depth, checked, random } = completeOtOptions(caller, party, sender, options);
    const byteLength = nameNonceBytes + baseOtBytes(rowBits).receiver;
    const message = await party.receive(sender, otSteps.baseChoices, { byteLength });
    const name = directionName(party, sender, party.index, message.subarray(0, nameNonceBytes));
    const batch = { count: rowBits, name, random };
    const base = withElementsOf(party, sender, otSteps.baseChoices, () =>
      sendBaseOt(batch, message.subarray(nameNonceBytes)),
    );
    const trees = Array.from({ length: treeCount(depth) }, () => {
      const seed = drawBytes(random, seedBytes);
      const tree = growTree(seed, depth);
      wipe(seed);
      return tree;
    });
    const sums = concatBytes(...trees.map((tree) => tree.sums));
    for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) ^ (base.keys[i] ?? 0); // as many keys as sums
    const proofs = trees.map((tree) => tree.proof);
    const answer = concatBytes(base.message, sums, ...proofs);
    wipe(base.keys, ...trees.map((tree) => tree.sums));
    const leaves = trees.map((tree) => tree.leaves);
    const streams = new ReceiverStreams(depth, leaves);
    for (const ofTree of leaves) wipe(...ofTree);
    const rowsName = finalName(name, answer); // before it is sent: a transport may take the array over
    await party.send(sender, otSteps.baseAnswer, answer);
    return new OtReceiver(party, sender, rowsName, checked, streams);
  }

  /** 32 public bytes of this session and direction: the hash's session key. A copy. */
  get name(): Uint8Array {
    return this.#name.slice();
  }

  /**
   * The next rows with their random choices; makes a matrix when too few are left.
   *
   * @param count - A multiple of 64, the same as at the sender, in the same order.
   * @throws VeilshareError INVALID_ARGUMENT for another count, and for a call while another one waits; CLOSED after a take
   *   that failed, or {@link OtReceiver.close}; with a `PEER_` code when the sender does not do its part.
   */
  take(count: number): Promise<TakenRows> {
    return this.#turns.run(count, async () => {
      for (let rows = this.#pool.missing(count); rows > 0; rows = this.#pool.missing(count)) {
        const matrix = this.#streams.extend(rows);
        await this.#party.send(this.#sender, otSteps.corrections, matrix.corrections);
        if (this.#checked) {
          const shape = { byteLength: challengeBytes };
          const challenge = await this.#party.receive(this.#sender, otSteps.challenge, shape);
          await this.#party.send(this.#sender, otSteps.answer, answerChallenge(challenge, matrix));
        }
        this.#pool.add(matrix.rows, matrix.choices);
      }
      return this.#pool.take(count);
    });
  }

  /** Overwrites the rows and choices that are left. What was taken is the caller's. */
  close(): void {
    this.#turns.close();
    this.#pool.wipe();
  }
}

/** Bytes of the receiver's answer to the base choices: elements, sums, proofs. */
export function baseAnswerBytes(depth: 2 | 4): readonly [number, number, number] {
  const trees = treeCount(depth);
  const { sums, proof } = treeBytes(depth);
  return [baseOtBytes(rowBits).sender, trees * sums, trees * proof];
}
