import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  creditCodeCheck,
  normalizeCompanyName,
  normalizeCreditCode,
  normalizeEmail,
  normalizeIban,
  normalizeLei,
  normalizePhone,
  normalizeResidentIdentity,
  normalizeVatNumber,
} from "../../dist/normalizers/index.js";
import { expectError } from "../support/expect-error.js";
import { describeWithData, readDataJson } from "../support/data.js";

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(...Array.from("aZé@.+-() 0９１中公司&'ß\u0301")) }),
);

const normalizers: Readonly<Record<string, (text: string) => string | null>> = {
  email: normalizeEmail,
  phone: (text) => normalizePhone(text, "CN"),
  "company name": (text) => normalizeCompanyName(text),
  "credit code": normalizeCreditCode,
  LEI: normalizeLei,
  IBAN: normalizeIban,
  "VAT number": (text) => normalizeVatNumber(text, "DE"),
  "resident identity": normalizeResidentIdentity,
};

describe.each(Object.entries(normalizers))("the normalizer of %s", (_, normalize) => {
  it("gives null or a form that it leaves as it is, for any text", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = normalize(text);
        if (once !== null) expect(normalize(once)).toBe(once);
      }),
      { numRuns: 1000 },
    );
  });

  it("refuses what is no text, such as a number out of a table", () => {
    for (const value of [null, undefined, 4930123456, {}, ["a"]]) {
      expectError(() => normalize(value as string), "INVALID_ARGUMENT", { field: "text" });
    }
  });
});

describe("normalizeEmail", () => {
  it.each([
    [" Ann.Lee@Example.ORG\n", "ann.lee@example.org"],
    ["ａｎｎ＠example.org", "ann@example.org"],
    ["ann+news@example.co.uk", "ann+news@example.co.uk"],
    ["ann@xn--fiqs8s.cn", "ann@xn--fiqs8s.cn"],
    ["user@MÜNCHEN.de", "user@xn--mnchen-3ya.de"],
    ["user@xn--mnchen-3ya.de", "user@xn--mnchen-3ya.de"],
    ["用户@例子.公司", "用户@xn--fsqu00a.xn--55qx5d"],
    ["用户@例子。公司", "用户@xn--fsqu00a.xn--55qx5d"],
    ["юзер@пример.рф", "юзер@xn--e1afmkfd.xn--p1ai"],
    ["ann@faß.de", "ann@xn--fa-hia.de"],
    ["\u200bann@x.org\u00a0", "ann@x.org"],
    ["jose\u0301@x.org", "jos\u00e9@x.org"],
    ["ann@例.cn", "ann@xn--fsq.cn"],
  ])("makes %j %j", (text, expected) => {
    expect(normalizeEmail(text)).toBe(expected);
  });

  it.each([
    "",
    "ann",
    "@example.org",
    "ann@",
    "ann@localhost",
    "a b@example.org",
    "a..b@example.org",
    "a@b..de",
  ])("refuses %j", (text) => {
    expect(normalizeEmail(text)).toBeNull();
  });

  it.each([
    "ann@-a.org",
    "ann@xn--.de",
    "a@127.0.0.1",
    "a@0x7f.1",
    "a@b%41.de",
    "ann@x.org.",
    '"ann"@example.org',
    `${"a".repeat(65)}@example.org`,
    "a@b@c.org",
  ])("refuses %j, too", (text) => {
    expect(normalizeEmail(text)).toBeNull();
  });
});

