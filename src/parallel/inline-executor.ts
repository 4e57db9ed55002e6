/** Jobs in the caller's own thread, one after the other, with the event loop let in between chunks. */

import { VeilshareError } from "../errors.js";
import type { Executor, Task } from "./executor.js";
import { eventLoopTurn } from "./event-loop.js";
import { jobError, type Job } from "./job.js";

/** The executor of `createPool({ workers: 0 })`. */
export class InlineExecutor implements Executor {
  readonly width = 1;
  #closed: VeilshareError | undefined;
  readonly #open = new Set<Task<unknown>>();

  start<In, Out>(job: Job<In, Out>, input: In): Task<Out> {
    let cancel: (error: VeilshareError) => void = () => undefined;
    const result = new Promise<Out>((resolve, reject) => {
      let cancelled = this.#closed !== undefined;
      cancel = (error) => {
        cancelled = true;
        reject(error);
      };
      if (this.#closed !== undefined) reject(this.#closed);
      const work = async (): Promise<void> => {
        await eventLoopTurn();
        if (cancelled) return;
        try {
          resolve(await job.run(input));
        } catch (thrown) {
          reject(jobError(job.name, thrown));
        }
      };
      void work();
    });
    const task: Task<Out> = { result, cancel };
    this.#open.add(task);
    const forget = (): void => {
      this.#open.delete(task);
    };
    result.then(forget, forget);
    return task;
  }

  close(): Promise<void> {
    this.#closed = new VeilshareError("CLOSED", "pool: the pool is closed");
    for (const task of this.#open) task.cancel(this.#closed);
    return Promise.resolve();
  }
}
