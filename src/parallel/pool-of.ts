/** A pool over any kind of worker thread. Apart from `createPool`, whose types name no thread and no port. */

import { parallelism } from "#parallel/host";
import { invalidArgument, VeilshareError } from "../errors.js";
import type { Executor } from "./executor.js";
import type { SpawnWorker } from "./host.js";
import { InlineExecutor } from "./inline-executor.js";
import type { Job } from "./job.js";
import { mapInOrder } from "./ordered-map.js";
import type { Pool, PoolOptions, RunOptions } from "./pool-contract.js";
import { ThreadExecutor } from "./thread-executor.js";

/** A pool with worker threads of one kind. */
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
