import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as disclosure from "../../dist/disclosure/index.js";
import { searchSmallCombination, spans } from "../../dist/disclosure/combination-search.js";
import { memoryStore } from "../../dist/store/index.js";
import { expectError, expectCode } from "../support/expect-error.js";
import { importMutant, type Mutation } from "../support/mutant.js";
import { rank } from "./oracle.js";

const { QueryLedger } = disclosure;
type Ledger = disclosure.QueryLedger;

const openLedger = (minContributors = 3, known: readonly string[] = []): Promise<Ledger> =>
  QueryLedger.open({ store: memoryStore(), minContributors, known });

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
    expect(searchSmallCombination({ rows, weights: [2, 9, 2] }, 4, 0)).toBe("too-large");
  });
});

describe("spans", () => {
  it("says whether vectors are combinations of others, as their rank does", () => {
    fc.assert(
      fc.property(totalsArbitrary, totalsArbitrary, (vectors, wanted) => {
        const expected = rank([...vectors, ...wanted]) === rank(vectors) ? "yes" : "no";
        expect(spans(vectors, wanted, 1e6)).toBe(expected);
      }),
      { numRuns: 150 },
    );
    expect(spans([[1n, 0n]], [[1n, 1n]], 0)).toBe("too-large");
  });
});

/** Sequences of random queries: is what a ledger allowed safe, as far as trying everything shows? */
async function unsafeSequences(ledgers: typeof disclosure): Promise<number> {
  let unsafe = 0;
  for (let seed = 1; seed <= 40; seed++) {
    let state = seed;
    const fewest = 3 + (seed % 2);
    const bit = (): bigint => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return BigInt(state >> 20) & 1n;
    };
    const ledger = await ledgers.QueryLedger.open({ store: memoryStore(), minContributors: fewest });
    const allowed: bigint[][] = [];
    for (let i = 0; i < 6; i++) {
      const row = Array.from({ length: people }, bit);
      if (!ledger.check(query(membersOf(row))).allowed) continue;
      await ledger.record(query(membersOf(row)));
      allowed.push(row);
    }
    if (allowed.length > 0 && smallCombinationExists(allowed, fewest)) unsafe++;
  }
  return unsafe;
}

describe("QueryLedger within a period", () => {
  it("never lets totals be combined to fewer contributors than the minimum", async () => {
    expect(await unsafeSequences(disclosure)).toBe(0);
  });

  it.each<[string, Mutation]>([
    [
      "forgets-the-combination",
      {
        file: "disclosure/release-check.js",
        text: 'if (result === "none")',
        replacement: "if (true)",
      },
    ],
    [
      "looks-at-the-last-only",
      {
        file: "disclosure/release-check.js",
        text: "const releases = [...earlier, candidate];",
        replacement: "const releases = [...earlier.slice(-1), candidate];",
      },
    ],
    [
      "asks-for-one-less",
      {
        file: "disclosure/combination-search.js",
        text: "const rest = left - (weights[lead] ?? 0);",
        replacement: "const rest = left - (weights[lead] ?? 0) - 1;",
      },
    ],
    [
      "one-row-only",
      {
        file: "disclosure/combination-search.js",
        text: 'if (further !== "none")',
        replacement: "if (false)",
      },
    ],
  ])("would be caught if it %s", async (name, mutation) => {
    const mutant = await importMutant<typeof disclosure>(name, "disclosure/index.js", mutation);
    expect(await unsafeSequences(mutant)).toBeGreaterThan(0);
  });

  it("refuses the same cell with one contributor more or less", async () => {
    const ledger = await openLedger();
    await ledger.record(query(firms(1, 10)));
    expect(reasonOf(ledger, query(firms(1, 11)))).toBe("combination");
    expect(reasonOf(ledger, query(firms(1, 9)))).toBe("combination");
    expect(reasonOf(ledger, query(firms(1, 13)))).toBe("allowed");
    expect(reasonOf(ledger, query(firms(1, 10)))).toBe("allowed"); // nothing new
  });

  it("refuses a part whose rest is small, and a part of a union of earlier totals", async () => {
    const nested = await openLedger();
    await nested.record(query(firms(1, 10)));
    expect(reasonOf(nested, query(firms(1, 8)))).toBe("combination");
    expect(reasonOf(nested, query(firms(1, 7)))).toBe("allowed");
    const parts = await openLedger();
    for (const first of [1, 6, 11]) await parts.record(query(firms(first, first + 4)));
    expect(reasonOf(parts, query(firms(1, 14)))).toBe("combination");
    expect(reasonOf(parts, query(firms(1, 15)))).toBe("allowed");
  });

  it("allows totals that share all but a few, where no combination isolates those", async () => {
    const ledger = await openLedger();
    await ledger.record(query(firms(1, 10)));
    expect(reasonOf(ledger, query([...firms(1, 9), ...firms(11, 20)]))).toBe("allowed");
  });

  it("refuses too few contributors, not counting those whose values are known", async () => {
    const ledger = await openLedger(3, ["firm 1"]);
    expect(reasonOf(ledger, query(firms(2, 3)))).toBe("few-contributors");
    expect(reasonOf(ledger, query(firms(1, 3)))).toBe("few-contributors");
    expect(reasonOf(ledger, query(firms(1, 4)))).toBe("allowed");
    await ledger.record(query(firms(2, 10)));
    expect(reasonOf(ledger, query(firms(1, 12)))).toBe("combination");
    expect(reasonOf(ledger, query(firms(1, 10)))).toBe("allowed");
  });

  it("decides large cases soon, by groups that are large on their own", async () => {
    const wide = await openLedger();
    for (let i = 0; i < 60; i++) await wide.record(query(firms(10 * i, 10 * i + 9)));
    expect(reasonOf(wide, query(firms(0, 599)))).toBe("allowed");
    expect(reasonOf(wide, query(firms(0, 598)))).toBe("combination");
  });

  it("decides random halves of 40 contributors under a minimum of 4, as many as come", async () => {
    let state = 7;
    const bit = (): boolean => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return ((state >> 20) & 1) === 1;
    };
    const ledger = await openLedger(4);
    const reasons = new Map<string, number>();
    for (let i = 0; i < 45; i++) {
      const asked = query(firms(1, 40).filter(bit));
      const reason = reasonOf(ledger, asked);
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      if (reason === "allowed") await ledger.record(asked);
    }
    expect([...reasons.keys()].sort()).toEqual(["allowed", "combination"]);
    expect(reasons.get("allowed")).toBeGreaterThan(30);
  });

  it("refuses what it cannot decide in time: random halves of 200 contributors under a minimum of 30", async () => {
    let state = 1;
    const bit = (): boolean => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return ((state >> 20) & 1) === 1;
    };
    const ledger = await openLedger(30);
    const reasons: string[] = [];
    for (let i = 0; i < 10; i++) {
      const asked = query(firms(1, 200).filter(bit));
      reasons.push(reasonOf(ledger, asked));
      if (reasons.at(-1) === "allowed") await ledger.record(asked);
    }
    expect(reasons.slice(0, 5)).toEqual(new Array(5).fill("allowed"));
    expect(reasons.at(-1)).toBe("undecided");
  });
});

