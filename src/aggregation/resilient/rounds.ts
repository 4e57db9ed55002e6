/** Where the clients of a served sum wait for each other: a round ends when everyone who is left has spoken. */

import type { VeilshareError } from "../../errors.js";
import { toVeilshareError } from "../../errors.js";

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: VeilshareError) => void;
}

/** The rounds of one sum. */
export class Rounds {
  readonly #left: Set<number>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #close: () => void;
  #failure: VeilshareError | undefined;

  /** @param close - Ends a round; throws when too few have spoken, which ends the sum for all. */
  constructor(clients: readonly number[], close: () => void) {
    this.#left = new Set(clients);
    this.#close = close;
  }

  /** Why the sum is over for all; undefined while it is not. */
  get failure(): VeilshareError | undefined {
    return this.#failure;
  }

  /** A client has spoken; resolves when the next round begins. */
  arrive(client: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(client, { resolve, reject });
      this.#closeIfAllArrived();
    });
  }

  /** A client is lost; who waits for it waits no longer. */
  leave(client: number): void {
    this.#left.delete(client);
    this.#waiting.delete(client);
    this.#closeIfAllArrived();
  }

  #closeIfAllArrived(): void {
    if (this.#waiting.size < this.#left.size || this.#failure !== undefined) return;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    try {
      this.#close();
      for (const { resolve } of waiting) resolve();
    } catch (thrown) {
      const error = toVeilshareError(thrown);
      this.#failure = error;
      for (const { reject } of waiting) reject(error);
    }
  }
}

/** At most so many at once; the others wait in the order in which they came. */
export class Turnstile {
  #free: number;
  readonly #queue: (() => void)[] = [];

  constructor(width: number) {
    this.#free = width;
  }

  /** Resolves when there is room; {@link Turnstile.leave} must follow. */
  async enter(): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#queue.push(resolve));
  }

  /** Makes room for the next. */
  leave(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
