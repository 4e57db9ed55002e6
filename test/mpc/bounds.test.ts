import { describe, expect, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import {
  compute,
  correlation,
  equal,
  groupSums,
  histogram,
  lessThan,
  maximum,
  mean,
  minimum,
  percentile,
  select,
  smaller,
  variance,
  type SecretMatrix,
} from "../../dist/mpc/index.js";
import type { VeilshareError } from "../../dist/index.js";
import { computeInMemory, partyNames, type Desk } from "./computation.js";

/** Runs `attempt` at all parties; gives the error that each got and the messages sent while it ran. */
async function refusal(
  attempt: (desk: Desk) => unknown,
): Promise<{ readonly error: Partial<VeilshareError>; readonly messages: number }> {
  const outcomes = await computeInMemory(2, async (desk) => {
    const before = desk.party.traffic.messagesSent;
    try {
      await attempt(desk);
    } catch (thrown) {
      return { error: thrown as VeilshareError, messages: desk.party.traffic.messagesSent - before };
    }
    throw new Error("expected a refusal");
  });
  expect(outcomes[1]?.error.code).toBe(outcomes[0]?.error.code);
  return outcomes[0] ?? { error: {}, messages: -1 };
}

const small = { rows: 2, bound: 2 ** 20 };
const secret = ({ own }: Desk, options: Partial<typeof small> = {}): Promise<SecretMatrix> =>
  own(0, [1, 2], { ...small, ...options });

describe("declared bounds", () => {
  it("are computed for every operation, rounded up and never down", async () => {
    const [bounds] = await computeInMemory(2, async (desk) => {
      const x = await secret(desk, { bound: 3 });
      const y = await secret(desk, { bound: 5 });
      const product = await desk.engine.multiply(x, y);
      const matrix = await desk.engine.matrixProduct(x.transpose(), y);
      return [
        x.add(y).bound,
        x.subtract(y).bound,
        x.negate().bound,
        x.scale(-4).bound,
        x.sum().bound,
        x.addPublic([1, -2]).bound,
        product.bound,
        matrix.bound,
        x.assumeBound(1).bound,
        x.assumeBound(4).bound,
        (await desk.engine.truncate(product, 20)).bound,
      ];
    });
    expect(bounds).toEqual([8, 8, 3, 12, 6, 5, 15, 30, 1, 3, 15 + 2 ** -20]);
  });

  it.each<[string, (desk: Desk) => unknown]>([
    ["an input", ({ own }) => own(0, [0], { rows: 1, bound: 2 ** 42 })],
    [
      "a sum",
      async (desk) =>
        (await secret(desk, { bound: 2 ** 41.5 })).add(await secret(desk, { bound: 2 ** 41.5 })),
    ],
    [
      "a difference",
      async (desk) =>
        (await secret(desk, { bound: 2 ** 41.5 })).subtract(await secret(desk, { bound: 2 ** 41.5 })),
    ],
    ["a scaled secret", async (desk) => (await secret(desk)).scale(2 ** 22)],
    ["the sum of elements", async (desk) => (await secret(desk, { bound: 2 ** 41 })).sum()],
    ["a public summand", async (desk) => (await secret(desk, { bound: 2 ** 41.9 })).addPublic([2 ** 41, 0])],
    ["a product", async (desk) => desk.engine.multiply(await secret(desk), await secret(desk))],
    [
      "a matrix product",
      async (desk) =>
        desk.engine.matrixProduct((await secret(desk)).transpose(), await secret(desk, { bound: 2 })),
    ],
    [
      "a combination",
      async (desk) =>
        desk.engine.combine([{ secret: await secret(desk, { bound: 2 ** 30 }), factor: 4096.5 }]),
    ],
    [
      "factors of rows that leave too few bits",
      async (desk) =>
        desk.engine.combine([{ secret: await secret(desk, { bound: 2 ** 30 }), factor: [0.1, 0.3] }]),
    ],
  ])("refuse %s that may reach 2^62 before anything is sent", async (_, attempt) => {
    const { error, messages } = await refusal(attempt);
    expect(error.code).toBe("BOUND_EXCEEDED");
    expect(messages).toBe(0);
  });

  it("are too large in the name of the operation that was called, not of one inside it", async () => {
    await computeInMemory(2, async (desk) => {
      const { engine } = desk;
      const wide = await secret(desk, { bound: 2 ** 41 });
      const few = await secret(desk, { bound: 4 });
      const attempts: readonly [string, () => Promise<unknown>][] = [
        ["lessThan", () => lessThan(engine, wide, wide)],
        ["equal", () => equal(engine, few, 2 ** 63)],
        [
          "select",
          () => select(engine, engine.constant({ rows: 2, fractionalBits: 0, values: [0, 1] }), wide, wide),
        ],
        ["smaller", () => smaller(engine, wide, wide)],
        ["maximum", () => maximum(engine, wide)],
        ["minimum", () => minimum(engine, wide)],
        ["histogram", () => histogram(engine, few, [-(2 ** 70), 0])],
        ["groupSums", () => groupSums(engine, { key: few, groups: [2 ** 63], values: few })],
        ["mean", () => mean(engine, wide)],
        ["variance", () => variance(engine, wide)],
        ["percentile", () => percentile(engine, wide, 0.5)],
        ["correlation", () => correlation(engine, wide)],
      ];
      for (const [name, attempt] of attempts) {
        const refused = await attempt().then(
          () => undefined,
          (error: unknown) => error as { code: string; message: string },
        );
        expect(refused?.code, name).toBe("BOUND_EXCEEDED");
        expect(refused?.message.startsWith(`${name}: `), refused?.message).toBe(true);
      }
    });
  });

  it("refuse a product with a fixed operand, and let a proven bound through", async () => {
    const [result] = await computeInMemory(3, async (desk) => {
      const x = await secret(desk);
      const fixed = await desk.engine.reusableOperand(x);
      await expect(fixed.transposedProduct(x)).rejects.toMatchObject({ code: "BOUND_EXCEEDED" });
      const product = await fixed.transposedProduct(x, { provenBound: 6 });
      return [product.bound, ...(await desk.engine.reveal(product))];
    });
    expect(result).toEqual([6, 5]);
  });

  it("allow exactly what is below 2^62", async () => {
    const [values] = await computeInMemory(2, async ({ engine, own }) => {
      const largest = 2 ** 62 - 512;
      const x = await own(0, BigInt64Array.of(BigInt(largest), BigInt(-largest)), {
        rows: 2,
        bound: largest,
        fractionalBits: 0,
      });
      return engine.revealUnits(x);
    });
    expect([...(values ?? [])]).toEqual([2n ** 62n - 512n, 512n - 2n ** 62n]);
  });

  it("are checked by the owner of an input", async () => {
    const run = computeInMemory(2, async (desk) => desk.engine.reveal(await secret(desk, { bound: 1.5 })));
    await expect(run).rejects.toMatchObject({ code: "VALUE_OUT_OF_RANGE", field: "1" });
  });

  it("are checked when a result is revealed: a wrong proof is found out", async () => {
    const run = computeInMemory(2, async (desk) => desk.engine.reveal((await secret(desk)).assumeBound(1.5)));
    await expect(run).rejects.toMatchObject({ code: "VALUE_OUT_OF_RANGE", field: "1" });
  });

  it("that differ between parties are a mismatch, not a wrong result", async () => {
    const run = computeInMemory(2, async (desk) =>
      desk.engine.reveal(await secret(desk, { bound: desk.party.index === 0 ? 2 : 3 })),
    );
    await expect(run).rejects.toMatchObject({ code: "PEER_MISMATCH", step: "mpc/round", field: "program" });
  });
});

describe("arguments", () => {
  it.each<[string, (desk: Desk) => unknown]>([
    ["no rows", ({ own }) => own(0, [], { rows: 0, bound: 1 })],
    ["half a column", ({ own }) => own(0, [], { rows: 1, columns: 0.5, bound: 1 })],
    ["a negative bound", ({ own }) => own(0, [1], { rows: 1, bound: -1 })],
    ["an infinite bound", ({ own }) => own(0, [1], { rows: 1, bound: Infinity })],
    ["63 fractional bits", ({ own }) => own(0, [1], { rows: 1, bound: 0, fractionalBits: 63 })],
    ["an input of the dealer", ({ engine }) => engine.input({ owner: "dealer", rows: 1, bound: 1 })],
    ["an input of nobody", ({ engine }) => engine.input({ owner: "nobody", rows: 1, bound: 1 })],
    ["revealing to the dealer", async (desk) => desk.engine.revealTo("dealer", await secret(desk))],
    ["different shapes", async (desk) => (await secret(desk)).add((await secret(desk)).transpose())],
    ["different scales", async (desk) => (await secret(desk)).add((await secret(desk)).timesPowerOfTwo(1))],
    ["a shift beyond the fraction", async (desk) => desk.engine.truncate(await secret(desk), 21)],
    ["a shift of nothing", async (desk) => desk.engine.truncate(await secret(desk), 0)],
    ["a real factor in scale", async (desk) => (await secret(desk)).scale(0.5)],
    ["an empty range of rows", async (desk) => (await secret(desk)).rowRange(1, 1)],
    [
      "products that do not fit",
      async (desk) => desk.engine.matrixProduct(await secret(desk), await secret(desk)),
    ],
    ["no terms", ({ engine }) => engine.combine([])],
    ["a factor too few", async (desk) => desk.engine.combine([{ secret: await secret(desk), factor: [1] }])],
    [
      "an infinite factor",
      async (desk) => desk.engine.combine([{ secret: await secret(desk), factor: Infinity }]),
    ],
  ])("refuses %s", async (_, attempt) => {
    const { error, messages } = await refusal(attempt);
    expect(error.code).toBe("INVALID_ARGUMENT");
    expect(messages).toBe(0);
  });

  it("refuses values at another party than the owner, and an owner without values", async () => {
    const values = (party: number): Promise<unknown> =>
      computeInMemory(2, ({ engine, party: self }) =>
        engine.input({ owner: 0, rows: 1, bound: 1, ...(self.index === party ? { values: [1] } : {}) }),
      );
    await expect(values(1)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(values(2)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("refuses NaN and infinite inputs", async () => {
    for (const value of [NaN, Infinity, -Infinity]) {
      const run = computeInMemory(2, (desk) => desk.own(0, [value], { rows: 1, bound: 1 }));
      await expect(run).rejects.toMatchObject({ code: "VALUE_OUT_OF_RANGE" });
    }
  });

  it("refuses a secret of another engine", async () => {
    const run = simulate(
      3,
      async (party) => {
        let earlier: SecretMatrix | undefined;
        await compute(party, { computation: "dealer", dealer: 2 }, (engine) => {
          earlier = engine.constant({ rows: 1, values: [1] });
          return Promise.resolve();
        });
        await compute(party, { computation: "dealer", dealer: 2 }, async (engine) => {
          if (earlier !== undefined) await engine.reveal(earlier);
        });
      },
      { names: partyNames(2) },
    );
    await expect(run).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});
