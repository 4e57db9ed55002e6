import { describe, expect, it } from "vitest";
import {
  normalizeIban,
  normalizeLei,
  normalizeResidentIdentity,
  normalizeVatNumber,
  type VatCountry,
} from "../../dist/normalizers/index.js";

/** Every change of one digit or letter to another one. */
function* changes(code: string, from = 0): Generator<string> {
  for (let at = from; at < code.length; at++) {
    for (const other of /\d/.test(code.charAt(at)) ? "0123456789" : "ABXZ") {
      if (other !== code.charAt(at)) yield code.slice(0, at) + other + code.slice(at + 1);
    }
  }
}

describe("normalizeLei", () => {
  it.each([
    ["5493001KJTIIGC8Y1R12", "5493001KJTIIGC8Y1R12"],
    ["5493 001k jtii-gc8y 1r12", "5493001KJTIIGC8Y1R12"],
    ["５２９９００Ｔ８ＢＭ４９ＡＵＲＳＤＯ５５", "529900T8BM49AURSDO55"],
  ])("makes %j %j", (text, expected) => {
    expect(normalizeLei(text)).toBe(expected);
  });

  it("refuses every change of one character, and other lengths", () => {
    for (const other of changes("5493001KJTIIGC8Y1R12")) expect(normalizeLei(other)).toBeNull();
    for (const text of ["", "5493001KJTIIGC8Y1R1", "5493001KJTIIGC8Y1R122"]) {
      expect(normalizeLei(text)).toBeNull();
    }
  });
});

describe("normalizeIban", () => {
  it.each([
    ["DE89 3704 0044 0532 0130 00", "DE89370400440532013000"],
    ["gb82-west-1234-5698-7654-32", "GB82WEST12345698765432"],
    ["IBAN: FR14 2004 1010 0505 0001 3M02 606", "FR1420041010050500013M02606"],
    ["NO93 8601 1117 947", "NO9386011117947"],
    ["MT84MALT011000012345MTLCAST001S", "MT84MALT011000012345MTLCAST001S"],
    ["ＤＥ８９370400440532013000", "DE89370400440532013000"],
  ])("makes %j %j", (text, expected) => {
    expect(normalizeIban(text)).toBe(expected);
  });

  it("refuses every change of one character, another country's length, and countries without", () => {
    for (const other of changes("DE89370400440532013000", 2)) expect(normalizeIban(other)).toBeNull();
    for (const text of [
      "",
      "DE8937040044053201300",
      "XX89370400440532013000",
      "toString",
      "US89370400440532013000",
    ]) {
      expect(normalizeIban(text)).toBeNull();
    }
  });
});

/** Published numbers of companies and authorities. */
const vatNumbers = [
  ..."ATU13585627 BE0428759497 BG175074752 CY10259033P CZ25123891 DE136695976 DK13585628 EE100931558".split(
    " ",
  ),
  ..."EL094259216 ESB58378431 ESX2482300W ES54362315K FI20774740 FR40303265045 FR23334175221".split(" "),
  ..."GB980780684 HR33392005961 HU12892312 IE6433435F IE6433435OA IE8D79739I IT00743110157".split(" "),
  ..."LT119511515 LT100001919017 LU15027442 LV40003521600 MT11679112 NL004495445B01 PL8567346215".split(" "),
  ..."PT501964843 RO18547290 SE123456789701 SI50223054 SK2022749619 CHE107787577 NO995525828".split(" "),
];

describe("normalizeVatNumber", () => {
  it.each(vatNumbers)("takes %s, however it is spaced, with or without its prefix", (number) => {
    expect(normalizeVatNumber(number)).toBe(number);
    const spaced = `${number.slice(0, 2)} ${number.slice(2, 5)}.${number.slice(5, 8)}-${number.slice(8)}`;
    expect(normalizeVatNumber(spaced.toLowerCase())).toBe(number);
    const country = number.slice(0, 2) as VatCountry;
    expect(normalizeVatNumber(number.slice(2), country)).toBe(number);
  });

  it.each(vatNumbers)("refuses nine of ten changes of one digit of %s, and more", (number) => {
    const others = [...changes(number, 2)];
    const accepted = others.filter((other) => normalizeVatNumber(other) !== null).length;
    expect(accepted / others.length).toBeLessThan(0.2);
  });

  it("takes what stands for a prefix or behind a number", () => {
    expect(normalizeVatNumber("GR 094259216")).toBe("EL094259216");
    expect(normalizeVatNumber("CHE-107.787.577 MWST")).toBe("CHE107787577");
    expect(normalizeVatNumber("NO 995 525 828 MVA")).toBe("NO995525828");
    expect(normalizeVatNumber("BE 428.759.497")).toBe("BE0428759497");
  });

  it("refuses what has no country, another form or another country, and unknown countries", () => {
    for (const text of ["", "136695976", "DE13669597", "XX136695976", "DE", "constructor"]) {
      expect(normalizeVatNumber(text)).toBeNull();
    }
    for (const country of ["GR", "US", "toString"]) {
      expect(() => normalizeVatNumber("1", country as VatCountry)).toThrow(
        expect.objectContaining({ code: "INVALID_ARGUMENT" }),
      );
    }
  });
});

describe("normalizeResidentIdentity", () => {
  it.each([
    ["11010519491231002X", "11010519491231002X"], // the standard's own examples
    ["440524188001010014", "440524188001010014"],
    [" 110105 19491231 002x ", "11010519491231002X"],
    ["１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"],
  ])("makes %j %j", (text, expected) => {
    expect(normalizeResidentIdentity(text)).toBe(expected);
  });

  it("refuses every change of one digit, every swap of neighbours, and days that are in no calendar", () => {
    const good = "11010519491231002X";
    for (const other of changes(good)) expect(normalizeResidentIdentity(other)).toBeNull();
    for (let at = 0; at < 17; at++) {
      const swapped = good.slice(0, at) + good.charAt(at + 1) + good.charAt(at) + good.slice(at + 2);
      if (swapped !== good) expect(normalizeResidentIdentity(swapped)).toBeNull();
    }
    const checked = (first17: string): string => {
      const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
      const sum = weights.reduce((total, weight, i) => total + weight * Number(first17.charAt(i)), 0);
      return first17 + "10X98765432".charAt(sum % 11);
    };
    expect(normalizeResidentIdentity(checked("11010520000229001"))).not.toBeNull();
    for (const first17 of [
      "11010519000229001",
      "11010520010229001",
      "11010520011301001",
      "11010520010431001",
      "99010520010401001",
    ]) {
      expect(normalizeResidentIdentity(checked(first17))).toBeNull();
    }
    expect(normalizeResidentIdentity("110105491231002")).toBeNull(); // 15 digits
  });
});