describe("normalizePhone", () => {
  it.each([
    ["138 0013 8000", "CN", "+8613800138000"],
    ["(010) 6552-9988", "CN", "+861065529988"],
    ["+86 10 6552 9988", "US", "+861065529988"],
    ["00 44 20 7946 0958", "CN", "+442079460958"],
    ["+44 (0)20 7946 0958", "GB", "+442079460958"],
    ["020 7946 0958", "GB", "+442079460958"],
    ["(212) 555-0123", "US", "+12125550123"],
    ["1-212-555-0123", "US", "+12125550123"],
    ["011 49 30 123456", "US", "+4930123456"],
    ["06 1234 5678", "IT", "+390612345678"],
    ["１３８００１３８０００", "CN", "+8613800138000"],
    ["8613800138000", "CN", "+8613800138000"],
    ["86-010-12345678", "CN", "+861012345678"],
    ["0049 (0)30 123456", "DE", "+4930123456"],
    ["+49 030 123456", "DE", "+4930123456"],
    ["0049 030 123456", "CN", "+4930123456"],
    ["4930123456", "DE", "+4930123456"],
    ["39 06 1234567", "IT", "+39061234567"],
    ["(0044) 020 7946 0958", "GB", "+442079460958"],
    ["0033 06 12 34 56 78", "FR", "+33612345678"],
    ["+7 8 912 345 67 89", "RU", "+79123456789"],
    ["+52 1 55 1234 5678", "MX", "+525512345678"],
    ["٠٣٠١٢٣٤٥٦", "DE", "+4930123456"],
    ["tel:+14155552671", "US", "+14155552671"],
    ["138\u200b0013\u00ad8000", "CN", "+8613800138000"],
  ] as const)("makes %j of %s %j", (text, country, expected) => {
    expect(normalizePhone(text, country)).toBe(expected);
  });

  it.each([
    "",
    "+",
    "1234",
    "+0123456789",
    "010-6552-9988 ext 5",
    "+86 138 0013 8000 0000 1",
    "call me",
    "call 030 123456",
    "030 123456 or 030 123457",
  ])("refuses %j", (text) => {
    expect(normalizePhone(text, "DE")).toBeNull();
  });

  it("refuses a number without a country code unless it is told the country", () => {
    expect(normalizePhone("13800138000")).toBeNull();
    expect(normalizePhone("+8613800138000")).toBe("+8613800138000");
    expect(normalizePhone("8 912 345 67 89", "RU")).toBe("+79123456789");
  });

  it.each(["ZZ", "cn", "toString", "", { countryCode: "+86" }, 49])("knows no country %j", (country) => {
    expect(() => normalizePhone("1", country as "CN")).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
  });
});

