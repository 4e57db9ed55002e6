/**
 * Every public object that awaits, used twice at once: whether it refuses or is safe, and the test that shows it. An object
 * that is new must come into this table.
 */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

interface Row {
  readonly says: "is safe" | "refuses";
  /** A file below test/, and the test's title in it. */
  readonly shown: readonly (readonly [file: string, title: string])[];
}

const atOnce = "reentry/at-once.test.ts";

/** By the name of the class or interface. */
const objects: Readonly<Record<string, Row>> = {
  BudgetLedger: {
    says: "is safe",
    shown: [
      [
        "differential-privacy/budget-ledger.test.ts",
        "never lets costs together exceed the budget, in whatever portions and however many at once they come",
      ],
    ],
  },
  DownloadBudget: { says: "is safe", shown: [[atOnce, "of a lookup's clients are never exceeded at once"]] },
  Engine: {
    says: "is safe",
    shown: [
      [
        "mpc/reentry.test.ts",
        "gives the same results for operations that run at once as for one after the other",
      ],
      [atOnce, "%s compute both programs when all ask in one order, and end with an error otherwise"],
    ],
  },
  EvaluationBudget: {
    says: "is safe",
    shown: [[atOnce, "of a lookup's clients are never exceeded at once"]],
  },
  LookupClient: {
    says: "is safe",
    shown: [["lookup/lookup.test.ts", "serves many requests in one session, repeated keys asked for once"]],
  },
  LookupStore: {
    says: "is safe",
    shown: [
      ["lookup/delta.test.ts", "gets whole what two replacements at once leave, and the later one wins"],
    ],
  },
  OtReceiver: {
    says: "refuses",
    shown: [["ot/extension.test.ts", "refuses a take while another one waits, and the first one is whole"]],
  },
  OtSender: {
    says: "refuses",
    shown: [["ot/extension.test.ts", "refuses a take while another one waits, and the first one is whole"]],
  },
  OwnedMatrix: {
    says: "is safe",
    shown: [
      ["mpc/reentry.test.ts", "refuses what is asked for while it is prepared, and goes on afterwards"],
    ],
  },
  OwnedProducts: {
    says: "is safe",
    shown: [
      ["mpc/reentry.test.ts", "refuses what is asked for while it is prepared, and goes on afterwards"],
    ],
  },
  PaillierPrivateKey: { says: "is safe", shown: [[atOnce, "decrypts two vectors at once with one key"]] },
  Party: {
    says: "is safe",
    shown: [
      [atOnce, "gives messages of one step to those who wait in the order in which they asked"],
      [atOnce, "keeps the messages of runs at once apart, and closes once"],
      ["channel/store-heads.test.ts", "run in many sessions at once"],
    ],
  },
  Pool: {
    says: "is safe",
    shown: [[atOnce, "of %i workers gives each of two maps its own results, and closes once"]],
  },
  PrecomputedRandomisers: {
    says: "is safe",
    shown: [[atOnce, "gives each precomputed randomiser once, also to those who ask at once"]],
  },
  PreprocessedCorrelations: {
    says: "refuses",
    shown: [
      [
        "mpc/two-party/preprocessed.test.ts",
        "is one file however often it is copied and opened: a second session at once is refused",
      ],
    ],
  },
  PreprocessedFile: {
    says: "refuses",
    shown: [
      [
        "mpc/two-party/preprocessed.test.ts",
        "is one file however often it is copied and opened: a second session at once is refused",
      ],
    ],
  },
  ProtocolRun: {
    says: "is safe",
    shown: [[atOnce, "tells parameters that are agreed at once in another order apart"]],
  },
  QueryLedger: {
    says: "is safe",
    shown: [
      [
        "disclosure/query-ledger.test.ts",
        "checks two records at once one after the other, also through two ledgers of one store",
      ],
      ["disclosure/guard.test.ts", "checks two runs at once one after the other"],
    ],
  },
  ResilientServer: {
    says: "refuses",
    shown: [[atOnce, "adds up once, whoever else asks for the total meanwhile or afterwards"]],
  },
  ReusableOperand: { says: "is safe", shown: [[atOnce, "gives each of several products at once its own"]] },
  RowKeys: {
    says: "refuses",
    shown: [[atOnce, "refuse to go on with a reading when another one has begun, whose lines they keep"]],
  },
  StateStore: {
    says: "is safe",
    shown: [
      [
        "store/store.test.ts",
        "decides each change on what all earlier ones left, also when they are asked for at once",
      ],
      [
        atOnce,
        "does what was asked for before it is closed, a compaction and a change at once, and is closed once",
      ],
    ],
  },
  Transport: {
    says: "refuses",
    shown: [[atOnce, "%s refuses a second receive, and the first gets its message"]],
  },
  VerifiedAggregator: {
    says: "refuses",
    shown: [
      [
        "aggregation/verified/release.test.ts",
        "refuses a second session of its aggregator meanwhile, so that no small batch leaves in its place",
      ],
    ],
  },
};

/** Not used by callers: an engine stands before each of them. */
const behindAnEngine = ["CorrelatedRandomness", "Scheme"];

/** Names that an entry's declarations export, by name or from all of another file. */
function namesOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const names: string[] = [];
  for (const [, list = ""] of text.matchAll(/export (?:type )?\{([^}]*)\}/g)) {
    for (const name of list.split(",")) names.push(name.trim().split(/\s+/).at(-1) ?? "");
  }
  for (const [, from = ""] of text.matchAll(/export \* (?:as \w+ )?from "(.*)\.js"/g)) {
    names.push(...namesOf(join(dirname(file), `${from}.d.ts`)));
  }
  return names;
}

/** Public classes and interfaces with a method that gives a promise. */
function publicObjects(): string[] {
  const entries = new Set(readFileSync("package.json", "utf8").match(/\.\/dist\/[^"]+\.d\.ts/g));
  const names = new Set([...entries].flatMap(namesOf));
  const found: string[] = [];
  for (const file of readdirSync("dist", { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".d.ts")) continue;
    const text = readFileSync(join("dist", file), "utf8").replace(/\/\*\*.*?\*\//gs, "");
    const declared = /^export (?:declare )?(?:class|interface) (\w+)[^{]*\{\n(.*?)^\}/gms;
    for (const [, name = "", body = ""] of text.matchAll(declared)) {
      const methods = body.replace(/^ *static .*$/gm, "");
      const awaits = /^ {4}[\w[\].]+(?:<.*?>)?\([^;]*\): (?:Promise|AsyncGenerator|AsyncIterable)</m;
      if (names.has(name) && awaits.test(methods)) found.push(name);
    }
  }
  return found.sort();
}

describe("what is used twice at once", () => {
  it("is every public object that awaits", () => {
    const inTable = [...Object.keys(objects), ...behindAnEngine].sort();
    expect(inTable).toEqual(publicObjects());
  });

  it.each(Object.entries(objects))("%s: a test shows what it does", (_, { shown }) => {
    for (const [file, title] of shown) {
      expect(readFileSync(join("test", file), "utf8").includes(`"${title}"`), `${file}: ${title}`).toBe(true);
    }
  });
});
