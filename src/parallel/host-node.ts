/** Worker threads of Node. Chosen by the package's `imports` map. */

import type { Endpoint } from "comlink";
import { availableParallelism } from "node:os";
import { Worker, type MessagePort, type ResourceLimits } from "node:worker_threads";
import type { WorkerHandle } from "./host.js";

/**
 * Jobs work on typed arrays and leave few objects behind: with a sixteenth of the usual room for young objects a worker
 * collects, and gives back the arrays of chunks that are done, more often.
 */
const workerLimits: ResourceLimits = { maxYoungGenerationSizeMb: 3 };

/** Starts a worker thread that serves the package's jobs. */
export function spawnWorker(
  script: string | URL = new URL("../jobs/worker-entry-node.js", import.meta.url),
): WorkerHandle {
  return spawnThread(script, workerLimits);
}

/** How many threads can run at once on this machine. */
export function parallelism(): number {
  return availableParallelism();
}

/** Starts a worker thread with a script that serves jobs on its parent port. */
export function spawnThread(script: string | URL, resourceLimits: ResourceLimits = {}): WorkerHandle {
  // Flags such as --input-type are for the main script and would stop a worker from starting.
  const worker = new Worker(script, { execArgv: [], resourceLimits });
  worker.unref();
  return {
    script: String(script),
    endpoint: nodeEndpoint(worker),
    onDeath(listener) {
      worker.on("error", (error) => {
        listener("broke", error);
      });
      worker.on("messageerror", (error) => {
        listener("sent what cannot be read", error);
      });
      worker.on("exit", (exitCode) => {
        listener(`ended with exit code ${exitCode}`);
      });
    },
    hold(busy) {
      if (busy) worker.ref();
      else worker.unref();
    },
    async terminate() {
      await worker.terminate();
    },
  };
}

/** A Node port or worker with the event interface that comlink wants. */
export function nodeEndpoint(port: Worker | MessagePort): Endpoint {
  return {
    postMessage(message, transferables) {
      port.postMessage(message, transferables as ArrayBuffer[] | undefined); // the pool transfers nothing else
    },
    addEventListener(_type, listener) {
      port.on("message", (data: unknown) => {
        const event = { data } as MessageEvent; // comlink reads nothing but `data` and `origin`
        if (typeof listener === "function") listener(event);
        else listener.handleEvent(event);
      });
    },
    // comlink takes listeners away only for a RELEASE message, which the pool never sends.
    removeEventListener: () => undefined,
  };
}
