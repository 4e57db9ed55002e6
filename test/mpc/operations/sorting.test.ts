import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shuffleRows, sortRows } from "../../../dist/mpc/index.js";
import { chiSquare } from "../../support/chi-square.js";
import { schemes } from "../computation.js";

describe.each(schemes)("with $name,", (scheme) => {
  it("rows of any number come out in the order of their key, each with what belongs to it", async () => {
    const rows = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 21 });
    await fc.assert(
      fc.asyncProperty(rows, async (keys) => {
        const n = keys.length;
        const payload = keys.flatMap((key, i) => [i, key / 4]);
        const results = await scheme.compute(async ({ engine, own }) => {
          const key = await own(0, keys, { rows: n, bound: 1000, fractionalBits: 0 });
          const moved = await own(scheme.n - 1, payload, { rows: n, columns: 2, bound: 1000 });
          const sorted = await sortRows(engine, { key, payload: [moved] });
          const parts = [sorted.key, ...sorted.payload];
          return Promise.all(parts.map(async (part) => [...(await engine.reveal(part))]));
        });
        const [order = [], along = []] = results[0] ?? [];
        expect(order).toEqual(keys.toSorted((a, b) => a - b));
        const seen = order.map((key, i) => {
          expect(along[2 * i + 1]).toBe(key / 4);
          expect(keys[along[2 * i] ?? NaN]).toBe(key);
          return along[2 * i] ?? NaN;
        });
        expect(seen.toSorted((a, b) => a - b)).toEqual(keys.map((_, i) => i));
      }),
      { numRuns: 4 },
    );
  });

  it("a shuffle keeps all rows together and moves matrices alike", async () => {
    const n = 37;
    const values = Array.from({ length: n }, (_, i) => i);
    const results = await scheme.compute(async ({ engine, own }) => {
      const a = await own(0, values, { rows: n, bound: n });
      const b = await own(
        1,
        values.flatMap((v) => [v * 2, -v]),
        { rows: n, columns: 2, bound: 2 * n },
      );
      const shuffled = await shuffleRows(engine, [a, b]);
      return Promise.all(shuffled.map(async (part) => [...(await engine.reveal(part))]));
    });
    const [a = [], b = []] = results[0] ?? [];
    expect(a).not.toEqual(values); // once in 37! it would be
    expect(a.toSorted((x, y) => x - y)).toEqual(values);
    expect(b).toEqual(a.flatMap((v) => [v * 2, -v + 0]));
  });
});

describe("a shuffle", () => {
  // The six orders of three rows, 300 times; a wrong alarm once in 10^9.
  it("gives every order equally often", async () => {
    const counts = new Uint32Array(6);
    const scheme = schemes[schemes.length - 1];
    await scheme?.compute(async ({ engine, own, party }) => {
      const x = await own(0, [0, 1, 2], { rows: 3, bound: 2, fractionalBits: 0 });
      const shuffled = await Promise.all(Array.from({ length: 300 }, () => shuffleRows(engine, [x])));
      const opened = await Promise.all(shuffled.map(([order = x]) => engine.reveal(order)));
      if (party.index !== 0) return;
      for (const [a = 0, b = 0, c = 0] of opened) {
        const rank = 2 * a + (b > c ? 1 : 0);
        counts[rank] = (counts[rank] ?? 0) + 1;
      }
    });
    expect(counts.reduce((a, b) => a + b)).toBe(300);
    expect(chiSquare(counts).exceeds).toBe(false);
  });
});
