import { beforeAll, describe, expect, it } from "vitest";
import { simulate } from "../../../dist/channel/index.js";
import {
  absolute,
  compute,
  divide,
  equal,
  exponential,
  greaterThan,
  lessThan,
  maximum,
  mean,
  median,
  minimum,
  naturalLogarithm,
  openTwoPartyEngine,
  reciprocal,
  select,
  shuffleRows,
  sigmoid,
  sortRows,
  variance,
  type Engine,
  type SecretMatrix,
} from "../../../dist/mpc/index.js";

const x = [1.5, -2, 3, 7.25, -0.5, 3, 0, -7];
const y = [4, 5, -6.25, 7, -0.5, 2.75, 1, -7];
const rows = x.length;

/** Every operation, in one session: all results by name. */
async function everything(engine: Engine, self: number): Promise<Map<string, number[]>> {
  const own = (owner: number, values: number[], columns = 1): Promise<SecretMatrix> =>
    engine.input({
      owner,
      rows: values.length / columns,
      columns,
      bound: 8,
      ...(owner === self ? { values } : {}),
    });
  const [a, b] = await Promise.all([own(0, x), own(1, y)]);
  const [wide, tall] = await Promise.all([own(0, x, 4), own(1, y, 2)]);
  const positive = (await absolute(engine, b)).addPublic(new Float64Array(rows).fill(0.25)).assumeBound(9);
  const fixed = await engine.reusableOperand(wide);
  const range = { least: 0.125 };
  const less = await lessThan(engine, a, b);
  const secrets: Record<string, SecretMatrix> = {
    product: await engine.multiply(a, b),
    truncated: await engine.truncate(await engine.multiply(a, b), 20),
    matrixProduct: await engine.matrixProduct(wide, tall),
    fixedProduct: await fixed.product(tall),
    fixedTransposed: await fixed.transposedProduct((await own(1, [2, -3])).reshape(2, 1)),
    combine: await engine.combine([
      { secret: a, factor: 0.3 },
      { secret: b, factor: -1.7 },
    ]),
    less,
    greater: await greaterThan(engine, a, b),
    equal: await equal(engine, a, b),
    select: await select(engine, less, a, b),
    absolute: await absolute(engine, a),
    maximum: (await maximum(engine, a)).value,
    argmax: (await maximum(engine, a)).row,
    minimum: (await minimum(engine, b)).value,
    reciprocal: await reciprocal(engine, positive, range),
    divide: await divide(engine, a, positive, range),
    exponential: await exponential(engine, a.assumeBound(8), { atMost: 8 }),
    logarithm: await naturalLogarithm(engine, positive, range),
    sigmoid: await sigmoid(engine, a),
    sorted: (await sortRows(engine, { key: a })).key,
    mean: await mean(engine, a),
    variance: await variance(engine, a),
    median: await median(engine, a),
  };
  const shuffled = await shuffleRows(engine, [a]);
  if (shuffled[0] !== undefined) secrets["shuffled"] = shuffled[0];
  const results = new Map<string, number[]>();
  for (const [name, secret] of Object.entries(secrets)) results.set(name, [...(await engine.reveal(secret))]);
  return results;
}

const positive = y.map((value) => Math.abs(value) + 0.25);
const sum = x.reduce((total, value) => total + value, 0);
const sorted = [...x].sort((p, q) => p - q);
const productOf = (i: number, j: number): number =>
  [0, 1, 2, 3].reduce((total, k) => total + (x[4 * i + k] ?? 0) * (y[2 * k + j] ?? 0), 0);

/** What each must give, and how far off it may be. */
const oracle: Record<string, readonly [number[], number]> = {
  product: [x.map((value, i) => value * (y[i] ?? 0)), 0],
  truncated: [x.map((value, i) => value * (y[i] ?? 0)), 2 ** -19],
  matrixProduct: [[productOf(0, 0), productOf(0, 1), productOf(1, 0), productOf(1, 1)], 0],
  fixedProduct: [[productOf(0, 0), productOf(0, 1), productOf(1, 0), productOf(1, 1)], 0],
  fixedTransposed: [[0, 1, 2, 3].map((k) => 2 * (x[k] ?? 0) - 3 * (x[4 + k] ?? 0)), 0],
  combine: [x.map((value, i) => 0.3 * value - 1.7 * (y[i] ?? 0)), 1e-5],
  less: [x.map((value, i) => Number(value < (y[i] ?? 0))), 0],
  greater: [x.map((value, i) => Number(value > (y[i] ?? 0))), 0],
  equal: [x.map((value, i) => Number(value === y[i])), 0],
  select: [x.map((value, i) => Math.min(value, y[i] ?? 0)), 0],
  absolute: [x.map(Math.abs), 0],
  maximum: [[7.25], 0],
  argmax: [[3], 0],
  minimum: [[-7], 0],
  reciprocal: [positive.map((value) => 1 / value), 1e-4],
  divide: [x.map((value, i) => value / (positive[i] ?? 1)), 1e-2],
  exponential: [x.map(Math.exp), 0.05],
  logarithm: [positive.map(Math.log), 1e-3],
  sigmoid: [x.map((value) => 1 / (1 + Math.exp(-value))), 0.02],
  sorted: [sorted, 0],
  mean: [[sum / rows], 1e-4],
  variance: [[x.reduce((total, value) => total + (value - sum / rows) ** 2, 0) / (rows - 1)], 0.01],
  median: [[((sorted[3] ?? 0) + (sorted[4] ?? 0)) / 2], 1e-5],
};

describe("an engine of two parties and no third", () => {
  let results: readonly (Map<string, number[]> | undefined)[];

  beforeAll(async () => {
    results = await simulate(2, (party) =>
      compute(party, { computation: "two-party", checked: false }, (engine) =>
        everything(engine, party.index),
      ),
    );
  });

  it.each(Object.entries(oracle))("computes %s", (name, [expected, tolerance]) => {
    const [own, other] = results.map((all) => all?.get(name));
    expect(own).toEqual(other);
    expect(own?.length).toBe(expected.length);
    for (const [i, value] of expected.entries())
      expect(Math.abs((own?.[i] ?? NaN) - value)).toBeLessThanOrEqual(tolerance);
  });

  it("shuffles rows to the same values in another order", () => {
    const [own, other] = results.map((all) => all?.get("shuffled"));
    expect(own).toEqual(other);
    expect([...(own ?? [])].sort((p, q) => p - q)).toEqual(sorted);
  });

  it("refuses to open among three", async () => {
    const run = simulate(3, (party) =>
      party.run({ name: "test/three", version: 1 }, async (inner) => {
        await inner.agree({});
        await openTwoPartyEngine(inner);
      }),
    );
    await expect(run).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});
