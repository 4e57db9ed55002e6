/**
 * INVENTED invoices of an invented supplier: no row is a real claim. A seed makes them, so that every run has the same.
 */

import { Prg } from "veilshare/random";

/** Where the invented world comes from: 32 bytes, one for ever. */
const seed = new TextEncoder().encode("invented invoices, seed no. 1...");

const firstNumber = 3000;
const lastNumber = 8999;

/** One in so many numbers was never used. */
const unusedOneIn = 16;

const statuses = ["unpaid", "paid", "disputed", "assigned"] as const;

/** The status of an invoice. */
export type Status = (typeof statuses)[number];

/** An invoice. */
export interface Invoice {
  readonly number: string;
  readonly status: Status;
}

/** What the bank asks about when nobody says otherwise; INV-9999 is above all numbers that exist. */
export const askedByDefault: readonly string[] = ["INV-4711", "INV-4712", "INV-9999", "INV-4711"];

/** All invoices of the supplier. */
export function inventedInvoices(): Invoice[] {
  const prg = new Prg(seed);
  const invoices: Invoice[] = [];
  for (let number = firstNumber; number <= lastNumber; number++) {
    const [use = 0, kind = 0] = prg.bytes(2);
    if (use % unusedOneIn === 0 && number !== 4711) continue;
    const status = number === 4711 ? "unpaid" : (statuses[kind % statuses.length] ?? "paid");
    invoices.push({ number: `INV-${number}`, status });
  }
  return invoices;
}
