#!/usr/bin/env node
/** The command line; see `docs/command.md` for its exit codes. */

import { done } from "./exit-codes.js";
import { runCommand } from "./run.js";

// Whoever reads the output may stop, as `| head` does: that is no fault.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(process.exitCode ?? done);
  });
}

const exitCode = await runCommand(process.argv.slice(2), { out: process.stdout, error: process.stderr });
process.exitCode = exitCode ?? process.exitCode ?? done;
