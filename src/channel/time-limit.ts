/** Waiting with an end: a time limit and a signal. */

import { VeilshareError } from "../errors.js";

/** What ends a wait early. */
export interface WaitLimits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** The error when the time is up. */
  readonly onTimeout: () => VeilshareError;
}

/**
 * What `wanted` gives, unless the time is up or the signal fires before. The work behind `wanted` goes on; who calls
 * stops it.
 *
 * @throws VeilshareError ABORTED when the signal fired.
 */
export function withinLimits<T>(wanted: Promise<T>, limits: WaitLimits): Promise<T> {
  const { signal } = limits;
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      end();
      reject(limits.onTimeout());
    }, limits.timeoutMs);
    const onAbort = (): void => {
      end();
      reject(abortedError(signal));
    };
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted === true) onAbort();
    wanted.then(resolve, reject).finally(end);
  });
}

/** The error for a wait that the caller's signal ended; an error of this package given as its reason is kept. */
export function abortedError(signal: AbortSignal | undefined): VeilshareError {
  const reason: unknown = signal?.reason;
  if (reason instanceof VeilshareError) return reason;
  return new VeilshareError("ABORTED", "the caller cancelled", { cause: reason });
}
