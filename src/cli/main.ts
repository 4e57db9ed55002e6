#!/usr/bin/env node
/** The command line; see `docs/command.md` for its exit codes. */

import { done } from "./exit-codes.js";
import { runCommand } from "./run.js";

const exitCode = await runCommand(process.argv.slice(2), { out: process.stdout, error: process.stderr });
process.exitCode = exitCode ?? process.exitCode ?? done;
