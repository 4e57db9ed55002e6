/** The caller's side of the jobs in fixtures/job-worker.mjs. */

import { spawnThread } from "../../dist/parallel/host-node.js";
import type { Job } from "../../dist/parallel/index.js";
import { createPoolOf } from "../../dist/parallel/pool-of.js";
import type { Pool } from "../../dist/parallel/index.js";

export const jobWorker: URL = new URL("fixtures/job-worker.mjs", import.meta.url);

/** A pool whose workers know the test jobs, with little memory each. */
export function createTestPool(workers: number): Pool {
  return createPoolOf(() => spawnThread(jobWorker, { maxOldGenerationSizeMb: 24 }), { workers });
}

/** A job that only a worker can run. */
export function remoteJob<In, Out>(name: string): Job<In, Out> {
  return {
    name,
    run: () => {
      throw new Error("expected to run in a worker");
    },
  };
}

export interface SquareInput {
  readonly value: number;
  readonly delayMs: number;
}

export const squareJob: Job<SquareInput, number> = {
  name: "test/square",
  run: async ({ value, delayMs }) => {
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    return value * value;
  },
};

export async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const result of results) all.push(result);
  return all;
}
