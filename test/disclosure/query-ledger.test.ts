import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as disclosure from "../../dist/disclosure/index.js";
import { searchSmallCombination } from "../../dist/disclosure/combination-search.js";
import { expectError } from "../support/expect-error.js";
import { importMutant, type Mutation } from "../support/mutant.js";

const { QueryLedger } = disclosure;
type Ledger = disclosure.QueryLedger;

const firms = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, i) => `firm ${first + i}`);
const query = (contributors: readonly string[], period = "2026", series = "days"): disclosure.TotalQuery => ({
  series,
  period,
  contributors,
});
const reasonOf = (ledger: Ledger, asked: disclosure.TotalQuery): string => {
  const verdict = ledger.check(asked);
  return verdict.allowed ? "allowed" : verdict.reason;
};

const prime = 2n ** 61n - 1n;

/** Rank modulo a large prime: written apart from the package. */
function rank(rows: readonly (readonly bigint[])[]): number {
  const left = rows.map((row) => [...row]);
  let found = 0;
  const columns = left[0]?.length ?? 0;
  for (let column = 0; column < columns; column++) {
    const at = left.findIndex((row, i) => i >= found && (row[column] ?? 0n) % prime !== 0n);
    const pivot = left[at];
    if (pivot === undefined) continue;
    left.splice(at, 1);
    left.splice(found, 0, pivot);
    for (let i = found + 1; i < left.length; i++) {
      const row = left[i] ?? [];
      const [a, b] = [pivot[column] ?? 0n, row[column] ?? 0n];
      left[i] = row.map((value, j) => (((value * a - (pivot[j] ?? 0n) * b) % prime) + prime) % prime);
    }
    found++;
  }
  return found;
}

/** Every set of fewer than `fewest` contributors: do the totals lose rank without them? Then a combination has only them. */
function smallCombinationExists(totals: readonly (readonly bigint[])[], fewest: number): boolean {
  const people = totals[0]?.length ?? 0;
  const whole = rank(totals);
  for (let set = 1; set < 2 ** people; set++) {
    const inside = (i: number): boolean => (set & (1 << i)) !== 0;
    let size = 0;
    for (let i = 0; i < people; i++) if (inside(i)) size++;
    if (size >= fewest) continue;
    if (rank(totals.map((row) => row.filter((_, i) => !inside(i)))) < whole) return true;
  }
  return false;
}

const people = 7;
const totalsArbitrary = fc.array(
  fc.array(fc.constantFrom(0n, 1n), { minLength: people, maxLength: people }),
  { minLength: 1, maxLength: 5 },
);
const membersOf = (row: readonly bigint[]): string[] => firms(0, people - 1).filter((_, i) => row[i] === 1n);

describe("searchSmallCombination", () => {
  it("finds what trying every set of contributors finds", () => {
    const outcomes = new Set<boolean>();
    fc.assert(
      fc.property(totalsArbitrary, fc.integer({ min: 2, max: 4 }), (rows, fewest) => {
        const weights = new Array<number>(people).fill(1);
        const expected = smallCombinationExists(rows, fewest);
        outcomes.add(expected);
        expect(searchSmallCombination({ rows, weights }, fewest, 1e6)).toBe(expected ? "found" : "none");
      }),
      { numRuns: 150 },
    );
    expect(outcomes.size).toBe(2);
  });

  it("counts all contributors of a group, and says when it gave up", () => {
    const rows = [
      [1n, 1n, 0n],
      [0n, 1n, 1n],
    ];
    expect(searchSmallCombination({ rows, weights: [2, 9, 2] }, 4, 1e6)).toBe("none");
    expect(searchSmallCombination({ rows, weights: [2, 9, 2] }, 5, 1e6)).toBe("found"); // their difference
    expect(searchSmallCombination({ rows, weights: [2, 9, 2] }, 4, 5)).toBe("too-large");
  });
});

