import { describe, expect, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import {
  computations,
  jointStatistics,
  thirdRoles,
  type Computation,
  type JointStatisticsInput,
  type JointStatisticsOptions,
  type JointStatisticsReport,
  type Question,
  type StatisticsOwnerInput,
} from "../../dist/joint-statistics/index.js";
import { chiSquare } from "../support/chi-square.js";
import { recordedParty } from "../support/recorded-party.js";
import { tapParty, type Tapped } from "../support/tapped-party.js";
import { askTogether, declarations, inventOwners, type Owners } from "./two-owners.js";

const mean: Question = { kind: "mean", of: "first.income" };
const options: JointStatisticsOptions = {
  columns: declarations,
  questions: [mean],
  computation: "replicated",
};
const owners = inventOwners(40, 10);
const { first, second } = owners;

/** The options with other questions, or other declarations. */
const asking = (...questions: Question[]): JointStatisticsOptions => ({ ...options, questions });

describe("jointStatistics", () => {
  it.each(computations)("gives a third party numbers of rows or messages only: %s", async (computation) => {
    const [, , third] = await askTogether(owners, { ...options, computation });
    if (computation === "two-party") expect(third).toBeUndefined();
    else if (computation === "replicated") expect(third).toEqual({ role: "helper", rows: 40 });
    else expect(Object.keys(third ?? {}).sort()).toEqual(["correctionBytes", "correlations", "role"]);
  });

  it("plays roles under any names, and reports progress", async () => {
    const parties = { first: "Bank", second: "Shop", helper: "Notary" };
    const steps: string[] = [];
    const asked = { ...asking(mean, { kind: "sum", of: "second.orders" }), parties };
    const [report] = await askTogether(owners, asked, {
      names: ["Bank", "Shop", "Notary"],
      onProgress: ({ step, done, total }) => {
        if (step === "joint-statistics/answer") steps.push(`${done}/${total}`);
      },
    });
    expect(report).toMatchObject({ role: "first", rows: 40 });
    expect(new Set(steps)).toEqual(new Set(["1/2", "2/2"]));
  });

  it("runs only when all ask the same", async () => {
    const inputs: readonly JointStatisticsInput[] = [first, second, { role: "helper" }];
    const run = simulate(
      3,
      (party): Promise<JointStatisticsReport> =>
        jointStatistics(
          party,
          inputs[party.index] ?? { role: "helper" },
          party.index === 1 ? asking({ kind: "sum", of: "first.income" }) : options,
        ),
      { names: ["first", "second", "helper"] },
    );
    await expect(run).rejects.toMatchObject({ code: "PEER_MISMATCH" });
  });

  it.each<[string, JointStatisticsOptions]>([
    ["no question", asking()],
    ["a column that is not declared", asking({ kind: "mean", of: "first.nothing" })],
    ["a mean of a category", asking({ kind: "mean", of: "second.region" })],
    ["groups by numbers", asking({ kind: "groupMeans", of: "first.income", by: "second.orders" })],
    ["a percentage of 101", asking({ kind: "percentile", of: "first.income", percent: 101 })],
    ["a percentage that is no number", asking({ kind: "percentile", of: "first.income", percent: NaN })],
    ["no edges", asking({ kind: "histogram", of: "first.income", edges: [] })],
    ["edges out of order", asking({ kind: "histogram", of: "first.income", edges: [2, 1] })],
    ["an edge outside the range", asking({ kind: "histogram", of: "first.income", edges: [5001] })],
    ["a quantity of no column", asking({ kind: "mean", of: [] })],
    ["a factor of 0", asking({ kind: "mean", of: [{ column: "first.income", factor: 0 }] })],
    ["a factor of 1.5", asking({ kind: "mean", of: [{ column: "first.income", factor: 1.5 }] })],
    [
      "a column twice in a quantity",
      asking({
        kind: "mean",
        of: [
          { column: "first.income", factor: 1 },
          { column: "first.income", factor: 1 },
        ],
      }),
    ],
    [
      "a range upside down",
      { ...options, columns: { "first.income": { kind: "numeric", least: 1, greatest: 0 } } },
    ],
    [
      "an endless range",
      { ...options, columns: { "first.income": { kind: "numeric", least: 0, greatest: 1e300 } } },
    ],
    [
      "a group twice",
      { ...options, columns: { ...declarations, "second.region": { kind: "category", groups: ["a", "a"] } } },
    ],
    [
      "ranges too different for one sum",
      {
        columns: {
          ...declarations,
          "second.orders": { kind: "numeric", least: -(2 ** 50), greatest: 2 ** 50 },
        },
        questions: [
          {
            kind: "mean",
            of: [
              { column: "second.orders", factor: 1 },
              { column: "first.debt", factor: 1 },
            ],
          },
        ],
      },
    ],
    ["a minimum of one row", { ...options, minimumRows: 1 }],
  ])("refuses %s", async (_, refused) => {
    await expect(askTogether(owners, refused)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  const changed = (
    owner: StatisticsOwnerInput,
    name: string,
    values: readonly number[],
  ): StatisticsOwnerInput => ({
    ...owner,
    columns: [...owner.columns.filter((column) => column.name !== name), { kind: "numeric", name, values }],
  });
  const incomes = first.ids.map((_, i) => 100 + i);

  it.each<[string, Owners, string]>([
    ["a column that is missing", { first: { ...first, columns: [] }, second }, "INVALID_DATA"],
    ["a column that is too short", { first: changed(first, "income", [1]), second }, "INVALID_DATA"],
    [
      "a number that is missing",
      { first: changed(first, "income", incomes.with(3, NaN)), second },
      "INVALID_DATA",
    ],
    [
      "a column of texts for numbers",
      {
        first: {
          ...first,
          columns: [{ kind: "category", name: "income", values: first.ids.map(() => "much") }],
        },
        second,
      },
      "INVALID_DATA",
    ],
    ["an id twice", { first: { ...first, ids: first.ids.map(() => "same") }, second }, "INVALID_DATA"],
    [
      "a value out of range",
      { first: changed(first, "income", incomes.with(3, 5000.5)), second },
      "VALUE_OUT_OF_RANGE",
    ],
    [
      "too few common ids",
      { first, second: { ...second, ids: second.ids.map((id, i) => (i < 15 ? id : `other-${i}`)) } },
      "INVALID_DATA",
    ],
  ])("refuses %s", async (_, refused, code) => {
    await expect(askTogether(refused, options)).rejects.toMatchObject({ code });
  });

  it("names the column and the row of a value out of range, never the value, even of a row that is not common", async () => {
    const last = first.ids.length - 1; // only the first owner has it
    const refused = { first: changed(first, "income", incomes.with(last, 77_777)), second };
    const error: unknown = await askTogether(refused, options).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "VALUE_OUT_OF_RANGE", field: 'column "first.income"' });
    expect((error as Error).message).toContain(`row ${last}`);
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain("77");
  });

  it.each([
    ["fewer rows than the minimum", 0, 3n, "PEER_MALFORMED", "first"],
    ["another number than the other owner", 1, 41n, "PEER_MISMATCH", "second"],
  ] as const)("the helper refuses to be told %s", async (_, liar, rows, code, named) => {
    const inputs: readonly JointStatisticsInput[] = [first, second, { role: "helper" }];
    const run = simulate(
      3,
      (party) => {
        const cheats = recordedParty(party, ({ step, payload }) =>
          step === "rows" ? new Uint8Array(BigUint64Array.of(rows).buffer) : payload,
        );
        const input = inputs[party.index] ?? { role: "helper" };
        return jointStatistics(party.index === liar ? cheats : party, input, options);
      },
      { names: ["first", "second", "helper"] },
    );
    await expect(run).rejects.toMatchObject({ code, party: named });
  });
});

describe("what others see of joint statistics", () => {
  const people = inventOwners(128, 12); // no round ends with part of a byte
  const backwards = people.first.columns.map((column) => ({
    ...column,
    values: [...Array.from(column.values as ArrayLike<number>)].reverse(),
  }));
  const variants: readonly StatisticsOwnerInput[] = [
    people.first,
    { ...people.first, columns: backwards as StatisticsOwnerInput["columns"] },
    {
      ...people.first,
      columns: people.first.columns.map((column) => ({
        kind: "numeric",
        name: column.name,
        values: people.first.ids.map(() => 0),
      })),
    },
  ];

  /** What one party receives while the answers are computed from a variant of the first owner's rows. */
  async function received(
    own: StatisticsOwnerInput,
    observer: number,
    computation: Computation,
  ): Promise<Tapped[]> {
    const messages: Tapped[] = [];
    const third = thirdRoles[computation];
    const inputs: readonly JointStatisticsInput[] = [own, people.second, { role: third ?? "helper" }];
    const asked: readonly Question[] = [
      { kind: "variance", of: "first.income" },
      { kind: "percentile", of: "first.income", percent: 50 },
      { kind: "groupMeans", of: "first.income", by: "second.region" },
      { kind: "histogram", of: "first.income", edges: [1000] },
    ];
    const names = ["first", "second", ...(third === undefined ? [] : [third])];
    await simulate(
      names.length,
      (party) => {
        const watched =
          party.index === observer ? tapParty(party, (message) => messages.push(message)) : party;
        return jointStatistics(watched, inputs[party.index] ?? { role: "helper" }, {
          columns: declarations,
          questions: asked,
          computation,
        });
      },
      { names },
    );
    return messages.filter(({ direction }) => direction === "received");
  }

  // One false alarm in 10^9 for each variant. What is opened, answers and flags, is below 40 words of the hundreds of
  // thousands of bytes; and those of one share of a sum are uniform too.
  it.each([
    ["two-party", "second owner", 1, 232],
    // Three parties shuffle before they compare: how many rounds a percentile takes is a matter of chance, 47 to 61 in all.
    ["replicated", "second owner", 1, 70],
    ["replicated", "helper", 2, 70],
    ["dealer", "second owner", 1, 232],
  ] as const)(
    "is uniform, %s, to the %s, whatever the first owner's columns are",
    async (how, _, observer, least) => {
      for (const variant of variants) {
        const openings = (await received(variant, observer, how)).filter(({ step }) => step === "mpc/round");
        expect(openings.length).toBeGreaterThanOrEqual(least);
        const counts = new Uint32Array(256);
        for (const { bytes } of openings) {
          for (const byte of bytes.subarray(32)) counts[byte] = (counts[byte] ?? 0) + 1;
        }
        expect(chiSquare(counts).exceeds).toBe(false);
      }
    },
  );

  it("is the same, byte for byte, to the dealer where the same cells are shown", async () => {
    const seen: string[] = [];
    for (const variant of variants.slice(0, 2)) {
      const lines = (await received(variant, 2, "dealer")).map(
        ({ peer, step, bytes }) => `${peer} ${step} ${bytes.join()}`,
      );
      seen.push(lines.sort().join("\n"));
    }
    expect(seen[0]?.length).toBeGreaterThan(1000);
    expect(new Set(seen).size).toBe(1);
  });
});