describe("normalizeCompanyName", () => {
  it.each([
    ["ACME  Co., Ltd.", "acme co ltd"],
    ["Société Générale S.A.", "societe generale sa"],
    ["Marks & Spencer", "marks and spencer"],
    ["O'Neill–Smith", "oneill smith"],
    ["（中国）石油　有限公司", "中国石油 有限公司"],
    ["ヤマハ株式会社", "ヤマハ 株式会社"],
    ["ガス", "ガス"],
  ])("makes %j %j", (text, expected) => {
    expect(normalizeCompanyName(text)).toBe(expected);
  });

  it.each([
    ["ACME Co., Ltd.", "acme"],
    ["Müller GmbH & Co. KG", "muller"],
    ["Acme, Inc.", "acme"],
    ["北京某某科技股份有限公司", "北京某某科技"],
    ["Limited", "limited"],
    ["有限公司", "有限公司"],
    ["Coca Cola", "coca cola"],
  ])("makes %j %j without its legal form", (text, expected) => {
    expect(normalizeCompanyName(text, { dropLegalForm: true })).toBe(expected);
  });

  it.each([
    ["IŞIK A.Ş.", "Işık A.Ş.", "ışık a.ş.", "Isik AS", "IŞIK Anonim Şirketi"],
    ["İstanbul Gıda", "ISTANBUL GIDA", "istanbul gıda", "İSTANBUL GIDA"],
    ["O´Neill", "O’Neill", "O'Neill", "O`Neill", "Oʼneill", "O′Neill", "ONEILL"],
    ["3M™ Co.", "3M Company", "3M(TM) Co", "３Ｍ® Co"],
    ["Łódź Sp. z o.o.", "Lodz Sp. z o. o.", "LODZ SP Z OO", "Łódź spółka z ograniczoną odpowiedzialnością"],
    ["Ørsted A/S", "ORSTED A / S", "Orsted AS", "Ørsted Aktieselskab"],
    ["Straße GmbH", "STRASSE G.m.b.H.", "STRAẞE Gesellschaft mit beschränkter Haftung"],
    ["Foo Limited", "FOO Ltd.", "Foo Lt\u00add", "Ｆｏｏ　Ｌｔｄ．"],
    ["Müller & Co. KG", "Müller u. Co. KG", "MULLER UND CO KG", "Müller + Co. KG"],
    ["Ελληνική Α.Ε.", "ΕΛΛΗΝΙΚΗ ΑΕ", "ελληνικη α.ε."],
    ["Οδυσσεύς", "ΟΔΥΣΣΕΥΣ"],
    ["Берёза ООО", "БЕРЕЗА ООО"],
    ["阿里巴巴（中国）有限公司", "阿里巴巴中国有限公司", "阿里巴巴(中国) 有限公司"],
    ["ABC株式会社", "ＡＢＣ（株）", "ABC㈱", "ABC (株)"],
    ["ファースト・リテイリング", "ﾌｧｰｽﾄ ﾘﾃｲﾘﾝｸﾞ", "ファーストリテイリング"],
    ["AT&T", "at&t", "ＡＴ＆Ｔ"],
  ])("makes %j and its other spellings one", (first, ...others) => {
    const form = normalizeCompanyName(first);
    expect(form).not.toBeNull();
    expect(others.map((text) => normalizeCompanyName(text))).toEqual(others.map(() => form));
  });

  it.each([
    ["foo", ["Foo A/S", "Foo AS", "Foo ApS", "Foo AB (publ)", "Foo Oy Ab", "Oy Foo Ab", "Foo ehf."]],
    [
      "foo",
      ["Foo Sp. z o.o.", "Foo Sp. z o.o. Sp.k.", "Foo spol. s r.o.", "Foo a.s.", "Foo d.o.o.", "Foo Kft."],
    ],
    [
      "foo",
      ["Foo K.K.", "Foo Kabushiki Kaisha", "株式会社Foo", "Foo株式会社", "㈱Foo", "(有)Foo", "合同会社 Foo"],
    ],
    ["foo", ["PT Foo", "PT. Foo Tbk", "PT Foo (Persero) Tbk.", "CV Foo", "UAB Foo", 'SIA "Foo"', "OÜ Foo"]],
    [
      "foo",
      ["ООО «Foo»", "Foo ООО", "ТОВ Foo", "Foo ЕООД", "SC Foo SRL", 'Foo בע"מ', "S.A. Foo", "SARL Foo"],
    ],
    [
      "foo",
      [
        "Foo S.A. de C.V.",
        "Foo S. de R.L. de C.V.",
        "Foo S.A.P.I. de C.V.",
        "Foo S/A",
        "Foo Ltda",
        "Foo Lda.",
      ],
    ],
    [
      "foo",
      [
        "Foo Pty. Limited",
        "Foo (Pty) Ltd",
        "Foo Private Limited",
        "Foo Sdn. Bhd.",
        "Foo Pte. Ltd.",
        "Foo W.L.L.",
      ],
    ],
    [
      "foo",
      ["Foo GmbH und Co. KG", "Foo GmbH & Co. KGaA", "Foo UG (haftungsbeschränkt)", "Foo e.V.", "Foo & Cie"],
    ],
    [
      "foo",
      ["Foo S.à r.l.", "Foo S.p.A.", "Foo B.V.", "Foo L.L.C.", "Foo, Inc.", "Foo Co., Ltd.", "FOO CO.,LTD"],
    ],
    [
      "foo",
      [
        "Foo Ltd. Şti.",
        "Foo Limited Şirketi",
        "Công ty TNHH Foo",
        "Công ty Cổ phần Foo",
        "Foo JSC",
        "JSC Foo",
      ],
    ],
    ["上海某某", ["上海某某合伙企业（有限合伙）", "上海某某合伙企业(普通合伙)", "上海某某合伙企业"]],
    ["某某事务所", ["某某事务所（特殊普通合伙）", "某某事务所"]],
    ["北京某某集团", ["北京某某集团有限公司", "北京某某集团公司", "北京某某集团有限责任公司"]],
    ["삼성전자", ["삼성전자 주식회사", "주식회사 삼성전자", "㈜삼성전자", "삼성전자(주)"]],
    ["ปตท", ["บริษัท ปตท. จำกัด (มหาชน)", "บริษัท ปตท จำกัด"]],
  ])("leaves %j of names whose form stands in front or behind: %j", (name, spellings) => {
    const bare = (text: string): string | null => normalizeCompanyName(text, { dropLegalForm: true });
    expect(spellings.map(bare)).toEqual(spellings.map(() => name));
  });

  it.each([
    ["Hotel & Spa", "hotel and spa"],
    ["中国银行上海分公司", "中国银行上海分公司"],
    ["The Company", "the company"],
    ["SE", "se"],
    ["PT Solutions Ltd", "pt solutions"],
    ["株式会社", "株式会社"],
    ["A.S.", "as"],
  ])("takes nothing for a form that is part of the name: %j is %j", (text, expected) => {
    expect(normalizeCompanyName(text, { dropLegalForm: true })).toBe(expected);
  });

  it("gives null when there is nothing to compare", () => {
    expect(normalizeCompanyName(" -- ")).toBeNull();
  });
});