/** Sequences of random queries: is what a ledger allowed safe, as far as trying everything shows? */
function unsafeSequences(ledgers: typeof disclosure): number {
  let unsafe = 0;
  for (let seed = 1; seed <= 40; seed++) {
    let state = seed;
    const bit = (): bigint => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return BigInt(state >> 20) & 1n;
    };
    let ledger = ledgers.QueryLedger.open({ minContributors: 3 });
    const allowed: bigint[][] = [];
    for (let i = 0; i < 6; i++) {
      const row = Array.from({ length: people }, bit);
      if (!ledger.check(query(membersOf(row))).allowed) continue;
      ledger = ledger.record(query(membersOf(row)));
      allowed.push(row);
    }
    if (allowed.length > 0 && smallCombinationExists(allowed, 3)) unsafe++;
  }
  return unsafe;
}

describe("QueryLedger within a period", () => {
  it("never lets totals be combined to fewer contributors than the minimum", () => {
    expect(unsafeSequences(disclosure)).toBe(0);
  });

  it.each<[string, Mutation]>([
    [
      "forgets-the-combination",
      {
        file: "disclosure/query-ledger.js",
        text: 'if (result === "none")',
        replacement: "if (true)",
      },
    ],
    [
      "looks-at-the-last-only",
      {
        file: "disclosure/query-ledger.js",
        text: "[...earlier.map((entry) => entry.contributors), contributors]",
        replacement: "[...earlier.slice(-1).map((entry) => entry.contributors), contributors]",
      },
    ],
    [
      "first-way-only",
      {
        file: "disclosure/combination-search.js",
        text: "for (const group of blockers) {",
        replacement: "for (const group of blockers.slice(0, 1)) {",
      },
    ],
  ])("would be caught if it %s", async (name, mutation) => {
    const mutant = await importMutant<typeof disclosure>(name, "disclosure/index.js", mutation);
    expect(unsafeSequences(mutant)).toBeGreaterThan(0);
  });

  it("refuses the same cell with one contributor more or less", () => {
    const ledger = QueryLedger.open({ minContributors: 3 }).record(query(firms(1, 10)));
    expect(reasonOf(ledger, query(firms(1, 11)))).toBe("combination");
    expect(reasonOf(ledger, query(firms(1, 9)))).toBe("combination");
    expect(reasonOf(ledger, query(firms(1, 13)))).toBe("allowed");
    expect(reasonOf(ledger, query(firms(1, 10)))).toBe("allowed"); // nothing new
  });

  it("refuses a part whose rest is small, and a part of a union of earlier totals", () => {
    const nested = QueryLedger.open({ minContributors: 3 }).record(query(firms(1, 10)));
    expect(reasonOf(nested, query(firms(1, 8)))).toBe("combination");
    expect(reasonOf(nested, query(firms(1, 7)))).toBe("allowed");
    const parts = QueryLedger.open({ minContributors: 3 })
      .record(query(firms(1, 5)))
      .record(query(firms(6, 10)))
      .record(query(firms(11, 15)));
    expect(reasonOf(parts, query(firms(1, 14)))).toBe("combination");
    expect(reasonOf(parts, query(firms(1, 15)))).toBe("allowed");
  });

  it("allows totals that share all but a few, where no combination isolates those", () => {
    const ledger = QueryLedger.open({ minContributors: 3 }).record(query(firms(1, 10)));
    expect(reasonOf(ledger, query([...firms(1, 9), ...firms(11, 20)]))).toBe("allowed");
  });

  it("refuses too few contributors, not counting those whose values are known", () => {
    const ledger = QueryLedger.open({ minContributors: 3, known: ["firm 1"] });
    expect(reasonOf(ledger, query(firms(2, 3)))).toBe("few-contributors");
    expect(reasonOf(ledger, query(firms(1, 3)))).toBe("few-contributors");
    expect(reasonOf(ledger, query(firms(1, 4)))).toBe("allowed");
    expect(reasonOf(ledger.record(query(firms(2, 10))), query(firms(1, 12)))).toBe("combination");
    expect(reasonOf(ledger.record(query(firms(2, 10))), query(firms(1, 10)))).toBe("allowed");
  });

  it("decides large cases soon, by groups that are large on their own", () => {
    let wide = QueryLedger.open({ minContributors: 3 });
    for (let i = 0; i < 60; i++) wide = wide.record(query(firms(10 * i, 10 * i + 9)));
    expect(reasonOf(wide, query(firms(0, 599)))).toBe("allowed");
    expect(reasonOf(wide, query(firms(0, 598)))).toBe("combination");
  });

  it("refuses what it cannot decide in time: random halves of 200 contributors under a minimum of 30", () => {
    let state = 1;
    const bit = (): boolean => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return ((state >> 20) & 1) === 1;
    };
    let ledger = QueryLedger.open({ minContributors: 30 });
    const reasons: string[] = [];
    for (let i = 0; i < 8; i++) {
      const asked = query(firms(1, 200).filter(bit));
      reasons.push(reasonOf(ledger, asked));
      if (reasons.at(-1) === "allowed") ledger = ledger.record(asked);
    }
    expect(reasons.slice(0, 6)).toEqual(new Array(6).fill("allowed"));
    expect(reasons.slice(6)).toEqual(["undecided", "undecided"]);
  });
});

