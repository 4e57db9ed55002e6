import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CommandFolder, inProcess, type Outcome } from "../support/command.js";

const folder = new CommandFolder();
const names = ["bank-a", "shop-b", "fund-c"] as const;
const veilshare = (...args: string[]): Promise<Outcome> => folder.run(...args);
const write = (name: string, text: string): string => folder.write(name, text);
const read = (name: string): string => folder.read(name);
const session = (name: string, parties?: string): string[] => folder.session(name, parties);

beforeAll(() => folder.keys(...names));
afterAll(() => {
  folder.remove();
});

describe("veilshare", () => {
  it("shows every verb's help with an example, and ends with 0", async () => {
    const { stdout, code } = await veilshare("--help");
    expect(code).toBe(0);
    const verbs = [...stdout.matchAll(/^ {2}([a-z0-9]+) .*/gm)]
      .map(([, name = ""]) => name)
      .filter((name) => name !== "help");
    expect(verbs).toEqual([
      "keygen",
      "keys",
      "check",
      "store",
      "psi",
      "join",
      "sum",
      "statistics",
      "scope3",
      "lookup",
      "risk",
      "example",
    ]);
    for (const verb of verbs) {
      const help = await inProcess(verb, "--help");
      expect(help.stdout, verb).toMatch(new RegExp(`Example:\\n {2}veilshare ${verb} `));
      expect(help.code).toBe(0);
    }
  }, 60_000);

  it("ends quietly when nobody reads its output any more", async () => {
    const child = spawn(process.execPath, [resolve("dist/cli/main.js"), "psi", "--help"]);
    child.stdout.destroy();
    let errors = "";
    child.stderr.on("data", (data: Buffer) => (errors += data.toString()));
    const code = await new Promise((done) => child.on("exit", done));
    expect([code, errors]).toEqual([0, ""]);
  });

  it.each([
    [["bogus"], /unknown command/],
    [["psi"], /--identity/],
    [["psi", ...session("bank-a"), "--in", "x.csv", "--key", "id", "--bogus"], /unknown option/],
    [
      ["psi", ...session("bank-a"), "--in", "no-such.csv", "--key", "id", "--encoding", "latin1"],
      /--encoding: expected utf-8/,
    ],
    [
      ["sum", ...session("bank-a"), "--in", "no-such.csv", "--value", "x", "--max-abs", "1"],
      /no-such\.csv: .*no such file/,
    ],
    [
      ["psi", ...session("bank-a"), "--in", "x.csv", "--key", "id", "--budget", "5"],
      /--store: expected a folder with --budget/,
    ],
    [
      ["join", ...session("bank-a"), "--in", "x.csv", "--kinds", "id", "--store", "s"],
      /--budget: expected a number with --store/,
    ],
    [
      ["psi", ...session("bank-a"), "--in", "/dev/null", "--key", "id", "--out", folder.at("x.csv")],
      /--in: expected a file, with --out: it is read twice/,
    ],
    [
      ["psi", ...session("bank-a"), "--in", "x.csv", "--key", "id", "--out", folder.at("none/x.csv")],
      /--out: expected a file in a folder that can be written to/,
    ],
    [
      ["join", ...session("bank-a"), "--in", "x.csv", "--kinds", "id", "--out", folder.path],
      /--out: expected a file in a folder/,
    ],
    [["store", "look", "--store", "s"], /store: expected create, show, accept-restore/],
    [["store", "show", "--store", "no-store"], /no-store/],
    [["keys"], /expected --identity, --parties or files/],
  ])("refuses %j in a line, with exit code 2, and sends nothing", async (args, message) => {
    const { code, stdout, stderr } = await inProcess(...args);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, ""]);
  });

  it("waits for the other party no longer than it was told, and ends with 1", async () => {
    write("one.csv", "id\n1\n");
    const { code, stderr } = await veilshare(
      "psi",
      ...session("bank-a"),
      "--in",
      "one.csv",
      "--key",
      "id",
      "--wait",
      "1",
    );
    expect(stderr).toMatch(/error: .*shop-b/);
    expect(code).toBe(1);
  });
});

