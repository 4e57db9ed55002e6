/** Telephone numbers in the international form of ITU-T E.164: `+`, country code, national number. */

import {
  isSupportedCountry,
  parsePhoneNumberFromString,
  type CountryCode,
  type PhoneNumber,
} from "libphonenumber-js/max";
import metadata from "libphonenumber-js/max/metadata";
import type { JsonValue } from "../bytes/canonical-json.js";
import { invalidArgument } from "../errors.js";
import { compatibleText } from "./folding.js";
import { Normalizer } from "./normalizer.js";

/** ISO 3166-1 codes of the countries whose numbering plans are known. */
export type PhoneCountry = CountryCode;

/** Mobile numbers of Mexico as they were written from abroad until 2019. */
const formerMexican = /^\+521(\d{10})$/;

/**
 * A telephone number as `+` and digits, by the numbering plan of its country: what is dialled before a foreign number
 * (`00`, `011`), a country code without `+`, a trunk prefix, also as `(0)` after the country code, and separators go;
 * full-width and other scripts' digits become the usual ones. A number without country code is one of the given country.
 *
 * **Source.** Google's libphonenumber, as libphonenumber-js with all metadata: an optional peer dependency.
 *
 * @param country - Where numbers without a country code are from. Undefined: such numbers are refused.
 * @returns Null for what is no valid telephone number, also for one with an extension: it is somebody else's telephone.
 * @throws VeilshareError INVALID_ARGUMENT for a country that is not known.
 */
export function normalizePhone(text: string, country?: PhoneCountry): string | null {
  checkCountry("normalizePhone", country);
  const written = compatibleText(text).trim().replace(/^tel:/i, "");
  const number = parsed(written, country);
  if (number === undefined) return null;
  const former = formerMexican.exec(number.number);
  const current = former === null ? number : parsed(`+52${former[1] ?? ""}`, undefined);
  return current?.isValid() === true && current.ext === undefined ? current.number : null;
}

/**
 * Agreed between parties: the same rules, country and metadata at both; another version of libphonenumber-js has others.
 *
 * @throws VeilshareError INVALID_ARGUMENT for a country that is not known.
 */
export function phoneNormalizer(country?: PhoneCountry): Normalizer {
  checkCountry("phoneNormalizer", country);
  const plans = metadata as unknown as JsonValue; // a JSON file
  return new Normalizer({
    name: "veilshare/phone",
    version: 2,
    tables: { country: country ?? null, plans },
    normalize: (text) => normalizePhone(text, country),
  });
}

function parsed(text: string, country: PhoneCountry | undefined): PhoneNumber | undefined {
  return parsePhoneNumberFromString(text, {
    extract: false,
    ...(country === undefined ? {} : { defaultCountry: country }),
  });
}

function checkCountry(caller: string, country: unknown): void {
  if (country === undefined) return;
  if (typeof country === "string" && isSupportedCountry(country)) return;
  const got = typeof country === "string" ? JSON.stringify(country) : typeof country;
  throw invalidArgument(caller, "an ISO 3166-1 code of a country, such as DE", got);
}
