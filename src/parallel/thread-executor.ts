/**
 * Jobs in worker threads. A thread is started when there is work for it, has one chunk at a time, and is replaced when
 * it died or was stopped because its chunk was cancelled. comlink never settles a call whose worker has died, so every
 * chunk has a promise of its own here, which its worker's death rejects.
 */

import { transfer, wrap } from "comlink";
import { errorFromPlain, VeilshareError } from "../errors.js";
import type { Executor, Task } from "./executor.js";
import type { SpawnWorker, WorkerHandle } from "./host.js";
import type { Job, WorkerReply } from "./job.js";
import type { RunJob } from "./serve.js";
import { ownedBuffers } from "./transferables.js";

/** What an error says got, when a platform does not start a worker at all. */
export const notStarted = "could not be started";

interface Chunk {
  readonly jobName: string;
  readonly input: unknown;
  readonly transferInput: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: VeilshareError) => void;
}

interface Thread {
  readonly handle: WorkerHandle;
  readonly runJob: RunJob;
  chunk: Chunk | undefined;
}

/** The executor of `createPool({ workers })` for one worker or more. */
export class ThreadExecutor implements Executor {
  readonly width: number;
  readonly #workers: number;
  readonly #spawn: SpawnWorker;
  readonly #threads = new Set<Thread>();
  readonly #ending = new Set<Promise<void>>();
  readonly #queue: Chunk[] = [];
  #answered = false;
  #closed: VeilshareError | undefined;

  constructor(workers: number, spawn: SpawnWorker) {
    this.#workers = workers;
    this.width = 2 * workers; // one chunk in a thread, one waiting for it
    this.#spawn = spawn;
  }

  /** True once any worker has answered: then workers can be started here. */
  get answered(): boolean {
    return this.#answered;
  }

  start<In, Out>(job: Job<In, Out>, input: In, transferInput: boolean): Task<Out> {
    let cancel: (error: VeilshareError) => void = () => undefined;
    const result = new Promise<unknown>((resolve, reject) => {
      if (this.#closed !== undefined) {
        reject(this.#closed);
        return;
      }
      const chunk: Chunk = { jobName: job.name, input, transferInput, resolve, reject };
      cancel = (error) => {
        this.#cancel(chunk, error);
      };
      this.#queue.push(chunk);
      this.#dispatch();
    });
    return { result: result as Promise<Out>, cancel }; // the worker runs the job of this name
  }

  #dispatch(): void {
    while (this.#queue.length > 0 && this.#closed === undefined) {
      const thread = this.#idleThread();
      if (thread === undefined) return;
      const chunk = this.#queue.shift() as Chunk; // the queue is not empty
      thread.chunk = chunk;
      thread.handle.hold(true);
      void this.#run(thread, chunk);
    }
  }

  #idleThread(): Thread | undefined {
    for (const thread of this.#threads) if (thread.chunk === undefined) return thread;
    if (this.#threads.size >= this.#workers) return undefined;
    try {
      return this.#startThread();
    } catch (thrown) {
      this.#queue.shift()?.reject(workerFailed(notStarted, thrown));
      return this.#queue.length > 0 ? this.#idleThread() : undefined;
    }
  }

  #startThread(): Thread {
    const handle = this.#spawn();
    const thread: Thread = { handle, runJob: wrap<RunJob>(handle.endpoint), chunk: undefined };
    this.#threads.add(thread);
    handle.onDeath((how, cause) => {
      if (!this.#threads.has(thread)) return;
      this.#stop(thread, workerFailed(how, cause, handle.script));
      this.#dispatch();
    });
    return thread;
  }

  async #run(thread: Thread, chunk: Chunk): Promise<void> {
    try {
      const { jobName, input, transferInput } = chunk;
      const sent = transferInput ? transfer(input, ownedBuffers(input)) : input;
      const reply = await thread.runJob(jobName, sent);
      this.#answered = true;
      settle(chunk, reply);
    } catch (thrown) {
      // Input or result that cannot be cloned, or a worker that serves something else.
      chunk.reject(workerFailed("could not take a chunk or give its result", thrown));
    }
    if (thread.chunk !== chunk) return; // stopped meanwhile
    thread.chunk = undefined;
    thread.handle.hold(false);
    this.#dispatch();
  }

  #cancel(chunk: Chunk, error: VeilshareError): void {
    const waiting = this.#queue.indexOf(chunk);
    if (waiting >= 0) {
      this.#queue.splice(waiting, 1);
      chunk.reject(error);
      return;
    }
    for (const thread of this.#threads) {
      if (thread.chunk !== chunk) continue;
      this.#stop(thread, error);
      this.#dispatch();
      return;
    }
  }

  /** Ends a thread and rejects its chunk. */
  #stop(thread: Thread, error: VeilshareError): void {
    this.#threads.delete(thread);
    const { chunk } = thread;
    thread.chunk = undefined;
    chunk?.reject(error);
    const ending = thread.handle.terminate().catch(() => undefined);
    this.#ending.add(ending);
    void ending.then(() => this.#ending.delete(ending));
  }

  async close(): Promise<void> {
    const closed = (this.#closed ??= new VeilshareError("CLOSED", "pool: the pool is closed"));
    for (const chunk of this.#queue.splice(0)) chunk.reject(closed);
    for (const thread of [...this.#threads]) this.#stop(thread, closed);
    await Promise.all(this.#ending);
  }
}

function settle(chunk: Chunk, reply: WorkerReply): void {
  if (reply.ok) chunk.resolve(reply.value);
  else chunk.reject(errorFromPlain(reply.error));
}

function workerFailed(how: string, cause: unknown, script?: string): VeilshareError {
  const which = script === undefined ? "" : ` (script ${script})`;
  const hint = "in a bundle, give workerUrl, or keep veilshare external";
  return new VeilshareError("WORKER_FAILED", `pool: a worker thread${which} ${how}`, {
    got: how,
    hint,
    cause,
  });
}
