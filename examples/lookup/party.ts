/** One party of the example, in a process of its own: the supplier serves its set, the bank asks. */

import { hexToBytes } from "./hex.js";
import { type Party } from "veilshare";
import {
  deriveLookupKey,
  EvaluationBudget,
  LookupStore,
  serveLookup,
  verifiedLookup,
  type LookupAnswer,
} from "veilshare/lookup";
import { loadSet } from "veilshare/lookup/node";
import { serveParty } from "../launcher/index.js";
import type { BankReport, BankTask, SupplierReport, SupplierTask } from "./messages.js";
import { memoryStore } from "veilshare/store"; // a server keeps its budgets by openFileStore, which outlives it

const epoch = 1;

serveParty((party, json) => {
  const task = json as SupplierTask | BankTask; // main.ts is who starts this process
  return task.role === "supplier" ? supply(party, task) : ask(party, task);
});

async function supply(party: Party, { keySeed, setFile }: SupplierTask): Promise<SupplierReport> {
  const key = deriveLookupKey(hexToBytes(keySeed), epoch);
  const store = new LookupStore(key, await loadSet(setFile, { publicKey: key.publicKey, epoch }));
  // Invoice numbers can be enumerated: what a bank may try in an hour is all that keeps it from reading them all.
  const budget = new EvaluationBudget({ store: memoryStore(), perWindow: 100, windowMs: 3_600_000 });
  const { requests, evaluations } = await serveLookup(party, store, { budget });
  return { requests, evaluations, bytesSent: party.traffic.bytesSent };
}

async function ask(party: Party, task: BankTask): Promise<BankReport> {
  const startMs = performance.now();
  const options = task.bucketBits === null ? {} : { bucketBits: task.bucketBits };
  const publicKey = hexToBytes(task.publicKey);
  const result = await verifiedLookup(party, task.invoices, { publicKey, epoch, ...options });
  const seconds = (performance.now() - startMs) / 1000;
  const answers = task.invoices.map((invoice, i) => ({
    invoice,
    answer: result.status === "answered" ? textOf(result.answers[i]) : "refused by the supplier's rate limit",
  }));
  return {
    refused: result.status === "refused",
    answers,
    entries: result.info.count,
    bucketBits: result.bucketBits ?? null,
    seconds,
    bytesSent: party.traffic.bytesSent,
    rounds: party.traffic.rounds,
  };
}

function textOf(answer: LookupAnswer | undefined): string {
  if (answer?.status === "found") {
    const { label, labels = [label] } = answer;
    return labels.map((bytes) => new TextDecoder().decode(bytes)).join(", ");
  }
  return answer?.status === "absent" ? "not known" : "unreadable";
}
