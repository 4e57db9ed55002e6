import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as disclosure from "../../dist/disclosure/index.js";
import { exceedsShare } from "../../dist/disclosure/rules.js";
import type { VectorSum } from "../../dist/aggregation/vector-sum.js";
import { sumBySecureSum } from "../../dist/aggregation/vector-sum.js";
import { simulate } from "../../dist/channel/index.js";
import { expectError } from "../support/expect-error.js";
import { importMutant } from "../support/mutant.js";

const { isSensitive, localShare, releaseTotals } = disclosure;
type Rule = disclosure.DominanceRule;

const rules: fc.Arbitrary<Rule> = fc.oneof(
  fc.record({
    rule: fc.constant("n-k" as const),
    n: fc.integer({ min: 1, max: 3 }),
    percent: fc.integer({ min: 1, max: 100 }),
  }),
  fc.record({ rule: fc.constant("p-percent" as const), percent: fc.integer({ min: 1, max: 100 }) }),
);

describe("the rules of official statistics", () => {
  it("call cells sensitive as the handbook's definitions do", () => {
    // (1, 50): the largest above half. 60 of 100, and 50 of 100 exactly.
    expect(isSensitive([60n, 30n, 10n], { rule: "n-k", n: 1, percent: 50 })).toBe(true);
    expect(isSensitive([50n, 30n, 20n], { rule: "n-k", n: 1, percent: 50 })).toBe(false);
    // (2, 85): the two largest together.
    expect(isSensitive([45n, 41n, 14n], { rule: "n-k", n: 2, percent: 85 })).toBe(true);
    expect(isSensitive([45n, 40n, 15n], { rule: "n-k", n: 2, percent: 85 })).toBe(false);
    // 10 %: the second can estimate the first to within what the others are: 9 and 10 of 100.
    expect(isSensitive([100n, 50n, 9n], { rule: "p-percent", percent: 10 })).toBe(true);
    expect(isSensitive([100n, 50n, 10n], { rule: "p-percent", percent: 10 })).toBe(false);
    expect(isSensitive([], { rule: "p-percent", percent: 10 })).toBe(false);
  });

  it("are implied by the share that each contributor tests on its own", () => {
    const values = fc.array(fc.bigInt(0n, 1000n), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(values, rules, (contributions, rule) => {
        const total = contributions.reduce((sum, value) => sum + value, 0n);
        const share = localShare(rule);
        if (contributions.some((value) => exceedsShare(value, total, share))) return;
        expect(isSensitive(contributions, rule)).toBe(false);
      }),
      { numRuns: 400 },
    );
  });

  it("have local shares that cannot be larger: there are cells at the edge", () => {
    expect(localShare({ rule: "n-k", n: 1, percent: 50 })).toEqual({ numerator: 1n, denominator: 2n });
    expect(localShare({ rule: "n-k", n: 2, percent: 80 })).toEqual({ numerator: 2n, denominator: 5n });
    expect(localShare({ rule: "p-percent", percent: 10 })).toEqual({ numerator: 10n, denominator: 21n });
    // Both largest at 10/21 of 21: the rest is 1, which is 10 % of 10. A little more, and it is not.
    expect(isSensitive([1000n, 1000n, 100n], { rule: "p-percent", percent: 10 })).toBe(false);
    expect(isSensitive([1001n, 1001n, 100n], { rule: "p-percent", percent: 10 })).toBe(true);
  });

  it("refuse percentages and numbers out of range", () => {
    for (const rule of [
      { rule: "n-k", n: 0, percent: 50 },
      { rule: "n-k", n: 1, percent: 0 },
      { rule: "p-percent", percent: 101 },
      { rule: "p-percent", percent: Number.NaN },
    ] as const) {
      expectError(() => localShare(rule), "INVALID_ARGUMENT");
    }
    expectError(() => isSensitive([-1n, 2n], { rule: "p-percent", percent: 10 }), "INVALID_ARGUMENT");
  });
});

const cellsOf = [
  [10n, 20n, 30n, 0n], // released
  [5n, 6n, 0n, 0n], // two contributors
  [100n, 20n, 30n, 40n], // one above half
  [0n, 0n, 0n, 0n], // empty
  [50n, 25n, 15n, 10n], // half exactly
] as const;

