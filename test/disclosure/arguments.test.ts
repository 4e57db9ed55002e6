/** What releases and statistics make of arguments that are none: refused by name, before anything is sent. */

import { describe, expect, it } from "vitest";
import { simulate, type Party } from "../../dist/channel/index.js";
import { isSensitive, QueryLedger, releaseTotals } from "../../dist/disclosure/index.js";
import { sumRegression, sumStatistics } from "../../dist/statistics/index.js";
import { memoryStore } from "../../dist/store/index.js";
import { expectError } from "../support/expect-error.js";

const other = (value: unknown): never => value as never;

/** Runs it at three parties; the error of the first that ends. */
const three = (run: (party: Party) => Promise<unknown>): Promise<unknown> => simulate(3, run);

const vector = BigInt64Array.of(1n, 2n);
const measure = { min: 0, max: 10 };

const wrong: Readonly<Record<string, readonly (readonly [field: string, options: object])[]>> = {
  releaseTotals: [
    ["minContributers", { minContributers: 3 }],
    ["minContributors", { minContributors: "3" }],
    ["maxAbs", { maxAbs: 100 }],
    ["dominance", { dominance: { kind: "share", percent: 50 } }],
    ["dominance", { dominance: { rule: "p-percent", percent: 10, n: 2 } }],
    ["comparers", { comparers: "abc" }],
    ["sum", { sum: 5 }],
    ["guard", { guard: 5 }],
    ["guard.ledger", { guard: { ledger: {}, series: "a", period: "b" } }],
  ],
  sumStatistics: [
    ["maxrows", { maxrows: 5 }],
    ["histogram", { histogram: { edges: [0, 5] } }],
    ["groups", { groups: "ab" }],
    ["percentiles", { percentiles: 5 }],
    ["variance", { variance: "yes" }],
    ["value.decimal", { value: { ...measure, decimal: 2 } }],
    ["guard.ledger", { guard: {} }],
  ],
  sumRegression: [
    ["predictors", { predictors: [measure] }],
    ["features", { features: measure }],
    ["target", { target: undefined }],
    ["ridge", { ridge: "1" }],
    ["guard", { guard: true }],
  ],
};

const runs: Readonly<Record<string, (party: Party, options: object) => Promise<unknown>>> = {
  releaseTotals: (party, options) => releaseTotals(party, vector, { maxAbs: 100n, ...options }),
  sumStatistics: (party, options) => sumStatistics(party, [], { value: measure, maxRows: 5, ...options }),
  sumRegression: (party, options) =>
    sumRegression(party, [], { features: [measure], target: measure, maxRows: 5, ...options }),
};

describe.each(Object.entries(runs))("%s", (name, run) => {
  it.each(wrong[name] ?? [])("refuses %s by name", async (field, options) => {
    const failed = three((party) => run(party, options));
    await expect(failed).rejects.toMatchObject({ code: "INVALID_ARGUMENT", field });
  });

  it("refuses what is no party, at once", async () => {
    await expect(run(other({}), {})).rejects.toMatchObject({ code: "INVALID_ARGUMENT", field: "party" });
  });
});

describe("own data that are none", () => {
  it.each([null, undefined, "ab", [1, 2], [1n, 2n], new BigUint64Array(2)])(
    "are no contributions: %o",
    async (given) => {
      const failed = three((party) => releaseTotals(party, other(given), { maxAbs: 100n }));
      await expect(failed).rejects.toMatchObject({ code: "INVALID_ARGUMENT", field: "contributions" });
    },
  );

  it.each([null, "x", [1], { value: 1 }])("are no rows: %o", async (given) => {
    const failed = three((party) => sumStatistics(party, other(given), { value: measure, maxRows: 5 }));
    await expect(failed).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      field: expect.stringMatching(/^rows/) as string,
    });
  });
});

describe("a query ledger", () => {
  it("is opened with a store, a minimum and names only", async () => {
    for (const [field, options] of [
      ["store", {}],
      ["store", { store: {} }],
      ["minContributers", { store: memoryStore(), minContributers: 2 }],
      ["minContributors", { store: memoryStore(), minContributors: "3" }],
      ["known", { store: memoryStore(), known: "abc" }],
      ["known[0]", { store: memoryStore(), known: [1] }],
    ] as const) {
      const opening = QueryLedger.open(other({ minContributors: 3, ...options }));
      await expect(opening).rejects.toMatchObject({ code: "INVALID_ARGUMENT", field });
    }
  });

  it("takes no contributors but a list of names: a text would be its letters", async () => {
    const ledger = await QueryLedger.open({ store: memoryStore(), minContributors: 2 });
    for (const contributors of [undefined, "abc", [1, 2], ["a", "a"]]) {
      const query = { series: "s", period: "p", contributors: other(contributors) };
      await expect(ledger.record(query)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      expectError(() => ledger.check(query), "INVALID_ARGUMENT");
    }
    expect(ledger.size("s")).toBe(0);
  });
});

it("isSensitive refuses a rule that is none", () => {
  for (const rule of [
    {},
    null,
    { rule: "n-k", percent: 50 },
    { rule: "p%", percent: 5 },
    { rule: "n-k", n: 0, percent: 5 },
  ]) {
    expectError(() => isSensitive([1n], other(rule)), "INVALID_ARGUMENT");
  }
});
