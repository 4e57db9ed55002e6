/** One party's session: its key file, the parties file, and where it listens. */

import type { Command } from "commander";
import { loadIdentity, loadParties } from "../channel/identity/files-node.js";
import type { Party } from "../channel/party.js";
import { connect } from "../channel/websocket/connect.js";
import { invalidData } from "../table/table.js";
import { readDataFile } from "../table/file-node.js";
import { textOf } from "../table/text-decoder.js";
import { checkOutputs } from "./data.js";
import type { Terminal } from "./terminal.js";
import { addOption, numberOption, optionFault, requiredText, textOption } from "./option-values.js";
import type { VerbOptions } from "./verb.js";

/** How long the others are waited for, in seconds, where nothing is said: a person starts the other side. */
const standardWaitSeconds = 300;
const longestWaitSeconds = 86_400;

/** Adds the options of a session; `optional` for a verb that has actions without one. */
export function declareSession(command: Command, need: "needed" | "optional" = "needed"): void {
  addOption(command, need, "--identity <file>", "own key file, as keygen writes it");
  addOption(command, need, "--parties <file>", "the parties file, the same at every party");
  command
    .option(
      "--listen <[host:]port>",
      "where to listen, if not at the own address (behind NAT, in a container)",
    )
    .option("--session <label>", "keeps runs apart that the same parties make at the same time")
    .option("--ca <file>", "PEM certificates to trust for wss: besides the system's")
    .option("--wait <seconds>", `how long to wait for the others (default ${standardWaitSeconds})`);
}

/**
 * Connects, does the work and ends the session.
 *
 * @throws VeilshareError as `connect`, and what `work` throws.
 */
export async function withSession<T>(
  options: VerbOptions,
  terminal: Terminal,
  work: (party: Party) => Promise<T>,
): Promise<T> {
  await checkOutputs(options);
  const identity = await loadIdentity(requiredText(options, "identity"));
  const parties = await loadParties(requiredText(options, "parties"));
  const seconds = numberOption(options, "wait", { min: 1, max: longestWaitSeconds }) ?? standardWaitSeconds;
  const [listen, label, ca] = [
    listenOption(options),
    textOption(options, "session"),
    textOption(options, "ca"),
  ];
  const stop = new AbortController();
  const onSignal = (): void => {
    stop.abort();
  };
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  try {
    const others = parties.filter(({ name }) => name !== identity.name).map(({ name }) => name);
    terminal.note(`${identity.name}: waiting for ${others.join(", ")}`);
    const party = await connect({
      identity,
      parties,
      signal: stop.signal,
      onProgress: terminal.progress,
      limits: { connectTimeoutMs: seconds * 1000 },
      ...(listen === undefined ? {} : { listen }),
      ...(label === undefined ? {} : { sessionLabel: label }),
      ...(ca === undefined ? {} : { certificateAuthorities: textOf(await readCertificates(ca)) }),
    });
    terminal.note(`${identity.name}: connected`);
    return await ended(party, work);
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

async function ended<T>(party: Party, work: (party: Party) => Promise<T>): Promise<T> {
  try {
    const result = await work(party);
    await party.close();
    return result;
  } catch (thrown) {
    party.abort(thrown);
    throw thrown;
  }
}

async function readCertificates(file: string): Promise<Uint8Array> {
  const bytes = await readDataFile(file, { maxBytes: 2 ** 20 });
  if (textOf(bytes).includes("BEGIN CERTIFICATE")) return bytes;
  throw invalidData({ file }, "PEM certificates", "something else");
}

/** `7001`, `0.0.0.0:7001` or `[::]:7001`. */
export function listenOption(
  options: VerbOptions,
): { readonly host?: string; readonly port: number } | undefined {
  const text = textOption(options, "listen");
  if (text === undefined) return undefined;
  const found = /^(?:(\[[0-9a-fA-F:.]+\]|[^:\s]+):)?(\d{1,5})$/.exec(text);
  const port = Number(found?.[2] ?? NaN);
  if (!(port >= 1 && port <= 65_535))
    throw optionFault("--listen", "port or host:port", JSON.stringify(text));
  const host = found?.[1]?.replace(/^\[|\]$/g, "");
  return { port, ...(host === undefined ? {} : { host }) };
}
