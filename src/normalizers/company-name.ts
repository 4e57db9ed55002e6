/** Company names in one form, for comparing what two departments typed. */

/** Legal forms at the end of a name, longest first where one ends with another. Without dots and spaces within. */
const legalForms = [
  "股份有限公司",
  "有限责任公司",
  "有限公司",
  "集团公司",
  "公司",
  "株式会社",
  "gmbhcokg",
  "coltd",
  "cokg",
  "sarl",
  "gmbh",
  "corporation",
  "incorporated",
  "limited",
  "company",
  "corp",
  "sasu",
  "pvtltd",
  "pteltd",
  "ptyltd",
  "llc",
  "llp",
  "ltd",
  "plc",
  "inc",
  "srl",
  "spa",
  "sas",
  "oyj",
  "aps",
  "ag",
  "ab",
  "as",
  "bv",
  "co",
  "kg",
  "nv",
  "oy",
  "sa",
  "se",
] as const;

/** How {@link normalizeCompanyName} works. */
export interface CompanyNameOptions {
  /** Also take the legal form off the end (`GmbH`, `Co., Ltd.`, `有限公司`). Default false: two forms are two companies. */
  readonly dropLegalForm?: boolean;
}

/**
 * A company name for comparison: NFKC (full-width becomes usual), lower case, `&` as `and`; letters and digits of all
 * scripts stay, with one space between words of them; accents, which people leave out, go from Latin letters.
 *
 * The result is for comparing, not for showing. It finds spellings, not similar names: `Muller` and `Mueller` differ.
 *
 * @returns Null when nothing is left.
 */
export function normalizeCompanyName(text: string, options: CompanyNameOptions = {}): string | null {
  const plain = text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/['’.]/g, "") // within a word: O'Neill, S.A.
    .replace(/ß/g, "ss")
    .replace(/&/g, " and ");
  const words = withoutLatinAccents(plain)
    .split(/[^\p{Letter}\p{Mark}\p{Number}]+/u)
    .filter((word) => word !== "");
  const kept = options.dropLegalForm === true ? withoutLegalForm(words) : words;
  return kept.length === 0 ? null : kept.join(" ").normalize("NFC");
}

/** Marks that stand on a Latin letter; in other scripts they are vowels, or make another consonant. */
function withoutLatinAccents(text: string): string {
  return text
    .normalize("NFD")
    .replace(/(\p{Script=Latin})\p{Nonspacing_Mark}+/gu, "$1")
    .normalize("NFC");
}

/** The words before the legal form; all of them when nothing else is there. */
function withoutLegalForm(words: readonly string[]): readonly string[] {
  for (let count = Math.min(4, words.length - 1); count >= 1; count--) {
    const ending = words
      .slice(-count)
      .filter((word) => word !== "and")
      .join("");
    if (isLegalForm(ending)) return words.slice(0, -count);
  }
  // Chinese and Japanese do not put spaces between the name and its form.
  const last = words[words.length - 1] ?? "";
  if (isLegalForm(last)) return words;
  for (const form of legalForms) {
    if (/^\p{Script=Han}/u.test(form) && last.endsWith(form) && last.length > form.length) {
      return [...words.slice(0, -1), last.slice(0, -form.length)];
    }
  }
  return words;
}

function isLegalForm(word: string): boolean {
  return (legalForms as readonly string[]).includes(word);
}
