/** How an example ends when something is wrong: one line, and an exit code that scripts can tell apart. */

import { VeilshareError, type ErrorCode } from "veilshare/channel";

const inputFaults: readonly ErrorCode[] = [
  "INVALID_ARGUMENT",
  "INVALID_CONFIG",
  "INVALID_DATA",
  "VALUE_OUT_OF_RANGE",
  "BOUND_EXCEEDED",
];

/**
 * Prints the error in one line and sets the exit code: 2 for bad input, 130 when interrupted, 1 for all else. With `--help`,
 * which no example knows as an option, prints the usage that every such error ends with.
 */
export function exitWithError(error: unknown): void {
  if (!(error instanceof VeilshareError)) throw error;
  const usage = /usage: .*$/s.exec(error.message)?.[0];
  if (usage !== undefined && process.argv.slice(2).some((word) => word === "--help" || word === "-h")) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  process.stderr.write(`error: ${error.message.replace(/\s*\n\s*/g, " ")}\n`);
  if (inputFaults.includes(error.code)) process.exitCode = 2;
  else process.exitCode = error.code === "ABORTED" ? 130 : 1;
}
