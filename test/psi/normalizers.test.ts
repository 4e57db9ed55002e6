import { describe, expect, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import {
  companyNameNormalizer,
  creditCodeNormalizer,
  emailNormalizer,
  ibanNormalizer,
  leiNormalizer,
  normalizeEmail,
  Normalizer,
  phoneNormalizer,
  residentIdentityNormalizer,
  vatNumberNormalizer,
} from "../../dist/normalizers/index.js";
import { intersect, intersectCardinality, join, type KeyNormalization } from "../../dist/psi/index.js";

const mine = ["Ann@MÜNCHEN.de", "no address", "bob@x.org"];
const theirs = ["ann@xn--mnchen-3ya.de", "no address", "bob@x.org "];

function common(first: unknown, second: unknown = first, lists = [mine, theirs]): Promise<number[]> {
  return simulate(2, async (party) => {
    const normalize = (party.index === 0 ? first : second) as KeyNormalization;
    const list = lists[party.index] ?? [];
    return (await intersect(party, list, { reveal: "both", workers: 0, normalize })).size;
  });
}

describe("a normalizer as `normalize`", () => {
  it("is applied by both, and a text that is none of its kind matches nothing", async () => {
    expect(await common(emailNormalizer())).toEqual([2, 2]);
    expect(await common({})).toEqual([1, 1]);
  });

  it("stands for one field of several in a list", async () => {
    const normalize = [companyNameNormalizer({ dropLegalForm: true }), { trim: true, lowerCase: true }];
    const [result] = await simulate(2, (party) => {
      const rows = party.index === 0 ? [["ACME Co., Ltd.", "Fuzhou "]] : [["acme", "fuzhou"]];
      return intersect(party, rows, { reveal: "both", workers: 0, normalize });
    });
    expect(result?.size).toBe(1);
  });

  it("may be another one for each kind of key of a join", async () => {
    const tables = [
      [
        ["DE 136 695 976", "ACME GmbH"],
        ["none", "Initech Ltd"],
      ],
      [
        ["136695976", "other"],
        ["", "INITECH Limited"],
      ],
    ];
    const results = await simulate(2, (party) =>
      join(party, tables[party.index] ?? [], {
        keys: [
          { name: "vat", normalize: vatNumberNormalizer("DE") },
          { name: "name", normalize: companyNameNormalizer() },
        ],
        reveal: "both",
        workers: 0,
      }),
    );
    expect(results).toMatchObject([{ kinds: Int8Array.of(0, 1) }, { kinds: Int8Array.of(0, 1) }]);
  });

  it.each<[string, unknown, unknown]>([
    ["another normalizer", emailNormalizer(), leiNormalizer()],
    ["steps at the other party", emailNormalizer(), { trim: true }],
    ["another country", phoneNormalizer("CN"), phoneNormalizer("DE")],
    ["another country of VAT", vatNumberNormalizer("DE"), vatNumberNormalizer()],
    ["another option", companyNameNormalizer(), companyNameNormalizer({ dropLegalForm: true })],
    [
      "another version",
      new Normalizer({ name: "a", version: 1, normalize: (text) => text }),
      new Normalizer({ name: "a", version: 2, normalize: (text) => text }),
    ],
    [
      "other tables",
      new Normalizer({ name: "a", version: 1, tables: ["x"], normalize: (text) => text }),
      new Normalizer({ name: "a", version: 1, tables: ["y"], normalize: (text) => text }),
    ],
  ])("must be the same at both: %s", async (_, first, second) => {
    await expect(common(first, second)).rejects.toMatchObject({
      code: "PEER_MISMATCH",
      field: "parameters.normalize",
    });
  });

  it("says name, version and digest of its tables", () => {
    for (const normalizer of [
      companyNameNormalizer(),
      creditCodeNormalizer(),
      emailNormalizer(),
      ibanNormalizer(),
      leiNormalizer(),
      phoneNormalizer("CN"),
      residentIdentityNormalizer(),
      vatNumberNormalizer(),
    ]) {
      expect(normalizer.identity.normalizer).toMatch(/^veilshare\/[a-z-]+$/);
      expect(normalizer.identity.version).toBeGreaterThan(0);
      expect(normalizer.identity.tables).toMatch(/^[0-9a-f]{64}$/);
    }
  });
});

const misuses: readonly [string, unknown][] = [
  ["true", true],
  ["a bare function", normalizeEmail],
  ["a text", "trim"],
  ["null", null],
  ["an unknown step", { upperCase: true }],
  ["a step that is no boolean", { trim: 1 }],
  ["an empty list", []],
  ["a list with a function in it", [normalizeEmail]],
  ["more normalizations than fields", [{ trim: true }, {}]],
  [
    "something that looks like a normalizer",
    { identity: emailNormalizer().identity, normalize: normalizeEmail },
  ],
];

describe("normalize", () => {
  it.each(misuses)("refuses %s, in each of the protocols", async (_, normalize) => {
    const options = { normalize: normalize as KeyNormalization, workers: 0 };
    for (const run of [
      () => simulate(2, (party) => intersect(party, ["a"], options)),
      () => simulate(2, (party) => intersectCardinality(party, ["a"], options)),
      () => simulate(2, (party) => join(party, [["a"]], { ...options, keys: ["id"] })),
      () =>
        simulate(2, (party) =>
          join(party, [["a"]], { keys: [{ name: "id", normalize: options.normalize }] }),
        ),
    ]) {
      await expect(run()).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
  });
});

describe("options of intersections", () => {
  it.each<[string, object]>([
    ["reveals", { reveals: "both" }],
    ["revael", { revael: "both" }],
    ["min", { min: 3 }],
    ["maxPeerItem", { maxPeerItem: 3 }],
  ])("are refused when they have no such name: %s", async (name, options) => {
    for (const run of [
      () => simulate(2, (party) => intersect(party, ["a"], options)),
      () => simulate(2, (party) => intersectCardinality(party, ["a"], options)),
      () => simulate(2, (party) => join(party, [["a"]], { ...options, keys: ["id"] })),
    ]) {
      await expect(run()).rejects.toMatchObject({ code: "INVALID_ARGUMENT", field: name });
    }
  });

  it.each([[null], ["both"], [[]], [new Map()], [5]])("are refused when they are %j", async (options) => {
    await expect(simulate(2, (party) => intersect(party, ["a"], options as never))).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });

  it.each([[null], [undefined], [{}], ["party"]])("%j is no party", async (party) => {
    await expect(intersect(party as never, ["a"])).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});

describe("Normalizer", () => {
  it.each([
    { name: "", version: 1, normalize: normalizeEmail },
    { name: "a", version: 0, normalize: normalizeEmail },
    { name: "a", version: 1.5, normalize: normalizeEmail },
    { name: "a", version: 1, normalize: "email" as never },
  ])("refuses %j", (parts) => {
    expect(() => new Normalizer(parts)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });

  it("refuses what is neither text nor null", () => {
    const broken = new Normalizer({ name: "a", version: 1, normalize: () => 5 as never });
    expect(() => broken.normalize("x")).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});