describe("QueryLedger across periods", () => {
  const ledger = QueryLedger.open({ minContributors: 3 }).record(query(firms(1, 10), "2025"));

  it("allows the same contributors, or at least the minimum of others", () => {
    expect(reasonOf(ledger, query(firms(1, 10), "2026"))).toBe("allowed");
    expect(reasonOf(ledger, query(firms(1, 13), "2026"))).toBe("allowed");
    expect(reasonOf(ledger, query([...firms(1, 9), ...firms(11, 12)], "2026"))).toBe("allowed");
  });

  it("refuses totals whose contributors differ in fewer: one more, one less, one for another", () => {
    expect(reasonOf(ledger, query(firms(1, 11), "2026"))).toBe("successive-periods");
    expect(reasonOf(ledger, query(firms(1, 9), "2026"))).toBe("successive-periods");
    expect(reasonOf(ledger, query([...firms(1, 9), "firm 11"], "2026"))).toBe("successive-periods");
  });

  it("keeps series apart", () => {
    expect(reasonOf(ledger, query(firms(1, 11), "2026", "invoices"))).toBe("allowed");
  });
});

describe("QueryLedger", () => {
  it("records what it allows, refuses the rest with the reason, and changes no ledger in place", () => {
    const ledger = QueryLedger.open({ minContributors: 3 });
    const next = ledger.record(query(firms(1, 10)));
    expect([ledger.size, next.size]).toEqual([0, 1]);
    expectError(() => next.record(query(firms(1, 11))), "DISCLOSURE_REFUSED", { got: "combination" });
    expectError(() => ledger.check(query(["firm 1", "firm 1"])), "INVALID_ARGUMENT");
    expectError(() => QueryLedger.open({ minContributors: 1 }), "INVALID_ARGUMENT");
  });

  it("is restored from its text with all that it knew", () => {
    const ledger = QueryLedger.open({ minContributors: 3, known: ["firm 99"] }).record(query(firms(1, 10)));
    const restored = QueryLedger.restore(ledger.serialize());
    expect(restored.serialize()).toBe(ledger.serialize());
    expect(reasonOf(restored, query([...firms(1, 10), "firm 11"]))).toBe("combination");
    expect(reasonOf(restored, query([...firms(1, 10), "firm 99"]))).toBe("allowed");
  });

  it("refuses any other text with INVALID_DATA", () => {
    const text = QueryLedger.open({ minContributors: 3 })
      .record(query(firms(1, 3)))
      .serialize();
    const broken = [
      "",
      "null",
      "[]",
      text.replace('"version":1', '"version":2'),
      text.replace("query ledger", "ledger"),
      text.replace('"minContributors":3', '"minContributors":1'),
      text.replace('"minContributors":3', '"minContributors":"3"'),
      text.replace('"known":[]', '"known":{}'),
      text.replace('"known":[]', '"known":[1]'),
      text.replace('"known":[]', '"known":["a","a"]'),
      text.replace('"entries":[', '"entries":[null,'),
      text.replace('"series":"days"', '"series":1'),
      text.replace('"period":"2026"', '"period":null'),
      text.replace('"firm 1"', '"firm 2"'),
    ];
    for (const other of broken) {
      expect(other).not.toBe(text);
      expectError(() => QueryLedger.restore(other), "INVALID_DATA");
    }
  });
});
