/**
 * The sending end of one labelled stream of messages. A lane has a window: the sender may have so many bytes in it that the
 * receiver has not taken; a message may overshoot the window once, so that a message may be larger than the window.
 */

import type { VeilshareError } from "../../errors.js";

/** The sending end of a lane. */
export class OutgoingLane {
  readonly label: string;
  /** Known once the lane is open; lanes open in the order of their first message. */
  id: number | undefined;
  /** Settles when the message before has left; messages of a lane never interleave. */
  turn: Promise<void> = Promise.resolve();
  #outstanding = 0;
  #waiting: { readonly resolve: () => void; readonly reject: (error: VeilshareError) => void } | undefined;

  constructor(label: string) {
    this.label = label;
  }

  /** Bytes, overhead included, that the receiver has not granted back. */
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
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve();
    return true;
  }

  /** Resolves at the next {@link OutgoingLane.free}. One waiter: the lane's turn holder. */
  nextRoom(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** There will be no more room. */
  giveUp(error: VeilshareError): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(error);
  }
}
