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
}

const steps = ["lowerCase", "nfc", "trim"] as const;

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
  return { trim: given.trim ?? false, lowerCase: given.lowerCase ?? false, nfc: given.nfc ?? false };
}

/** A text as it is compared. */
export function normalized(text: string, normalization: Normalization): string {
  let result = text;
  if (normalization.trim === true) result = result.trim();
  if (normalization.lowerCase === true) result = result.toLowerCase();
  if (normalization.nfc === true) result = result.normalize("NFC");
  return result;
}
