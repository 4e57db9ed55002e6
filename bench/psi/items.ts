/** The same invented items for every way to intersect them: two lists of one size that have half of it in common. */

/** The list that starts with item number `first`. */
export function listFrom(first: number, length: number): string[] {
  return Array.from({ length }, (_, i) => itemNumber(first + i));
}

/** The items of {@link listFrom}, one by one. */
export function* itemsFrom(first: number, length: number): Generator<string> {
  for (let i = 0; i < length; i++) yield itemNumber(first + i);
}

function itemNumber(number: number): string {
  return `customer-${String(number).padStart(9, "0")}@example.org`;
}
