/**
 * npm run example:psi -- [--a FILE --b FILE --key COLUMN[,COLUMN...] [options]] [--normalize STEPS] [--json]; arguments.ts has the options
 *
 * Which customers do a bank and a shop have in common? Each party is a process that reads only its own file; the first
 * learns the intersection. With --json, standard output is one JSON object.
 */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitWithError, runParties } from "../launcher/index.js";
import { readArguments, type Arguments } from "./arguments.js";
import { inventedLists } from "./customer-lists.js";
import { keysOf } from "./keys.js";
import type { InputFile, PartyReport, PartyTask, Steps } from "./messages.js";
import { jsonReport, textReport, type Outcome } from "./report.js";

/** Where the two parties find their lists. */
interface Inputs {
  readonly names: readonly [receiver: string, sender: string];
  readonly files: readonly [receiver: InputFile, sender: InputFile];
  readonly invented: boolean;
  readonly normalize: Steps;
}

async function main({ files, normalize, json }: Arguments): Promise<void> {
  const outcome =
    files === undefined
      ? await runInvented(normalize)
      : await run({
          names: ["a", "b"],
          files: [files.a, files.b],
          invented: false,
          normalize,
        });
  process.stdout.write(`${json ? jsonReport(outcome) : textReport(outcome)}\n`);
  if (outcome.common !== outcome.plainCommon) process.exitCode = 1;
}

async function runInvented(normalize: Steps): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), "veilshare-psi-"));
  try {
    const lists = inventedLists();
    const file = (name: string): InputFile => ({ path: join(folder, name), key: ["email"], trim: false });
    const files = [file("bank.csv"), file("shop.csv")] as const;
    await writeFile(files[0].path, lists.bank);
    await writeFile(files[1].path, lists.shop);
    return await run({ names: ["bank", "shop"], files, invented: true, normalize });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run({ names, files, invented, normalize }: Inputs): Promise<Outcome> {
  const [receiver] = names;
  const parties = files.map((file, i) => {
    const task: PartyTask = { file, receiver, normalize };
    return { name: names[i] ?? "", task };
  });
  const results = await runParties({ script: new URL("./party.js", import.meta.url), parties });
  const reports = results.map((result, i) => ({
    name: names[i] ?? "",
    file: files[i]?.path ?? "",
    ...(result as PartyReport), // party.ts is what ran
  }));
  return {
    invented,
    columns: files[0].key,
    parties: reports,
    common: reports[0]?.common ?? 0,
    plainCommon: await commonOfPlainSets(files, normalize),
    seconds: Math.max(...reports.map(({ seconds }) => seconds)),
    bytes: reports.reduce((sum, { bytesSent }) => sum + bytesSent, 0),
    rounds: Math.max(...reports.map(({ rounds }) => rounds)),
  };
}

/** Written apart from the package, so that the comparison means something. */
function plainForm(text: string, { trim, lowerCase, nfc, nfkc }: Steps): string {
  let form = nfkc === true ? text.normalize("NFKC") : text;
  if (trim === true) form = form.trim();
  if (lowerCase === true) form = form.toLowerCase();
  return nfc === true || nfkc === true ? form.normalize(nfkc === true ? "NFKC" : "NFC") : form;
}

async function commonOfPlainSets(files: Inputs["files"], normalize: Steps): Promise<number> {
  const setOf = async (file: InputFile): Promise<Set<string>> => {
    const keys = new Set<string>();
    for await (const key of keysOf(file)) {
      const fields = typeof key === "string" ? [key] : key;
      keys.add(JSON.stringify(fields.map((field) => plainForm(field, normalize))));
    }
    return keys;
  };
  const [first, second] = [await setOf(files[0]), await setOf(files[1])];
  return [...first].filter((key) => second.has(key)).length;
}

try {
  await main(readArguments());
} catch (error) {
  exitWithError(error);
}
