/** Worker threads, or the caller's own thread where none can be started: the script is not there, or a policy forbids it. */

import { VeilshareError } from "../errors.js";
import { warn } from "../warnings/warn.js";
import type { Executor, Task } from "./executor.js";
import { InlineExecutor } from "./inline-executor.js";
import type { Job } from "./job.js";
import { notStarted, type ThreadExecutor } from "./thread-executor.js";

/** What Node says of a script that is not there, or not what its loader takes. */
const notFound: readonly string[] = [
  "ERR_MODULE_NOT_FOUND",
  "MODULE_NOT_FOUND",
  "ERR_UNKNOWN_FILE_EXTENSION",
];

/** Decides at the first chunk that fails before any worker has ever answered; a worker that dies later is a failure. */
export class FallbackExecutor implements Executor {
  readonly #threads: ThreadExecutor;
  #inline: InlineExecutor | undefined;

  constructor(threads: ThreadExecutor) {
    this.#threads = threads;
  }

  get width(): number {
    return this.#inline?.width ?? this.#threads.width;
  }

  start<In, Out>(job: Job<In, Out>, input: In, transferInput: boolean): Task<Out> {
    if (this.#inline !== undefined) return this.#inline.start(job, input);
    // What may have to be worked on here must not have been moved away.
    const certain = this.#threads.answered;
    let current = this.#threads.start(job, input, transferInput && certain);
    if (certain) return current;
    const result = current.result.catch((thrown: unknown) => {
      if (!this.#mayFallBack(thrown)) throw thrown;
      current = this.#inlineOf(thrown as VeilshareError).start(job, input);
      return current.result;
    });
    return {
      result,
      cancel: (error) => {
        current.cancel(error);
      },
    };
  }

  #mayFallBack(thrown: unknown): boolean {
    if (!(thrown instanceof VeilshareError) || thrown.code !== "WORKER_FAILED") return false;
    if (this.#threads.answered) return false;
    const { cause, got } = thrown;
    const code: unknown = (cause as { readonly code?: unknown } | undefined)?.code;
    // A browser gives no reason for a script that it could not load.
    return (
      got === notStarted || (cause === undefined && got === "broke") || notFound.includes(code as string)
    );
  }

  #inlineOf(error: VeilshareError): InlineExecutor {
    if (this.#inline === undefined) {
      this.#inline = new InlineExecutor();
      warn(
        "VEILSHARE_WORKERS",
        `${error.message}; jobs run in the caller's thread, which is slower: ${error.hint ?? ""}`,
      );
    }
    return this.#inline;
  }

  async close(): Promise<void> {
    await Promise.all([this.#threads.close(), this.#inline?.close()]);
  }
}
