/**
 * A pool of worker threads for heavy arithmetic: worker_threads in Node, Web Workers in a browser, or none at all.
 * Batches are cut into chunks by the caller; results come back in the chunks' order, moved rather than copied.
 */

import { parallelism, spawnWorker } from "#parallel/host";
import { invalidArgument, VeilshareError } from "../errors.js";
import type { Executor } from "./executor.js";
import type { SpawnWorker } from "./host.js";
import { InlineExecutor } from "./inline-executor.js";
import type { Job } from "./job.js";
import { mapInOrder, type MapOptions } from "./ordered-map.js";
import { ThreadExecutor } from "./thread-executor.js";

/** Options of {@link createPool}. */
export interface PoolOptions {
  /** Number of worker threads, 0 to 256; 0 runs jobs in the caller's thread. Default: cores - 1, at least 1. */
  readonly workers?: number;
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

/**
 * A pool of worker threads. Threads start with the first work; idle ones do not keep the process alive, so that a pool
 * that nobody closed does no harm.
 *
 * **Security.** Inputs are copied to the workers, secrets among them. A job that gets secrets wipes the worker's copy
 * when it is over; copies that the engine makes in between are out of reach. Nothing outside this process reaches a
 * worker.
 *
 * @throws VeilshareError INVALID_ARGUMENT for a number of workers out of range.
 * @example
 * const pool = createPool({ workers: 2 });
 * for await (const products of pool.map(multiplyJob, chunks)) consume(products);
 * await pool.close();
 */
export function createPool(options: PoolOptions = {}): Pool {
  return createPoolOf(spawnWorker, options);
}

/** {@link createPool} with worker threads of another kind; for tests. */
export function createPoolOf(spawn: SpawnWorker, options: PoolOptions = {}): Pool {
  const { workers = Math.max(1, parallelism() - 1) } = options;
  if (!Number.isInteger(workers) || workers < 0 || workers > 256) {
    throw invalidArgument("createPool", "0 to 256 workers", String(workers));
  }
  const executor: Executor = workers === 0 ? new InlineExecutor() : new ThreadExecutor(workers, spawn);
  const map: Pool["map"] = (job, chunks, mapOptions = {}) => mapInOrder(executor, job, chunks, mapOptions);
  return Object.freeze<Pool>({
    workers,
    map,
    async run<In, Out>(job: Job<In, Out>, input: In, runOptions: RunOptions = {}): Promise<Out> {
      for await (const result of map(job, [input], runOptions)) return result;
      throw new VeilshareError("INTERNAL", `pool: "${job.name}" gave no result`);
    },
    close: () => executor.close(),
  });
}
