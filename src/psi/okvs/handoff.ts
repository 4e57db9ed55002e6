/** Hands things from one stream to another, in order, a few at a time: who gives waits until there is room. */

import { Latch, withinLimits } from "../../waiting/wait.js";

/** A queue of bounded length between two streams of one run. */
export class Handoff<T> {
  readonly #room: number;
  readonly #signal: AbortSignal;
  readonly #waiting: T[] = [];
  #change = new Latch<undefined>();

  /**
   * @param room - How many things may wait.
   * @param signal - Ends all waits.
   */
  constructor(room: number, signal: AbortSignal) {
    this.#room = room;
    this.#signal = signal;
  }

  /** Gives a thing as soon as there is room. */
  async give(thing: T): Promise<void> {
    while (this.#waiting.length >= this.#room) await this.#changed();
    this.#waiting.push(thing);
    this.#notify();
  }

  /** Takes the next thing as soon as there is one. */
  async take(): Promise<T> {
    for (;;) {
      if (this.#waiting.length > 0) {
        const thing = this.#waiting.shift() as T; // there is one
        this.#notify();
        return thing;
      }
      await this.#changed();
    }
  }

  #changed(): Promise<undefined> {
    return withinLimits(this.#change.promise, { signal: this.#signal });
  }

  #notify(): void {
    this.#change.open(undefined);
    this.#change = new Latch();
  }
}
