import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runParties } from "../../examples/launcher/index.js";
import type { VeilshareError } from "../../dist/index.js";
import { dataPath, describeWithData } from "../support/data.js";
import { example, examplesInOne, type ExampleOutcome } from "../support/examples.js";

const folder = mkdtempSync(join(tmpdir(), "veilshare-risk-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function parsed(stdout: string): Record<string, unknown> {
  const value: unknown = JSON.parse(stdout);
  return value as Record<string, unknown>; // JSON.parse gave an object, or the test fails
}

describe("example:risk", () => {
  it("trains on the German credit data in three processes and prints one JSON object", async () => {
    const { code, stdout, stderr } = await example(
      "risk",
      "--computation",
      "replicated",
      "--folds",
      "2",
      "--json",
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.trim().split("\n").length).toBe(1);
    const result = parsed(stdout);
    expect(result).toMatchObject({ aligned: 1000, trainingRows: 800, holdoutRows: 200, matchesPlain: true });
    expect(result["auc"]).toBeGreaterThan(0.8);
    expect(result["ks"]).toBeGreaterThan(0.4);
    expect(result["holdoutAuc"]).toBeGreaterThan(0.65); // 200 rows at random: never below 0.70 in 30 splits
    expect(result).toMatchObject({ folds: 2, converged: true, bands: 10 });
    expect(result["foldAuc"]).toBeGreaterThan(0.7);
    expect(result["foldAucSpread"]).toBeLessThan(0.1);
    expect(result["lenderAloneAuc"]).toBeLessThan(result["auc"] as number);
    for (const name of ["seconds", "bytes", "rounds"]) expect(result[name]).toBeGreaterThan(0);
  });

  it("says of two owners alone who holds what, what each learned, what it cost, and that the check held", async () => {
    const ids = Array.from({ length: 60 }, (_, i) => i);
    const guest = file("guest.csv", [
      "id,y,x0",
      ...ids.map((i) => `n${i},${i % 3 === 0 ? 1 : 0},${(i * 7) % 11}`),
    ]);
    const host = file("host.csv", ["id,x0", ...ids.map((i) => `n${i},${(i * 5) % 13}`)]);
    const { code, stdout } = await example("risk", "--guest", guest, "--host", host, "--folds", "0");
    expect(code).toBe(0);
    for (const part of [
      "Who holds what",
      "What each learned",
      "lender alone",
      "rounds",
      "the same AUC, KS and log loss",
    ]) {
      expect(stdout).toContain(part);
    }
  });

  it("takes columns and rows in any order, and owners that share only some ids", async () => {
    const rows = Array.from({ length: 60 }, (_, i) => ({
      id: `n${i}`,
      y: i % 3 === 0 ? 1 : 0,
      x: (i * 7) % 11,
    }));
    const guest = file("guest.csv", [
      "x0,id,y",
      ...rows.slice(0, 45).map(({ id, y, x }) => `${x},${id},${y}`),
    ]);
    const host = file("host.csv", [
      "x1,x0,id",
      ...rows
        .slice(10)
        .reverse()
        .map(({ id, y, x }) => `${x * y},${x},${id}`),
    ]);
    const { code, stdout } = await example(
      "risk",
      ...["--guest", guest, "--host", host, "--computation", "replicated", "--folds", "0", "--json"],
    );
    expect(code).toBe(0);
    expect(parsed(stdout)).toMatchObject({ aligned: 35, matchesPlain: true });
  });
});

let files = 0;

function file(name: string, content: readonly string[] | Uint8Array): string {
  const path = join(folder, `${files++}-${name}`);
  writeFileSync(path, content instanceof Uint8Array ? content : `${content.join("\n")}\n`);
  return path;
}

describe("example:risk refuses", () => {
  const good = file("good.csv", ["id,x0", "a,1", "b,2", "c,3"]);
  const guest = (...lines: string[]): string => file("guest.csv", lines);

  const cases: readonly (readonly [string, string, string, RegExp])[] = [
    ["no label column", guest("id,x0", "a,1"), good, /guest\.csv:1: column "y": /],
    ["no id column", guest("key,y", "a,1"), good, /guest\.csv:1: column "id": /],
    [
      "a host without an id",
      guest("id,y", "a,1"),
      file("host.csv", ["x0", "1"]),
      /host\.csv:1: column "id": /,
    ],
    [
      "a number that is none",
      guest("id,y,x0", "a,1,1", "b,0,zero"),
      good,
      /guest\.csv:3: column "x0": .*text/,
    ],
    ["NaN", guest("id,y,x0", "a,1,1", "b,0,NaN"), good, /guest\.csv:3: column "x0": .*NaN/],
    ["a label of 2", guest("id,y", "a,1", "b,2"), good, /guest\.csv:3: column "y": expected 0 or 1/],
    ["an empty label", guest("id,y", "a,1", "b,"), good, /guest\.csv:3: column "y": /],
    ["an id twice", guest("id,y", "a,1", "b,0", "a,0"), good, /guest\.csv:4: column "id": .*line 2/],
    ["an empty file", file("guest.csv", new Uint8Array(0)), good, /guest\.csv:1: .*empty file/],
    ["a header alone", guest("id,y,x0"), good, /guest\.csv:1: .*rows/],
    ["Latin-1", file("guest.csv", Buffer.from("id,y\nM\xfcller,1\n", "latin1")), good, /guest\.csv:2: /],
    ["a row that is too short", guest("id,y,x0", "a,1"), good, /guest\.csv:2: /],
    ["a host with ids only", guest("id,y", "a,1"), file("host.csv", ["id", "a"]), /host\.csv:1: /],
    ["a file that is not there", join(folder, "nowhere.csv"), good, /nowhere\.csv: .*no such file/],
  ];
  let outcomes: ExampleOutcome[] = [];
  beforeAll(async () => {
    const lists = cases.map(([, guestFile, hostFile]) => [
      "--guest",
      guestFile,
      "--host",
      hostFile,
      "--json",
    ]);
    outcomes = await examplesInOne("risk", lists);
  });

  it.each(cases.map(([name, , , message], i) => [name, i, message] as const))(
    "%s in one line, with exit code 2",
    (_, i, message) => {
      const { code, stdout, stderr } = outcomes[i] ?? {};
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr?.trim().split("\n").length).toBe(1);
      expect(stderr).toMatch(message);
      expect(stderr).not.toContain("zero");
    },
  );

  it("too few common ids, found out by the processes", async () => {
    const few = guest("id,y,x0", "a,1,1", "b,0,2", "z,0,2");
    const { code, stderr } = await example("risk", "--guest", few, "--host", good);
    expect(code).toBe(2);
    expect(stderr.trim()).toMatch(
      /^error: ids: expected at least 10 in common with the other owner, got fewer$/,
    );
  });

  it("arguments that it has no use for", async () => {
    const lists = [["--guest", "x.csv"], ["--unknown"], ["surplus"]];
    for (const { code, stderr } of await examplesInOne("risk", lists)) {
      expect(code).toBe(2);
      expect(stderr.trim().split("\n").length).toBe(1);
      expect(stderr).toContain("usage: example:risk");
    }
  });
});

