/** What the example shows. */

import type { BankReport, SupplierReport } from "./messages.js";

/** A run. */
export interface Outcome {
  readonly invented: boolean;
  /** For evaluating and sealing all entries, once for all clients. */
  readonly publishSeconds: number;
  readonly supplier: SupplierReport;
  readonly bank: BankReport;
  /** Whether a plain look into the invented list gives the same; only the example can do that. */
  readonly matchesPlaintext: boolean;
}

/** One JSON object. */
export function jsonReport({ supplier, bank, ...rest }: Outcome): string {
  const { answers, refused, entries, bucketBits, seconds, rounds } = bank;
  const bytes = supplier.bytesSent + bank.bytesSent;
  const { evaluations } = supplier;
  return JSON.stringify({
    ...rest,
    refused,
    answers,
    entries,
    bucketBits,
    evaluations,
    seconds,
    bytes,
    rounds,
  });
}

/** For people. */
export function textReport({ invented, publishSeconds, supplier, bank, matchesPlaintext }: Outcome): string {
  const bytes = supplier.bytesSent + bank.bytesSent;
  const comparison = bank.refused ? "no answers to compare" : "NOT THE SAME ANSWERS";
  const prefixes =
    bank.bucketBits === null
      ? "and nothing about which: the bank has the whole published set."
      : `and the first ${bank.bucketBits} bits of their tags: each is one of about ` +
        `${count(Math.round(bank.entries / 2 ** bank.bucketBits))} of its invoices, or not among them at all.`;
  return [
    "Verified lookup: a supplier and a bank, two processes, one encrypted link between them.",
    "",
    ...(invented ? ["The invoices are INVENTED: made by a seed, no row is a real claim.", ""] : []),
    "Who holds what",
    `  supplier: ${count(bank.entries)} invoices with their status, published once with every status encrypted ` +
      `(${publishSeconds.toFixed(2)} s)`,
    `  bank: the supplier's public key, and ${count(bank.answers.length)} questions`,
    "",
    "What was learned",
    ...bank.answers.map(({ invoice, answer }) => `  bank: ${invoice} is ${answer}`),
    `  bank: the supplier has ${count(bank.entries)} invoices; nothing else about the others.`,
    `  supplier: the bank asked about ${count(supplier.evaluations)} invoices, ${prefixes}`,
    "",
    "What it took",
    `  ${bank.seconds.toFixed(2)} s, ${count(bytes)} bytes sent by both together, ${bank.rounds} rounds`,
    "",
    "Check against the plain list, which only this example may do as it made it",
    `  ${matchesPlaintext ? "the same answers" : comparison}`,
  ].join("\n");
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
