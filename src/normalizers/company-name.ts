/** Company names in one form, for comparing what two departments typed. */

import { lettersOf } from "./company-letters.js";
import {
  bracketed,
  cjkExceptions,
  cjkPrefixes,
  cjkSuffixes,
  legalFormTables,
  prefixes,
  prefixPairs,
  suffixes,
} from "./legal-forms.js";
import { Normalizer } from "./normalizer.js";

/** How {@link normalizeCompanyName} works. */
export interface CompanyNameOptions {
  /**
   * Also take the legal form off, behind the name or before it (`GmbH`, `Co., Ltd.`, `Sp. z o.o.`, `PT`, `株式会社`,
   * `合伙企业`). Default false: two forms are two companies, but a form's spellings are one (`Limited` and `Ltd.`).
   */
  readonly dropLegalForm?: boolean;
}

/** Words that join a name and `Co.`, or two forms. */
const conjunctions = new Set(["and", "und", "u", "et", "y", "og", "och", "e", "i", "ja", "en", "ve"]);

/** Forms that may stand behind a conjunction: `& Co.`; a `& Spa` is none. */
const joined = new Set(["co", "kg", "cv"]);

/** No name by themselves. */
const articles = new Set(["the", "der", "die", "das", "la", "le", "les", "el", "los", ...conjunctions]);

const mostFormWords = 6;

interface Taken {
  readonly words: readonly string[];
  readonly forms: readonly string[];
}

/**
 * A company name for comparison: NFKC (full-width becomes usual), Unicode's case folding with the Turkish letters as people
 * type them (`IŞIK`, `Işık` and `isik` are one), `&` and `+` as `and`; letters and digits of all scripts stay, with one space
 * between words of them; accents, which people leave out, go from Latin and Greek letters, and Latin letters that have no
 * accent but a stroke become those without (`Ł`, `Ø`). Apostrophes of all kinds and trade mark signs go. Chinese and
 * Japanese names have no spaces.
 *
 * The result is for comparing, not for showing. It finds spellings, not similar names: `Muller` and `Mueller` differ, and
 * traditional and simplified characters do.
 *
 * @returns Null when nothing is left.
 */
export function normalizeCompanyName(text: string, options: CompanyNameOptions = {}): string | null {
  const words = wordsOf(text);
  const behind = takeSuffixes(words);
  const before = takePrefixes(behind);
  const kept =
    options.dropLegalForm === true ? before.words : [...before.forms, ...before.words, ...behind.forms];
  return kept.length === 0 ? null : kept.join(" ").normalize("NFC");
}

/** Agreed between parties: the same rules, forms and option at both. */
export function companyNameNormalizer({ dropLegalForm = false }: CompanyNameOptions = {}): Normalizer {
  return new Normalizer({
    name: "veilshare/company-name",
    version: 2,
    tables: { dropLegalForm, forms: legalFormTables },
    normalize: (text) => normalizeCompanyName(text, { dropLegalForm }),
  });
}

/** Words of letters and digits, in one form; names in Han characters and kana are one word. */
function wordsOf(text: string): readonly string[] {
  const words = lettersOf(text)
    .replace(/\(([\p{Script=Han}\p{Script=Hangul}])\)/gu, (whole, sign: string) => {
      return Object.hasOwn(bracketed, sign) ? ` ${bracketed[sign] ?? ""} ` : whole;
    })
    // A stroke within the initials of a form: A/S, K/S, S/A.
    .replace(/(?<![\p{L}\p{N}])([aikps])\s?\/\s?([as])(?![\p{L}\p{N}])/gu, "$1$2")
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== "");
  const merged: string[] = [];
  for (const word of words) {
    const previous = merged.at(-1);
    if (previous !== undefined && endsTogether.test(previous) && startsTogether.test(word)) {
      merged[merged.length - 1] = previous + word;
    } else merged.push(word);
  }
  return merged;
}

const endsTogether = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー々]$/u;
const startsTogether = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー々]/u;

/** Takes forms off the end, one after the other, as long as a name is left. */
function takeSuffixes(given: readonly string[]): Taken {
  let words = given;
  const forms: string[] = [];
  for (;;) {
    const found = lastForm(words) ?? lastCjkForm(words);
    if (found === undefined) return { words, forms };
    words = found.words;
    forms.unshift(found.form);
  }
}

interface Found {
  readonly words: readonly string[];
  readonly form: string;
}

function lastForm(words: readonly string[]): Found | undefined {
  for (let count = Math.min(mostFormWords, words.length - 1); count >= 1; count--) {
    const form = suffixes.get(words.slice(-count).join(""));
    if (form === undefined) continue;
    let rest = words.slice(0, -count);
    if (conjunctions.has(rest.at(-1) ?? "")) {
      if (!joined.has(form)) continue;
      rest = rest.slice(0, -1);
    }
    if (isName(rest)) return { words: rest, form };
  }
  return undefined;
}

function lastCjkForm(words: readonly string[]): Found | undefined {
  const last = words.at(-1) ?? "";
  if (cjkExceptions.some((ending) => last.endsWith(ending))) return undefined;
  if (words.length === 1 && cjkSuffixes.includes(last)) return undefined;
  for (const form of cjkSuffixes) {
    if (!last.endsWith(form)) continue;
    const name = last.slice(0, -form.length);
    const rest = name === "" ? words.slice(0, -1) : [...words.slice(0, -1), name];
    if (isName(rest)) return { words: rest, form };
  }
  return undefined;
}

/** Takes forms off the beginning, where none was behind the name or one that goes with it. */
function takePrefixes({ words: given, forms: behind }: Taken): Taken {
  let words = given;
  const forms: string[] = [];
  for (;;) {
    const taken = takePrefix({ words, forms: behind });
    if (taken.forms.length === 0) return { words, forms };
    words = taken.words;
    forms.push(...taken.forms);
  }
}

function takePrefix({ words, forms }: Taken): Taken {
  const none = { words, forms: [] };
  for (let count = Math.min(mostFormWords, words.length - 1); count >= 1; count--) {
    const form = prefixes.get(words.slice(0, count).join(""));
    const rest = words.slice(count);
    if (form === undefined || !isName(rest)) continue;
    const pairs = Object.hasOwn(prefixPairs, form) ? (prefixPairs[form] ?? []) : [];
    return forms.every((one) => pairs.includes(one)) ? { words: rest, forms: [form] } : none;
  }
  const first = words[0] ?? "";
  for (const form of cjkPrefixes) {
    if (!first.startsWith(form)) continue;
    const name = first.slice(form.length);
    const rest = name === "" ? words.slice(1) : [name, ...words.slice(1)];
    if (isName(rest)) return { words: rest, forms: [form] };
  }
  return none;
}

function isName(words: readonly string[]): boolean {
  return words.some((word) => !articles.has(word));
}
