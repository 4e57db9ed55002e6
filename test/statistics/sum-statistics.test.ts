import fc from "fast-check";
import { memoryStore } from "../../dist/store/index.js";
import { describe, expect, it } from "vitest";
import * as statistics from "../../dist/statistics/index.js";
import { QueryLedger } from "../../dist/disclosure/index.js";
import { bucketOf, percentileOf } from "../../dist/statistics/histogram.js";
import { sumBySecureSum, type VectorSum } from "../../dist/aggregation/vector-sum.js";
import { simulate } from "../../dist/channel/index.js";
import { importMutant, type Mutation } from "../support/mutant.js";
import { recordedParty } from "../support/recorded-party.js";

type Row = statistics.StatisticsRow;
type Options = statistics.StatisticsOptions;
type Shown = statistics.ShownGroup;

const base: Options = { value: { min: 0, max: 365 }, maxRows: 100 };

const run = (
  data: readonly (readonly Row[])[],
  options: Options | ((index: number) => Options) = base,
  sumStatistics = statistics.sumStatistics,
): Promise<statistics.StatisticsReport[]> =>
  simulate(data.length, (party) =>
    sumStatistics(
      party,
      data[party.index] ?? [],
      typeof options === "function" ? options(party.index) : options,
    ),
  );

const valuesOf = (...values: readonly number[]): Row[] => values.map((value) => ({ value }));

async function onlyGroup(data: readonly (readonly Row[])[], options: Options = base): Promise<Shown> {
  const [report] = await run(data, options);
  const group = report?.groups[0];
  if (group?.status !== "shown") throw new Error("expected the group to be shown");
  return group;
}

/** Nearest rank, from sorted values. */
function plainPercentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil((percent / 100) * sorted.length)) - 1] ?? Number.NaN;
}

const groups = ["retail", "steel", "textiles"];
const rowArbitrary = fc.record({
  group: fc.constantFrom(...groups),
  value: fc.integer({ min: -500, max: 500 }).map((cents) => cents / 100),
  weight: fc.integer({ min: 0, max: 50 }).map((tenths) => tenths / 10),
});
const dataArbitrary = fc.array(fc.array(rowArbitrary, { maxLength: 12 }), { minLength: 4, maxLength: 5 });
const full: Options = {
  value: { min: -5, max: 5, decimals: 2 },
  weight: { min: 0, max: 5, decimals: 1 },
  groups,
  maxRows: 12,
  variance: true,
  edges: [-5, -2.5, -1, 0, 0.25, 1, 5],
  percentiles: [1, 25, 50, 75, 100],
};

/** What disagrees with a plain computation of the group, in doubles. */
function differences(group: statistics.GroupStatistics, data: readonly (readonly Row[])[]): string[] {
  const own = data.map((rows) => rows.filter((row) => row.group === group.group));
  const contributors = own.filter((rows) => rows.length > 0).length;
  const rows = own.flat();
  const dominated = own.some((part) => part.length > rows.length / 2);
  const expected =
    contributors === 0
      ? "empty"
      : contributors < 4
        ? "withheld-small"
        : dominated
          ? "withheld-dominated"
          : "shown";
  const found: string[] = [];
  const check = (name: string, got: number | undefined, right: number): void => {
    if (got === undefined || !(Math.abs(got - right) <= 1e-9 * Math.max(1, Math.abs(right))))
      found.push(name);
  };
  if (group.status !== expected || group.contributors !== contributors) return ["status"];
  if (group.status !== "shown") return Object.keys(group).length === 3 ? [] : ["more than the status"];
  const values = rows.map(({ value }) => value);
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const weights = rows.reduce((sum, { weight = 0 }) => sum + weight, 0);
  check("rows", group.rows, rows.length);
  check("mean", group.mean, mean);
  check(
    "variance",
    group.variance,
    values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1),
  );
  if (weights === 0) check("weighted", group.weightedMean === undefined ? 0 : 1, 0);
  else {
    const weighted = rows.reduce((sum, { value, weight = 0 }) => sum + value * weight, 0);
    check("weighted", group.weightedMean, weighted / weights);
  }
  for (const { percent, lower, upper, estimate } of group.percentiles ?? []) {
    const right = plainPercentile(values, percent);
    if (!(lower <= right && (right < upper || right === 5))) found.push(`percentile ${percent}`);
    if (!(lower <= estimate && estimate <= upper)) found.push("estimate");
  }
  const edges = full.edges ?? [];
  const plain = edges.slice(1).map((upper, i) => {
    const last = i === edges.length - 2;
    return values.filter((x) => x >= (edges[i] ?? 0) && (x < upper || (last && x === upper))).length;
  });
  if (String(plain) !== String(group.histogram)) found.push("histogram");
  return found;
}

