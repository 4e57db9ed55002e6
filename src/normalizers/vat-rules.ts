/**
 * What a VAT number of each country looks like behind its prefix, and how its digits check each other.
 *
 * **Source.** European Commission, VIES, "Algorithms of VAT identification numbers"; HMRC; Brønnøysundregistrene; eCH-0097.
 */

import { isLuhn, isModulo11And10, modulo97, weighted } from "./check-digits.js";

/** The countries, by the prefix of their numbers. */
export type VatCountry =
  | ("AT" | "BE" | "BG" | "CH" | "CY" | "CZ" | "DE" | "DK" | "EE" | "EL" | "ES" | "FI" | "FR" | "GB" | "HR")
  | (
      | "HU"
      | "IE"
      | "IT"
      | "LT"
      | "LU"
      | "LV"
      | "MT"
      | "NL"
      | "NO"
      | "PL"
      | "PT"
      | "RO"
      | "SE"
      | "SI"
      | "SK"
      | "XI"
    );

/** The number in its one form; undefined for what is none. */
type VatRule = (number: string) => string | undefined;

const checked =
  (form: RegExp, isRight: (number: string) => boolean): VatRule =>
  (number) =>
    form.test(number) && isRight(number) ? number : undefined;

const digit = (number: string, at: number): number => Number(number.charAt(at));
const last = (number: string): number => digit(number, number.length - 1);

/** For numbers whose digits, by weights, add up to nothing modulo m. */
const addingUp = (form: RegExp, weights: readonly number[], modulus: number, rest = 0): VatRule =>
  checked(form, (number) => weighted(number, weights) % modulus === rest);

const isAustrian = (number: string): boolean => {
  let sum = 4;
  for (let i = 1; i <= 7; i++) {
    const value = digit(number, i);
    sum += i % 2 === 0 ? Math.floor(value / 5) + ((2 * value) % 10) : value;
  }
  return (10 - (sum % 10)) % 10 === digit(number, 8);
};

