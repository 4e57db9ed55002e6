/**
 * The receiver's end of one direction of oblivious transfer: correlated rows t with random choice bits.
 *
 * Message flow, sender S and receiver R, once: S sends the choices of 128 base OTs, R the answers with the sums and
 * proofs of its trees; then for each matrix R sends corrections and, where checked, S a challenge and R its answer.
 */

import { printAsRedacted } from "../bytes/redacted.js";
import { concatBytes } from "../bytes/encoding.js";
import type { Party } from "../channel/party.js";
import { invalidElementRow } from "../group/backend.js";
import { randomBytes, drawBytes } from "../random/csprng.js";
import { seedBytes } from "../random/prg.js";
import { baseOtBytes, sendBaseOt, type SenderKeys } from "./base-ot.js";
import { answerChallenge, challengeBytes, checkRows } from "./consistency-check.js";
import { directionName, otSteps, refuse, type OtOptions } from "./direction.js";
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
   * @throws VeilshareError PEER_MALFORMED for an element that is refused.
   */
  static async open(party: Party, sender: number, options: OtOptions = {}): Promise<OtReceiver> {
    const { depth = 4, checked = true, random = randomBytes } = options;
    const name = directionName(party, sender, party.index);
    const step = otSteps.baseChoices;
    const byteLength = baseOtBytes(rowBits).receiver;
    const choices = await party.receive(sender, step, { byteLength });
    const trees = Array.from({ length: treeCount(depth) }, () =>
      growTree(drawBytes(random, seedBytes), depth),
    );
    let base: SenderKeys;
    try {
      base = sendBaseOt({ count: rowBits, name, random }, choices);
    } catch (error) {
      const row = invalidElementRow(error);
      if (row === undefined) throw error;
      const what = { field: `elements[${row}]`, expected: "canonical elements", got: "another" };
      throw refuse(party, sender, step, what);
    }
    const sums = concatBytes(...trees.map((tree) => tree.sums));
    for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) ^ (base.keys[i] ?? 0); // as many keys as sums
    const proofs = trees.map((tree) => tree.proof);
    await party.send(sender, otSteps.baseAnswer, concatBytes(base.message, sums, ...proofs));
    const streams = new ReceiverStreams(
      depth,
      trees.map((tree) => tree.leaves),
    );
    return new OtReceiver(party, sender, name, checked, streams);
  }

  /** 32 public bytes of this session and direction: the hash's session key. */
  get name(): Uint8Array {
    return this.#name;
  }

  /**
   * The next rows with their random choices; makes a matrix when too few are left.
   *
   * @param count - A multiple of 64. Calls must not overlap: rows belong to calls in their order.
   * @throws VeilshareError with a `PEER_` code when the sender does not do its part.
   */
  async take(count: number): Promise<TakenRows> {
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
  }
}

/** Bytes of the receiver's answer to the base choices: elements, sums, proofs. */
export function baseAnswerBytes(depth: 2 | 4): readonly [number, number, number] {
  const trees = treeCount(depth);
  const { sums, proof } = treeBytes(depth);
  return [baseOtBytes(rowBits).sender, trees * sums, trees * proof];
}
