/**
 * The two lanes of one party: products in which it is the receiver, and products in which it is the sender. Both parties
 * put the same batches into their lanes in the same order; requests run ahead of answers, so that the wait for one
 * message is shared by many.
 *
 * Message flow, for each batch: the receiver's flips (one bit a row), then the sender's corrections.
 */

import { wipe } from "../../bytes/wipe.js";
import type { Party } from "../../channel/party.js";
import { receiveBitProducts, sendBitProducts } from "../../ot/bit-products.js";
import type { OtReceiver } from "../../ot/ot-receiver.js";
import type { OtSender } from "../../ot/ot-sender.js";
import {
  batchRows,
  choiceFlips,
  messageBytes,
  receiveProducts,
  sendProducts,
  type ProductBatch,
  type ProductPlaces,
} from "../../ot/products.js";
import { takeMultiple, type TakenRows } from "../../ot/row-pool.js";

const steps = { flips: "mpc/ot/flips", corrections: "mpc/ot/corrections" } as const;

/** How many batches may be asked for before the first has come. */
const window = 4;

/** A batch of products of elements and vectors. */
export interface ProductTask extends ProductPlaces {
  readonly kind: "products";
  readonly batch: ProductBatch;
  /** At the receiver the elements' bits, the least first. */
  readonly choices: Uint8Array;
  /** At the sender the vectors. */
  readonly factors: BigUint64Array;
  /** The shares are added here. */
  readonly result: BigUint64Array;
}

/** A batch of products of bits, 64 a word. */
export interface BitTask {
  readonly kind: "bits";
  readonly choices: BigUint64Array;
  readonly factors: BigUint64Array;
  readonly result: BigUint64Array;
}

/** A batch of either kind. */
export type Task = ProductTask | BitTask;

/** Rows of the extension that a batch uses up. */
export function rowsOf(task: Task): number {
  return task.kind === "bits" ? takeMultiple * task.choices.length : batchRows(task.batch);
}

/** Bytes that the sender of a batch answers. */
export function correctionBytesOf(task: Task): number {
  return task.kind === "bits" ? 8 * task.factors.length : messageBytes(task.batch);
}

/** The products in which the own party receives. */
export class ReceivingLane {
  readonly #party: Party;
  readonly #peer: number;
  readonly #receiver: OtReceiver;
  #batches = 0;
  #requests: Promise<unknown> = Promise.resolve();
  #answers: Promise<unknown> = Promise.resolve();
  readonly #recent: Promise<unknown>[] = [];

  constructor(party: Party, peer: number, receiver: OtReceiver) {
    this.#party = party;
    this.#peer = peer;
    this.#receiver = receiver;
  }

  /** Resolves once the shares of the task were added to its result. */
  run(task: Task): Promise<void> {
    const number = this.#batches;
    this.#batches += 1;
    const room = this.#recent.length < window ? undefined : this.#recent.shift();
    const requested = chained(this.#requests, async () => {
      await room;
      return this.#request(task);
    });
    this.#requests = requested;
    const answered = chained(this.#answers, async () => {
      this.#finish(task, await requested, await this.#corrections(task), number);
    });
    this.#answers = answered;
    this.#recent.push(answered);
    return answered;
  }

  /** Waits for what was asked for, and overwrites what is left at this end. */
  async close(): Promise<void> {
    await Promise.allSettled([this.#requests, this.#answers]);
    this.#receiver.close();
  }

  async #request(task: Task): Promise<TakenRows> {
    const taken = await this.#receiver.take(rowsOf(task));
    const wanted = task.kind === "bits" ? bytesOf(task.choices) : task.choices;
    await this.#party.send(this.#peer, steps.flips, choiceFlips(taken, wanted));
    return taken;
  }

  #corrections(task: Task): Promise<Uint8Array> {
    return this.#party.receive(this.#peer, steps.corrections, { byteLength: correctionBytesOf(task) });
  }

  #finish(task: Task, { rows, choices }: TakenRows, message: Uint8Array, number: number): void {
    const hashedAs = { name: this.#receiver.name, number };
    if (task.kind === "bits") receiveBitProducts({ ...task, rows, message, hashedAs });
    else receiveProducts({ ...task, rows, message, hashedAs });
    wipe(rows, choices);
  }
}

/** The products in which the own party sends. */
export class SendingLane {
  readonly #party: Party;
  readonly #peer: number;
  readonly #sender: OtSender;
  #batches = 0;
  #answers: Promise<unknown> = Promise.resolve();

  constructor(party: Party, peer: number, sender: OtSender) {
    this.#party = party;
    this.#peer = peer;
    this.#sender = sender;
  }

  /** Resolves once the shares of the task were added to its result, and the message has left. */
  run(task: Task): Promise<void> {
    const number = this.#batches;
    this.#batches += 1;
    const answered = chained(this.#answers, () => this.#answer(task, number));
    this.#answers = answered;
    return answered;
  }

  /** Waits for what was asked for, and overwrites what is left at this end. */
  async close(): Promise<void> {
    await Promise.allSettled([this.#answers]);
    this.#sender.close();
  }

  async #answer(task: Task, number: number): Promise<void> {
    const count = rowsOf(task);
    const rows = await this.#sender.take(count);
    const flips = await this.#party.receive(this.#peer, steps.flips, { byteLength: count / 8 });
    const { delta, name } = this.#sender;
    const common = { rows, delta, flips, hashedAs: { name, number } };
    const message =
      task.kind === "bits" ? sendBitProducts({ ...task, ...common }) : sendProducts({ ...task, ...common });
    wipe(rows, delta);
    await this.#party.send(this.#peer, steps.corrections, message);
  }
}

/** Runs `work` once what is before it has come to a good end; a failure fails all that follows. */
function chained<T>(before: Promise<unknown>, work: () => Promise<T>): Promise<T> {
  const result = before.then(work);
  result.catch(() => undefined); // who awaits the task sees it; perhaps nobody does before the session has failed
  return result;
}

function bytesOf(words: BigUint64Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
