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

describe("statistics", () => {
  const payments = {
    "bank-a": "year,industry,days\n2026,retail,10\n2026,retail,20\n2026,steel,30\n2025,retail,365\n",
    "shop-b": "year,industry,days\n2026,retail,30\n2026,retail,NA\n",
    "fund-c": "year,industry,days\n2026,retail,40\n2026,steel,70\n2026,retail,50\n",
  } as const;
  const groups = ["--by", "industry", "--groups", "retail,steel"];
  const bounds = ["--min", "0", "--max", "365", "--max-rows", "100", "--missing", "NA"];
  const asking = (...more: string[]) => {
    return (name: (typeof names)[number]): string[] => {
      const file = folder.write(`payments-${name}.csv`, payments[name]);
      return ["--in", file, ...storeOf(name), ...more];
    };
  };

  it("gives means by group of the rows that are asked for, withholds small groups, and refuses rows that overlap later", async () => {
    const text = JSON.stringify({
      mean: "days",
      by: "industry",
      groups: ["retail", "steel"],
      where: { year: "2026" },
      min: 0,
      max: 365,
      maxRows: 100,
    });
    folder.write("question.json", text);
    // The same question, by options and from a file.
    const byOptions = asking("--mean", "days", ...groups, "--where", "year=2026", ...bounds);
    const fromFile = asking("--question", "question.json", "--missing", "NA", "--out", "means.csv");
    const first = await together(["statistics"], names, (name) =>
      name === "bank-a" ? fromFile(name) : [...byOptions(name), "--json"],
    );
    const retail = { group: "retail", status: "shown", contributors: 3, rows: 5, mean: 30 };
    const steel = { group: "steel", status: "withheld-small", contributors: 2 };
    for (const { stdout } of first.slice(1))
      expect(JSON.parse(stdout)).toEqual({ kind: "exact", groups: [retail, steel], recorded: 1 });
    expect(first[1]?.stderr).toContain('1 rows have no value in "days"');
    expect(first[0]?.stdout).toMatch(/retail {2}3 parties {2}5 rows {2}mean 30\n/);
    expect(first[0]?.stdout).toContain(
      "What this told every party: of each group how many parties have some",
    );
    expect(folder.read("means.csv")).toBe(
      'group,status,parties,rows,mean,variance\nretail,shown,3,5,30,""\nsteel,withheld-small,2,"","",""\n',
    );
    const overlapping = await together(["statistics", "--mean", "days"], names, asking(...bounds));
    expect(overlapping.filter(({ code }) => code === 3).length).toBeGreaterThan(0);
    expect(overlapping.map(({ stdout }) => stdout)).toEqual(["", "", ""]);
    expect(overlapping.map(({ stderr }) => stderr).join("")).toContain(
      'rows that overlap with those where "year" is "2026"',
    );
  });

  it.each([
    [["--mean", "days", "--min", "0", "--max", "9"], /--max-rows: expected a number/],
    [["--mean", "days", ...bounds, "--where", "2026"], /--where: expected column=text/],
    [["--mean", "days", ...bounds, "--by", "industry"], /by and groups: expected both/],
    [["--mean", "weeks", ...bounds], /weeks/],
    [["--mean", "days", ...bounds, "--max", "40"], /:2: column "days"|:5: column "days"/],
    [["--mean", "days", ...bounds, "--by", "industry", "--groups", "retail"], /:4: column "industry"/],
    [["--question", "question.json", "--mean", "days"], /--question: expected no other option/],
  ])("refuses %j before anything is sent", async (args, message) => {
    const own = asking(...args)("bank-a").map((part) => (part.endsWith(".csv") ? folder.at(part) : part));
    const { code, stderr, stdout } = await inProcess("statistics", ...session("bank-a", "all.json"), ...own);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, ""]);
  });
});

