/** A queue between a producer that pushes and one consumer that awaits. */

import { invalidArgument } from "../errors.js";

/** Items in order; `undefined` to the consumer means that no more will come. */
export class Inbox<T> {
  readonly #items: (T | undefined)[] = [];
  #head = 0;
  #waiting: { resolve: (item: T | undefined) => void; reject: (reason: unknown) => void } | undefined;
  #end: { readonly error?: unknown } | undefined;

  /** Number of items not yet taken. */
  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    if (this.#end !== undefined) return;
    const waiting = this.#waiting;
    if (waiting === undefined) {
      this.#items.push(item);
    } else {
      this.#waiting = undefined;
      waiting.resolve(item);
    }
  }

  /** No more items will come; what is queued can still be taken. */
  finish(): void {
    this.#stop({});
  }

  /** The source broke; what is queued can still be taken, then `take` rejects. */
  fail(error: unknown): void {
    this.#stop({ error });
  }

  #stop(end: { readonly error?: unknown }): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) return;
    if ("error" in end) waiting.reject(end.error);
    else waiting.resolve(undefined);
  }

  /** The next item; one call at a time: a second one is refused, since the first would wait for ever. */
  take(): Promise<T | undefined> {
    if (this.#waiting !== undefined) {
      return Promise.reject(invalidArgument("receive", "one call at a time", "a second one"));
    }
    if (this.#head < this.#items.length) {
      const item = this.#items[this.#head];
      this.#items[this.#head++] = undefined; // what was taken must not stay in memory
      if (this.#head > 1024 && 2 * this.#head > this.#items.length) {
        this.#items.splice(0, this.#head);
        this.#head = 0;
      }
      return Promise.resolve(item);
    }
    if (this.#end !== undefined) {
      // The reason is what the source gave; a link turns it into a typed error.
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      return "error" in this.#end ? Promise.reject(this.#end.error) : Promise.resolve(undefined);
    }
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }
}
