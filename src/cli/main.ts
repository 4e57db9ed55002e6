#!/usr/bin/env node
/** The command line; see `docs/command.md` for its exit codes. */

import { Command, CommanderError } from "commander";
import { toVeilshareError } from "../errors.js";
import { Terminal } from "./terminal.js";
import { done, exitCodeOf, unusable } from "./exit-codes.js";
import { verbs } from "./registry.js";
import type { Verb, VerbOptions } from "./verb.js";
import { packageVersion } from "./version.js";

function buildProgram(): Command {
  const program = new Command("veilshare")
    .description(
      "Compute together on data that no one may show. Each command is run by one party on its own machine.",
    )
    .version(packageVersion())
    .enablePositionalOptions()
    .exitOverride();
  for (const verb of verbs) addVerb(program, verb);
  return program;
}

function addVerb(program: Command, verb: Verb): void {
  const command = program.command(verb.name).description(verb.summary);
  verb.declare(command);
  if (!command.options.some(({ long }) => long === "--json")) {
    command.option("--json", "print the result as one JSON object", false);
  }
  command.addHelpText("after", `\nExample:\n  ${verb.example}\n`);
  command.action(async () => {
    const options: VerbOptions = command.opts();
    const terminal = new Terminal(options["json"] === true, { out: process.stdout, error: process.stderr });
    await verb.run(options, terminal, command.args);
  });
}

async function main(args: readonly string[]): Promise<number | undefined> {
  try {
    await buildProgram().parseAsync(args, { from: "user" });
    return undefined;
  } catch (thrown) {
    // Commander has printed its own line; help and version are no errors.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? done : unusable;
    const error = toVeilshareError(thrown);
    process.stderr.write(`error: ${error.message}\n`);
    return exitCodeOf(error);
  }
}

process.exitCode = (await main(process.argv.slice(2))) ?? process.exitCode ?? done;
