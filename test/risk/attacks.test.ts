/**
 * What a curious owner, with columns made for the purpose, learns from the result of a joint training. Each attack guesses
 * secrets that were drawn at random, and is called successful when it guesses more of them than a coin would in all but one of a
 * million runs.
 */

import { describe, expect, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import { compute } from "../../dist/mpc/index.js";
import { Prg } from "../../dist/random/index.js";
import {
  prepareColumns,
  type FeatureColumn,
  type JointRiskModelOptions,
  type LenderInput,
  type PlatformInput,
} from "../../dist/risk/index.js";
import { checkLeverage } from "../../dist/risk/leverage.js";
import { memoryStore } from "../../dist/store/index.js";
import { inventPeople, pick } from "./people.js";
import { namesOf, train } from "./train.js";

/** Hits of n fair guesses that are exceeded once in a million: n/2 + 4.9 sqrt(n)/2, by the normal tail and Hoeffding's bound. */
function coinLimit(guesses: number): number {
  return guesses / 2 + Math.sqrt((guesses * Math.log(1e6)) / 2);
}

function generator(seed: number): () => number {
  const prg = new Prg(new Uint8Array(32).fill(seed));
  return () => Number(prg.words(1)[0] ?? 0n) / 2 ** 64;
}

const quick: JointRiskModelOptions = { computation: "replicated", holdout: 0 };

const numeric = (name: string, values: readonly number[]): FeatureColumn => ({
  kind: "numeric",
  name,
  values,
});

/** Owners of the same people, random but for what is given. */
function owners(
  rows: number,
  seed: number,
  made: { readonly lender?: FeatureColumn[]; readonly platform?: FeatureColumn[] } = {},
): { readonly lender: LenderInput; readonly platform: PlatformInput } {
  const uniform = generator(seed);
  const ids = Array.from({ length: rows }, (_, i) => `id-${String(i).padStart(4, "0")}`);
  const values = (): number[] => ids.map(() => uniform() - 0.5);
  const columns = ["a", "b", "c"].map((name) => numeric(name, values()));
  const labels = ids.map(() => (uniform() < 0.5 ? 1 : 0));
  return {
    lender: { role: "lender", ids, labels, columns: made.lender ?? columns },
    platform: {
      role: "platform",
      ids,
      columns: made.platform ?? ["x", "y", "z"].map((name) => numeric(name, values())),
    },
  };
}

/** All numbers that are somewhere in a report. */
function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value];
  if (ArrayBuffer.isView(value)) return Array.from(value as Uint8Array, Number);
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(numbersIn);
}

