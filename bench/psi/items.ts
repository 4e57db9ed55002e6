/** The same invented items for every way to intersect them: two lists of one size that have half of it in common. */

/** The list that starts with item number `first`. */
export function listFrom(first: number, length: number): string[] {
  return Array.from({ length }, (_, i) => itemNumber(first + i));
}

/** The items of {@link listFrom}, one by one. */
export function* itemsFrom(first: number, length: number): Generator<string> {
  for (let i = 0; i < length; i++) yield itemNumber(first + i);
}

/** Made once: to turn a million different numbers into text fills the engine's own cache of such texts. */
const threeDigits = Array.from({ length: 1000 }, (_, n) => String(n).padStart(3, "0"));

function itemNumber(number: number): string {
  const digits = (n: number): string => threeDigits[Math.floor(n) % 1000] as string; // 0..999
  return `customer-${digits(number / 1e6)}${digits(number / 1e3)}${digits(number)}@example.org`;
}
