/**
 * A named piece of work that can run in another thread. A job is defined where its arithmetic lives; the pool knows only
 * its name.
 */

import { VeilshareError, type PlainError } from "../errors.js";

/** Work on one chunk. */
export interface Job<In, Out> {
  /** Finds the job in the worker, e.g. `group/multiply`. */
  readonly name: string;
  /**
   * Does the work. The input is a structured clone when a worker runs it, the caller's own object inline; it must not be
   * changed. The result must be in memory of its own: a worker transfers its buffers.
   */
  run(input: In): Out | Promise<Out>;
  /** Overwrites the secrets in an input. Called with a worker's own copy once the job is over, never with the caller's. */
  wipe?(input: In): void;
}

/** A job of which only the pool's view is known. Its input is as the caller of the pool gave it. */
export type AnyJob = Job<unknown, unknown>;

/** What a worker answers. A plain object: comlink would strip a thrown error of its code and fields. */
export type WorkerReply =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: PlainError };

/**
 * What a job threw, as an error of this package. The text of a foreign error stays in `cause`: it may hold data.
 */
export function jobError(jobName: string, thrown: unknown): VeilshareError {
  if (thrown instanceof VeilshareError) return thrown;
  const got = thrown instanceof Error ? thrown.name : typeof thrown;
  const text = `pool: job "${jobName}" threw an unexpected error: ${got}`;
  return new VeilshareError("WORKER_FAILED", text, { got, cause: thrown });
}