describe("the platform, about labels", () => {
  /** One column that is 1 for one person and 0 for all others, for each of many people. */
  const flags = (rows: number, people: number): FeatureColumn[] =>
    Array.from({ length: people }, (_, at) =>
      numeric(
        `f${at}`,
        Array.from({ length: rows }, (_, row) => (row === at ? 1 : 0)),
      ),
    );

  it("trains on no column that fewer than 20 people have", async () => {
    const inputs = owners(400, 1);
    const texts: FeatureColumn = {
      kind: "category",
      name: "t",
      values: inputs.platform.ids.map((id, row) => (row < 200 ? id : "other")),
    };
    for (const [columns, left] of [
      [flags(400, 100), []],
      [[texts], ["t=(other)"]],
    ] as const) {
      await expect(
        train({ ...inputs, platform: { ...inputs.platform, columns } }, quick),
      ).rejects.toMatchObject({
        code: "INVALID_DATA",
      });
      const mixed = [...inputs.platform.columns, ...columns];
      const { platform } = await train(
        { ...inputs, platform: { ...inputs.platform, columns: mixed } },
        quick,
      );
      expect(platform.columnNames).toEqual(["x", "y", "z", ...left]);
    }
  });

  it.each<[string, (row: number, uniform: () => number) => number]>([
    ["a heavy tail", (_, uniform) => Math.exp(200 * (uniform() - 0.5))],
    ["one row far from all others", (row, uniform) => (row === 7 ? 1e6 : uniform())],
  ])("trains on no row that counts for more than three quarters: %s", async (_, value) => {
    const inputs = owners(200, 2);
    const uniform = generator(3);
    const made = numeric(
      "made",
      inputs.platform.ids.map((__, row) => value(row, uniform)),
    );
    const columns = [...inputs.platform.columns, made];
    await expect(
      train({ ...inputs, platform: { ...inputs.platform, columns } }, quick),
    ).rejects.toMatchObject({
      code: "INVALID_DATA",
      field: "columns",
    });
  });

  it("trains on no two columns that differ by one person only", async () => {
    const inputs = owners(200, 4);
    const base = inputs.platform.ids.map((_, row) => row % 2);
    const columns = [
      ...inputs.platform.columns,
      numeric("p", base),
      numeric(
        "q",
        base.map((v, row) => (row === 9 ? 1 - v : v)),
      ),
    ];
    await expect(
      train({ ...inputs, platform: { ...inputs.platform, columns } }, quick),
    ).rejects.toMatchObject({
      code: "INVALID_DATA",
    });
  });

  it("has at most a prepared column for 20 rows, those most related to the label, and both are told how many", async () => {
    const inputs = owners(400, 5);
    const uniform = generator(6);
    const noise = Array.from({ length: 40 }, (_, at) =>
      numeric(
        `n${at}`,
        inputs.platform.ids.map(() => uniform()),
      ),
    );
    const good = numeric(
      "good",
      Array.from(inputs.lender.labels, (label) => label + 2 * (uniform() - 0.5)),
    );
    const platform = { ...inputs.platform, columns: [...noise, good] };
    const reports = await train({ ...inputs, platform }, quick);
    expect(reports.platform.columnNames.length).toBe(20);
    expect(reports.platform.columnNames).toContain("good");
    expect(reports.lender.columns).toEqual(reports.platform.columns);
    expect(reports.lender.columns.platform).toEqual({ sources: 20, prepared: 20 });
    expect(reports.lender.columns.lender).toEqual({ sources: 3, prepared: 3 });
  });

  it("guesses no more labels from its whole report than a coin", async () => {
    const inputs = owners(400, 7);
    const uniform = generator(8);
    // As near as the rules let it come: twenty columns, each 1 for twenty people.
    const groups = Array.from({ length: 20 }, (_, at) =>
      numeric(
        `g${at}`,
        inputs.platform.ids.map((_, row) => (row % 20 === at || uniform() < 0.001 ? 1 : 0)),
      ),
    );
    const { platform, lender } = await train(
      { ...inputs, platform: { ...inputs.platform, columns: groups } },
      quick,
    );
    expect(platform.weights).toBeUndefined();
    const shares = [...platform.model.shares].slice(lender.columns.lender.prepared);
    const hits = Array.from(inputs.lender.labels).filter((label, row) => {
      const share = shares[platform.columnNames.indexOf(`g${row % 20}`)] ?? 0;
      return (share > 0 ? 1 : 0) === label;
    }).length;
    expect(hits).toBeLessThan(coinLimit(400));
    expect(400 - hits).toBeLessThan(coinLimit(400));
  });

  it("has nothing in its report that depends on labels, but for chance, whether it converged, and bands", async () => {
    const inputs = owners(200, 9);
    const flipped = {
      ...inputs,
      lender: { ...inputs.lender, labels: Array.from(inputs.lender.labels, (l) => 1 - l) },
    };
    const [one, other] = [await train(inputs, quick), await train(flipped, quick)];
    const { model: first, ...rest } = one.platform;
    const { model: second, ...others } = other.platform;
    expect(rest).toEqual(others);
    const plain = ({
      role,
      trainingRows,
      columns,
      bandCount,
      preparation,
      whitening,
    }: typeof first): unknown => ({
      role,
      trainingRows,
      columns,
      bandCount,
      preparation,
      whitening,
    });
    expect(plain(first)).toEqual(plain(second));
  });
});

