/** The receiving end of one labelled stream: whole messages queued for whoever asks. */

import { concatBytes } from "../../bytes/encoding.js";
import type { VeilshareError } from "../../errors.js";
import { giveBackFrameOf } from "./frame.js";
import { messageCost, overheadBytes } from "./message-cost.js";

/** A party waiting for a message. */
export interface Waiter {
  readonly resolve: (message: Uint8Array) => void;
  readonly reject: (error: VeilshareError) => void;
}

/** The pieces as one message; the frames they came in are given back. */
function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const message = concatBytes(...pieces);
  for (const piece of pieces) giveBackFrameOf(piece);
  return message;
}

/** The receiving end of a lane. */
export class IncomingLane {
  /** Known once the sender has opened the lane. */
  id: number | undefined;
  readonly #messages: Uint8Array[] = [];
  readonly #waiters: Waiter[] = [];
  #pieces: Uint8Array[] = [];
  #partialBytes = 0;
  #queuedCost = 0;
  #received = 0;
  #granted = 0;
  #ungranted = 0;

  /** Bytes so far of the message that is being put together. */
  get partialBytes(): number {
    return this.#partialBytes;
  }

  /** True when the next piece starts a message. */
  get betweenMessages(): boolean {
    return this.#pieces.length === 0;
  }

  /** Cost of all whole messages that came and were not granted back: at most what the sender counts. */
  get outstanding(): number {
    return this.#received - this.#granted;
  }

  /** Memory held by what nobody has taken yet. */
  get heldBytes(): number {
    return this.#queuedCost + this.#partialBytes + this.#pieces.length * overheadBytes;
  }

  get hasUntaken(): boolean {
    return this.#messages.length > 0 || this.#pieces.length > 0;
  }

  /**
   * Adds a piece.
   *
   * @returns The cost of the message that it completed, if somebody waited for it and took it; otherwise 0.
   */
  add(piece: Uint8Array, last: boolean): number {
    if (!last) {
      this.#pieces.push(piece);
      this.#partialBytes += piece.length;
      return 0;
    }
    const message = this.#pieces.length === 0 ? piece : joined([...this.#pieces, piece]);
    this.#pieces = [];
    this.#partialBytes = 0;
    const cost = messageCost(message.length);
    this.#received += cost;
    const waiter = this.#waiters.shift();
    if (waiter === undefined) {
      this.#messages.push(message);
      this.#queuedCost += cost;
      return 0;
    }
    waiter.resolve(message);
    return cost;
  }

  /** A queued message, if there is one. */
  take(): Uint8Array | undefined {
    const message = this.#messages.shift();
    if (message !== undefined) this.#queuedCost -= messageCost(message.length);
    return message;
  }

  wait(waiter: Waiter): void {
    this.#waiters.push(waiter);
  }

  forget(waiter: Waiter): void {
    const at = this.#waiters.indexOf(waiter);
    if (at >= 0) this.#waiters.splice(at, 1);
  }

  rejectWaiters(error: VeilshareError): void {
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }

  /** Counts what was taken; gives the amount to grant back once it is worth a frame. */
  taken(cost: number, threshold: number): number {
    this.#ungranted += cost;
    if (this.#ungranted < threshold) return 0;
    const grant = this.#ungranted;
    this.#ungranted = 0;
    this.#granted += grant;
    return grant;
  }
}