describe("QueryLedger across periods", () => {
  const opened = (async () => {
    const ledger = await openLedger();
    await ledger.record(query(firms(1, 10), "2025"));
    return ledger;
  })();

  it("allows the same contributors, or at least the minimum of others", async () => {
    const ledger = await opened;
    expect(reasonOf(ledger, query(firms(1, 10), "2026"))).toBe("allowed");
    expect(reasonOf(ledger, query(firms(1, 13), "2026"))).toBe("allowed");
    expect(reasonOf(ledger, query([...firms(1, 9), ...firms(11, 12)], "2026"))).toBe("successive-periods"); // 10 and 11
    expect(reasonOf(ledger, query([...firms(1, 8), ...firms(11, 12)], "2026"))).toBe("allowed"); // two for two
  });

  it("refuses totals whose contributors differ in fewer: one more, one less, one for another", async () => {
    const ledger = await opened;
    expect(reasonOf(ledger, query(firms(1, 11), "2026"))).toBe("successive-periods");
    expect(reasonOf(ledger, query(firms(1, 9), "2026"))).toBe("successive-periods");
    expect(reasonOf(ledger, query([...firms(1, 9), "firm 11"], "2026"))).toBe("successive-periods");
  });

  it("keeps series apart", async () => {
    expect(reasonOf(await opened, query(firms(1, 11), "2026", "invoices"))).toBe("allowed");
  });
});

describe("QueryLedger", () => {
  it("records what it allows, and refuses the rest with the reason and without a record", async () => {
    const ledger = await openLedger();
    await ledger.record(query(firms(1, 10)));
    const other = ledger.record(query(firms(1, 11)));
    await expectCode(other, "DISCLOSURE_REFUSED", { got: "combination" });
    expect(ledger.size("days")).toBe(1);
    expectError(() => ledger.check(query(["firm 1", "firm 1"])), "INVALID_ARGUMENT");
    await expectCode(openLedger(1), "INVALID_ARGUMENT");
  });

  it("checks two records at once one after the other, also through two ledgers of one store", async () => {
    const store = memoryStore();
    const [a, b] = await Promise.all([0, 1].map(() => QueryLedger.open({ store, minContributors: 3 })));
    const both = await Promise.allSettled([a?.record(query(firms(1, 10))), b?.record(query(firms(1, 11)))]);
    expect(both.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect(a?.size("days")).toBe(1);
  });

  it("is the ledger of its store: opened again it knows all, and other options are refused", async () => {
    const store = memoryStore();
    const known = ["firm 99", "firm 98"];
    await (await QueryLedger.open({ store, minContributors: 3, known })).record(query(firms(1, 10)));
    const again = await QueryLedger.open({ store, minContributors: 3, known: [...known].reverse() });
    expect(reasonOf(again, query([...firms(1, 10), "firm 11"]))).toBe("combination");
    expect(reasonOf(again, query([...firms(1, 10), "firm 99"]))).toBe("allowed");
    await expectCode(QueryLedger.open({ store, minContributors: 2, known }), "INVALID_ARGUMENT");
    await expectCode(QueryLedger.open({ store, minContributors: 3 }), "INVALID_ARGUMENT");
    const other = await QueryLedger.open({ store, name: "another", minContributors: 2 });
    expect(reasonOf(other, query(firms(1, 11)))).toBe("allowed");
  });

  it("refuses a series whose records were restored from a backup: later ones may be missing", async () => {
    const store = memoryStore();
    const ledger = await QueryLedger.open({ store, minContributors: 3 });
    await ledger.record(query(firms(1, 10)));
    await store.acceptRestore("disk replaced");
    expect(reasonOf(ledger, query(firms(1, 10)))).toBe("restored");
    expect(reasonOf(ledger, query(firms(1, 10), "2026", "invoices"))).toBe("allowed");
  });
});
