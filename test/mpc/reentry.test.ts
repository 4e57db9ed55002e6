import { describe, expect, it } from "vitest";
import { lessThan, mean, sortRows } from "../../dist/mpc/index.js";
import { schemes, twoParty } from "./computation.js";

describe.each([...schemes, twoParty])("with $name, an engine", (scheme) => {
  it("gives the same results for operations that run at once as for one after the other", async () => {
    const values = [5, -3, 8, 0.5, -7, 2];
    const results = await scheme.compute(async ({ engine, own }) => {
      const x = await own(0, values, { rows: 6, bound: 10 });
      const y = await own(scheme.n - 1, values.toReversed(), { rows: 6, bound: 10 });
      const program = [
        () => lessThan(engine, x, y),
        () => engine.multiply(x, y),
        () => mean(engine, y),
        () => sortRows(engine, { key: x }).then(({ key }) => key),
        () => lessThan(engine, y, x),
      ];
      const atOnce = await Promise.all(program.map((one) => one()));
      const opened = await Promise.all(atOnce.map(async (one) => [...(await engine.reveal(one))]));
      const inTurn: number[][] = [];
      for (const one of program) inTurn.push([...(await engine.reveal(await one()))]);
      return { opened, inTurn };
    });
    for (const { opened, inTurn } of results) expect(opened).toEqual(inTurn);
  });

  it("is closed once, however often it is asked to be, and refuses what comes after", async () => {
    await scheme.compute(async ({ engine, own }) => {
      const x = await own(0, [1], { rows: 1, bound: 1 });
      await Promise.all([engine.close(), engine.close()]);
      await engine.close();
      await expect(engine.reveal(x)).rejects.toMatchObject({ code: "CLOSED" });
    });
  });
});

describe("a matrix that one of two parties owns", () => {
  it("refuses what is asked for while it is prepared, and goes on afterwards", async () => {
    const results = await twoParty.compute(async ({ engine, own, party }) => {
      const x = await own(1, [1, 2], { rows: 2, bound: 2, fractionalBits: 0 });
      const preparing = engine.reusableOwnedOperand({
        owner: 0,
        rows: 2,
        columns: 2,
        bound: 4,
        fractionalBits: 0,
        products: 2,
        transposedProducts: 0,
        ...(party.index === 0 ? { values: [1, 2, 3, 4] } : {}),
      });
      const meanwhile = await engine.multiply(x, x).then(
        () => "computed",
        (error: unknown) => (error as { code: string }).code,
      );
      const matrix = await preparing;
      const [one, two] = await Promise.all([matrix.product(x), matrix.product(x)]);
      await expect(matrix.product(x)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      return { meanwhile, values: [...(await engine.reveal(one)), ...(await engine.reveal(two))] };
    });
    for (const { meanwhile, values } of results) {
      expect(meanwhile).toBe("INVALID_ARGUMENT");
      expect(values).toEqual([5, 11, 5, 11]);
    }
  });
});
