/** What all normalizers do first: other spellings of the same characters become the usual ones. */

import { checkArgument } from "../checks/options.js";
import { text as textRule } from "../checks/rules.js";

/** Characters that Unicode says to draw as nothing: zero-width space and joiners, soft hyphen, byte order mark. */
const withoutWidth = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * A text in normalization form KC, without characters of no width: full-width letters become the usual ones.
 *
 * @throws VeilshareError INVALID_ARGUMENT for what is no text, such as a number out of a table.
 */
export function compatibleText(text: string): string {
  checkArgument("normalize", "text", text, textRule);
  return text.replace(withoutWidth, "").normalize("NFKC");
}

/** The same for codes: capital letters, without white space, hyphens and dashes, dots and strokes. */
export function codeText(text: string): string {
  return compatibleText(text)
    .toUpperCase()
    .replace(/[\s\p{Pd}./]/gu, "");
}
