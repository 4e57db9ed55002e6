/**
 * Correlated randomness that two parties make themselves, by oblivious transfer in both directions.
 *
 * Each party draws its own shares of the masks; what depends on both parties' masks, a_0 b_1 + a_1 b_0 and the like, are
 * products by oblivious transfer, one in each direction: one OT a bit of the factor that is chosen by, long vectors of the
 * other factor in one OT. A shared bit is r_0 + r_1 - 2 r_0 r_1: one OT of one word.
 *
 * **Security.** Semi-honest; no third party. Against a party that cheats: the other's masks stay hidden (base OT, trees and,
 * with `checked`, the corrections of the extension are verified), but nothing notices products of other masks than it will
 * use, and such an error may make a later result depend on the other's secrets. See docs/oblivious-transfer.md.
 *
 * **Cost.** Bytes that both send, together: a triple 1,036; a product of a matrix triple 520 and 516 more for each element
 * of its smaller factor; a word of bit triples 528 + 16; a shared bit 12.
 */

import { wipe } from "../../bytes/wipe.js";
import { printAsRedacted } from "../../bytes/redacted.js";
import type { Party } from "../../channel/party.js";
import { invalidArgument, peerFault } from "../../errors.js";
import type { OtOptions } from "../../ot/direction.js";
import { OtReceiver } from "../../ot/ot-receiver.js";
import { OtSender } from "../../ot/ot-sender.js";
import { randomBytes, drawBytes } from "../../random/csprng.js";
import { Prg, seedBytes } from "../../random/prg.js";
import { transpose } from "../../ring/matrix.js";
import { multiply } from "../../ring/vector.js";
import { correlationLengths, type OperandShape } from "../correlation-kinds.js";
import type { CorrelatedRandomness, Correlation, CorrelationShares } from "../correlation.js";
import { limitFault, OperandMasks } from "../dealer-expansion.js";
import { andWords, unpackBits } from "../packed-bits.js";
import { ReceivingLane, SendingLane, type Task } from "./lanes.js";
import { bitTasks, choiceTasks, elementTasks, matrixTasks, orient, type MatrixFactors } from "./tasks.js";
import { OwnedMatrix, type OwnedMatrixLanes, type OwnedMatrixOptions } from "./owned-matrix.js";
import type { PreprocessedCorrelations } from "./preprocessed.js";

/** Settings of {@link OtRandomness.open}; both parties must have the same, but for `random` and `preprocessed`. */
export interface OtRandomnessOptions extends OtOptions {
  /** Correlations made ahead of time; both parties use the same preprocessed file, or neither. */
  readonly preprocessed?: PreprocessedCorrelations;
}

/** A kept mask: the own share. */
interface KeptMask extends OperandShape {
  readonly words: BigUint64Array;
}

const noOperand: KeptMask = { rows: 0, columns: 0, words: new BigUint64Array(0) };

/** The source of one of two parties. */
export class OtRandomness implements CorrelatedRandomness {
  static {
    printAsRedacted(this);
  }

  readonly #lanes: OwnedMatrixLanes;
  readonly #masks: Prg;
  readonly #preprocessed: PreprocessedCorrelations | undefined;
  readonly #operands = new OperandMasks<KeptMask>();
  readonly #running = new Set<Promise<unknown>>();
  #next = 0;
  #preparing = false;

  private constructor(
    lanes: OwnedMatrixLanes,
    masks: Prg,
    preprocessed: PreprocessedCorrelations | undefined,
  ) {
    this.#lanes = lanes;
    this.#masks = masks;
    this.#preprocessed = preprocessed;
  }

  /**
   * Sets both directions up. Three rounds.
   *
   * @param peer - Index of the other party.
   * @throws VeilshareError with a `PEER_` code when the other party does not do its part.
   */
  static async open(party: Party, peer: number, options: OtRandomnessOptions = {}): Promise<OtRandomness> {
    await agreeOnSettings(party, peer, options);
    const { depth = 4, checked = true, random = randomBytes } = options; // the rest is not for directions
    const direction = { depth, checked, random };
    const [receiver, sender] = await Promise.all([
      OtReceiver.open(party, peer, direction),
      OtSender.open(party, peer, direction),
      options.preprocessed?.open(party, peer),
    ]);
    const lanes = {
      party,
      peer,
      receiving: new ReceivingLane(party, peer, receiver),
      sending: new SendingLane(party, peer, sender),
    };
    const seed = drawBytes(options.random ?? randomBytes, seedBytes);
    const masks = new Prg(seed);
    wipe(seed);
    return new OtRandomness(lanes, masks, options.preprocessed);
  }

