/** Where jobs run: in worker threads or in the caller's own. */

import type { VeilshareError } from "../errors.js";
import type { Job } from "./job.js";

/** One chunk under way. */
export interface Task<Out> {
  readonly result: Promise<Out>;
  /** Rejects the result with the error unless it is settled; a worker that is busy with it is stopped. */
  cancel(error: VeilshareError): void;
}

/** Runs single chunks. */
export interface Executor {
  /** Chunks that one caller should have under way at once to keep all threads busy. */
  readonly width: number;
  /** Starts a chunk as soon as a thread is free. */
  start<In, Out>(job: Job<In, Out>, input: In, transferInput: boolean): Task<Out>;
  /** Rejects all that is under way with CLOSED and frees the threads. */
  close(): Promise<void>;
}
