/** One run of the command: a command line in, results on the streams, an exit code out. */

import { Command, CommanderError } from "commander";
import { toVeilshareError } from "../errors.js";
import { done, exitCodeOf, unusable } from "./exit-codes.js";
import { verbsFor } from "./registry.js";
import { Terminal, type TerminalStreams } from "./terminal.js";
import type { Verb, VerbOptions } from "./verb.js";
import { packageVersion } from "./version.js";

/**
 * Runs it.
 *
 * @param args - Without the program's name.
 * @returns The exit code; see `docs/command.md`. Undefined where the verb is done, and may have set the process's own.
 */
export async function runCommand(
  args: readonly string[],
  streams: TerminalStreams,
): Promise<number | undefined> {
  try {
    await (await buildProgram(args, streams)).parseAsync(args, { from: "user" });
    return undefined;
  } catch (thrown) {
    // Commander has printed its own line; help and version are no errors.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? done : unusable;
    const error = toVeilshareError(thrown);
    streams.error.write(`error: ${error.message}\n`);
    return exitCodeOf(error);
  }
}

async function buildProgram(args: readonly string[], streams: TerminalStreams): Promise<Command> {
  const program = new Command("veilshare")
    .description(
      "Compute together on data that no one may show. Each command is run by one party on its own machine.",
    )
    .version(packageVersion())
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        streams.out.write(text);
      },
      writeErr: (text) => {
        streams.error.write(text);
      },
    });
  for (const verb of await verbsFor(args)) addVerb(program, verb, streams);
  return program;
}

function addVerb(program: Command, verb: Verb, streams: TerminalStreams): void {
  const command = program.command(verb.name).description(verb.summary);
  verb.declare(command);
  if (!command.options.some(({ long }) => long === "--json")) {
    command.option("--json", "print the result as one JSON object", false);
  }
  command.addHelpText("after", `\nExample:\n  ${verb.example}\n`);
  command.action(async () => {
    const options: VerbOptions = command.opts();
    await verb.run(options, new Terminal(options["json"] === true, streams), command.args);
  });
}
