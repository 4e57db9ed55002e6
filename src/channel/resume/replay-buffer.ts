/**
 * Frames that were sent and that the other end has not said it got, in plaintext, to be sent again over a new connection.
 *
 * Memory: a link retains at most {@link maxRetainedBytes} and one frame; all links that share a budget retain no more than
 * it together, so that a server of many clients has one bound.
 */

import { giveBackMemory } from "../../bytes/memory.js";

/** What one link retains at most before its senders wait. */
export const maxRetainedBytes: number = 8 * 2 ** 20;

/** What all links of one `connect` or `acceptClients` retain together, by default. */
export const maxRetainedBytesInAll: number = 256 * 2 ** 20;

/** What every frame costs besides its bytes. */
const frameCost = 128;

/** One sum over the links that share it. */
export class ReplayBudget {
  readonly limitBytes: number;
  #usedBytes = 0;
  /** Links whose connection is lost and what gives each of them up, the one that has been so for longest first. */
  readonly #lost = new Map<object, () => void>();

  constructor(limitBytes: number = maxRetainedBytesInAll) {
    this.limitBytes = limitBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Counts bytes; when there are too many, gives up links that are lost, so that those that live go on. */
  add(bytes: number): void {
    this.#usedBytes += bytes;
    while (this.#usedBytes > this.limitBytes) {
      const [oldest] = this.#lost;
      if (oldest === undefined) return; // all live: their acknowledgements come
      const [link, giveUp] = oldest;
      this.#lost.delete(link);
      giveUp();
    }
  }

  remove(bytes: number): void {
    this.#usedBytes -= bytes;
  }

  /** A link lost its connection. */
  lose(link: object, giveUp: () => void): void {
    this.#lost.set(link, giveUp);
  }

  /** A link has its connection back, or is over. */
  restore(link: object): void {
    this.#lost.delete(link);
  }
}

/** The frames of one direction of a link. */
export class ReplayBuffer {
  readonly #budget: ReplayBudget;
  #frames: (Uint8Array | undefined)[] = [];
  #head = 0;
  #bytes = 0;
  /** Frames that the other end has. */
  #acknowledged = 0;

  constructor(budget: ReplayBudget) {
    this.#budget = budget;
  }

  /** How many frames were ever added. */
  get sent(): number {
    return this.#acknowledged + this.#frames.length - this.#head;
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  get retainedBytes(): number {
    return this.#bytes;
  }

  /** Takes a frame over; nobody may change it. */
  add(frame: Uint8Array): void {
    this.#frames.push(frame);
    this.#count(frame.length + frameCost);
  }

  /** The other end has so many frames; false when that is impossible. */
  acknowledge(count: number): boolean {
    if (count < this.#acknowledged || count > this.sent) return false;
    while (this.#acknowledged < count) {
      const frame = this.#frames[this.#head] as Uint8Array; // count is at most what was sent
      this.#frames[this.#head++] = undefined;
      this.#acknowledged += 1;
      this.#count(-frame.length - frameCost);
      giveBackMemory(frame);
    }
    if (this.#head > 1024 && 2 * this.#head > this.#frames.length) {
      this.#frames = this.#frames.slice(this.#head);
      this.#head = 0;
    }
    return true;
  }

  /** What the other end has not got, in order. */
  *unacknowledged(): Generator<Uint8Array, void, undefined> {
    for (let at = this.#head; at < this.#frames.length; at++) yield this.#frames[at] as Uint8Array; // from head on all are there
  }

  /** Forgets everything. */
  clear(): void {
    this.#frames = [];
    this.#head = 0;
    this.#count(-this.#bytes);
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (bytes > 0) this.#budget.add(bytes);
    else this.#budget.remove(-bytes);
  }
}
