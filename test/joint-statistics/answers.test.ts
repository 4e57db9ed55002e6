import { describe, expect, it } from "vitest";
import {
  computations,
  type Answer,
  type JointStatisticsOptions,
  type Question,
  type StatisticsOwnerInput,
} from "../../dist/joint-statistics/index.js";
import { describeWithData, readData } from "../support/data.js";
import { answersInTheClear, answersOf, declarations, inventOwners, type Owners } from "./two-owners.js";

const burden = [
  { column: "first.income", factor: 1 },
  { column: "second.orders", factor: -20 },
  { column: "first.debt", factor: 3 },
] as const;

/** Of one owner's columns: of both, there are neither percentiles nor histograms. */
const debts = [
  { column: "first.income", factor: 1 },
  { column: "first.debt", factor: 3 },
] as const;

/** Expects answers within the errors that the protocol states. */
function expectClose(answers: readonly Answer[], plain: readonly Answer[], width: number): void {
  expect(answers.map(({ kind }) => kind)).toEqual(plain.map(({ kind }) => kind));
  for (const [i, expected] of plain.entries()) {
    const got = answers[i];
    const near = (value: number | null | undefined, wanted: number | null, error: number): void => {
      if (wanted === null) expect(value).toBeNull();
      else expect(Math.abs((value ?? NaN) - wanted)).toBeLessThan(error);
    };
    if (got?.kind === "groupMeans" && expected.kind === "groupMeans") {
      expect(got.groups.map(({ group, rows }) => [group, rows])).toEqual(
        expected.groups.map(({ group, rows }) => [group, rows]),
      );
      for (const [k, { mean }] of expected.groups.entries())
        near(got.groups[k]?.mean, mean, width * 2 ** -29);
    } else if (got?.kind === "histogram" && expected.kind === "histogram") {
      expect(got.counts).toEqual(expected.counts);
    } else if (got !== undefined && "value" in got && "value" in expected) {
      const errors = { mean: width * 2 ** -29, percentile: width * 2 ** -28, correlation: 0.001 };
      const error = { ...errors, sum: 1000 * width * 2 ** -29, variance: width ** 2 * 2 ** -20 };
      near(got.value, expected.value, error[got.kind]);
    } else throw new Error(`answer ${i} is of another kind`);
  }
}

const questions: readonly Question[] = [
  { kind: "mean", of: "first.income" },
  { kind: "sum", of: burden },
  { kind: "variance", of: burden },
  { kind: "variance", of: "second.orders" },
  { kind: "percentile", of: debts, percent: 25 },
  { kind: "percentile", of: debts, percent: 50 },
  { kind: "histogram", of: debts, edges: [0, 1000, 2500, 2600] },
  { kind: "histogram", of: "second.orders", edges: [-30, 0, 50, 51, 100] },
  { kind: "groupMeans", of: "first.income", by: "second.region" },
  { kind: "groupMeans", of: burden, by: "second.region" },
  { kind: "correlation", x: "first.income", y: "second.orders" },
  { kind: "correlation", x: "first.debt", y: "second.orders" },
  { kind: "correlation", x: burden, y: "second.orders" },
];

