/** Legal entity identifiers. */

import { modulo97 } from "./check-digits.js";
import { codeText } from "./folding.js";
import { Normalizer } from "./normalizer.js";

/**
 * A legal entity identifier in its one form: 20 capital letters and digits, the last two of which check the others.
 *
 * **Source.** ISO 17442-1:2020; check digits of ISO/IEC 7064, MOD 97-10.
 *
 * @returns Null for what is none.
 */
export function normalizeLei(text: string): string | null {
  const code = codeText(text);
  return /^[0-9A-Z]{18}\d{2}$/.test(code) && modulo97(code) === 1 ? code : null;
}

/** Agreed between parties: the same rules at both. */
export function leiNormalizer(): Normalizer {
  return new Normalizer({ name: "veilshare/lei", version: 1, normalize: normalizeLei });
}
