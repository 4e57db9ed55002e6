/** What an owner learns of single rows of the other from answers to questions about columns that it made for the purpose. */

import { describe, expect, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import {
  jointStatistics,
  type FeatureColumn,
  type JointStatisticsInput,
  type JointStatisticsOptions,
  type JointStatisticsReport,
  type Question,
} from "../../dist/joint-statistics/index.js";
import { Prg } from "../../dist/random/index.js";
import { memoryStore, type StateStore } from "../../dist/store/index.js";

const rows = 200;
const target = 23;
const ids = Array.from({ length: rows }, (_, i) => `p${String(i).padStart(4, "0")}`);
const prg = new Prg(new Uint8Array(32).fill(77));
const uniform = (): number => Number(prg.words(1)[0] ?? 0n) / 2 ** 64;
const salary = ids.map(() => Math.round(20_000 + 80_000 * uniform()));

/** Asks about the second owner's salaries with columns of the first's. */
async function ask(
  made: readonly FeatureColumn[],
  questions: readonly Question[],
  extra: {
    readonly stores?: readonly StateStore[];
    readonly ids?: readonly string[];
    readonly options?: Partial<JointStatisticsOptions>;
  } = {},
): Promise<readonly JointStatisticsReport[]> {
  const columns: Record<string, unknown> = {
    "second.salary": { kind: "numeric", least: 0, greatest: 200_000 },
  };
  for (const column of made) {
    columns[`first.${column.name}`] =
      column.kind === "numeric"
        ? { kind: "numeric", least: 0, greatest: 200_000 }
        : { kind: "category", groups: [...new Set(column.values)].filter((group) => group !== null) };
  }
  const own = extra.ids ?? ids;
  const cut = (column: FeatureColumn): FeatureColumn => ({
    ...column,
    values: Array.from(column.values as ArrayLike<never>).slice(0, own.length),
  });
  const inputs: readonly JointStatisticsInput[] = [
    { role: "first", ids: own, columns: made.map(cut) },
    { role: "second", ids, columns: [{ kind: "numeric", name: "salary", values: salary }] },
    { role: "helper" },
  ];
  return simulate(
    3,
    (party) => {
      const store = extra.stores?.[party.index];
      return jointStatistics(party, inputs[party.index] ?? { role: "helper" }, {
        columns: columns as JointStatisticsOptions["columns"],
        questions,
        computation: "replicated",
        ...extra.options,
        ...(store === undefined ? {} : { store }),
      });
    },
    { names: ["first", "second", "helper"] },
  );
}

const numeric = (name: string, f: (row: number) => number): FeatureColumn => ({
  kind: "numeric",
  name,
  values: ids.map((_, row) => f(row)),
});
const category = (name: string, f: (row: number) => string): FeatureColumn => ({
  kind: "category",
  name,
  values: ids.map((_, row) => f(row)),
});
const flag = numeric("flag", (row) => (row === target ? 1 : 0));
const half = numeric("half", (row) => 100_000 * (row % 2));
const mixed = [
  { column: "first.flag", factor: 1 },
  { column: "second.salary", factor: 1 },
] as const;

function answersOf(reports: readonly JointStatisticsReport[]): unknown {
  const [first] = reports;
  return first?.role === "first" ? first.answers : undefined;
}

describe("an owner of a column with a single one", () => {
  it("is told no correlation with it, and no variance of a sum with it", async () => {
    const told = await ask(
      [flag, half],
      [
        { kind: "correlation", x: "first.flag", y: "second.salary" },
        { kind: "correlation", x: "second.salary", y: mixed },
        { kind: "variance", of: mixed },
        { kind: "correlation", x: "first.half", y: "second.salary" },
      ],
    );
    expect(answersOf(told)).toMatchObject([
      { kind: "correlation", value: null },
      { kind: "correlation", value: null },
      { kind: "variance", value: null },
      { kind: "correlation", value: expect.any(Number) as number },
    ]);
  });

  it("is told no correlation with a heavy-tailed column either", async () => {
    const tail = numeric("tail", (row) => 200_000 * ((row + 1) / rows) ** 200);
    const told = await ask([tail], [{ kind: "correlation", x: "first.tail", y: "second.salary" }]);
    expect(answersOf(told)).toEqual([{ kind: "correlation", value: null }]);
  });
});

describe("percentiles and histograms", () => {
  it.each<Question>([
    { kind: "percentile", of: mixed, percent: 10 },
    { kind: "histogram", of: mixed, edges: [50_000] },
  ])("of columns of both owners are refused: %j", async (question) => {
    await expect(ask([flag], [question])).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("with edges that move by less than 20 rows are refused", async () => {
    const asked = (...edges: number[]): Question[] =>
      edges.map((edge) => ({ kind: "histogram", of: "second.salary", edges: [edge] }));
    const sorted = [...salary].sort((a, b) => a - b);
    const at = (row: number): number => (sorted[row] ?? 0) - 0.5;
    await expect(ask([half], asked(at(100), at(101)))).rejects.toMatchObject({ code: "DISCLOSURE_REFUSED" });
    await expect(ask([half], asked(at(100), at(119)))).rejects.toMatchObject({ code: "DISCLOSURE_REFUSED" });
    await ask([half], asked(at(100), at(120), at(100)));
  });
});

describe("two columns that differ by one person", () => {
  it("are refused as groupings", async () => {
    const region = category("region", (row) => (row < 60 ? "north" : "south"));
    const area = category("area", (row) => (row < 60 && row !== target ? "east" : "west"));
    const by = (column: "first.region" | "first.area"): Question => ({
      kind: "groupMeans",
      of: "second.salary",
      by: column,
    });
    await expect(ask([region, area], [by("first.region"), by("first.area")])).rejects.toMatchObject({
      code: "DISCLOSURE_REFUSED",
      field: "questions",
    });
    const other = category("area", (row) => (row < 80 ? "east" : "west"));
    await ask([region, other], [by("first.region"), by("first.area")]);
  });

  it("are refused where they are numbers", async () => {
    const other = numeric("other", (row) => 100_000 * (row === target ? 1 - (row % 2) : row % 2));
    await expect(
      ask(
        [half, other],
        [
          { kind: "correlation", x: "first.half", y: "second.salary" },
          { kind: "correlation", x: "first.other", y: "second.salary" },
        ],
      ),
    ).rejects.toMatchObject({ code: "INVALID_DATA", field: "columns" });
  });
});

describe("a quantity that singles out one row, by the other owner's groups", () => {
  it("is told of no group", async () => {
    const told = await simulate(
      3,
      (party) =>
        jointStatistics(
          party,
          (
            [
              { role: "first", ids, columns: [flag] },
              { role: "second", ids, columns: [category("region", (row) => (row < 60 ? "north" : "south"))] },
            ] as const
          )[party.index] ?? { role: "helper" },
          {
            columns: {
              "first.flag": { kind: "numeric", least: 0, greatest: 1 },
              "second.region": { kind: "category", groups: ["north", "south"] },
            },
            questions: [{ kind: "groupMeans", of: "first.flag", by: "second.region" }],
            computation: "replicated",
          },
        ),
      { names: ["first", "second", "helper"] },
    );
    expect(answersOf(told)).toEqual([
      {
        kind: "groupMeans",
        groups: [
          { group: "north", rows: null, mean: null },
          { group: "south", rows: null, mean: null },
        ],
      },
    ]);
  });
});

describe("asking again without one row", () => {
  it("is refused by either owner's store", async () => {
    for (const keeper of [0, 1]) {
      const stores: StateStore[] = [];
      stores[keeper] = memoryStore();
      const question: readonly Question[] = [{ kind: "mean", of: "second.salary" }];
      await ask([half], question, { stores });
      await expect(ask([half], question, { stores, ids: ids.slice(0, -1) })).rejects.toMatchObject({
        code: "DISCLOSURE_REFUSED",
      });
      await ask([half], question, { stores, ids: ids.slice(0, -20) });
    }
  });
});
