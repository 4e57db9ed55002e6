import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shuffleRows, sortRows, type Engine, type SecretBits } from "../../../dist/mpc/index.js";
import { chiSquare } from "../../support/chi-square.js";
import { replicated, schemes } from "../computation.js";

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

describe("sorting by secret permutations", () => {
  const values = Array.from({ length: 60 }, (_, i) => (i * 37) % 20);

  it("keeps rows with equal keys in their order, and puts rows that do not count last", async () => {
    const weights = values.map((_, i) => (i % 3 === 0 ? 0 : 1));
    const results = await replicated.compute(async ({ engine, own }) => {
      const key = await own(0, values, { rows: 60, bound: 20 });
      const w = await own(2, weights, { rows: 60, bound: 1, fractionalBits: 0 });
      const numbers = engine.constant({ rows: 60, fractionalBits: 0, values: values.map((_, i) => i) });
      const sorted = await sortRows(engine, { key, payload: [numbers], weights: w });
      const parts = [
        sorted.key,
        ...sorted.payload,
        ...(sorted.weights === undefined ? [] : [sorted.weights]),
      ];
      return Promise.all(parts.map(async (part) => [...(await engine.reveal(part))]));
    });
    const order = values
      .map((value, i) => ({ value, i, weight: weights[i] ?? 0 }))
      .toSorted((a, b) => b.weight - a.weight || a.value - b.value || a.i - b.i);
    for (const [keys, numbers, sortedWeights] of results) {
      expect(keys).toEqual(order.map(({ value }) => value));
      expect(numbers).toEqual(order.map(({ i }) => i));
      expect(sortedWeights).toEqual(order.map(({ weight }) => weight));
    }
  });

  // What is opened are the outcomes of comparisons: of three rows at first (0, 1), (0, 2), (1, 2). All six orders must come
  // equally often whatever the keys are; 300 of each kind, a wrong alarm once in 10^9 a kind.
  it.each([
    ["all different", [1, 2, 3]],
    ["all equal", [5, 5, 5]],
    ["two equal", [7, 7, 1]],
  ])("opens comparisons that are as those of any other keys (%s)", async (_, keys) => {
    const counts = new Uint32Array(8);
    await replicated.compute(async ({ engine, own, party }) => {
      const opened: number[][] = [];
      const watching = watchedEngine(engine, (bits) => opened.push([...bits]));
      const key = await own(0, keys, { rows: 3, bound: 8, fractionalBits: 0 });
      for (let i = 0; i < 300; i++) await sortRows(watching, { key });
      if (party.index !== 0) return;
      expect(opened).toHaveLength(300);
      for (const [a = 0, b = 0, c = 0] of opened) {
        const outcome = 4 * a + 2 * b + c;
        counts[outcome] = (counts[outcome] ?? 0) + 1;
      }
    });
    // Two of the eight outcomes contradict themselves: row 0 before 1 before 2 before 0, and the other way round.
    const possible = [0, 1, 3, 4, 6, 7];
    expect(counts[2]).toBe(0);
    expect(counts[5]).toBe(0);
    expect(chiSquare(Uint32Array.from(possible, (at) => counts[at] ?? 0)).exceeds).toBe(false);
  });
});

/** The same engine, with what its `revealBits` opens told. */
function watchedEngine(engine: Engine, onOpened: (bits: Uint32Array) => void): Engine {
  return new Proxy(engine, {
    get(target, name) {
      if (name === "revealBits") {
        return async (bits: SecretBits) => {
          const opened = await target.revealBits(bits);
          onOpened(opened);
          return opened;
        };
      }
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? (member.bind(target) as unknown) : member;
    },
  });
}