  draw(wanted: Correlation): CorrelationShares {
    this.#checkIdle("draw");
    if (wanted.kind === "truncation") {
      throw invalidArgument("draw", "a correlation that two parties make", wanted.kind);
    }
    const operand = this.#operands.of(wanted);
    if (wanted.kind === "operandProduct" && operand === undefined) {
      throw invalidArgument("draw", "the number of an operand mask", String(wanted.operand));
    }
    const lengths = correlationLengths(wanted, operand ?? noOperand);
    const fault = limitFault(wanted, lengths, operand ?? noOperand);
    if (fault !== undefined) throw invalidArgument("draw", "a correlation within the limits", fault);
    const number = this.#next;
    this.#next += 1;
    const taken = this.#preprocessed?.take(wanted);
    if (taken !== undefined) return { number, ...taken };
    const masks = lengths.masks.map((length) => this.#masks.words(length));
    if (wanted.kind === "operandMask") {
      const [words] = masks as [BigUint64Array]; // the kind has one mask
      this.#operands.keep(number, { rows: wanted.rows, columns: wanted.columns, words });
    }
    const made = this.#make(wanted, masks, operand ?? noOperand);
    this.#running.add(made);
    const forget = (): void => {
      this.#running.delete(made);
    };
    made.then(forget, () => undefined);
    return { number, masks, dependent: () => made };
  }

  async #make(
    wanted: Exclude<Correlation, { kind: "truncation" }>,
    masks: readonly BigUint64Array[],
    operand: KeptMask,
  ): Promise<readonly BigUint64Array[]> {
    const [a, b] = masks as readonly [BigUint64Array, BigUint64Array]; // a kind with one mask reads only one
    switch (wanted.kind) {
      case "triple": {
        const result = multiply(a, b);
        await this.#both(elementTasks(a, b, result));
        return [result];
      }
      case "matrixTriple":
        return [await this.#matrix({ ...wanted, left: a, right: b })];
      case "operandMask":
        return [];
      case "operandProduct": {
        const { rows, columns: inner, words } = operand;
        const { columns } = wanted;
        return [
          await this.#matrix(
            wanted.transposed
              ? { left: transpose(words, rows, inner), right: a, rows: inner, inner: rows, columns }
              : { left: words, right: a, rows, inner, columns },
          ),
        ];
      }
      case "bitTriple": {
        const result = andWords(a, b);
        await this.#both(bitTasks(a, b, result));
        return [result];
      }
      case "sharedBit":
        return [await this.#sharedBits(a, wanted.length)];
    }
  }

  /** The same tasks in both lanes: this party's shares chosen by its left factor, and by the other's. */
  async #both(tasks: Iterable<Task>): Promise<void> {
    const ends: Promise<void>[] = [];
    for (const task of tasks) ends.push(this.#lanes.receiving.run(task), this.#lanes.sending.run(task));
    await Promise.all(ends);
  }

  async #matrix(factors: MatrixFactors): Promise<BigUint64Array> {
    const oriented = orient(factors);
    await this.#both(matrixTasks(oriented.factors, oriented.result));
    return oriented.finish();
  }

  /** Half of the bits are chosen by one party, half by the other, so that both have the same work. */
  async #sharedBits(packed: BigUint64Array, length: number): Promise<BigUint64Array> {
    const result = unpackBits(packed, length);
    const factors = new BigUint64Array(length);
    for (let i = 0; i < length; i++) factors[i] = BigInt.asUintN(64, -2n * (result[i] as bigint)); // i < length
    const half = Math.min(length, 64 * Math.ceil(length / 128));
    const [low, high] = [
      { from: 0, to: half },
      { from: half, to: length },
    ];
    const [mine, other] = this.#lanes.party.index < this.#lanes.peer ? [low, high] : [high, low];
    const ends: Promise<void>[] = [];
    for (const task of choiceTasks(packed, factors, mine, result)) ends.push(this.#lanes.receiving.run(task));
    for (const task of choiceTasks(packed, factors, other, result)) ends.push(this.#lanes.sending.run(task));
    await Promise.all(ends);
    return result;
  }

  /**
   * Prepares products with a matrix that one party knows; both call it at the same place of their programs,
   * and draw nothing else until it is done.
   *
   * @throws VeilshareError as {@link OwnedMatrix.prepare}.
   */
  async ownedMatrix(options: OwnedMatrixOptions): Promise<OwnedMatrix> {
    this.#checkIdle("ownedMatrix");
    this.#preparing = true;
    try {
      return await OwnedMatrix.prepare(this.#lanes, options);
    } finally {
      this.#preparing = false;
    }
  }

  /** What is drawn while a matrix is prepared would take another place at each party. */
  #checkIdle(caller: string): void {
    if (this.#preparing) throw invalidArgument(caller, "no owned matrix under way", "one");
  }

  /** Waits for what was drawn and is still being made; then both ends of both directions are overwritten. */
  async close(): Promise<void> {
    const made = Promise.all(this.#running);
    await Promise.allSettled([made]);
    await Promise.all([this.#lanes.receiving.close(), this.#lanes.sending.close()]);
    await this.#preprocessed?.close();
    await made; // what failed is told
  }
}

const settingsStep = "mpc/ot/settings";

/** Compares what must be alike at both ends before anything else is sent. */
async function agreeOnSettings(party: Party, peer: number, options: OtRandomnessOptions): Promise<void> {
  const { depth = 4, checked = true, preprocessed } = options;
  const fields = ["depth", "checked", "preprocessed"] as const;
  const own = Uint8Array.of(depth, Number(checked), Number(preprocessed !== undefined));
  const [other] = await Promise.all([
    party.receive(peer, settingsStep, { byteLength: own.length }),
    party.send(peer, settingsStep, own),
  ]);
  for (const [i, field] of fields.entries()) {
    if (own[i] === other[i]) continue;
    const name = party.names[peer] ?? "";
    const [expected, got] = [`${field} ${own[i] ?? ""}`, `${field} ${other[i] ?? ""}`];
    throw peerFault("PEER_MISMATCH", { party: name, step: settingsStep, field, expected, got });
  }
}