describe("sumStatistics", () => {
  it("agrees with a plain computation, group by group, at every party", async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(dataArbitrary, async (data) => {
        const reports = await run(data, full);
        for (const report of reports) expect(report).toEqual(reports[0]);
        for (const group of reports[0]?.groups ?? []) {
          seen.add(group.status);
          expect(differences(group, data)).toEqual([]);
        }
      }),
      { numRuns: 12 },
    );
    expect(seen.has("shown")).toBe(true);
  });

  it.each<[string, Mutation]>([
    [
      "divides by all rows",
      {
        file: "statistics/sum-statistics.js",
        text: "rows * (rows - 1n)",
        replacement: "rows * rows",
      },
    ],
    [
      "shows groups of any size",
      {
        file: "statistics/admission.js",
        text: ">= minContributors)",
        replacement: ">= 1)",
      },
    ],
  ])("would be caught if it %s", async (name, mutation) => {
    const mutant = await importMutant<typeof statistics>(
      name.replaceAll(" ", "-"),
      "statistics/index.js",
      mutation,
    );
    const row = (group: string, value: number): Row => ({ group, value, weight: 1 });
    const data = [1, 2, 3, 4].map((value) => [row("retail", value), ...(value > 3 ? [row("steel", 1)] : [])]);
    const right = (await run(data, full))[0]?.groups.flatMap((group) => differences(group, data));
    const wrong = (await run(data, full, mutant.sumStatistics))[0]?.groups.flatMap((group) =>
      differences(group, data),
    );
    expect(right).toEqual([]);
    expect(wrong).not.toEqual([]);
  });

  it("rounds once: decimals are exact, and large values with a small spread keep it", async () => {
    const tenths = await onlyGroup(
      [0.1, 0.2, 0.3].map((value) => valuesOf(value)),
      {
        ...base,
        value: { min: 0, max: 1, decimals: 1 },
      },
    );
    expect(tenths.mean).toBe(0.2);
    const large = await onlyGroup(
      [0, 1, 2, 3].map((more) => valuesOf(1e8 + more)),
      { value: { min: 0, max: 2e8 }, maxRows: 2, variance: true },
    );
    expect([large.mean, large.variance]).toEqual([1e8 + 1.5, 5 / 3]);
  });

  it("withholds by default the mean of two, and the variance of three", async () => {
    const three = [10, 20, 40].map((value) => valuesOf(value));
    expect((await onlyGroup(three)).mean).toBeCloseTo(70 / 3, 12);
    expect((await run(three.slice(1)))[0]?.groups).toEqual([
      { group: "", status: "withheld-small", contributors: 2 },
    ]);
    expect((await run(three, { ...base, variance: true }))[0]?.groups[0]?.status).toBe("withheld-small");
    expect((await onlyGroup(three.slice(1), { ...base, minContributors: 2 })).mean).toBe(30);
  });

  it("counts parties, not rows, and withholds a group that one party's rows make up", async () => {
    const many = valuesOf(...new Array<number>(50).fill(5));
    expect((await run([many, many, []]))[0]?.groups[0]?.status).toBe("withheld-small");
    const [report] = await run([many, valuesOf(1, 2, 3), valuesOf(4)]);
    expect(report?.groups[0]).toEqual({ group: "", status: "withheld-dominated", contributors: 3 });
    const lenient = await onlyGroup([many, valuesOf(1, 2, 3), valuesOf(4)], { ...base, maxShare: 95 });
    expect(lenient.rows).toBe(54);
  });

  it("never adds up the values of a group that is withheld", async () => {
    const sums: BigInt64Array[] = [];
    const noted: VectorSum = async (party, vector, options) => {
      const result = await sumBySecureSum(party, vector, options);
      if (party.index === 0) sums.push(result.sum);
      return result;
    };
    const row = (group: string, value: number): Row => ({ group, value });
    const data = [
      [row("retail", 1), row("steel", 100)],
      [row("retail", 2), row("steel", 200)],
      [row("retail", 3)],
    ];
    await run(data, { ...base, groups, sum: noted });
    expect(sums).toEqual([
      BigInt64Array.of(3n, 2n, 0n, 0n), // and nobody objects
      BigInt64Array.of(3n),
      BigInt64Array.of(0n),
      BigInt64Array.of(6n),
    ]);
  });

  const bad: readonly (readonly [string, readonly Row[], Partial<Options>, string])[] = [
    ["a value beyond its bounds", valuesOf(366), {}, "VALUE_OUT_OF_RANGE"],
    ["a value with more decimals", valuesOf(1.5), {}, "VALUE_OUT_OF_RANGE"],
    ["a value that is no number", valuesOf(Number.NaN), {}, "VALUE_OUT_OF_RANGE"],
    ["a group that is not on the list", [{ group: "gold", value: 1 }], { groups }, "VALUE_OUT_OF_RANGE"],
    ["a missing weight", valuesOf(1), { weight: { min: 0, max: 1 } }, "VALUE_OUT_OF_RANGE"],
    ["more rows than declared", valuesOf(1, 2, 3), { maxRows: 2 }, "VALUE_OUT_OF_RANGE"],
    [
      "sums that would not fit",
      valuesOf(1),
      { value: { min: 0, max: 2 ** 50 }, variance: true },
      "BOUND_EXCEEDED",
    ],
    ["a minimum of one", valuesOf(1), { minContributors: 1 }, "INVALID_ARGUMENT"],
    ["negative weights", valuesOf(1), { weight: { min: -1, max: 1 } }, "INVALID_ARGUMENT"],
    ["a group twice", valuesOf(1), { groups: ["a", "a"] }, "INVALID_ARGUMENT"],
    ["bounds out of order", valuesOf(1), { value: { min: 2, max: 1 } }, "INVALID_ARGUMENT"],
    ["too many decimals", valuesOf(1), { value: { min: 0, max: 1, decimals: 10 } }, "INVALID_ARGUMENT"],
    ["edges that do not cover the bounds", valuesOf(1), { edges: [0, 100] }, "INVALID_ARGUMENT"],
    ["edges out of order", valuesOf(1), { edges: [0, 100, 50, 365] }, "INVALID_ARGUMENT"],
    ["percentiles without edges", valuesOf(1), { percentiles: [50] }, "INVALID_ARGUMENT"],
    ["a percentile of 0", valuesOf(1), { edges: [0, 365], percentiles: [0] }, "INVALID_ARGUMENT"],
  ];

  it.each(bad)("refuses %s at its owner, who has sent nothing", async (_, rows, options, code) => {
    const sent: string[] = [];
    const all = { ...base, ...options };
    const failing = simulate(3, (plain) => {
      if (plain.index !== 1) return statistics.sumStatistics(plain, [], all).catch(() => undefined);
      const party = recordedParty(plain, ({ step, payload }) => {
        if (step !== "agree") sent.push(step);
        return payload;
      });
      return statistics.sumStatistics(party, rows, all);
    });
    await expect(failing).rejects.toMatchObject({ code });
    expect(sent).toEqual([]);
  });

  it("refuses parties with other options", async () => {
    const data = [1, 2, 3].map((value) => valuesOf(value));
    const given = (index: number): Options => (index === 2 ? { ...base, maxShare: 60 } : base);
    await expect(run(data, given)).rejects.toMatchObject({ code: "PEER_MISMATCH" });
  });
});