const isBulgarian = (number: string): boolean => {
  if (number.length === 9) {
    const first = weighted(number, [1, 2, 3, 4, 5, 6, 7, 8]) % 11;
    const check = first < 10 ? first : (weighted(number, [3, 4, 5, 6, 7, 8, 9, 10]) % 11) % 10;
    return check === last(number);
  }
  const citizen = (weighted(number, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10;
  const foreigner = weighted(number, [21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10;
  const other = (11 - (weighted(number, [4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
  return [citizen, foreigner, other].includes(last(number));
};

const isCypriot = (number: string): boolean => {
  const odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
  let sum = 0;
  for (let i = 0; i < 8; i++) sum += i % 2 === 0 ? (odd[digit(number, i)] as number) : digit(number, i);
  return !number.startsWith("12") && String.fromCharCode(65 + (sum % 26)) === number.charAt(8);
};

const isCzech = (number: string): boolean => {
  if (number.length === 8) {
    const check = (11 - (weighted(number, [8, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
    return !number.startsWith("9") && (check === 0 ? 1 : check % 10) === last(number);
  }
  if (number.length === 9) return true; // natural persons born before 1954, and special numbers: no common check
  const rest = Number(number.slice(0, 9)) % 11;
  return Number(number) % 11 === 0 || (rest === 10 && last(number) === 0);
};

const isGreek = (number: string): boolean =>
  (weighted(number, [256, 128, 64, 32, 16, 8, 4, 2]) % 11) % 10 === last(number);

const spanishLetters = "TRWAGMYFPDXBNJZSQVHLCKE";

const isSpanish = (number: string): boolean => {
  const head = number.charAt(0);
  const end = number.charAt(8);
  const person = number.replace(/^[XYZ]/, (letter) => String("XYZ".indexOf(letter)));
  if (/^\d{8}[A-Z]$/.test(person)) return spanishLetters.charAt(Number(person.slice(0, 8)) % 23) === end;
  if (/^[KLM]\d{7}[A-Z]$/.test(number)) return spanishLetters.charAt(Number(number.slice(1, 8)) % 23) === end;
  if (!/^[A-HJNP-SUVW]\d{7}[0-9A-J]$/.test(number)) return false;
  const check = Array.from("0123456789").find((candidate) => isLuhn(number.slice(1, 8) + candidate)) ?? "";
  const letter = "JABCDEFGHI".charAt(Number(check));
  if ("ABEH".includes(head)) return end === check;
  if ("NPQRSW".includes(head)) return end === letter;
  return end === check || end === letter;
};

const frenchLetters = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";

const isFrench = (number: string): boolean => {
  const siren = number.slice(2);
  if (!siren.startsWith("000") && !isLuhn(siren)) return false; // Monaco's have no SIREN
  if (/^\d\d/.test(number)) return Number(`${siren}12`) % 97 === Number(number.slice(0, 2));
  const [a, b] = [frenchLetters.indexOf(number.charAt(0)), frenchLetters.indexOf(number.charAt(1))];
  const check = a < 10 ? a * 24 + b - 10 : a * 34 + b - 100;
  return (Number(siren) + 1 + Math.floor(check / 11)) % 11 === check % 11;
};

const irish: VatRule = (number) => {
  const letters = "WABCDEFGHIJKLMNOPQRSTUV";
  const checkOf = (digits: string, extra: string): string =>
    letters.charAt((weighted(digits, [8, 7, 6, 5, 4, 3, 2]) + 9 * letters.indexOf(extra)) % 23);
  if (/^\d{7}[A-W][A-IW]?$/.test(number)) {
    return checkOf(number.slice(0, 7), number.charAt(8) || "W") === number.charAt(7) ? number : undefined;
  }
  if (!/^\d[A-Z+*]\d{5}[A-W]$/.test(number)) return undefined;
  return checkOf(`0${number.slice(2, 7)}${number.charAt(0)}`, "W") === number.charAt(7) ? number : undefined;
};

const isLithuanian = (number: string): boolean => {
  const count = number.length - 1;
  const sum = (shift: number): number =>
    weighted(
      number,
      Array.from({ length: count }, (_, i) => 1 + ((i + shift) % 9)),
    ) % 11;
  const check = sum(0) < 10 ? sum(0) : sum(2) % 10;
  return digit(number, count - 1) === 1 && check === last(number);
};

const isLatvian = (number: string): boolean => {
  if (digit(number, 0) > 3) return weighted(number, [9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]) % 11 === 3;
  if (number.startsWith("32")) return true; // personal numbers since 2017 check nothing
  return ((1 + weighted(number, [10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11) % 10 === last(number);
};

const isDutch = (number: string): boolean => {
  const company = weighted(number, [9, 8, 7, 6, 5, 4, 3, 2]) % 11 === digit(number, 8);
  return company || modulo97(`NL${number}`) === 1; // sole traders since 2020
};

const isPortuguese = (number: string): boolean =>
  ((11 - (weighted(number, [9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11) % 10 === last(number);

const isRomanian = (number: string): boolean => {
  const padded = number.padStart(10, "0");
  return ((10 * weighted(padded, [7, 5, 3, 2, 1, 7, 5, 3, 2])) % 11) % 10 === last(padded);
};

const isSlovene = (number: string): boolean => {
  const check = 11 - (weighted(number, [8, 7, 6, 5, 4, 3, 2]) % 11);
  return (check === 10 ? 0 : check) === last(number);
};

const british: VatRule = (number) => {
  if (/^(GD[0-4]|HA[5-9])\d{2}$/.test(number)) return number;
  if (!/^(\d{9}|\d{12})$/.test(number)) return undefined;
  const rest = weighted(number, [8, 7, 6, 5, 4, 3, 2, 10, 1]) % 97;
  return rest === 0 || (Number(number.slice(0, 3)) >= 100 && (rest === 42 || rest === 55))
    ? number
    : undefined;
};

/** A rule for numbers with something behind them that goes. */
const without =
  (ending: RegExp, rule: VatRule): VatRule =>
  (number) =>
    rule(number.replace(ending, ""));

/** Swiss numbers are `CHE` and nine digits: the prefix is CH, so that E comes with the number. */
const isSwiss = (number: string): boolean =>
  (11 - (weighted(number.slice(1), [5, 4, 3, 2, 7, 6, 5, 4]) % 11)) % 11 === last(number);

/** The rule of each country. */
export const vatRules: Readonly<Record<VatCountry, VatRule>> = {
  AT: checked(/^U\d{8}$/, isAustrian),
  BE: (number) =>
    checked(
      /^[01]\d{9}$/,
      (full) => 97 - (Number(full.slice(0, 8)) % 97) === Number(full.slice(8)),
    )(number.length === 9 ? `0${number}` : number),
  BG: checked(/^\d{9,10}$/, isBulgarian),
  CH: without(/(MWST|TVA|IVA|TPV)$/, checked(/^E\d{9}$/, isSwiss)),
  CY: checked(/^\d{8}[A-Z]$/, isCypriot),
  CZ: checked(/^\d{8,10}$/, isCzech),
  DE: checked(/^[1-9]\d{8}$/, isModulo11And10),
  DK: addingUp(/^[1-9]\d{7}$/, [2, 7, 6, 5, 4, 3, 2, 1], 11),
  EE: addingUp(/^\d{9}$/, [3, 7, 1, 3, 7, 1, 3, 7, 1], 10),
  EL: (number) => checked(/^\d{9}$/, isGreek)(number.length === 8 ? `0${number}` : number),
  ES: checked(/^[A-Z0-9]\d{7}[A-Z0-9]$/, isSpanish),
  FI: addingUp(/^\d{8}$/, [7, 9, 10, 5, 8, 4, 2, 1], 11),
  FR: checked(/^[0-9A-HJ-NP-Z]{2}\d{9}$/, isFrench),
  GB: british,
  HR: checked(/^\d{11}$/, isModulo11And10),
  HU: addingUp(/^\d{8}$/, [9, 7, 3, 1, 9, 7, 3, 1], 10),
  IE: irish,
  IT: checked(/^\d{11}$/, isLuhn),
  LT: checked(/^(\d{9}|\d{12})$/, isLithuanian),
  LU: checked(/^\d{8}$/, (number) => Number(number.slice(0, 6)) % 89 === Number(number.slice(6))),
  LV: checked(/^\d{11}$/, isLatvian),
  MT: addingUp(/^[1-9]\d{7}$/, [3, 4, 6, 7, 8, 9, 10, 1], 37),
  NL: checked(/^\d{9}B\d{2}$/, isDutch),
  NO: without(/MVA$/, addingUp(/^\d{9}$/, [3, 2, 7, 6, 5, 4, 3, 2, 1], 11)),
  PL: checked(/^\d{10}$/, (number) => weighted(number, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 === last(number)),
  PT: checked(/^[1-9]\d{8}$/, isPortuguese),
  RO: checked(/^[1-9]\d{1,9}$/, isRomanian),
  SE: checked(/^\d{12}$/, (number) => Number(number.slice(10)) > 0 && isLuhn(number.slice(0, 10))),
  SI: checked(/^[1-9]\d{7}$/, isSlovene),
  SK: checked(/^[1-9]\d[2-47-9]\d{7}$/, (number) => Number(number) % 11 === 0),
  XI: british,
};
