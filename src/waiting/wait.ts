/** Waiting with an end: a time limit, a signal, or something else that stops. The one place where it is written. */

import { VeilshareError } from "../errors.js";

/** The error for what the caller's signal ended; an error of this package given as its reason is kept. */
export function abortedError(signal: AbortSignal | undefined, what = "the caller cancelled"): VeilshareError {
  const reason: unknown = signal?.reason;
  if (reason instanceof VeilshareError) return reason;
  return new VeilshareError("ABORTED", what, { cause: reason });
}

/** @throws VeilshareError ABORTED, or the error that was given as the reason, once the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortedError(signal);
}

/** Fires once, with an error, and ends all waits that listen: lighter than an AbortSignal, and without its limit of listeners. */
export class Stop {
  #error: VeilshareError | undefined;
  readonly #listeners = new Set<(error: VeilshareError) => void>();

  /** Why it fired, once it has. */
  get error(): VeilshareError | undefined {
    return this.#error;
  }

  /** Only the first call counts. */
  fire(error: VeilshareError): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener(error);
  }

  /** Calls the listener when it fires, at once if it has. Gives what takes the listener away. */
  listen(listener: (error: VeilshareError) => void): () => void {
    if (this.#error !== undefined) {
      listener(this.#error);
      return () => undefined;
    }
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}

/** What ends a wait early; all of it may be left out. */
export interface WaitLimits {
  readonly signal?: AbortSignal | undefined;
  readonly stop?: Stop | undefined;
  /** Without it there is no time limit, and `onTimeout` is never asked. */
  readonly timeoutMs?: number;
  /** The error when the time is up; a number instead lets the wait go on for so many milliseconds. */
  readonly onTimeout?: () => VeilshareError | number;
}

/**
 * What `wanted` gives, unless something ends the wait before. The work behind `wanted` goes on, and a late failure of it is
 * not an unhandled one; who calls stops it.
 *
 * @throws VeilshareError ABORTED or the signal's reason; what `stop` fired with; what `onTimeout` gave.
 */
export function withinLimits<T>(wanted: Promise<T>, limits: WaitLimits): Promise<T> {
  const { signal, stop, timeoutMs, onTimeout } = limits;
  return new Promise<T>((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let unlisten: () => void = () => undefined;
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      unlisten();
    };
    const fail = (error: VeilshareError): void => {
      end();
      reject(error);
    };
    const onAbort = (): void => {
      fail(abortedError(signal));
    };
    const onTime = (): void => {
      const late = onTimeout?.() ?? new VeilshareError("INTERNAL", "a wait without an error for its end");
      if (typeof late === "number") timer = setTimeout(onTime, late);
      else fail(late);
    };
    if (timeoutMs !== undefined) timer = setTimeout(onTime, timeoutMs);
    signal?.addEventListener("abort", onAbort);
    wanted.then(resolve, reject).finally(end);
    if (signal?.aborted === true) onAbort();
    else if (stop !== undefined) unlisten = stop.listen(fail);
  });
}

/** Waits so long, but not past the signal, which ends it without an error. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end);
    if (signal?.aborted === true) end();
  });
}

/** A value that some wait for until others have it: opened once, with a value or an error; later attempts change nothing. */
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
