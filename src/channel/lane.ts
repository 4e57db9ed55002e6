/**
 * One direction of one labelled stream of messages between two parties. A lane has a window: the sender may have so
 * many bytes in it that the receiver has not taken; a message may overshoot the window once, so that a message may be
 * larger than the window.
 */

import { concatBytes } from "../bytes/encoding.js";
import type { VeilshareError } from "../errors.js";

/** What every message costs of the window besides its bytes, so that empty messages are bounded too. */
const messageOverheadBytes = 64;

/** What a message costs of the window. */
export function messageCost(byteLength: number): number {
  return byteLength + messageOverheadBytes;
}

/** The sending end of a lane. */
export class OutgoingLane {
  readonly id: number;
  #outstanding = 0;
  #roomWanted: (() => void) | undefined;
  /** Settles when the message before has left; messages of a lane never interleave. */
  turn: Promise<void> = Promise.resolve();

  constructor(id: number) {
    this.id = id;
  }

  get outstanding(): number {
    return this.#outstanding;
  }

  occupy(cost: number): void {
    this.#outstanding += cost;
  }

  /** The receiver took so much; false when that is more than was outstanding. */
  free(cost: number): boolean {
    if (cost > this.#outstanding) return false;
    this.#outstanding -= cost;
    const wanted = this.#roomWanted;
    this.#roomWanted = undefined;
    wanted?.();
    return true;
  }

  /** Resolves at the next {@link OutgoingLane.free}. One waiter: the lane's turn holder. */
  nextRoom(): Promise<void> {
    return new Promise((resolve) => {
      this.#roomWanted = resolve;
    });
  }
}

/** A party waiting for a message. */
export interface Waiter {
  readonly resolve: (message: Uint8Array) => void;
  readonly reject: (error: VeilshareError) => void;
}

/** The receiving end of a lane: whole messages queued for whoever asks. */
export class IncomingLane {
  readonly label: string;
  /** Known once the sender has opened the lane. */
  id: number | undefined;
  readonly #messages: Uint8Array[] = [];
  #pieces: Uint8Array[] = [];
  #pieceBytes = 0;
  readonly #waiters: Waiter[] = [];
  #ungranted = 0;

  constructor(label: string) {
    this.label = label;
  }

  /** Bytes of the message that is being put together. */
  get partialBytes(): number {
    return this.#pieceBytes;
  }

  /** True when nothing is queued, half-received or awaited. */
  get idle(): boolean {
    return this.#messages.length === 0 && this.#pieceBytes === 0 && this.#waiters.length === 0;
  }

  get hasUntaken(): boolean {
    return this.#messages.length > 0 || this.#pieceBytes > 0;
  }

  /** Adds a piece; true when it completed a message that nobody waited for and that is now queued. */
  add(piece: Uint8Array, last: boolean): { readonly delivered: number; readonly queued: boolean } {
    if (!last) {
      this.#pieces.push(piece);
      this.#pieceBytes += piece.length;
      return { delivered: 0, queued: false };
    }
    const message = this.#pieces.length === 0 ? piece : concatBytes(...this.#pieces, piece);
    this.#pieces = [];
    this.#pieceBytes = 0;
    const waiter = this.#waiters.shift();
    if (waiter === undefined) {
      this.#messages.push(message);
      return { delivered: 0, queued: true };
    }
    waiter.resolve(message);
    return { delivered: messageCost(message.length), queued: false };
  }

  /** A queued message, if there is one. */
  take(): Uint8Array | undefined {
    return this.#messages.shift();
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
    return grant;
  }
}
