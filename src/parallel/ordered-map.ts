/** A stream of chunks through an executor: several under way, results in the order of the chunks. */

import { VeilshareError } from "../errors.js";
import { throwIfAborted, withinLimits } from "../waiting/wait.js";
import type { Executor, Task } from "./executor.js";
import type { Job } from "./job.js";

/** Options of `pool.map`. */
export interface MapOptions {
  /** Cancels the map: it rejects with ABORTED, and workers that are busy with its chunks are stopped. */
  readonly signal?: AbortSignal;
  /** Called after each result with the number of results so far. */
  readonly onProgress?: (chunksDone: number) => void;
  /** Moves the inputs' buffers to the worker instead of copying them; the caller can't use them afterwards. */
  readonly transferInputs?: boolean;
}

/** What a map can wait for. */
type Happening<In, Out> =
  | { readonly kind: "result"; readonly value: Out }
  | { readonly kind: "chunk"; readonly next: IteratorResult<In, unknown> };

/** Runs a job on every chunk; see `Pool.map`. */
export async function* mapInOrder<In, Out>(
  executor: Executor,
  job: Job<In, Out>,
  chunks: Iterable<In> | AsyncIterable<In>,
  options: MapOptions,
): AsyncGenerator<Out, void, undefined> {
  const { signal } = options;
  const source = iteratorOf(chunks);
  const underWay: Task<Out>[] = [];
  let pulling: Promise<IteratorResult<In, unknown>> | undefined;
  let exhausted = false;
  let done = 0;
  try {
    for (;;) {
      throwIfAborted(signal);
      if (!exhausted && pulling === undefined && underWay.length < executor.width) {
        pulling = quiet(Promise.resolve(source.next()));
      }
      if (underWay.length === 0 && pulling === undefined) return;
      const happening = await withinLimits(firstOf(underWay[0], pulling), { signal });
      if (happening.kind === "result") {
        underWay.shift();
        options.onProgress?.(++done);
        yield happening.value;
        continue;
      }
      pulling = undefined;
      exhausted = happening.next.done === true;
      if (happening.next.done === true) continue;
      const task = executor.start(job, happening.next.value, options.transferInputs ?? false);
      void quiet(task.result);
      underWay.push(task);
    }
  } finally {
    const stopped = new VeilshareError("ABORTED", `pool: the results of "${job.name}" are no longer wanted`);
    for (const task of underWay) task.cancel(stopped);
    if (!exhausted) void quiet(Promise.resolve(source.return?.()));
  }
}

/** A result that is ready must not wait for a source that is not: it may be what the source waits for. */
function firstOf<In, Out>(
  head: Task<Out> | undefined,
  pulling: Promise<IteratorResult<In, unknown>> | undefined,
): Promise<Happening<In, Out>> {
  const happenings: Promise<Happening<In, Out>>[] = [];
  if (head !== undefined) happenings.push(head.result.then((value) => ({ kind: "result", value })));
  if (pulling !== undefined) happenings.push(pulling.then((next) => ({ kind: "chunk", next })));
  return Promise.race(happenings);
}

/** The same promise, whose rejection nobody has to handle: it is told where it is awaited, if it is. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

function iteratorOf<In>(chunks: Iterable<In> | AsyncIterable<In>): AsyncIterator<In> | Iterator<In> {
  return Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
}
