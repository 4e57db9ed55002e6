import { describe, expect, it } from "vitest";
import { chooseGraph } from "../../../dist/aggregation/index.js";
import { NeighbourGraph } from "../../../dist/aggregation/resilient/neighbour-graph.js";
import { expectError } from "../../support/expect-error.js";

/**
 * How likely each number of marked balls is, as weights over one total, by drawing one ball after the other: no binomial
 * coefficient is involved.
 */
function drawing(population: number, marked: number, draws: number): Drawing {
  const key = `${population} ${marked} ${draws}`;
  const known = drawings.get(key) ?? drawOneByOne(population, marked, draws);
  drawings.set(key, known);
  return known;
}

interface Drawing {
  readonly weights: readonly bigint[];
  readonly total: bigint;
}

const drawings = new Map<string, Drawing>();

function drawOneByOne(population: number, marked: number, draws: number): Drawing {
  let weights = [1n];
  let total = 1n;
  for (let drawn = 0; drawn < draws; drawn++) {
    const next = new Array<bigint>(drawn + 2).fill(0n);
    for (const [hits, weight] of weights.entries()) {
      const others = population - marked - (drawn - hits);
      next[hits + 1] = (next[hits + 1] ?? 0n) + weight * BigInt(Math.max(0, marked - hits));
      next[hits] = (next[hits] ?? 0n) + weight * BigInt(Math.max(0, others));
    }
    weights = next;
    total *= BigInt(population - drawn);
  }
  return { weights, total };
}

const sumFrom = (weights: readonly bigint[], from: number): bigint =>
  weights.reduce((sum, weight, hits) => (hits >= from ? sum + weight : sum), 0n);

/** True when factor x weight / total is at most 2^-bits. */
const atMost = (factor: bigint, weight: bigint, total: bigint, bits: number): boolean =>
  factor * weight * 2n ** BigInt(bits) <= total;

interface Case {
  readonly n: number;
  readonly corrupt: number;
  readonly dropout: number;
}

function isPrivate({ n, corrupt, dropout }: Case, degree: number, threshold: number): boolean {
  const colluders = drawing(n - 1, corrupt, degree);
  const runs = drawing(n, corrupt + dropout, degree); // all of two runs of degree / 2 places are bad
  const pairs = (BigInt(n) * BigInt(n - degree - 1)) / 2n;
  return (
    atMost(BigInt(n), sumFrom(colluders.weights, threshold), colluders.total, 41) &&
    atMost(pairs, runs.weights[degree] ?? 0n, runs.total, 41)
  );
}

function isCorrect({ n, dropout }: Case, degree: number, threshold: number): boolean {
  const lost = drawing(n - 1, dropout, degree);
  return atMost(BigInt(n), sumFrom(lost.weights, degree - threshold + 1), lost.total, 30);
}