describe("the lender, about the platform's columns", () => {
  it("learns of one column of the platform nothing finer than bands, and only when both say so", async () => {
    const uniform = generator(11);
    const base = owners(400, 10);
    const income = base.platform.ids.map(() => Math.round(2000 + 8000 * uniform()));
    const labels = income.map((value) => (uniform() < 1 / (1 + Math.exp((value - 6000) / 1000)) ? 1 : 0));
    const inputs = {
      lender: { ...base.lender, labels },
      platform: { ...base.platform, columns: [numeric("income", income)] },
    };
    await expect(train(inputs, quick)).rejects.toMatchObject({ code: "INVALID_DATA", field: "columns" });
    const { lender } = await train(inputs, { ...quick, fewColumns: true });
    // Within a band, the order of incomes is a coin's: of each two neighbours, which one has more?
    const byBand = new Map<number, number[]>();
    for (const [i, band] of lender.bands.entries())
      byBand.set(band, [...(byBand.get(band) ?? []), income[lender.rows[i] ?? 0] ?? 0]);
    expect(byBand.size).toBeLessThanOrEqual(10);
    for (const values of byBand.values()) expect(values.length).toBeGreaterThanOrEqual(20);
    const distinct = new Set(
      numbersIn({ joint: lender.joint, bands: lender.bands, heldBack: lender.heldBack }),
    );
    expect(distinct.size).toBeLessThanOrEqual(10 + 8);
  });

  it("finds no row's columns by fitting known rows, as it did with scores", async () => {
    const people = inventPeople(400, 12);
    const { lender } = await train(people, quick);
    const rowOf = new Map(people.platform.ids.map((id, row) => [id, row]));
    const orders = people.platform.columns[0]?.values as readonly number[];
    const truth = Array.from(
      lender.rows,
      (row) => orders[rowOf.get(people.lender.ids[row] ?? "") ?? -1] ?? NaN,
    );
    // Knows half of the rows; fits orders by band and own columns, and guesses the others'.
    const own = prepareColumns(lender.model.preparation, people.lender.columns, lender.rows);
    const near = truth.filter((value, i) => {
      if (i % 2 === 0) return false;
      const same = truth.filter((_, j) => j % 2 === 0 && lender.bands[j] === lender.bands[i]);
      const guess = same.reduce((sum, v) => sum + v, 0) / Math.max(1, same.length);
      return Math.abs(guess - value) < 0.001;
    });
    expect(own.rows).toBe(400);
    expect(near.length).toBeLessThan(10); // within a thousandth of the range: 0.4 expected of 200, 10 once in 10^9
  });

  it("is told AUC, KS and log loss with two decimals for few rows", async () => {
    const { lender } = await train(inventPeople(300, 13), { ...quick, holdout: 0.2 });
    for (const told of [lender.joint.training, lender.joint.holdout]) {
      expect(told?.decimals).toBe(2);
      for (const value of [told?.auc, told?.ks, told?.logLoss]) {
        expect(Math.abs(((value ?? NaN) * 100) % 1) % 1).toBeLessThan(1e-9);
      }
    }
  });
});

describe("two runs", () => {
  it("on sets that differ by 1 to 19 rows are refused by either owner's store", async () => {
    const people = inventPeople(200, 14);
    for (const keeper of [0, 1]) {
      const store = memoryStore();
      const options = (party: { readonly index: number }): JointRiskModelOptions =>
        party.index === keeper ? { ...quick, store } : quick;
      const run = (lender: LenderInput): Promise<unknown> => train({ ...people, lender }, options);
      await run(people.lender);
      await run(people.lender);
      for (const missing of [1, 19]) {
        await expect(run(pick(people.lender, (row) => row >= missing))).rejects.toMatchObject({
          code: "DISCLOSURE_REFUSED",
        });
      }
      await run(pick(people.lender, (row) => row >= 20));
    }
  });

  it("hold back rows that neither owner chose", async () => {
    const people = inventPeople(200, 15);
    const [a, b] = [
      await train(people, { ...quick, holdout: 0.5 }),
      await train(people, { ...quick, holdout: 0.5 }),
    ];
    expect(a.lender.heldBack).not.toEqual(b.lender.heldBack); // equal once in 10^58
  });
});

describe("what is told before the rows are known", () => {
  it("is not which ids are common where too few are", async () => {
    const people = inventPeople(200, 16);
    const few = { ...people, lender: pick(people.lender, (row) => row < 49) };
    const error: unknown = await train(few, quick).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "INVALID_DATA", field: "ids" });
    expect(JSON.stringify(error)).not.toContain("person-");
  });
});

describe("a leverage that was not checked by its owner", () => {
  it.each(["two-party", "replicated"] as const)("is refused on shares: %s", async (computation) => {
    // An owner that runs other code: its columns are whitened, but nobody looked at them first.
    const rows = 100;
    const never = (): Promise<never> => Promise.reject(new Error("not here"));
    const names = ["lender", "platform", "helper"];
    const check = (values: Float64Array): Promise<unknown> =>
      simulate(
        namesOf(computation).length,
        (party) =>
          compute(party, { computation }, async (engine) => {
            const secret = await engine.input({
              owner: 1,
              rows,
              columns: 2,
              bound: 10,
              fractionalBits: 10,
              ...(party.index === 1 ? { values } : {}),
            });
            const platform = { operand: await engine.reusableOperand(secret), values: secret };
            const design = { lender: undefined, platform, product: never, transposedProduct: never };
            await checkLeverage(engine, design, { rows, roles: { lender: 0, platform: 1 }, names });
          }),
        { names: namesOf(computation) },
      );
    const flat = new Float64Array(2 * rows).fill(1);
    await check(flat);
    const spiky = flat.slice();
    spiky[60] = 9;
    await expect(check(spiky)).rejects.toMatchObject({ code: "INVALID_DATA", party: "platform" });
  });
});
