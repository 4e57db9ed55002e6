/** Warnings of the package: what works, but not as well as it could, said once. */

import { emitWarning } from "#warnings/host";

/** What is warned of. */
export type WarningCode = "VEILSHARE_WORKERS" | "VEILSHARE_KERNELS";

/** Kept for the life of the thread: that a warning was given is not a thing to say twice. */
const given = new Set<WarningCode>();

/** Warns: in Node as a warning of the process, in a browser as an event `veilshare-warning` of the page or worker. */
export function warn(code: WarningCode, message: string): void {
  emitWarning(code, message);
}

/** The same, but once a thread. */
export function warnOnce(code: WarningCode, message: string): void {
  if (given.has(code)) return;
  given.add(code);
  emitWarning(code, message);
}