describe("chooseGraph", () => {
  const cases: readonly (readonly [number, number, number])[] = [
    [10, 0.2, 0.2],
    [30, 0.2, 0.2],
    [100, 0.1, 0.1],
    [222, 0.05, 0.15],
    [300, 0.2, 0.2],
    [1000, 0.1, 0.1],
    [1000, 0.2, 0.2],
    [1000, 1 / 3, 0.1],
    [3000, 0.2, 0.2],
  ];

  it.each(cases)(
    "for %i clients, %f colluding and %f lost, gives the least degree and threshold that an independent exact computation accepts",
    (n, corruptShare, dropoutShare) => {
      const { degree, threshold, corrupt, dropout } = chooseGraph(n, {
        corrupt: corruptShare,
        dropout: dropoutShare,
      });
      const numbers = { n, corrupt, dropout };
      expect(corrupt).toBe(Math.floor(Number((corruptShare * n).toFixed(6))));
      expect(isPrivate(numbers, degree, threshold)).toBe(true);
      expect(isCorrect(numbers, degree, threshold)).toBe(true);
      if (threshold > 2) expect(isPrivate(numbers, degree, threshold - 1)).toBe(false);
      const smaller = Array.from({ length: degree / 2 - 1 }, (_, i) => 2 * i + 2);
      for (const other of smaller.slice(-4)) {
        const fits = Array.from({ length: other - 1 }, (_, i) => i + 2).some(
          (t) => isPrivate(numbers, other, t) && isCorrect(numbers, other, t),
        );
        expect(fits, `degree ${other}`).toBe(false);
      }
    },
  );

  it("gives the complete graph where there are few clients, with a threshold above the colluders", () => {
    expect(chooseGraph(3, { corrupt: 0, dropout: 1 / 3 })).toMatchObject({ degree: 2, threshold: 2 });
    expect(chooseGraph(4, { corrupt: 0.25, dropout: 0.25 })).toMatchObject({ degree: 3, threshold: 2 });
    expect(chooseGraph(5, { corrupt: 0.6, dropout: 0 })).toMatchObject({ degree: 4, threshold: 4 });
  });

  it("gives an active server the complete graph, and two disjoint sets of holders can't both reach the threshold", () => {
    for (const n of [3, 4, 7, 20, 101]) {
      for (const corrupt of [0, 0.1, 0.3]) {
        const graph = chooseGraph(n, { corrupt, dropout: 0, server: "active" });
        expect(graph.degree).toBe(n - 1);
        // honest holders give one kind of share each, colluders both
        expect(2 * graph.threshold).toBeGreaterThan(n + graph.corrupt);
        expect(2 * (graph.threshold - 1)).toBeLessThanOrEqual(n + graph.corrupt);
      }
    }
  });

  it.each([
    [2, {}],
    [20_001, {}],
    [10.5, {}],
    [10, { corrupt: -0.1 }],
    [10, { corrupt: 1 }],
    [10, { dropout: Number.NaN }],
    [10, { corrupt: 0.5, dropout: 0.4 }],
    [10, { corrupt: 0.3, dropout: 0.4, server: "active" as const }],
    [10, { privacy: 0 }],
    [10, { correctness: 129 }],
  ])("refuses %f clients with %o", (clients, options) => {
    expectError(() => chooseGraph(clients, options), "INVALID_ARGUMENT");
  });
});

describe("NeighbourGraph", () => {
  const seed = new Uint8Array(32).fill(5);

  it("is regular, symmetric, without a client twice, and another one for another seed", () => {
    for (const [clients, degree] of [
      [7, 4],
      [50, 22],
      [51, 6],
      [5, 4],
    ] as const) {
      const graph = new NeighbourGraph({ clients, degree }, seed);
      for (let client = 0; client < clients; client++) {
        const holders = graph.holders(client);
        expect(holders).toHaveLength(degree + 1);
        expect(holders).toEqual([...new Set(holders)].sort((a, b) => a - b));
        expect(holders).toContain(client);
        for (const other of holders) expect(graph.holders(other)).toContain(client);
      }
    }
    const other = new NeighbourGraph({ clients: 50, degree: 22 }, new Uint8Array(32).fill(6));
    expect(other.holders(0)).not.toEqual(new NeighbourGraph({ clients: 50, degree: 22 }, seed).holders(0));
  });

  it("falls apart for no more sets of 6 of 12 clients than chooseGraph's bound says, and for some", () => {
    const [n, degree, bad] = [12, 4, 6];
    const graph = new NeighbourGraph({ clients: n, degree }, seed);
    let cut = 0;
    let sets = 0;
    for (let mask = 0; mask < 2 ** n; mask++) {
      const kept = Array.from({ length: n }, (_, i) => i).filter((i) => ((mask >> i) & 1) === 0);
      if (kept.length !== n - bad) continue;
      sets += 1;
      const reached = new Set(kept.slice(0, 1));
      for (const client of reached) {
        for (const other of graph.holders(client)) if (kept.includes(other)) reached.add(other);
      }
      if (reached.size < kept.length) cut += 1;
    }
    const runs = drawing(n, bad, degree);
    const bound = ((n * (n - degree - 1)) / 2) * (Number(runs.weights[degree]) / Number(runs.total));
    expect(cut).toBeGreaterThan(0);
    expect(cut / sets).toBeLessThanOrEqual(bound);
  });
});
