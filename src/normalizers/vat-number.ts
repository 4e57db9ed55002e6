/** Value added tax identification numbers of the European Union, Great Britain, Norway and Switzerland. */

import { invalidArgument } from "../errors.js";
import { codeText } from "./folding.js";
import { Normalizer } from "./normalizer.js";
import { vatRules, type VatCountry } from "./vat-rules.js";

export type { VatCountry } from "./vat-rules.js";

/** What is written in place of the prefix, or after the number. */
const aliases: Readonly<Record<string, VatCountry>> = { GR: "EL" };

/**
 * A VAT number in its one form: the country's prefix and the number, capital letters, without spaces, dots and hyphens.
 * Check digits are checked by each country's rule. Greece is `EL`, Northern Ireland `XI`, Switzerland `CHE` with nine digits,
 * Norway `NO` with nine digits: `MVA`, `MWST`, `TVA` and `IVA` behind them go.
 *
 * **Source.** European Commission, VIES, "Algorithms of VAT identification numbers"; HMRC; Brønnøysundregistrene; eCH-0097.
 *
 * @param country - Whose numbers those without a prefix are. Undefined: they are refused.
 * @returns Null for what is none. That a number is well formed does not say that it was given out.
 * @throws VeilshareError INVALID_ARGUMENT for a country that is not known.
 */
export function normalizeVatNumber(text: string, country?: VatCountry): string | null {
  checkCountry("normalizeVatNumber", country);
  const code = codeText(text);
  const prefix = countryOf(code.slice(0, 2));
  if (prefix !== undefined) {
    const national = vatRules[prefix](code.slice(2));
    if (national !== undefined) return prefix + national;
  }
  const national = country === undefined ? undefined : vatRules[country](code);
  return country === undefined || national === undefined ? null : country + national;
}

/**
 * Agreed between parties: the same rules and country at both.
 *
 * @throws VeilshareError INVALID_ARGUMENT for a country that is not known.
 */
export function vatNumberNormalizer(country?: VatCountry): Normalizer {
  checkCountry("vatNumberNormalizer", country);
  return new Normalizer({
    name: "veilshare/vat-number",
    version: 1,
    tables: { country: country ?? null, countries: Object.keys(vatRules) },
    normalize: (text) => normalizeVatNumber(text, country),
  });
}

function countryOf(prefix: string): VatCountry | undefined {
  if (Object.hasOwn(aliases, prefix)) return aliases[prefix];
  return Object.hasOwn(vatRules, prefix) ? (prefix as VatCountry) : undefined;
}

function checkCountry(caller: string, country: unknown): void {
  if (country === undefined) return;
  if (typeof country === "string" && Object.hasOwn(vatRules, country)) return;
  const got = typeof country === "string" ? JSON.stringify(country) : typeof country;
  throw invalidArgument(caller, `one of ${Object.keys(vatRules).join(", ")}`, got);
}