describe("a process of the joint training that is killed", () => {
  const data = (name: string): string => resolve("examples/data", name);
  const options = { holdout: 0.2, minimumRows: 10, fewColumns: true, computation: "replicated" };
  const tasks = [
    { role: "lender", file: data("german-credit-lender.csv"), options },
    { role: "platform", file: data("german-credit-platform.csv"), options },
    { role: "helper", options },
  ] as const;

  it.each(["lender", "platform", "helper"])(
    "ends the run with an error that names it (%s)",
    async (victim) => {
      const pids = new Map<string, number>();
      let killed = false;
      const run = runParties({
        script: new URL("../../build/examples/risk/party.js", import.meta.url),
        parties: tasks.map((task) => ({ name: task.role, task })),
        onStart: (party, pid) => pids.set(party, pid),
        onProgress: ({ step, done }) => {
          if (killed || step !== "joint-risk-model/train" || done < 1) return;
          killed = true;
          process.kill(pids.get(victim) ?? 0, "SIGKILL");
        },
      });
      const started = performance.now();
      const error: unknown = await run.catch((thrown: unknown) => thrown);
      expect(killed).toBe(true);
      expect(error as VeilshareError).toMatchObject({ code: "PEER_CLOSED", party: victim });
      expect(performance.now() - started).toBeLessThan(20_000);
    },
  );
});

describe("the German credit data", () => {
  const read = (name: string): string[][] =>
    readFileSync(resolve("examples/data", name), "utf8")
      .trim()
      .split("\n")
      .map((line) => line.split(","));
  const [lenderHead, ...lender] = read("german-credit-lender.csv");
  const [platformHead, ...platform] = read("german-credit-platform.csv");

  describeWithData("against the original set", ["credit/german_raw.csv"], () => {
    it("has its 1,000 debtors, row by row", () => {
      const raw = readFileSync(dataPath("credit/german_raw.csv"), "utf8")
        .trim()
        .split("\n")
        .map((line) => line.trim().split(","));
      expect([lenderHead?.[2], lenderHead?.[3], platformHead?.[7]]).toEqual([
        "amount",
        "duration_months",
        "age",
      ]);
      const ages = new Map(platform.map((row) => [row[0], row[7]]));
      for (const [i, row] of lender.entries()) {
        const original = raw[i] ?? [];
        const ours = [row[2], row[3], row[1] === "1" ? "2" : "1", ages.get(row[0])];
        expect(ours).toEqual([original[4], original[1], original[20], original[12]]);
      }
      expect(lender.length).toBe(1000);
      expect(platform.length).toBe(1000);
    });
  });
});
