/** A pool over any kind of worker thread. Apart from `createPool`, whose types name no thread and no port. */

import { parallelism } from "#parallel/host";
import { checkOptions, type RulesOf } from "../checks/options.js";
import { either, instanceOf, integer, optional, text } from "../checks/rules.js";
import { VeilshareError } from "../errors.js";
import type { Executor } from "./executor.js";
import type { SpawnWorker } from "./host.js";
import { FallbackExecutor } from "./fallback-executor.js";
import { InlineExecutor } from "./inline-executor.js";
import type { Job } from "./job.js";
import { mapInOrder } from "./ordered-map.js";
import type { Pool, PoolOptions, RunOptions } from "./pool-contract.js";
import { ThreadExecutor } from "./thread-executor.js";

const poolRules: RulesOf<PoolOptions> = {
  workers: optional(integer(0, 256)),
  workerUrl: optional(either(text, instanceOf(URL, "a URL"))),
};

/** A pool with worker threads of one kind. */
export function createPoolOf(spawn: SpawnWorker, options: PoolOptions = {}): Pool {
  checkOptions("createPool", options, poolRules);
  const { workers = Math.max(1, parallelism() - 1), workerUrl } = options;
  const threads = (): Executor => new FallbackExecutor(new ThreadExecutor(workers, () => spawn(workerUrl)));
  const executor = workers === 0 ? new InlineExecutor() : threads();
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