/** Weights as the standard's table 4 prints them, for an independent computation. */
const weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

describe("normalizeCreditCode", () => {
  it.each(["91350100M000100Y43", "91440101MA5CJQ4N59", "913502000728319549"])(
    "accepts %s, a published code",
    (code) => {
      expect(normalizeCreditCode(code)).toBe(code);
      const sum = weights.reduce((total, weight, i) => total + weight * alphabet.indexOf(code.charAt(i)), 0);
      expect(alphabet.charAt((31 - (sum % 31)) % 31)).toBe(code.charAt(17));
    },
  );

  it.each(["91350100M0001TGQXM", "91350211M0000XUF46", "91350203M0001FUE2P"])(
    "refuses %s, a code of the pilot years that the standard's check does not fit",
    (code) => {
      expect(normalizeCreditCode(code)).toBeNull();
    },
  );

  it("takes lower case, full width, spaces and hyphens", () => {
    expect(normalizeCreditCode(" ９１350100-m000 100y43 ")).toBe("91350100M000100Y43");
  });

  const code = fc
    .record({
      head: fc.string({ unit: fc.constantFrom(...Array.from(alphabet)), minLength: 2, maxLength: 2 }),
      region: fc.string({ unit: fc.constantFrom(...Array.from("0123456789")), minLength: 6, maxLength: 6 }),
      body: fc.string({ unit: fc.constantFrom(...Array.from(alphabet)), minLength: 9, maxLength: 9 }),
    })
    .map(({ head, region, body }) => head + region + body + creditCodeCheck(head + region + body));

  it("refuses every code with one other character, and every swap of two neighbours that differ", () => {
    fc.assert(
      fc.property(code, fc.nat(17), fc.constantFrom(...Array.from(alphabet)), (good, at, character) => {
        expect(normalizeCreditCode(good)).toBe(good);
        if (good[at] !== character) {
          expect(normalizeCreditCode(good.slice(0, at) + character + good.slice(at + 1))).toBeNull();
        }
        const [a = "", b = ""] = [good[at], good[at + 1]];
        if (b !== "" && a !== b) {
          expect(normalizeCreditCode(good.slice(0, at) + b + a + good.slice(at + 2))).toBeNull();
        }
      }),
    );
  });

  it.each(["", "91350100M000100Y4", "91350100M000100Y433", "9I350100M000100Y43", "91350I00M000100Y43"])(
    "refuses %j",
    (text) => {
      expect(normalizeCreditCode(text)).toBeNull();
    },
  );

  it("computes no check character of anything but 17 characters of the alphabet", () => {
    for (const text of ["", "9135", "91350100M000100YO"]) {
      expect(() => creditCodeCheck(text)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    }
  });
});

describeWithData("hostile strings", ["badinput/naughty-strings-part-a.json"], () => {
  it("are normalized or refused, never a crash", () => {
    for (const text of readDataJson<string[]>("badinput/naughty-strings-part-a.json")) {
      for (const normalize of Object.values(normalizers)) {
        const once = normalize(text);
        if (once !== null) expect(normalize(once)).toBe(once);
      }
    }
  });
});
