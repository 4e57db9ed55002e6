/** Citizen identification numbers of China. */

import { codeText } from "./folding.js";
import { Normalizer } from "./normalizer.js";

/** Provinces, autonomous regions and municipalities of GB/T 2260, and the residence permits of Hong Kong (81), Macao (82) and Taiwan (83). */
const regions = new Set(
  "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 91".split(
    " ",
  ),
);

/** 2^(18 - i) modulo 11. */
const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const checkCharacters = "10X98765432";

/**
 * A citizen identification number in its one form: 17 digits and a check character, `X` as a capital letter.
 *
 * **Source.** GB 11643-1999: region, date of birth, order, check character of ISO 7064, MOD 11-2.
 *
 * @returns Null for what is none: a region that is not one, a day that is in no calendar, a wrong check character; also for
 * the numbers of 15 digits that were given out until 1999, which check nothing.
 */
export function normalizeResidentIdentity(text: string): string | null {
  const code = codeText(text);
  if (!/^[1-9]\d{16}[\dX]$/.test(code)) return null;
  if (!regions.has(code.slice(0, 2)) || !isDay(code.slice(6, 14))) return null;
  let sum = 0;
  for (const [i, weight] of weights.entries()) sum += weight * Number(code.charAt(i));
  return checkCharacters.charAt(sum % 11) === code.charAt(17) ? code : null;
}

/** Agreed between parties: the same rules at both. */
export function residentIdentityNormalizer(): Normalizer {
  const normalize = normalizeResidentIdentity;
  return new Normalizer({ name: "veilshare/resident-identity", version: 1, normalize });
}

/** True for YYYYMMDD of the Gregorian calendar from 1800 to 2199. */
function isDay(text: string): boolean {
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6))];
  if (year < 1800 || year > 2199 || month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}
