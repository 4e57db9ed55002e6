import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openModelPart } from "../../dist/risk/index.js";
import { example, examplesInOne } from "../support/examples.js";

const folder = mkdtempSync(join(tmpdir(), "veilshare-own-files-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const file = (name: string, lines: readonly string[]): string => {
  writeFileSync(join(folder, name), `${lines.join("\r\n")}\r\n`);
  return join(folder, name);
};

describe("examples with files as people have them", () => {
  it("risk reads text labels, leading blanks and decimal commas, and keeps scores in bands and each party's sealed share", async () => {
    const ids = Array.from({ length: 80 }, (_, i) => i);
    const guest = file("guest.csv", [
      "sid;kredit;betrag;zweck",
      ...ids.map((i) => `n${i};${i % 3 === 0 ? 2 : 1}; ${(i * 7) % 11},5;${i % 2 === 0 ? "Auto" : "?"}`),
    ]);
    const host = file("host.csv", [
      "sid,x0,x1",
      ...ids.map((i) => `n${i},${(i * 5) % 13},$${i % 7}`).reverse(),
    ]);
    const out = join(folder, "out");
    const reading = ["--id", "sid", "--label", "kredit", "--positive", "2", "--trim", "--missing", "?"];
    const sides = ["--guest-decimal", "comma", "--host-units", "$"];
    const { code, stdout, stderr } = await example(
      ...["risk", "--guest", guest, "--host", host, ...reading, ...sides],
      ...["--computation", "replicated", "--folds", "0", "--disclose", "weights", "--out", out],
    );
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toMatch(/lender {4}80 rows/);
    expect(stdout).toMatch(/categories: zweck \(40 missing\)/);
    expect(stdout).toMatch(/With the platform's columns the lender's scores reach an AUC of \d\.\d\d on the/);
    expect(stdout).toMatch(/ {2}platform {2}x1 +[+-]\d\.\d{3}/);
    const scores = readFileSync(join(out, "scores.csv"), "utf8").trim().split("\n");
    expect(scores[0]).toBe("id,band,bands,held_back");
    expect(scores).toHaveLength(81);
    const parts = ["lender", "platform"].map((role) => {
      expect(statSync(join(out, `${role}.key`)).mode & 0o777).toBe(0o600);
      const [sealed, key] = [`${role}.model`, `${role}.key`].map((name) => readFileSync(join(out, name)));
      expect(sealed?.includes("x0") === true || sealed?.includes("betrag") === true).toBe(false);
      return openModelPart(new Uint8Array(sealed ?? []), new Uint8Array(key ?? []));
    });
    expect(parts.map(({ role }) => role)).toEqual(["lender", "platform"]);
    expect(new Set(parts.map(({ modelId }) => modelId)).size).toBe(1);
    const other = new Uint8Array(32);
    const sealed = new Uint8Array(readFileSync(join(out, "lender.model")));
    expect(() => openModelPart(sealed, other)).toThrow(/sealed with this key/);
    sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
    expect(() => openModelPart(sealed, new Uint8Array(readFileSync(join(out, "lender.key"))))).toThrow();
  });

  it("psi reads a list without a header and with an end mark against one with another key name, and normalizes both", async () => {
    const a = join(folder, "sdn.csv");
    writeFileSync(
      a,
      '36,"AEROCARIBBEAN AIRLINES",-0- ,"CUBA"\r\n306,"Banco Nacional, Cuba" ,-0- ,"CUBA"\r\n\x1a',
    );
    const b = file("kunden.csv", ["Nr;Name des Kunden", '1;" BANCO NACIONAL, CUBA"', "2;Anders"]);
    const sides = ["--a-columns", "id,name,kind,program", "--a-key", "name", "--b-key", "Name des Kunden"];
    const common = ["--normalize", "trim,lowerCase", "--json"];
    const { code, stdout } = await example("psi", "--a", a, "--b", b, ...sides, ...common);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ common: 1, matchesPlaintext: true });
  });

  it("lookup takes a list of its user, in which a number may be there several times", async () => {
    const list = file("list.csv", [
      "sep=;",
      "Nr ;Stand",
      "R-1;offen",
      " R-2;bezahlt",
      "R-1;abgetreten",
      ";leer",
    ]);
    const reading = ["--data", list, "--key", "Nr", "--label", "Stand", "--trim"];
    const asked = ["--invoice", "R-1", "--invoice", "R-2", "--invoice", "R-3", "--json"];
    const { code, stdout } = await example("lookup", ...reading, ...asked);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      invented: false,
      entries: 2,
      matchesPlaintext: true,
      answers: [
        { invoice: "R-1", answer: "offen, abgetreten" },
        { invoice: "R-2", answer: "bezahlt" },
        { invoice: "R-3", answer: "not known" },
      ],
    });
  });

  it("statistics takes columns by name, and leaves rows without a value out", async () => {
    const rows = ["A", "B", "C", "D"].flatMap((firm, i) => [
      `${firm};Handel;${10 * i}`,
      `${firm};Handel;n/a`,
    ]);
    const data = file("zahlungen.csv", ["Firma;Branche;Tage", ...rows]);
    const columns = ["--firm", "Firma", "--by", "Branche", "--mean", "Tage", "--missing", "n/a"];
    const { code, stdout } = await example("statistics", "--data", data, ...columns, "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      parties: 4,
      matchesPlain: true,
      groups: [{ group: "Handel", contributors: 4, rows: 4, mean: 15 }],
    });
  });

  it.each(["psi", "risk", "scope3", "federated", "lookup", "statistics", "joint-statistics"])(
    "%s shows its options with --help",
    async (name) => {
      const { code, stdout, stderr } = await example(name, "--help");
      expect(stdout).toMatch(/^usage: .*--json/);
      expect([code, stderr]).toEqual([0, ""]);
    },
  );

  const refused: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["risk", ["--disclose", "points"], /--disclose is weights/],
    ["risk", ["--guest-label", "x"], /need --guest and --host/],
    ["psi", ["--normalize", "upper"], /--normalize is of trim/],
    ["lookup", ["--data", "x.csv"], /--data and --key go together/],
    ["lookup", ["--data", "x.csv", "--key", "a"], /--invoice says what to ask/],
    ["statistics", ["--encoding", "latin1"], /--encoding is one of/],
    ["scope3", ["--encoding", "latin1"], /--encoding is one of/],
    ["federated", ["--guest", "x.csv"], /--guest and --host go together/],
  ];
  it.each([...new Set(refused.map(([name]) => name))])(
    "%s refuses in a line what does not fit",
    async (name) => {
      const cases = refused.filter((one) => one[0] === name);
      const outcomes = await examplesInOne(
        name,
        cases.map(([, args]) => args),
      );
      for (const [i, [, args, message]] of cases.entries()) {
        const { code, stdout, stderr } = outcomes[i] ?? {};
        expect(stderr, args.join(" ")).toMatch(message);
        expect([code, stdout, stderr?.trim().split("\n").length]).toEqual([2, "", 1]);
      }
    },
  );
});
