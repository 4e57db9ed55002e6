/** What may be done to text before it is compared. Both parties do the same, or the run stops. */

import type { JsonValue } from "../bytes/canonical-json.js";
import { invalidArgument } from "../errors.js";

/** Steps applied to every text field; bytes are never changed. Default: none. */
export interface Normalization {
  /** White space and line ends are taken off both ends (`String.prototype.trim`). */
  readonly trim?: boolean;
  /** Lower case by Unicode's default mapping, not by any locale's. */
  readonly lowerCase?: boolean;
  /** Unicode normalization form C, after the other steps, so that the result is in this form. */
  readonly nfc?: boolean;
  /**
   * Characters of no width (zero-width space and joiners, soft hyphen, byte order mark, variation selectors) are taken
   * out, and what is left is brought into Unicode normalization form KC, before all other steps and after them:
   * full-width letters and digits become the usual ones, ligatures their letters.
   */
  readonly nfkc?: boolean;
}

const steps = ["lowerCase", "nfc", "nfkc", "trim"] as const;
const withoutWidth = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * All steps with their defaults, in the form in which the parties compare them.
 *
 * @throws VeilshareError INVALID_ARGUMENT for an unknown step or a value that is not a boolean.
 */
export function completeNormalization(
  given: Normalization = {},
): Required<Normalization> & Record<string, JsonValue> {
  for (const [name, value] of Object.entries(given) as [string, unknown][]) {
    if (!(steps as readonly string[]).includes(name)) {
      throw invalidArgument("intersect", `normalize with ${steps.join(", ")}`, JSON.stringify(name));
    }
    if (typeof value !== "boolean")
      throw invalidArgument("intersect", `a boolean for normalize.${name}`, typeof value);
  }
  const { trim = false, lowerCase = false, nfc = false, nfkc = false } = given;
  return { trim, lowerCase, nfc, nfkc };
}

/** A text as it is compared. */
export function normalized(text: string, normalization: Normalization): string {
  let result = text;
  if (normalization.nfkc === true) result = compatible(result);
  if (normalization.trim === true) result = result.trim();
  if (normalization.lowerCase === true) result = result.toLowerCase();
  if (normalization.nfc === true) result = result.normalize("NFC");
  return normalization.nfkc === true ? compatible(result) : result; // lower case may leave the form
}

/** A text without what has no width, in normalization form KC. */
export function compatible(text: string): string {
  return text.replace(withoutWidth, "").normalize("NFKC");
}
