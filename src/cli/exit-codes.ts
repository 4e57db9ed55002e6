/** What the command's exit code says. Documented in `docs/command.md`. */

import type { ErrorCode, VeilshareError } from "../errors.js";

/** Done. */
export const done = 0;
/** Another party, or the way to it, failed; or this package did. */
const failed = 1;
/** The command line, a file or a setting of this machine can't be used; nothing was sent. */
export const unusable = 2;
/** What was asked for would say too much: a rule, a budget or a store refused it. */
const refused = 3;
/** Interrupted. */
const interrupted = 130;

const refusals: readonly ErrorCode[] = [
  "DISCLOSURE_REFUSED",
  "BUDGET_SPENT",
  "STORE_ROLLED_BACK",
  "STORE_FENCED",
];

/** The exit code for a failure. */
export function exitCodeOf(error: VeilshareError): number {
  if (error.code === "ABORTED") return interrupted;
  if (refusals.includes(error.code)) return refused;
  return error.isPeerFault || error.code === "INTERNAL" || error.code === "WORKER_FAILED" ? failed : unusable;
}