const run = (
  options: (index: number) => Partial<disclosure.ReleaseOptions> = () => ({}),
  release = releaseTotals,
): Promise<disclosure.ReleasedCell[][]> =>
  simulate(4, (party) =>
    release(
      party,
      BigInt64Array.from(cellsOf, (cell) => cell[party.index] ?? 0n),
      {
        maxAbs: 1000n,
        ...options(party.index),
      },
    ),
  );

const expected: disclosure.ReleasedCell[] = [
  { status: "released", kind: "exact", total: 60n, contributors: 3 },
  { status: "withheld-small", contributors: 2 },
  { status: "withheld-dominated", contributors: 4 },
  { status: "empty" },
  { status: "released", kind: "exact", total: 100n, contributors: 4 },
];

describe("releaseTotals", () => {
  it("gives everybody the totals of cells that are neither small nor dominated", async () => {
    for (const cells of await run()) expect(cells).toEqual(expected);
  });

  it("would be caught if a contributor could not object", async () => {
    const mutant = await importMutant<typeof disclosure>("no-veto", "disclosure/index.js", {
      file: "disclosure/release-totals.js",
      text: "exceedsShare(value, totals[i] ?? 0n, share)",
      replacement: "false",
    });
    expect((await run(undefined, mutant.releaseTotals))[0]).not.toEqual(expected);
  });

  it("never adds a small cell up, and shows in its sums no more than counts, open totals and objections", async () => {
    const sums: BigInt64Array[] = [];
    const noted: VectorSum = async (party, vector, options) => {
      const result = await sumBySecureSum(party, vector, options);
      if (party.index === 0) sums.push(result.sum);
      return result;
    };
    await run(() => ({ sum: noted }));
    expect(sums).toEqual([
      BigInt64Array.of(3n, 2n, 4n, 0n, 4n, 0n),
      BigInt64Array.of(60n, 190n, 100n),
      BigInt64Array.of(0n, 1n, 0n),
    ]);
  });

  it("takes other rules, by the share that each can test", async () => {
    const [cells] = await run(() => ({ dominance: { rule: "p-percent", percent: 25 }, minContributors: 2 }));
    // 4/9 at most: 30 of 60 is too much, 6 of 11, 100 of 190 and 50 of 100 too.
    expect(cells?.map(({ status }) => status)).toEqual([
      "withheld-dominated",
      "withheld-dominated",
      "withheld-dominated",
      "empty",
      "withheld-dominated",
    ]);
  });

  it("agrees with the definitions on random cells: what the rule calls sensitive is never released", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.bigInt(0n, 50n), { minLength: 3, maxLength: 3 }), {
          minLength: 1,
          maxLength: 6,
        }),
        rules,
        async (values, dominance) => {
          const results = await simulate(3, (party) =>
            releaseTotals(
              party,
              BigInt64Array.from(values, (cell) => cell[party.index] ?? 0n),
              {
                maxAbs: 50n,
                dominance,
              },
            ),
          );
          for (const [i, cell] of (results[0] ?? []).entries()) {
            const contributions = values[i] ?? [];
            if (cell.status !== "released") continue;
            expect(isSensitive(contributions, dominance)).toBe(false);
            expect(cell.total).toBe(contributions.reduce((sum, value) => sum + value, 0n));
          }
        },
      ),
      { numRuns: 8 },
    );
  });

  it.each<[string, Partial<disclosure.ReleaseOptions>, string]>([
    ["a contribution above the bound", { maxAbs: 40n }, "VALUE_OUT_OF_RANGE"],
    ["a bound that overflows", { maxAbs: 1n << 61n }, "BOUND_EXCEEDED"],
    ["a minimum of one", { minContributors: 1 }, "INVALID_ARGUMENT"],
    ["a rule that is none", { dominance: { rule: "p-percent", percent: 0 } }, "INVALID_ARGUMENT"],
  ])("refuses %s before anything is sent", async (_, options, code) => {
    await expect(run(() => options)).rejects.toMatchObject({ code });
  });

  it("refuses parties with other rules, and contributors that left between the sums", async () => {
    const other = (index: number): Partial<disclosure.ReleaseOptions> =>
      index === 1 ? { dominance: { rule: "n-k", n: 1, percent: 60 } } : {};
    await expect(run(other)).rejects.toMatchObject({ code: "PEER_MISMATCH" });
    const leaving = (): Partial<disclosure.ReleaseOptions> => {
      let contributors = 5;
      const sum: VectorSum = async (party, vector, options) => ({
        sum: (await sumBySecureSum(party, vector, options)).sum,
        contributors: --contributors,
      });
      return { sum };
    };
    await expect(run(leaving)).rejects.toMatchObject({ code: "PEER_MISMATCH" });
  });
});

