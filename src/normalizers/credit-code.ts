/**
 * The unified social credit identifier of legal entities and other organizations in China: 18 characters, the last of
 * which checks the others.
 *
 * Source: GB 32100-2015, sections 4 (structure) and 5 (check character); modulus 31, weights 3^(i-1) modulo 31.
 */

import { invalidArgument } from "../errors.js";
import { codeText } from "./folding.js";
import { Normalizer } from "./normalizer.js";

/** The characters by value: digits and capital letters without I, O, S, V, Z. */
const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

const codeLength = 18;

/**
 * Registration authority and kind (two characters), region of GB/T 2260 (six digits), organization (nine), check.
 */
const structure = /^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$/;

/**
 * A unified social credit code in its one form: capital letters, usual width, no white space or hyphens.
 *
 * Letters that the code does not have are not guessed at (`O` for `0`): a code with one is refused.
 *
 * @returns Null for what is no code: another length or character, a region that is not of digits, a wrong check
 * character. Some codes that were given out before 2015 in pilot regions do not satisfy the standard; they are refused.
 */
export function normalizeCreditCode(text: string): string | null {
  const code = codeText(text);
  if (!structure.test(code)) return null;
  return creditCodeCheck(code.slice(0, codeLength - 1)) === code[codeLength - 1] ? code : null;
}

/**
 * The check character of a code's first 17: the C in 31 - (sum of C_i * 3^(i-1) modulo 31), where 31 counts as 0.
 *
 * @throws VeilshareError INVALID_ARGUMENT unless there are 17 characters of the code's alphabet.
 */
export function creditCodeCheck(first17: string): string {
  let sum = 0;
  let weight = 1;
  for (const character of first17) {
    const value = alphabet.indexOf(character);
    if (value < 0)
      throw invalidArgument("creditCodeCheck", "characters of the code's alphabet", "another one");
    sum = (sum + value * weight) % alphabet.length;
    weight = (weight * 3) % alphabet.length;
  }
  if (first17.length !== codeLength - 1) {
    throw invalidArgument("creditCodeCheck", "17 characters", `${first17.length}`);
  }
  return alphabet.charAt((alphabet.length - sum) % alphabet.length);
}

/** Agreed between parties: the same rules at both. */
export function creditCodeNormalizer(): Normalizer {
  return new Normalizer({ name: "veilshare/credit-code", version: 2, normalize: normalizeCreditCode });
}
