/** What may be done to text before it is compared. Both parties do the same, or the run stops. */

import type { JsonValue } from "../bytes/canonical-json.js";
import { isPlainObject, kindOf } from "../checks/rules.js";
import { invalidArgument } from "../errors.js";
import { compatibleText } from "../normalizers/folding.js";
import { Normalizer } from "../normalizers/normalizer.js";

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

/**
 * What is done to a field: steps, or a {@link Normalizer}, such as `emailNormalizer()` of `veilshare/normalizers`; a text
 * for which it gives null is as good as blank. Parties compare the normalizer's name, version and the digest of its tables.
 */
export type FieldNormalization = Normalization | Normalizer;

/** The same for every field of a key, or one for each in the order of the key columns. */
export type KeyNormalization = FieldNormalization | readonly FieldNormalization[];

const steps = ["lowerCase", "nfc", "nfkc", "trim"] as const;

/**
 * All steps with their defaults, and normalizers by name, in the form in which the parties compare them.
 *
 * @param caller - Whose option it is, for errors.
 * @throws VeilshareError INVALID_ARGUMENT for an unknown step, a value that is not a boolean, and anything else, such as
 * a bare function.
 */
export function completeNormalization(caller: string, given: KeyNormalization = {}): JsonValue {
  if (!isList(given)) return completeField(caller, given);
  if (given.length === 0) throw invalidArgument(caller, "one normalization a field", "none");
  return given.map((field) => completeField(caller, field));
}

/** A copy that its caller can't change any more. */
export function copyNormalization(given: KeyNormalization = {}): KeyNormalization {
  const copy = (field: FieldNormalization): FieldNormalization =>
    field instanceof Normalizer ? field : { ...field };
  return isList(given) ? given.map(copy) : copy(given);
}

/**
 * The normalization of a field.
 *
 * @throws VeilshareError INVALID_ARGUMENT where there is one a field and the key has another number of fields.
 */
export function normalizationOf(
  caller: string,
  given: KeyNormalization,
  field: number,
  fields: number,
): FieldNormalization {
  if (!isList(given)) return given;
  const one = given[field];
  if (one !== undefined && given.length === fields) return one;
  throw invalidArgument(caller, `normalize for each of the ${fields} key fields`, `${given.length}`);
}

/** A text as it is compared; null for what is no key. */
export function normalized(text: string, normalization: FieldNormalization): string | null {
  if (normalization instanceof Normalizer) return normalization.normalize(text);
  let result = text;
  if (normalization.nfkc === true) result = compatibleText(result);
  if (normalization.trim === true) result = result.trim();
  if (normalization.lowerCase === true) result = result.toLowerCase();
  if (normalization.nfc === true) result = result.normalize("NFC");
  return normalization.nfkc === true ? compatibleText(result) : result; // lower case may leave the form
}

/** True when no text is changed and none is taken for no key. */
export function isUnchanged(given: KeyNormalization): boolean {
  const changesNothing = (field: FieldNormalization): boolean =>
    !(field instanceof Normalizer) && steps.every((step) => field[step] !== true);
  return !isList(given) && changesNothing(given);
}

function isList(given: KeyNormalization): given is readonly FieldNormalization[] {
  return Array.isArray(given);
}

function completeField(caller: string, given: unknown): JsonValue {
  if (given instanceof Normalizer) return { ...given.identity };
  if (!isPlainObject(given)) {
    const expected =
      "normalize to be steps such as { trim: true }, or a Normalizer such as emailNormalizer()";
    throw invalidArgument(caller, expected, kindOf(given));
  }
  for (const [name, value] of Object.entries(given)) {
    if (!(steps as readonly string[]).includes(name)) {
      throw invalidArgument(caller, `normalize with ${steps.join(", ")}`, JSON.stringify(name));
    }
    if (value !== undefined && typeof value !== "boolean") {
      throw invalidArgument(caller, `a boolean for normalize.${name}`, typeof value);
    }
  }
  const { trim = false, lowerCase = false, nfc = false, nfkc = false } = given as Normalization;
  return { trim, lowerCase, nfc, nfkc };
}
