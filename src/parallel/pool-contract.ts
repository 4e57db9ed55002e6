/** What a pool of worker threads is for those who use one; the threads themselves are behind it. */

import type { Job } from "./job.js";
import type { MapOptions } from "./ordered-map.js";

/** Options of {@link createPool}. */
export interface PoolOptions {
  /** Number of worker threads, 0 to 256; 0 runs jobs in the caller's thread. Default: cores - 1, at least 1. */
  readonly workers?: number;
  /**
   * Where the workers' script is, for programs in bundles, whose chunks lie elsewhere than this package's files: that of the entry
   * `veilshare/worker` as the bundler put it out. Default: beside this package's own files.
   */
  readonly workerUrl?: string | URL;
}

/** Options of {@link Pool.run}. */
export type RunOptions = Pick<MapOptions, "signal" | "transferInputs">;

/** Threads that run jobs. */
export interface Pool {
  /** Number of worker threads; 0 when jobs run in the caller's thread. */
  readonly workers: number;

  /**
   * Runs a job on every chunk and gives the results in the chunks' order. Takes chunks only as fast as it can work and
   * as results are taken: at most `2 * workers` (inline: 1) are under way. A chunk should take some milliseconds to
   * some hundreds: shorter ones cost more to send than to work on, longer ones keep the thread, or inline the event
   * loop, from everything else.
   *
   * @param job - One of the package's jobs; inline, any job.
   * @throws VeilshareError what the job threw, with code and fields; WORKER_FAILED when a worker died or the job threw
   * something else; ABORTED; CLOSED. What the source of chunks throws is passed on as it is.
   */
  map<In, Out>(
    job: Job<In, Out>,
    chunks: Iterable<In> | AsyncIterable<In>,
    options?: MapOptions,
  ): AsyncGenerator<Out, void, undefined>;

  /** Runs a job once. */
  run<In, Out>(job: Job<In, Out>, input: In, options?: RunOptions): Promise<Out>;

  /** Rejects all that is under way with CLOSED and ends the threads. Safe to call twice. */
  close(): Promise<void>;
}