describe("jointStatistics", () => {
  it.each(computations)("answers as both owners' rows in the clear do: %s", async (computation) => {
    const owners = inventOwners(150, 1);
    const options = { columns: declarations, questions, computation };
    expectClose(await answersOf(owners, options), answersInTheClear(owners, options), 8000);
  });

  it("answers so on other rows and with other minimums, cell by cell withheld or shown", async () => {
    for (const [rows, minimumRows, seed] of [
      [20, 2, 2],
      [45, 9, 3],
      [70, 25, 4],
    ] as const) {
      const owners = inventOwners(rows, seed);
      const options = { columns: declarations, questions, minimumRows, computation: "replicated" } as const;
      expectClose(await answersOf(owners, options), answersInTheClear(owners, options), 8000);
    }
  });

  /** Groups of the given sizes at the second owner, and rows of no group. */
  async function groupsShown(
    sizes: readonly number[],
    unlisted: number,
    groups: readonly string[],
  ): Promise<(number | null)[]> {
    const members = sizes.flatMap((size, k) => Array.from({ length: size }, () => groups[k] ?? ""));
    const keys: (string | null)[] = [...members, ...Array.from({ length: unlisted }, () => null)];
    const ids = keys.map((_, i) => `id-${i}`);
    const owners: Owners = {
      first: {
        role: "first",
        ids,
        columns: [{ kind: "numeric", name: "x", values: ids.map((_, i) => i % 2) }],
      },
      second: { role: "second", ids, columns: [{ kind: "category", name: "g", values: keys }] },
    };
    const columns = {
      "first.x": { kind: "numeric", least: 0, greatest: ids.length },
      "second.g": { kind: "category", groups },
    } as const;
    const asked = [{ kind: "groupMeans", of: "first.x", by: "second.g" }] as const;
    const options = { columns, questions: asked, minimumRows: 10, computation: "replicated" } as const;
    const [answer] = await answersOf(owners, options);
    if (answer?.kind !== "groupMeans") throw new Error("expected means of groups");
    return answer.groups.map(({ rows }) => rows);
  }

  it("withholds groups below the minimum, and one more where what is left over is small", async () => {
    const names = ["a", "b", "c"];
    expect(await groupsShown([10, 11, 12], 0, names)).toEqual([10, 11, 12]);
    expect(await groupsShown([10, 11, 9], 0, names)).toEqual([10, null, null]);
    expect(await groupsShown([10, 11, 9], 1, names)).toEqual([10, 11, null]);
    expect(await groupsShown([10, 11, 0], 0, names)).toEqual([10, 11, null]);
    expect(await groupsShown([10, 11, 12], 1, names)).toEqual([10, 11, null]);
    expect(await groupsShown([9, 9, 9], 0, names)).toEqual([null, null, null]);
  });

  it("withholds percentiles with fewer rows than the minimum on either side", async () => {
    const asked = [0, 44, 45, 55, 56, 100].map((percent) => ({
      kind: "percentile" as const,
      of: "first.income" as const,
      percent,
    }));
    const options = {
      columns: declarations,
      questions: asked,
      minimumRows: 10,
      computation: "replicated",
    } as const;
    const answers = await answersOf(inventOwners(21, 5), options);
    const told = answers.map((answer) => answer.kind === "percentile" && answer.value !== null);
    expect(told).toEqual([false, false, true, true, false, false]);
  });

  it("tells no correlation with a column that does not vary, and the others all the same", async () => {
    const asked: readonly Question[] = [
      { kind: "correlation", x: "first.constant", y: "second.orders" },
      { kind: "correlation", x: "second.orders", y: "second.orders" },
    ];
    const [constant, same] = await answersOf(inventOwners(60, 6), {
      columns: declarations,
      questions: asked,
    });
    expect(constant).toEqual({ kind: "correlation", value: null });
    expect(same?.kind === "correlation" && same.value).toBeCloseTo(1, 3);
  });

  it("gives sums of large and of tiny numbers with the error of their own range", async () => {
    const ids = Array.from({ length: 30 }, (_, i) => `id-${i}`);
    const large = ids.map((_, i) => 2 ** 49 - 10_000_000 * i);
    const tiny = ids.map((_, i) => i * 2 ** -26);
    const owners: Owners = {
      first: { role: "first", ids, columns: [{ kind: "numeric", name: "x", values: large }] },
      second: { role: "second", ids, columns: [{ kind: "numeric", name: "y", values: tiny }] },
    };
    const columns = {
      "first.x": { kind: "numeric", least: 0, greatest: 2 ** 49 },
      "second.y": { kind: "numeric", least: 0, greatest: 2 ** -20 },
    } as const;
    const asked = [
      { kind: "mean", of: "first.x" },
      { kind: "mean", of: "second.y" },
    ] as const;
    const [x, y] = await answersOf(owners, { columns, questions: asked });
    if (x?.kind !== "mean" || y?.kind !== "mean") throw new Error("expected means");
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / 30;
    expect(Math.abs(x.value - mean(large))).toBeLessThan(2 ** 49 * 2 ** -29);
    expect(Math.abs(y.value - mean(tiny))).toBeLessThan(2 ** -20 * 2 ** -29);
  });
});

/** The first 6,000 rows of a file of the data folder, with its label as a column where it has one. */
function readOwner(role: "first" | "second", file: string): StatisticsOwnerInput {
  const [head = "", ...lines] = readData(file).trim().split(/\r?\n/);
  const header = head.split(",");
  const rows = lines.slice(0, 6000).map((line) => line.split(","));
  const columns = header.slice(1).map((name, at) => ({
    kind: "numeric" as const,
    name,
    values: rows.map((row) => Number(row[at + 1])),
  }));
  return { role, ids: rows.map((row) => row[0] ?? ""), columns };
}

const [guest, host] = ["credit/default_credit_hetero_guest.csv", "credit/default_credit_hetero_host.csv"];

describeWithData("jointStatistics on FATE's credit default split", [guest, host], () => {
  it("answers as in the clear on the first 6,000 rows, with less than the stated errors", async () => {
    const owners = { first: readOwner("first", guest), second: readOwner("second", host) };
    const wide = { kind: "numeric", least: -100, greatest: 100 } as const;
    const columns = { "first.y": wide, "first.x0": wide, "second.x0": wide, "second.x1": wide } as const;
    const options: JointStatisticsOptions = {
      computation: "replicated",
      columns,
      questions: [
        { kind: "correlation", x: "first.x0", y: "second.x0" },
        { kind: "correlation", x: "first.y", y: "second.x1" },
        {
          kind: "mean",
          of: [
            { column: "first.x0", factor: 1 },
            { column: "second.x0", factor: 1 },
          ],
        },
        { kind: "variance", of: "second.x1" },
      ],
    };
    expectClose(await answersOf(owners, options), answersInTheClear(owners, options), 40);
  }, 120_000);
});
