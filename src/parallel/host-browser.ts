/** Web Workers. Chosen by the package's `imports` map. */

import type { WorkerHandle } from "./host.js";

/** Starts a Web Worker that serves the package's jobs. */
export function spawnWorker(script?: string | URL): WorkerHandle {
  const worker =
    script === undefined
      ? // Bundlers find the worker's script by exactly this expression.
        new Worker(new URL("../jobs/worker-entry.js", import.meta.url), { type: "module" })
      : new Worker(script, { type: "module" });
  return {
    script: String(script ?? "jobs/worker-entry.js"),
    endpoint: worker,
    onDeath(listener) {
      worker.addEventListener("error", (event) => {
        listener("broke", (event as Partial<ErrorEvent>).error); // a script that cannot be loaded has no error
      });
      worker.addEventListener("messageerror", () => {
        listener("sent what cannot be read");
      });
    },
    hold: () => undefined,
    terminate() {
      worker.terminate();
      return Promise.resolve();
    },
  };
}

/** How many threads can run at once on this machine, as far as the browser tells. */
export function parallelism(): number {
  const { hardwareConcurrency } = navigator as { readonly hardwareConcurrency?: number };
  return hardwareConcurrency ?? 1; // some browsers keep it to themselves
}
