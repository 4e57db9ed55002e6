/** Telephone numbers in the international form of ITU-T E.164: `+`, country code, national number. */

import { invalidArgument } from "../errors.js";

/** How a country writes its own numbers. */
export interface PhoneCountry {
  /** Country code, digits only, e.g. `86`. */
  readonly countryCode: string;
  /** Digit before national numbers that are dialled at home, which falls away abroad: `0` in most countries. */
  readonly trunkPrefix?: string;
  /** What is dialled before a foreign number: `00` in most countries. */
  readonly internationalPrefix?: string;
}

/** ISO 3166-1 codes of the countries that {@link normalizePhone} knows by name. */
export type KnownPhoneCountry =
  | "AT"
  | "AU"
  | "BE"
  | "CH"
  | "CN"
  | "DE"
  | "DK"
  | "ES"
  | "FR"
  | "GB"
  | "HK"
  | "IN"
  | "IT"
  | "JP"
  | "KR"
  | "NL"
  | "NO"
  | "SE"
  | "SG"
  | "TW"
  | "US";

const usual = { trunkPrefix: "0", internationalPrefix: "00" } as const;

/**
 * Only countries where a leading zero (North America: one) can be taken for the trunk prefix and nothing else: Italy's
 * numbers keep their zero, and there is no prefix in Spain, Denmark, Norway, Singapore or Hong Kong.
 *
 * Source: ITU-T, "Dialling procedures (international prefix, national (trunk) prefix and national (significant) number)".
 */
const countries: Readonly<Record<KnownPhoneCountry, PhoneCountry>> = {
  AT: { countryCode: "43", ...usual },
  AU: { countryCode: "61", trunkPrefix: "0", internationalPrefix: "0011" },
  BE: { countryCode: "32", ...usual },
  CH: { countryCode: "41", ...usual },
  CN: { countryCode: "86", ...usual },
  DE: { countryCode: "49", ...usual },
  DK: { countryCode: "45", internationalPrefix: "00" },
  ES: { countryCode: "34", internationalPrefix: "00" },
  FR: { countryCode: "33", ...usual },
  GB: { countryCode: "44", ...usual },
  HK: { countryCode: "852", internationalPrefix: "001" },
  IN: { countryCode: "91", ...usual },
  IT: { countryCode: "39", internationalPrefix: "00" },
  JP: { countryCode: "81", trunkPrefix: "0", internationalPrefix: "010" },
  KR: { countryCode: "82", trunkPrefix: "0", internationalPrefix: "00" },
  NL: { countryCode: "31", ...usual },
  NO: { countryCode: "47", internationalPrefix: "00" },
  SE: { countryCode: "46", ...usual },
  SG: { countryCode: "65", internationalPrefix: "00" },
  TW: { countryCode: "886", trunkPrefix: "0", internationalPrefix: "002" },
  US: { countryCode: "1", trunkPrefix: "1", internationalPrefix: "011" },
};

/** What people put between digits: white space, hyphens and dashes, dots, brackets, strokes. */
const separators = /[\s\p{Pd}.()[\]/]/gu;

/** E.164, section 6.2: at most 15 digits with the country code; fewer than 7 are no subscriber's number. */
const international = /^\+[1-9]\d{6,14}$/;

/**
 * A telephone number as `+` and digits. Separators go, full-width digits become the usual ones; `(0)` after the country
 * code goes. A number without `+` or the international prefix is one of the default country, without its trunk prefix.
 *
 * Lengths within a country are not checked: numbering plans change. Extensions are refused, not dropped.
 *
 * @param country - Where numbers without a country code are from: an ISO code of {@link KnownPhoneCountry}, or how
 * another country dials. Undefined: such numbers are refused.
 * @returns Null for what is no telephone number.
 * @throws VeilshareError INVALID_ARGUMENT for a country that is not known.
 */
export function normalizePhone(text: string, country?: KnownPhoneCountry | PhoneCountry): string | null {
  const home = country === undefined ? undefined : dialling(country);
  const written = text
    .normalize("NFKC")
    .trim()
    .replace(/^(\+\s?\d{1,3}\s?)\(0\)/, "$1");
  const digits = written.replace(separators, "");
  const full = digits.startsWith("+") ? digits : withCountryCode(digits, home);
  return full !== undefined && international.test(full) ? full : null;
}

function withCountryCode(digits: string, home: PhoneCountry | undefined): string | undefined {
  if (home === undefined) return undefined;
  const { countryCode, trunkPrefix = "", internationalPrefix = "" } = home;
  if (internationalPrefix !== "" && digits.startsWith(internationalPrefix)) {
    return `+${digits.slice(internationalPrefix.length)}`;
  }
  const national = digits.startsWith(trunkPrefix) ? digits.slice(trunkPrefix.length) : digits;
  return `+${countryCode}${national}`;
}

function dialling(country: KnownPhoneCountry | PhoneCountry): PhoneCountry {
  if (typeof country !== "string") {
    const { countryCode, trunkPrefix = "", internationalPrefix = "" } = country;
    if (/^[1-9]\d{0,2}$/.test(countryCode) && /^\d{0,8}$/.test(trunkPrefix + internationalPrefix)) {
      return country;
    }
    throw invalidArgument(
      "normalizePhone",
      "a country code of 1 to 3 digits and prefixes of digits",
      "others",
    );
  }
  if (Object.hasOwn(countries, country)) return countries[country];
  const known = Object.keys(countries).join(", ");
  throw invalidArgument(
    "normalizePhone",
    `one of ${known}, or how the country dials`,
    JSON.stringify(country),
  );
}
