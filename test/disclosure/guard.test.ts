import { describe, expect, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import { QueryLedger, releaseTotals } from "../../dist/disclosure/index.js";
import { sumScope3AmongPeers } from "../../dist/scope3/index.js";
import { sumRegression, sumStatistics, type StatisticsOptions } from "../../dist/statistics/index.js";
import { memoryStore } from "../../dist/store/index.js";
import { expectCode } from "../support/expect-error.js";

const names = ["a", "b", "c", "d", "e", "f", "g", "h"];

/** A ledger for every party, in a store of its own. */
async function ledgers(minContributors = 3): Promise<ReadonlyMap<string, QueryLedger>> {
  const all = names.map(
    async (name) => [name, await QueryLedger.open({ store: memoryStore(), minContributors })] as const,
  );
  return new Map(await Promise.all(all));
}

const guardOf = (own: ReadonlyMap<string, QueryLedger>, name: string, period = "2026") => {
  const ledger = own.get(name);
  return ledger === undefined ? {} : { guard: { ledger, series: "days to payment", period } };
};

interface Row {
  readonly group?: string;
  readonly value: number;
}

/** Statistics of some parties' rows; `undefined` for one that takes part without. */
function statistics(
  own: ReadonlyMap<string, QueryLedger>,
  rows: Readonly<Record<string, readonly Row[]>>,
  options: Partial<StatisticsOptions> & { readonly period?: string } = {},
) {
  const members = Object.keys(rows);
  const { period, ...others } = options;
  return simulate(
    members.length,
    (party) =>
      sumStatistics(party, rows[party.name] ?? [], {
        value: { min: 0, max: 365 },
        maxRows: 10,
        ...others,
        ...guardOf(own, party.name, period),
      }),
    { names: members },
  );
}

const retail = (value: number): Row[] => [{ group: "retail", value }];
const groups = ["retail", "steel"];
const rowsOfFive = {
  a: retail(1),
  b: retail(2),
  c: retail(3),
  d: retail(4),
  e: [...retail(5), { group: "steel", value: 87 }],
};
const withoutGroups = (rows: Readonly<Record<string, readonly Row[]>>): Record<string, Row[]> =>
  Object.fromEntries(
    Object.entries(rows).map(([name, list]) => [name, list.map(({ value }) => ({ value }))]),
  );

describe("the guard of statistics", () => {
  it("refuses the groups after all rows, and all rows after the groups, where the rest is one party's", async () => {
    const first = await ledgers();
    await statistics(first, withoutGroups(rowsOfFive));
    await expectCode(statistics(first, rowsOfFive, { groups }), "DISCLOSURE_REFUSED", { got: "combination" });
    const second = await ledgers();
    const [report] = await statistics(second, rowsOfFive, { groups });
    expect(report?.groups.map(({ status }) => status)).toEqual(["shown", "withheld-small"]);
    await expectCode(statistics(second, withoutGroups(rowsOfFive)), "DISCLOSURE_REFUSED", {
      got: "combination",
    });
  });

  it("allows both where the rest has enough contributors, and the same again as often as it is asked", async () => {
    const rows = {
      ...rowsOfFive,
      ...Object.fromEntries(["f", "g", "h"].map((name) => [name, [{ group: "steel", value: 50 }]])),
    };
    const own = await ledgers();
    for (let i = 0; i < 2; i++) {
      await statistics(own, withoutGroups(rows));
      await statistics(own, rows, { groups });
    }
  });

  it("refuses a group that lost its only row of one party that still takes part, whoever has a guard", async () => {
    for (const guarded of [names, ["a"], ["e"]]) {
      const all = await ledgers();
      const own = new Map([...all].filter(([name]) => guarded.includes(name)));
      await statistics(own, rowsOfFive, { groups });
      const later = { ...rowsOfFive, e: [] };
      await expectCode(statistics(own, later, { groups }), "DISCLOSURE_REFUSED", { got: "changed" });
    }
  });

  it("refuses, for everybody and without naming who, what one party changed, and lets it be a period of its own", async () => {
    const own = new Map([...(await ledgers())].filter(([name]) => name === "c"));
    await statistics(own, rowsOfFive, { groups });
    const restated = { ...rowsOfFive, c: retail(4) };
    const error = await expectCode(statistics(own, restated, { groups }), "DISCLOSURE_REFUSED", {
      got: "changed",
    });
    expect(error.message).not.toContain('"c"');
    await statistics(own, restated, { groups, period: "2026, restated" });
  });

  it("refuses another split of the same rows, whose overlaps nobody knows", async () => {
    const own = await ledgers();
    await statistics(own, rowsOfFive, { groups });
    const regions = Object.fromEntries(
      Object.entries(rowsOfFive).map(([name, rows]) => [
        name,
        rows.map(({ value }) => ({ group: "north", value })),
      ]),
    );
    const other = statistics(own, regions, { groups: ["north", "south"] });
    await expectCode(other, "DISCLOSURE_REFUSED", { got: "other-cells" });
  });

  it("allows three that come, and refuses two, or one for another", async () => {
    const { a, b, c, d, e } = rowsOfFive;
    const three = { f: retail(6), g: retail(7), h: retail(8) };
    const base = { a, b, c, d, e: retail(5) };
    const own = await ledgers();
    await statistics(own, base, { groups });
    await statistics(own, { ...base, ...three }, { groups });
    await expectCode(
      statistics(own, { ...base, f: retail(6), g: retail(7) }, { groups }),
      "DISCLOSURE_REFUSED",
    );
    await expectCode(statistics(own, { a, b, c, d, f: retail(6) }, { groups }), "DISCLOSURE_REFUSED");
    expect(e).toHaveLength(2);
  });

  it("knows what others have seen: a total of two groups of parties that never met", async () => {
    const own = await ledgers();
    const some = (list: string): Record<string, Row[]> =>
      Object.fromEntries(Array.from(list, (name) => [name, [{ value: name.charCodeAt(0) }]]));
    await statistics(own, some("abc"));
    await statistics(own, some("def"));
    await expectCode(statistics(own, some("abcdefg")), "DISCLOSURE_REFUSED", { got: "combination" });
    await statistics(own, some("abcdef"));
  });

  it("refuses a group whose number of contributors is almost that of another period", async () => {
    const own = await ledgers();
    await statistics(own, rowsOfFive, { groups, period: "2025" });
    const fewer = { ...rowsOfFive, a: [] };
    await expectCode(statistics(own, fewer, { groups }), "DISCLOSURE_REFUSED", { got: "successive-periods" });
    await statistics(own, rowsOfFive, { groups });
  });

  it("guards a regression of the same rows too", async () => {
    const own = await ledgers();
    const measure = { min: 0, max: 1000 };
    const run = (last: number) =>
      simulate(
        5,
        (party) => {
          const rows = Array.from({ length: 4 }, (_, i) => ({
            features: [i + party.index],
            target: 3 * i + party.index + (party.index === 4 && i === 3 ? last : 0),
          }));
          const options = { features: [measure], target: measure, maxRows: 10 };
          return sumRegression(party, rows, { ...options, ...guardOf(own, party.name) });
        },
        { names: names.slice(0, 5) },
      );
    await run(0);
    await run(0);
    await expectCode(run(1), "DISCLOSURE_REFUSED", { got: "changed" });
  });
});

describe("the guard of totals of cells", () => {
  const run = (own: ReadonlyMap<string, QueryLedger>, cells: Readonly<Record<string, readonly bigint[]>>) => {
    const members = Object.keys(cells);
    return simulate(
      members.length,
      (party) =>
        releaseTotals(party, BigInt64Array.from(cells[party.name] ?? []), {
          maxAbs: 1000n,
          ...guardOf(own, party.name),
        }),
      { names: members },
    );
  };
  const five = { a: [10n, 0n], b: [11n, 5n], c: [12n, 5n], d: [13n, 5n], e: [14n, 0n] };

  it("refuses a cell that lost a contributor, and allows the other parties' cells again", async () => {
    const own = await ledgers();
    await run(own, five);
    await run(own, five);
    await expectCode(run(own, { ...five, e: [0n, 0n] }), "DISCLOSURE_REFUSED", { got: "changed" });
    const { a, b, c, d } = five;
    await expectCode(run(own, { a, b, c, d }), "DISCLOSURE_REFUSED", { got: "combination" });
  });

  it("checks two runs at once one after the other", async () => {
    const own = await ledgers();
    const { a, b, c, d } = five;
    const both = await Promise.allSettled([run(own, five), run(own, { a, b, c, d })]);
    expect(both.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});

describe("the guard of a Scope 3 total", () => {
  const factor = { kgPerUnit: "1", currency: "USD" };
  const run = (
    own: ReadonlyMap<string, QueryLedger>,
    spends: readonly (string | undefined)[],
    period = "2026",
  ) =>
    simulate(
      spends.length,
      (party) => {
        const spend = spends[party.index];
        const ledger = own.get(party.name);
        return sumScope3AmongPeers(
          party,
          { currency: "USD", lines: spend === undefined ? [] : [{ category: 1, spend, factor }] },
          { period, ...(ledger === undefined ? {} : { guard: { ledger } }) },
        );
      },
      { names: names.slice(0, spends.length) },
    );

  it("refuses the run in which one supplier takes part without lines, and the one in which it has others", async () => {
    const own = await ledgers();
    await run(own, ["100", "200", "300", "4000", "50"]);
    await expectCode(run(own, ["100", "200", "300", undefined, "50"]), "DISCLOSURE_REFUSED", {
      got: "changed",
    });
    await expectCode(run(own, ["100", "200", "300", "4001", "50"]), "DISCLOSURE_REFUSED", { got: "changed" });
    await run(own, ["100", "200", "300", "4000", "50"]);
    const next = run(own, ["101", "202", "303", undefined, "51"], "2027");
    await expectCode(next, "DISCLOSURE_REFUSED", { got: "successive-periods" });
  });

  it("opens no spend of three suppliers, and counts the further sums where it is asked for", async () => {
    const spends = (count: number, spendFigures: boolean) =>
      simulate(count, (party) =>
        sumScope3AmongPeers(
          party,
          {
            currency: "USD",
            lines: [{ category: 1, spend: String(100 + party.index), factor, primaryDataShare: "50" }],
          },
          { spendFigures },
        ),
      ).then(([report]) => [
        report?.total !== undefined,
        report?.spend?.amount,
        report?.primarySpend?.amount,
      ]);
    expect(await spends(3, false)).toEqual([true, undefined, undefined]);
    expect(await spends(3, true)).toEqual([true, undefined, undefined]);
    expect(await spends(4, true)).toEqual([true, "406.00", undefined]);
    expect(await spends(5, true)).toEqual([true, "510.00", "255.00"]);
  });
});