describe("releaseTotals with comparers", () => {
  const comparers = ["party-0", "party-2", 3];

  it("gives the same, and never adds a dominated cell up", async () => {
    const sums: BigInt64Array[] = [];
    const noted: VectorSum = async (party, vector, options) => {
      const result = await sumBySecureSum(party, vector, options);
      if (party.index === 0) sums.push(result.sum);
      return result;
    };
    for (const cells of await run(() => ({ sum: noted, comparers }))) expect(cells).toEqual(expected);
    expect(sums).toEqual([BigInt64Array.of(3n, 2n, 4n, 0n, 4n, 0n), BigInt64Array.of(60n, 100n)]);
  });

  it("agrees with the comparison in the circle on random cells, rules and numbers of parties", async () => {
    const cells = fc.array(
      fc.array(fc.oneof(fc.constant(0n), fc.bigInt(0n, 2n ** 40n)), { minLength: 5, maxLength: 5 }),
      {
        minLength: 1,
        maxLength: 5,
      },
    );
    await fc.assert(
      fc.asyncProperty(cells, rules, fc.integer({ min: 3, max: 5 }), async (values, dominance, parties) => {
        const both = [undefined, [0, 1, 2]].map((three) =>
          simulate(parties, (party) => {
            const own = BigInt64Array.from(values, (cell) => cell[party.index] ?? 0n);
            const options = { maxAbs: 2n ** 40n, minContributors: 2, dominance };
            return releaseTotals(
              party,
              own,
              three === undefined ? options : { ...options, comparers: three },
            );
          }),
        );
        const [inCircle, onShares] = await Promise.all(both);
        expect(onShares).toEqual(inCircle);
      }),
      { numRuns: 12 },
    );
  });

  it("would be caught if the comparison were with another limit", async () => {
    const mutant = await importMutant<typeof disclosure>("other-limit", "disclosure/index.js", {
      file: "disclosure/compare-on-shares.js",
      text: "totals.scale(Number(limit.numerator))",
      replacement: "totals.scale(2)",
    });
    expect((await run(() => ({ comparers }), mutant.releaseTotals))[0]).not.toEqual(expected);
  });

  it("refuses comparers that are not three, parties with others, and a bound that leaves no room", async () => {
    for (const some of [
      [0, 1],
      [0, 1, "party-1"],
      [0, 1, 2, 3],
      [0, 1, "nobody"],
    ]) {
      await expect(run(() => ({ comparers: some }))).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
    const other = (index: number) => ({ comparers: index === 1 ? [0, 1, 2] : [0, 1, 3] });
    await expect(run(other)).rejects.toMatchObject({ code: "PEER_MISMATCH" });
    await expect(run((index) => (index === 1 ? {} : { comparers }))).rejects.toMatchObject({
      code: "PEER_MISMATCH",
    });
    const large = () => ({ comparers, maxAbs: 2n ** 60n });
    await expect(run(large)).rejects.toMatchObject({ code: "BOUND_EXCEEDED", field: "maxAbs" });
    const fine = () => ({ comparers, dominance: { rule: "n-k", n: 1, percent: 100 / 3 } as const });
    expect((await run(fine))[0]?.map(({ status }) => status)).toEqual([
      "withheld-dominated", // 30 of 60
      "withheld-small",
      "withheld-dominated",
      "empty",
      "withheld-dominated",
    ]);
  });
});
