import { describe, expect, it } from "vitest";
import type * as launcher from "../../examples/launcher/index.js";

const built = new URL("../../build/examples/launcher/index.js", import.meta.url).href;
const { runParties } = (await import(built)) as typeof launcher; // the same module, as users build it

describe("three processes over encrypted WebSockets", () => {
  it("compute on replicated shares what plain numbers give, and all see the same", async () => {
    const first = [3, -1.5, 999, 0, 7.25, -1000, 2, 2.5];
    const second = [4, -2, 999, 1, 0.5, 1000, -2, 2.5];
    const script = new URL("fixtures/replicated-party.mjs", import.meta.url);
    const parties = ["a", "b", "c"].map((name) => ({ name, task: { first, second } }));
    const results = (await runParties({ script, parties })) as number[][][];
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    const [less, keys, payload, products = []] = results[0] ?? [];
    const rows = first.map((x, i) => [x, second[i] ?? NaN] as const);
    const ordered = rows.toSorted(([a], [b]) => a - b);
    expect(less).toEqual(rows.map(([x, y]) => Number(x < y)));
    expect(keys).toEqual(ordered.map(([x]) => x));
    expect(payload).toEqual(ordered.map(([, y]) => y));
    for (const [i, [x, y]] of rows.entries())
      expect(Math.abs((products[i] ?? NaN) - x * y)).toBeLessThan(2 ** -20);
  });
});
