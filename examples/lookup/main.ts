/**
 * npm run example:lookup -- [--invoice NUMBER]... [--bucket-bits BITS] [--json]
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
import { askedByDefault, inventedInvoices } from "./invoices.js";
import type { BankReport, BankTask, SupplierReport, SupplierTask } from "./messages.js";
import { jsonReport, textReport, type Outcome } from "./report.js";

const epoch = 1;
const labelBytes = 8;

async function main({ invoices: given, bucketBits, json }: Arguments): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "veilshare-lookup-"));
  try {
    const outcome = await run(folder, given ?? askedByDefault, bucketBits ?? null);
    process.stdout.write(`${json ? jsonReport(outcome) : textReport(outcome)}\n`);
    if (!outcome.matchesPlaintext) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(folder: string, asked: readonly string[], bucketBits: number | null): Promise<Outcome> {
  const invoices = inventedInvoices();
  const keySeed = randomSeed();
  const key = deriveLookupKey(keySeed, epoch);
  const setFile = join(folder, "invoices.veilset");
  const startMs = performance.now();
  const entries = invoices.map(({ number, status }) => ({ key: number, label: status }));
  const set = await publishSet(key, entries, { epoch, labelBytes });
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
  const plain = new Map(invoices.map(({ number, status }) => [number, status]));
  const matches =
    !bank.refused &&
    bank.answers.every(({ invoice, answer }) => answer === (plain.get(invoice) ?? "not known"));
  return { invented: true, publishSeconds, supplier, bank, matchesPlaintext: matches };
}

try {
  await main(readArguments());
} catch (error) {
  exitWithError(error);
}
