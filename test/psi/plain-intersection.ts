/** The oracle: what the intersection is, by JavaScript's own sets. */

import { simulate } from "../../dist/channel/index.js";
import type { SimulateOptions } from "../../dist/channel/index.js";
import {
  intersect,
  type Intersection,
  type IntersectOptions,
  type PsiItem,
  type SenderReport,
} from "../../dist/psi/index.js";

/** A text that two items share exactly when they are equal. */
export function identity(item: PsiItem): string {
  const fields = typeof item === "string" || item instanceof Uint8Array ? [item] : item;
  return JSON.stringify(fields.map((field) => [...Buffer.from(field)]));
}

/** One character that shows nothing. */
const invisible = /^[\p{White_Space}\p{Control}\p{Default_Ignorable_Code_Point}\u2800]$/u;

/** True for an item that identifies nobody, character by character. */
export function isBlank(item: PsiItem): boolean {
  const fields = typeof item === "string" || item instanceof Uint8Array ? [item] : item;
  return fields.some((field) =>
    typeof field === "string"
      ? Array.from(field).every((character) => invisible.test(character))
      : field.length === 0,
  );
}

/** Rows of `own` by common item. */
export function plainRows(own: readonly PsiItem[], other: readonly PsiItem[]): Map<string, number[]> {
  const others = new Set(other.map(identity));
  const rows = new Map<string, number[]>();
  for (const [row, item] of own.entries()) {
    const key = identity(item);
    if (others.has(key) && !isBlank(item)) rows.set(key, [...(rows.get(key) ?? []), row]);
  }
  return rows;
}

/** The rows of each common item, as the protocol gave them. */
export function foundRows(own: readonly PsiItem[], found: Intersection): Map<string, number[]> {
  const rows = new Map<string, number[]>();
  for (let k = 0; k < found.size; k++) {
    const item = own[found.indices[k] ?? -1];
    if (item === undefined) throw new Error("expected an index of the own list");
    rows.set(identity(item), [...found.rows.subarray(found.rowOffsets[k], found.rowOffsets[k + 1])]);
  }
  return rows;
}

/** Number of distinct items. */
export function plainDistinct(items: readonly PsiItem[]): number {
  return new Set(items.filter((item) => !isBlank(item)).map(identity)).size;
}

/** Number of rows without an item. */
export function plainBlanks(items: readonly PsiItem[]): number {
  return items.filter(isBlank).length;
}

export type Lists = readonly [readonly PsiItem[], readonly PsiItem[]];

/** Both parties in this thread. */
export async function simulated(
  lists: Lists,
  options: IntersectOptions = {},
  simulation: SimulateOptions = {},
): Promise<[Intersection | SenderReport, Intersection | SenderReport]> {
  const run = simulate(2, (party) => intersect(party, lists[party.index === 0 ? 0 : 1], options), simulation);
  const [first, second] = await run;
  if (first === undefined || second === undefined) throw new Error("expected two results");
  return [first, second];
}

/** The result of a party that learned the intersection. */
export function revealed(result: Intersection | SenderReport): Intersection {
  if (!result.revealed) throw new Error("expected a party that learned the intersection");
  return result;
}
