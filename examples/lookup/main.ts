/**
 * npm run example:lookup -- [--data FILE --key COLUMN [--label COLUMN] [options of files]] [--invoice NUMBER]...
 *   [--bucket-bits BITS] [--json]
 *
 * "Is invoice 4711 known to you, and is it unpaid?" A bank that is offered an invoice asks the supplier's set, and the
 * supplier does not learn which invoice. Each party is a process. With --json, standard output is one JSON object.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deriveLookupKey, publishSet } from "veilshare/lookup";
import { saveSet } from "veilshare/lookup/node";
import { randomSeed } from "veilshare/random";
import { exitWithError, runParties } from "../launcher/index.js";
import { readArguments, type Arguments } from "./arguments.js";
import { bytesToHex } from "./hex.js";
import { askedByDefault, inventedInvoices, invoicesOf, type Invoice } from "./invoices.js";
import type { BankReport, BankTask, SupplierReport, SupplierTask } from "./messages.js";
import { jsonReport, textReport, type Outcome } from "./report.js";

const epoch = 1;
/** For the longest label that a set can have. */
const mostLabelBytes = 4096;

async function main({ invoices: given, bucketBits, json, list }: Arguments): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "veilshare-lookup-"));
  try {
    const outcome = await run(folder, {
      invoices: list === undefined ? inventedInvoices() : await invoicesOf(list),
      invented: list === undefined,
      asked: given ?? askedByDefault,
      bucketBits: bucketBits ?? null,
    });
    process.stdout.write(`${json ? jsonReport(outcome) : textReport(outcome)}\n`);
    if (!outcome.matchesPlaintext) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Inputs {
  readonly invoices: readonly Invoice[];
  readonly invented: boolean;
  readonly asked: readonly string[];
  readonly bucketBits: number | null;
}

async function run(folder: string, { invoices, invented, asked, bucketBits }: Inputs): Promise<Outcome> {
  const keySeed = randomSeed();
  const key = deriveLookupKey(keySeed, epoch);
  const setFile = join(folder, "invoices.veilset");
  const startMs = performance.now();
  const entries = invoices.map(({ number, status }) => ({ key: number, label: status }));
  const plain = statusesOf(invoices);
  const set = await publishSet(key, entries, { epoch, labelBytes: labelLength(plain) });
  const publishSeconds = (performance.now() - startMs) / 1000;
  await saveSet(setFile, set);

  const supplierTask: SupplierTask = { role: "supplier", keySeed: bytesToHex(keySeed), setFile };
  const bankTask: BankTask = {
    role: "bank",
    publicKey: bytesToHex(key.publicKey),
    invoices: asked,
    bucketBits,
  };
  const parties = [
    { name: "supplier", task: supplierTask },
    { name: "bank", task: bankTask },
  ];
  const results = await runParties({ script: new URL("./party.js", import.meta.url), parties });
  const [supplier, bank] = results as unknown as [SupplierReport, BankReport]; // party.ts is what ran, twice
  const matches =
    !bank.refused &&
    bank.answers.every(({ invoice, answer }) => answer === (plain.get(invoice)?.join(", ") ?? "not known"));
  return { invented, publishSeconds, supplier, bank, matchesPlaintext: matches };
}

/** Each invoice's statuses: a number may be there several times. */
function statusesOf(invoices: readonly Invoice[]): ReadonlyMap<string, readonly string[]> {
  const statuses = new Map<string, string[]>();
  for (const { number, status } of invoices) {
    const known = statuses.get(number);
    if (known === undefined) statuses.set(number, [status]);
    else if (!known.includes(status)) known.push(status);
  }
  return statuses;
}

function labelLength(statuses: ReadonlyMap<string, readonly string[]>): number {
  let longest = 8; // so that the invented ones are as long whatever is among them
  for (const labels of statuses.values()) {
    const bytes = labels.reduce((sum, label) => sum + new TextEncoder().encode(label).length, 0);
    longest = Math.max(longest, bytes + (labels.length > 1 ? 2 * labels.length : 0));
  }
  return Math.min(longest, mostLabelBytes); // publishSet names the entry that is longer
}

try {
  await main(readArguments());
} catch (error) {
  exitWithError(error);
}
