/**
 * A pool of worker threads for heavy arithmetic: worker_threads in Node, Web Workers in a browser, or none at all.
 * Batches are cut into chunks by the caller; results come back in the chunks' order, moved rather than copied.
 */

import { spawnWorker } from "#parallel/host";
import type { Pool, PoolOptions } from "./pool-contract.js";
import { createPoolOf } from "./pool-of.js";

export type { Pool, PoolOptions, RunOptions } from "./pool-contract.js";

/**
 * A pool of worker threads. Threads start with the first work; idle ones do not keep the process alive, so that a pool
 * that nobody closed does no harm.
 *
 * **Security.** Inputs are copied to the workers, secrets among them. A job that gets secrets wipes the worker's copy
 * when it is over; copies that the engine makes in between are out of reach. Nothing outside this process reaches a
 * worker.
 *
 * Where no worker can be started at all, as in a bundle that does not hold the workers' script, jobs run in the caller's thread, and
 * a warning says so once.
 *
 * @throws VeilshareError INVALID_ARGUMENT for a number of workers out of range, and for unknown options.
 * @example
 * const pool = createPool({ workers: 2 });
 * for await (const products of pool.map(multiplyJob, chunks)) consume(products);
 * await pool.close();
 */
export function createPool(options: PoolOptions = {}): Pool {
  return createPoolOf(spawnWorker, options);
}