describe("sumStatistics with a guard", () => {
  const names = ["a", "b", "c", "d", "e"];
  const data = names.map((_, index) => valuesOf(index, 10 * index));

  /** One run of some of the firms, each with its own ledger of all runs before. */
  async function ask(
    firms: readonly string[],
    ledgers: ReadonlyMap<string, QueryLedger>,
    { series = "days", period = "2026" } = {},
  ): Promise<statistics.StatisticsReport[]> {
    return simulate(
      firms.length,
      (party) => {
        const ledger = ledgers.get(party.name) as QueryLedger; // one a firm
        const rows = data[names.indexOf(party.name)] ?? [];
        return statistics.sumStatistics(party, rows, { ...base, guard: { ledger, series, period } });
      },
      { names: firms },
    );
  }

  const openLedgers = async (): Promise<ReadonlyMap<string, QueryLedger>> =>
    new Map(
      await Promise.all(
        names.map(async (name) => {
          const ledger = await QueryLedger.open({ store: memoryStore(), minContributors: 3 });
          return [name, ledger] as const;
        }),
      ),
    );

  it("answers, and refuses to answer again when one firm has left or come, to everyone", async () => {
    const ledgers = await openLedgers();
    expect(await ask(names, ledgers)).toHaveLength(5);
    await expect(ask(names.slice(1), ledgers)).rejects.toMatchObject({
      code: "DISCLOSURE_REFUSED",
      got: "combination",
    });
    await expect(ask(names.slice(1), ledgers, { period: "2027" })).rejects.toMatchObject({
      code: "DISCLOSURE_REFUSED",
      got: "successive-periods",
    });
    expect([...ledgers.values()].map((ledger) => ledger.size("days"))).toEqual([1, 1, 1, 1, 1]);
    expect(await ask(names, ledgers, { period: "2027" })).toHaveLength(5);
    expect(await ask(names.slice(1), ledgers, { series: "staff" })).toHaveLength(4);
  });

  it("records before anything is added up: a run that fails later counts", async () => {
    const ledgers = await openLedgers();
    let sums = 0;
    const failing: VectorSum = (party, vector, options) =>
      ++sums > 9 ? Promise.reject(new Error("power cut")) : sumBySecureSum(party, vector, options);
    const run = simulate(
      3,
      (party) => {
        const ledger = ledgers.get(party.name) as QueryLedger; // one a firm
        const guard = { ledger, series: "days", period: "2026" };
        return statistics.sumStatistics(party, data[party.index] ?? [], { ...base, guard, sum: failing });
      },
      { names: names.slice(0, 3) },
    );
    await expect(run).rejects.toMatchObject({ code: "PROTOCOL_FAILED", cause: { message: "power cut" } });
    expect(names.slice(0, 3).map((name) => ledgers.get(name)?.size("days"))).toEqual([1, 1, 1]);
  });
});

describe("buckets", () => {
  it("hold a value from their lower edge on, the last with its upper edge", () => {
    const edges = [0n, 10n, 20n, 50n];
    expect([0n, 9n, 10n, 19n, 20n, 50n].map((value) => bucketOf(value, edges))).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it("give percentiles that hold the true one, of any values and edges", () => {
    const values = fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 60 });
    const edges = fc
      .uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 8 })
      .map((inner) => [0, ...inner.sort((a, b) => a - b), 100]);
    fc.assert(
      fc.property(values, edges, fc.integer({ min: 1, max: 100 }), (data, limits, percent) => {
        const counts = new Array<bigint>(limits.length - 1).fill(0n);
        for (const value of data) {
          const at = bucketOf(BigInt(value), limits.map(BigInt));
          counts[at] = (counts[at] ?? 0n) + 1n;
        }
        const { lower, upper } = percentileOf(counts, limits, percent);
        const right = plainPercentile(data, percent);
        expect(lower <= right && right < upper).toBe(true);
      }),
    );
  });
});
