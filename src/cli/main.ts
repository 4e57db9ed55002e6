#!/usr/bin/env node
/** The command line. Exit codes: 0 done, 1 failed, 2 bad usage or configuration. */

import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { toVeilshareError } from "../errors.js";
import { keygen, type KeygenOptions } from "./keygen.js";

const usageExitCode = 2;

function version(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { readonly version: string }).version; // the package's own manifest
}

function buildProgram(): Command {
  const program = new Command("veilshare")
    .description("Compute together on data that no one may show.")
    .version(version())
    .exitOverride();
  program
    .command("keygen")
    .description("make a party's key pair: a key file to keep, an entry for the parties file to give away")
    .requiredOption("--name <name>", "the party's name, as all others will know it")
    .requiredOption("--out <file>", "the key file to write; an existing file is never overwritten")
    .option("--address <address>", "where the others can dial the party: ws://host:port or wss://host:port")
    .action(async (options: KeygenOptions) => {
      const entry = await keygen(options);
      process.stderr.write(
        `The secret key is in ${options.out}. Give this entry to the others for their parties file:\n`,
      );
      process.stdout.write(`${entry}\n`);
    });
  return program;
}

async function main(args: readonly string[]): Promise<number> {
  try {
    await buildProgram().parseAsync(args, { from: "user" });
    return 0;
  } catch (thrown) {
    // Commander has printed its own line; help and version are no errors.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : usageExitCode;
    const error = toVeilshareError(thrown);
    process.stderr.write(`error: ${error.message}\n`);
    return error.isPeerFault || error.code === "INTERNAL" ? 1 : usageExitCode;
  }
}

process.exitCode = await main(process.argv.slice(2));