describe("between processes", () => {
  it("psi gives both sides their own rows in common, from files of different kinds", async () => {
    // The blank of the third line is no key: rows after it are where they are.
    write("customers.csv", "email,name\nann@x.org,Ann\n \u200b,nobody\neve@x.org,Eve\n");
    write("kunden.csv", "sep=;\r\nE-Mail ;Ort;;\r\n\t;Ulm;;\r\n ANN@x.org;Ulm;;\r\n=x;Ulm;;\r\n");
    const common = ["--reveal", "both", "--normalize", "trim", "lowerCase", "--json", "--out"];
    const [a, b] = await Promise.all([
      veilshare("psi", ...session("bank-a"), "--in", "customers.csv", "--key", "email", ...common, "a.csv"),
      veilshare("psi", ...session("shop-b"), "--in", "kunden.csv", "--key", "E-Mail", ...common, "b.csv"),
    ]);
    expect([a.code, b.code]).toEqual([0, 0]);
    expect(JSON.parse(a.stdout)).toEqual({
      rows: 3,
      withoutKey: 1,
      ownItems: 2,
      peerItems: 2,
      common: 1,
      rowsInCommon: 1,
    });
    expect([read("a.csv"), read("b.csv")]).toEqual([
      "line,email\n2,ann@x.org\n",
      'line,E-Mail\n4," ANN@x.org"\n',
    ]);
  });

  it("psi says what keys look like when nothing is common, and which option differs when the sides were started differently", async () => {
    write("x.csv", "id\n0012\n");
    write("y.csv", "id\n12\n");
    const [a, b] = await Promise.all([
      veilshare("psi", ...session("bank-a"), "--in", "x.csv", "--key", "id"),
      veilshare("psi", ...session("shop-b"), "--in", "y.csv", "--key", "id"),
    ]);
    expect(a.stdout).toMatch(/Nothing in common.*\n1 of the first 1 keys have leading zeros/);
    expect(b.stdout).toMatch(/The other party learned/);
    const [first, second] = await Promise.all([
      veilshare("psi", ...session("bank-a"), "--in", "x.csv", "--key", "id", "--reveal", "both"),
      veilshare("psi", ...session("shop-b"), "--in", "y.csv", "--key", "id"),
    ]);
    expect([first.code, second.code]).toEqual([1, 1]);
    expect(first.stderr + second.stderr).toMatch(/reveal/);
  });

  it("join matches rows by the best kind of key", async () => {
    write("left.csv", "tax,name,city\n1,acme,ulm\n,beta,bonn\n3,gamma,kiel\n");
    write("right.csv", "vat,firm,town\n9,beta,bonn\n1,acme ag,ulm\n");
    const names = ["--names", "tax", "name", "--reveal", "both", "--out"];
    const [a, b] = await Promise.all([
      veilshare(
        "join",
        ...session("bank-a"),
        "--in",
        "left.csv",
        "--kinds",
        "tax",
        "name+city",
        ...names,
        "l.csv",
      ),
      veilshare(
        "join",
        ...session("shop-b"),
        "--in",
        "right.csv",
        "--kinds",
        "vat",
        "firm+town",
        ...names,
        "r.csv",
      ),
    ]);
    expect([a.code, b.code, a.stderr.includes("error")]).toEqual([0, 0, false]);
    const lines = (name: string): string[] => read(name).trim().split("\n").slice(1);
    const match = new Map(lines("l.csv").map((row) => [row.split(",")[1] ?? "", row.split(",")[0] ?? ""]));
    expect(lines("r.csv").map((row) => [row.split(",")[0], match.get(row.split(",")[1] ?? "")])).toEqual([
      ["2", "3"],
      ["3", "2"],
    ]);
  });

  it("sum adds three parties' figures exactly, and refuses lines that are not the same", async () => {
    const figures = ["north,0.10\nsouth,-5\n", "north,0.20\nsouth,7.25\n", "north,1000000\nsouth,0\n"];
    const run = (i: number, name: string): Promise<Outcome> => {
      const file = write(`figures-${i}.csv`, `region,amount\n${figures[i] ?? ""}`);
      const what = [
        "--in",
        file,
        "--value",
        "amount",
        "--by",
        "region",
        "--decimals",
        "2",
        "--max-abs",
        "1000000",
        "--json",
      ];
      return veilshare("sum", ...session(name, "all.json"), ...what);
    };
    const sums = await Promise.all(names.map((name, i) => run(i, name)));
    for (const { stdout } of sums) {
      expect(JSON.parse(stdout)).toEqual({
        sums: [
          { label: "north", sum: "1000000.30" },
          { label: "south", sum: "2.25" },
        ],
      });
    }
    figures[1] = "south,7.25\nnorth,0.20\n";
    const refused = await Promise.all(names.map((name, i) => run(i, name)));
    expect(refused.map(({ code }) => code)).toEqual([1, 1, 1]);
  });

  it("check finds nothing wrong, opens a session, and finds a key that is not the parties file's", async () => {
    const [a, b] = await Promise.all([
      veilshare("check", ...session("bank-a"), "--connect"),
      veilshare("check", ...session("shop-b"), "--connect"),
    ]);
    expect([a.code, b.code]).toEqual([0, 0]);
    expect(a.stdout).toMatch(/ok {4}session: open with 1 other parties/);
    const shown = await inProcess("keys", "--parties", folder.at("two.json"));
    const fingerprint = /^(.+?) {2}shop-b/m.exec(shown.stdout)?.[1] ?? "none";
    expect(a.stdout).toContain(`key of shop-b: fingerprint ${fingerprint}`);
    write("other.json", read("two.json").replace(/"link": "../, '"link": "00'));
    const wrong = await inProcess("check", ...session("bank-a", "other.json"), "--json");
    expect(wrong.code).toBe(2);
    expect(JSON.parse(wrong.stdout)).toMatchObject({
      findings: expect.arrayContaining([
        expect.objectContaining({ what: "own entry", ok: false }),
      ]) as unknown,
    });
  });

  it("store is made once, shown, and restores are accepted with a reason", async () => {
    const state = folder.at("state");
    const made = await inProcess("store", "create", "--store", state, "--json");
    expect(JSON.parse(made.stdout)).toMatchObject({ length: 1 });
    expect((await inProcess("store", "create", "--store", state)).code).toBe(2);
    expect((await inProcess("store", "accept-restore", "--store", state)).code).toBe(2);
    expect((await inProcess("store", "accept-restore", "--store", state, "--reason", "disk")).code).toBe(0);
    expect((await inProcess("store", "show", "--store", state)).stdout).toMatch(/records, epoch/);
  });
});
