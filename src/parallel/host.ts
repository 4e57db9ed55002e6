/** What the two platforms' worker threads have in common. */

import type { Endpoint } from "comlink";

/** One worker thread, seen from the thread that started it. */
export interface WorkerHandle {
  readonly endpoint: Endpoint;
  /** Calls the listener, perhaps more than once, when the worker ends without being asked to or breaks. */
  onDeath(listener: (how: string, cause?: unknown) => void): void;
  /** The script that the worker runs, for errors. */
  readonly script?: string;
  /** Whether the process must wait for this worker before it exits. */
  hold(busy: boolean): void;
  /** Ends the thread, whatever it is doing. */
  terminate(): Promise<void>;
}

/** Starts a worker thread. */
export type SpawnWorker = (script?: string | URL) => WorkerHandle;

/** Tells whoever runs the program something that it should know and need not handle. */
export type Warn = (message: string) => void;
