/** A value that some wait for until others have it. */

import { abortedError } from "./time-limit.js";

/** Opened once, with a value or an error; later attempts change nothing. */
export class Latch<T> {
  /** Whether or not anybody waits, an error here is never an unhandled one. */
  readonly promise: Promise<T>;
  #resolve: (value: T) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.promise.catch(() => undefined);
  }

  open(value: T): void {
    this.#resolve(value);
  }

  fail(error: Error): void {
    this.#reject(error);
  }
}

/**
 * What `wanted` gives, unless the signal fires before.
 *
 * @throws VeilshareError the signal's reason, or ABORTED.
 */
export function unlessAborted<T>(signal: AbortSignal, wanted: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(abortedError(signal));
    };
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    const end = (): void => {
      signal.removeEventListener("abort", onAbort);
    };
    wanted.then(resolve, reject).finally(end);
  });
}
