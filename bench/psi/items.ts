/** The same invented items for every way to intersect them: two lists of one size that have half of it in common. */

/** The list that starts with item number `first`. */
export function listFrom(first: number, length: number): string[] {
  return Array.from({ length }, (_, i) => `customer-${String(first + i).padStart(9, "0")}@example.org`);
}
