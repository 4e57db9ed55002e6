/** The letters of company names, before they are cut into words. */

import { checkArgument } from "../checks/options.js";
import { text as textRule } from "../checks/rules.js";
import { compatibleText } from "./folding.js";

/** Trade mark, registered, service mark, copyright and sound recording signs. */
const marks = /[™®℠©℗]|\((?:tm|r|c|sm)\)/giu;

/**
 * What is typed for an apostrophe, and accents that stand alone, which NFKC would tear into a space and a mark: typewriter,
 * quotation marks, primes, modifier letters (also the Hawaiian and Hebrew ones), Greek breathings.
 */
const apostrophes =
  /['`´¨¯¸’‘‚‛′‵ʹʺʻʼʽʾʿˈˊˋ˘˙˚˛˜˝ˮ՚׳״ߴߵ᾽᾿῀´῾＇｀ꞌꞋ＾]|(?<=\p{Script=Hebrew})"(?=\p{Script=Hebrew})/gu;

/** Latin letters that Unicode does not take apart into a letter and an accent; ligatures. */
const plain: Readonly<Record<string, string>> = {
  ...{ ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ħ: "h", ŧ: "t", ŋ: "n" },
  ...{ ı: "i", ĸ: "k", ə: "e", ſ: "s", ƀ: "b", ɨ: "i", ʉ: "u", ɵ: "o", ȷ: "j" },
  ...{ ς: "σ", ё: "е", ـ: "" },
};
const special = new RegExp(`[${Object.keys(plain).join("")}]`, "gu");

/** Marks that stand on a Latin or Greek letter, and Arabic vowels; in other scripts they make another letter. */
const accents = /(\p{Script=Latin}|\p{Script=Greek})\p{Nonspacing_Mark}+/gu;
const arabicVowels = /[\u064b-\u0652\u0670]/gu;

/** Marks that stand on nothing: what they stood on is gone. */
const stray = /(?<![\p{L}\p{M}\p{N}])\p{M}+/gu;

/** The text in small letters without accents, with `and` for `&`, and without dots between initials. */
export function lettersOf(text: string): string {
  checkArgument("normalizeCompanyName", "text", text, textRule);
  const usual = compatibleText(text.replace(marks, " ").replace(apostrophes, "")).replace(/\./g, "");
  // Up and down again: the letters that share a capital become one (ſ, ς, µ, and the two small i of Turkish). Accents go
  // before, as one of Greek has a capital letter of its own, and after, as İ becomes i and a dot above.
  const folded = withoutAccents(withoutAccents(usual).toUpperCase().toLowerCase());
  return folded
    .replace(special, (letter) => plain[letter] ?? letter)
    .replace(apostrophes, "")
    .replace(/&|(?<=\s)\+(?=\s)/g, " and ");
}

function withoutAccents(text: string): string {
  return text
    .normalize("NFD")
    .replace(accents, "$1")
    .replace(arabicVowels, "")
    .replace(stray, "")
    .normalize("NFC");
}
