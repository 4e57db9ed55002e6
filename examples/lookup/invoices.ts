/**
 * INVENTED invoices of an invented supplier: no row is a real claim. A seed makes them, so that every run has the same. Or
 * those of a file.
 */

import { Prg } from "veilshare/random";
import { textColumn } from "veilshare/table";
import { readTable } from "veilshare/table/node";
import type { Reading } from "../launcher/reading.js";

/** Where the invented world comes from: 32 bytes, one for ever. */
const seed = new TextEncoder().encode("invented invoices, seed no. 1...");

const firstNumber = 3000;
const lastNumber = 8999;

/** One in so many numbers was never used. */
const unusedOneIn = 16;

const statuses = ["unpaid", "paid", "disputed", "assigned"] as const;

/** An invoice. */
export interface Invoice {
  readonly number: string;
  readonly status: string;
}

/** A file of invoices, or of anything that has a key and a label. */
export interface ListFile {
  readonly path: string;
  readonly key: string;
  /** Undefined: only what is there is told. */
  readonly label: string | undefined;
  readonly reading: Reading;
}

/** The rows of a file that have a key. */
export async function invoicesOf({ path, key, label, reading }: ListFile): Promise<Invoice[]> {
  const table = await readTable(path, { ...reading, select: label === undefined ? [key] : [key, label] });
  const statuses = label === undefined ? undefined : textColumn(table, label);
  return textColumn(table, key)
    .map((number, row) => ({ number, status: statuses?.[row] ?? "known" }))
    .filter(({ number }) => number.trim() !== "");
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
