import { statSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CommandFolder, inProcess, type Outcome } from "../support/command.js";

const folder = new CommandFolder();
const names = ["bank-a", "shop-b", "fund-c"] as const;
const veilshare = (...args: string[]): Promise<Outcome> => folder.run(...args);
const session = (name: string, parties?: string): string[] => folder.session(name, parties);
const storeOf = (name: string): string[] => ["--store", folder.at(`${name}.store`)];

beforeAll(async () => {
  await folder.keys(...names);
  for (const name of names) await inProcess("store", "create", ...storeOf(name));
});
afterAll(() => {
  folder.remove();
});

/** Each party's process, with what all have in common and what is its own. */
function together(
  verb: readonly string[],
  parties: readonly (typeof names)[number][],
  own: (name: (typeof names)[number]) => readonly string[],
): Promise<Outcome[]> {
  const file = parties.length === 2 ? "two.json" : "all.json";
  return Promise.all(parties.map((name) => veilshare(...verb, ...session(name, file), ...own(name))));
}

const codes = (outcomes: readonly Outcome[]): (number | null)[] => outcomes.map(({ code }) => code);

describe("risk", () => {
  const rows = 120;
  /** Numbers that differ from row to row, the same in every run. */
  const value = (i: number, k: number): number =>
    ((i * 7919 + k * 104_729 + ((i * i * (k + 3)) % 991)) % 1000) / 10;
  const ids = Array.from({ length: rows }, (_, i) => i);
  const lender = `sid;Klasse;betrag\n${ids.map((i) => `K${i};${value(i, 1) + value(i, 2) + value(i, 5) > 150 ? "bad" : "good"}; ${value(i, 1).toFixed(1).replace(".", ",")}`).join("\n")}\n`;
  const platform = `id,orders,returns,branch\n${ids.map((i) => `k${rows - 1 - i} ,${value(rows - 1 - i, 2)},${value(rows - 1 - i, 3)},${["a", "b", "c"][i % 3] ?? ""}`).join("\n")}\n`;

  it("trains on files as they are, gives the lender bands and both a sealed share, and scores new people by them", async () => {
    folder.write("lender.csv", lender);
    folder.write("platform.csv", platform);
    const reading = (name: string): string[] =>
      name === "bank-a"
        ? [
            "--in",
            "lender.csv",
            "--id",
            "sid",
            "--label",
            "Klasse",
            "--positive",
            "bad",
            "--decimal",
            "comma",
          ]
        : ["--in", "platform.csv"];
    const common = ["--trim", "--normalize", "trim", "lowerCase"];
    const own = (name: string): string[] =>
      name === "fund-c"
        ? []
        : [
            ...[...reading(name), ...common, ...storeOf(name), "--share", `${name}.model`],
            ...(name === "bank-a" ? ["--out", "scores.csv"] : []),
          ];
    const withHelper = ["--computation", "replicated"];
    const [bank, shop, fund] = await together(["risk", "train", ...withHelper], names, own);
    expect([bank?.code, shop?.code, fund?.code], `${bank?.stderr ?? ""}${shop?.stderr ?? ""}`).toEqual([
      0, 0, 0,
    ]);
    expect(bank?.stderr).toContain("betrag: numbers");
    expect(bank?.stdout).toMatch(/120 ids are common: 96 rows to train on, 24 held back/);
    expect(bank?.stdout).toMatch(/both sides' columns together reach an AUC of 0\.\d\d|of 1\.00/);
    expect(shop?.stdout).toContain("This party learned no score, label or weight.");
    const scores = folder.read("scores.csv").trim().split("\n");
    expect(scores[0]).toBe("id,band,bands,held_back");
    expect(scores).toHaveLength(rows + 1);
    for (const name of ["bank-a", "shop-b"])
      expect(statSync(folder.at(`${name}.model`)).mode & 0o777).toBe(0o600);
    expect(folder.read("shop-b.model")).not.toContain("orders");

    folder.write("new-lender.csv", lender.split("\n").slice(0, 4).join("\n"));
    const scored = await together(["risk", "score", ...withHelper], names, (name) =>
      own(name).map((part) => (part === "lender.csv" ? "new-lender.csv" : part)),
    );
    expect(codes(scored)).toEqual([0, 0, 0]);
    expect(scored[0]?.stdout).toMatch(/3 of 3 ids are also the platform's/);
    const before = new Map(scores.slice(1).map((line) => [line.split(",")[0], line.split(",")[1]]));
    for (const line of folder.read("scores.csv").trim().split("\n").slice(1))
      expect(before.get(line.split(",")[0])).toBe(line.split(",")[1]);
  });

  it.each([
    [["grade"], "two.json", /risk: expected train, score/],
    [["train", "--share", "x"], "two.json", /--in: expected a value/],
    [["train", "--in", "x.csv"], "two.json", /--share: expected a value/],
    [["train"], "all.json", /--parties: expected 2 parties/],
    [["train", "--computation", "alone"], "two.json", /--computation: expected/],
    [["train", "--lender", "fund-c"], "two.json", /--lender and --platform: expected two of/],
    [["train", "--lender", "shop-b", "--out", "x.csv", "--share", "x"], "two.json", /--out: expected none/],
    [["score", "--in", "x.csv", "--share", "no.model"], "two.json", /no\.model/],
  ])("refuses %j before anything is sent", async (args, parties, message) => {
    const { code, stderr, stdout } = await inProcess("risk", ...args, ...session("bank-a", parties));
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, ""]);
  });

  it("opens a share with the key file that sealed it only", async () => {
    const own = ["risk", "score", "--lender", "shop-b", "--in", folder.at("platform.csv")];
    const { code, stderr } = await inProcess(
      ...own,
      "--share",
      folder.at("bank-a.model"),
      ...session("shop-b"),
    );
    expect([code, stderr]).toEqual([2, expect.stringMatching(/sealed with this key and not changed/)]);
  });
});
