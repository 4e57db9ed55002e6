import { describe, expect, it } from "vitest";
import { lessThan, plan, sigmoid, type Engine, type SecretMatrix } from "../../dist/mpc/index.js";
import { tapParty } from "../support/tapped-party.js";
import { replicated, schemes, twoParty } from "./computation.js";

const rows = 70;

/** Some of everything; the same whether the engine is a party's or a plan's. */
async function program(engine: Engine, input: (owner: number) => Promise<SecretMatrix>): Promise<void> {
  const [x, y] = await Promise.all([input(0), input(1)]);
  const [less] = await Promise.all([
    lessThan(engine, x, y),
    sigmoid(engine, x),
    engine.matrixProduct(x, y.transpose()),
  ]);
  const fixed = await engine.reusableOperand(x);
  await fixed.transposedProduct(y);
  await engine.revealTo(1, less);
  await engine.reveal(await engine.truncate(await engine.multiply(x, y), 20));
}

describe("a plan", () => {
  it.each(schemes)("counts exactly the rounds and bytes that $name then send", async (scheme) => {
    const options = { rows, bound: 10 };
    const planned = await plan((engine) => program(engine, (owner) => engine.input({ ...options, owner })), {
      computation: scheme === replicated ? "replicated" : "dealer",
      parties: scheme.n,
    });
    const sent = new Array<number>(scheme.n).fill(0);
    const values = new Array<number>(rows).fill(1);
    const results = await scheme.compute(
      async ({ engine, own }) => {
        await program(engine, (owner) => own(owner, values, options));
        return engine.rounds;
      },
      (party) =>
        tapParty(party, ({ direction, step, bytes }) => {
          // A message without any vector is only counted where there is one.
          if (direction !== "sent" || step !== "mpc/round" || bytes.length === 32) return;
          sent[party.index] = (sent[party.index] ?? 0) + bytes.length;
        }),
    );
    expect(planned.rounds).toBe(results[0]);
    expect(planned.bytesSent).toEqual(sent);
    expect(planned.correlations.length === 0).toBe(scheme === replicated);
    expect(planned.text).toContain(`${planned.rounds} rounds`);
  });

  it("counts exactly the bytes that two parties alone then send, oblivious transfer and its setup too", async () => {
    const shape = { rows: 300, columns: 3, bound: 1, fractionalBits: 0 };
    const whole = async (
      engine: Engine,
      input: (owner: number, rows?: number) => Promise<SecretMatrix>,
      matrix?: Float64Array,
    ): Promise<void> => {
      await program(engine, input);
      const owned = await engine.reusableOwnedOperand({
        ...shape,
        owner: 0,
        products: 2,
        transposedProducts: 1,
        ...(matrix === undefined ? {} : { values: matrix }),
      });
      const v = await input(1, 6);
      await owned.product(v.reshape(3, 2));
      await owned.transposedProduct(await input(0, 300));
    };
    const options = { bound: 10 };
    const planned = await plan(
      (engine) => whole(engine, (owner, count = rows) => engine.input({ ...options, rows: count, owner })),
      { computation: "two-party" },
    );
    const sent = [0, 0];
    const others = ["mpc/pair-seed", "mpc/ot/settings"];
    await twoParty.compute(
      ({ engine, own, party }) =>
        whole(
          engine,
          (owner, count = rows) => own(owner, new Array<number>(count).fill(1), { ...options, rows: count }),
          party.index === 0 ? new Float64Array(900).fill(1) : undefined,
        ),
      (party) =>
        tapParty(party, ({ direction, step, bytes }) => {
          if (direction !== "sent" || others.includes(step)) return;
          if (step === "mpc/round" && bytes.length === 32) return;
          sent[party.index] = (sent[party.index] ?? 0) + bytes.length;
        }),
    );
    expect(planned.bytesSent).toEqual(sent);
    expect(Math.min(...planned.transferBytes)).toBeGreaterThan(100_000);
    expect(planned.text).toContain("oblivious transfer");
  });

  it("says before anything runs that a bound is too large", async () => {
    const tooLarge = plan(
      async (engine) => {
        const x = await engine.input({ owner: "shop", rows: 1, bound: 2 ** 30 });
        await engine.multiply(x, x);
      },
      { parties: ["bank", "shop"] },
    );
    await expect(tooLarge).rejects.toMatchObject({ code: "BOUND_EXCEEDED" });
  });

  it("refuses parties that the scheme does not have", async () => {
    const nothing = (): Promise<void> => Promise.resolve();
    for (const [computation, parties] of [
      ["replicated", 2],
      ["replicated", 4],
      ["dealer", 1],
      ["two-party", 3],
    ] as const) {
      await expect(plan(nothing, { computation, parties })).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
      });
    }
  });
});