describe("lookup", () => {
  const server = [...["--secret", "shop.secret"], ...["--set", "shop.veilset"]].map((part) =>
    part.startsWith("--") ? part : folder.at(part),
  );

  it("publishes a list with repeated keys, answers without learning the keys, and keeps to the limit", async () => {
    folder.write("invoices.csv", "number,status\n INV-1,unpaid\nINV-2,paid\ninv-1,assigned\n,lost\n");
    const normalize = ["--normalize", "trim", "lowerCase"];
    const published = await inProcess(
      ...["lookup", "publish", "--in", folder.at("invoices.csv"), "--key", "number", "--label", "status"],
      ...[...normalize, ...server, "--json"],
    );
    expect(published.stderr).not.toContain("error");
    const { publicKey, ...told } = JSON.parse(published.stdout) as { publicKey: string };
    expect(told).toEqual({ epoch: 1, keys: 2, rows: 3, withoutKey: 1, labelBytes: 18 });
    expect(statSync(folder.at("shop.secret")).mode & 0o777).toBe(0o600);

    const serve = [
      ...["lookup", "serve"],
      ...session("shop-b"),
      ...server,
      ...storeOf("shop-b"),
      "--per-hour",
      "3",
    ];
    const ask = [
      ...["lookup", "ask"],
      ...session("bank-a"),
      ...normalize,
      "--public-key",
      publicKey,
      "--json",
    ];
    const [served, asked] = await Promise.all([
      veilshare(...serve, "--json"),
      veilshare(...ask, "INV-1", "INV-9", "--out", "answers.csv"),
    ]);
    expect(JSON.parse(served.stdout)).toMatchObject({ client: "bank-a", requests: 1, evaluations: 2 });
    const found = ["unpaid", "assigned"].map((label) => ({ key: "inv-1", status: "found", label }));
    expect(JSON.parse(asked.stdout)).toEqual({
      answers: [...found, { key: "inv-9", status: "absent", label: "" }],
      evaluations: 2,
      keys: 2,
    });
    expect(folder.read("answers.csv")).toBe(
      'key,status,label\ninv-1,found,unpaid\ninv-1,found,assigned\ninv-9,absent,""\n',
    );
    const [, tooMany] = await Promise.all([veilshare(...serve), veilshare(...ask, "INV-1", "INV-2")]);
    expect([tooMany.code, tooMany.stdout]).toEqual([3, ""]);
    expect(tooMany.stderr).toMatch(/limit for this one is used up: try again in \d+ minutes/);
  });

  it.each([
    [["look"], /lookup: expected publish, serve, ask/],
    [["publish", ...server], /--in: expected a value/],
    [["serve", ...server], /--per-hour: expected keys/],
    [["serve", ...server, "--per-hour", "none"], /--per-hour: expected a whole number/],
    [["serve", "--per-hour", "1", "--secret", folder.at("no.secret"), "--set", "x"], /no\.secret: expected/],
    [["ask", "INV-1"], /--public-key: expected a value/],
    [["ask", "--public-key", "00"], /--public-key: expected 32 bytes/],
    [["ask", "--public-key", "00".repeat(32)], /lookup ask: expected keys, or --in and --key/],
    [["ask", " ", "--public-key", "00".repeat(32)], /a blank one at place 1/],
    [["serve", "INV-1"], /lookup serve: expected options only/],
  ])("refuses %j before anything is sent", async (args, message) => {
    const { code, stderr, stdout } = await inProcess("lookup", ...args);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, ""]);
  });
});

describe("psi with a budget", () => {
  it("refuses another party's list that is beyond the budget of the store", async () => {
    folder.write("two.csv", "id\n1\n2\n");
    const limits = (name: string): string[] =>
      name === "bank-a" ? ["--budget", "1", ...storeOf("bank-a")] : [];
    const own = (name: string): string[] => ["--in", "two.csv", "--key", "id", ...limits(name)];
    const [spent, other] = await together(["psi"], ["bank-a", "shop-b"], own);
    expect([spent?.code, other?.code]).toEqual([3, 1]);
    expect(spent?.stderr).toContain("at most 1 more items");
  });
});

describe("scope3", () => {
  const header =
    "2017 NAICS Code,2017 NAICS Title,GHG,Unit,Supply Chain Emission Factors without Margins,Supply Chain Emission Factors with Margins\n";
  const factors = `${header}331110,Iron,All GHGs,"kg CO2e/2022 USD, purchaser price",0.9,1.5\n`;
  const own = (name: string): string[] => {
    const lines = folder.write(
      `lines-${name}.csv`,
      `category,spend_usd,naics\n1,1000.50,331110\n6,10,331110\n`,
    );
    return ["--in", lines, "--factors", folder.write("factors.csv", factors), "--period", "2026"];
  };

  it("gives all suppliers the total in t CO2e, exact in the file, and records it in the store", async () => {
    const before = await inProcess("store", "show", ...storeOf("fund-c"), "--json");
    const records = (JSON.parse(before.stdout) as { length: number }).length;
    const outcomes = await together(["scope3"], names, (name) => [
      ...own(name),
      ...storeOf(name),
      ...["--out", `total-${name}.csv`],
    ]);
    expect(codes(outcomes)).toEqual([0, 0, 0]);
    expect(outcomes[0]?.stdout).toMatch(/t CO2e, 2026/);
    expect(outcomes[0]?.stdout).toMatch(/Total +4\.547 +100\.0 % {2}3 suppliers/);
    expect(outcomes[0]?.stdout).toContain("Emission factors: factors.csv at this party");
    expect(folder.read("total-fund-c.csv")).toContain("total,All categories,3,revealed,4547.250\n");
    const store = await inProcess("store", "show", ...storeOf("fund-c"), "--json");
    expect((JSON.parse(store.stdout) as { length: number }).length).toBeGreaterThan(records);
  });

  it("refuses a store without a period, and lines without their factor, before anything is sent", async () => {
    const options = own("bank-a").map((part) => (part.endsWith(".csv") ? folder.at(part) : part));
    const at = (...args: string[]): Promise<Outcome> =>
      inProcess("scope3", ...session("bank-a", "all.json"), ...args);
    const [noPeriod] = [await at(...options.slice(0, -2), ...storeOf("bank-a"))];
    expect(noPeriod.stderr).toMatch(/--period: expected what the lines are of/);
    folder.write("factors.csv", header);
    expect(await at(...options)).toMatchObject({ code: 2, stdout: "" });
  });
});
