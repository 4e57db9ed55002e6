import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EvaluationBudget } from "../../dist/lookup/index.js";
import { expectError } from "../support/expect-error.js";
import { answersOf, published, session, shown } from "./sessions.js";

/** A clock that a test sets. */
function clock(): { nowMs: () => number; at: number } {
  const time = { at: 0, nowMs: () => time.at };
  return time;
}

describe("EvaluationBudget", () => {
  it("never grants more than the limit in any window, and grants what it said after the time it said", () => {
    const request = fc.record({ pauseMs: fc.nat(60), evaluations: fc.integer({ min: 1, max: 8 }) });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 60 }), (requests) => {
        const time = clock();
        const budget = new EvaluationBudget({ perWindow: 10, windowMs: 100, nowMs: time.nowMs });
        const granted: { at: number; evaluations: number }[] = [];
        for (const { pauseMs, evaluations } of requests) {
          time.at += pauseMs;
          let grant = budget.take("c", evaluations);
          if (!grant.granted) {
            expect(grant.available).toBeLessThan(evaluations);
            expect(grant.retryAfterMs).toBeGreaterThan(0);
            time.at += (grant.retryAfterMs ?? 0) - 1;
            expect(budget.take("c", evaluations).granted).toBe(false);
            time.at += 1;
            grant = budget.take("c", evaluations);
          }
          expect(grant).toEqual({ granted: true });
          granted.push({ at: time.at, evaluations });
          const inWindow = granted.filter(({ at }) => at > time.at - 100);
          expect(inWindow.reduce((sum, each) => sum + each.evaluations, 0)).toBeLessThanOrEqual(10);
        }
      }),
    );
  });

  it("keeps each client's account, and a total that outlives the budget", () => {
    const { nowMs } = clock();
    const options = { perWindow: 5, windowMs: 1000, total: 6, nowMs };
    const budget = new EvaluationBudget(options);
    expect(budget.take("a", 5).granted).toBe(true);
    expect(budget.take("a", 1)).toEqual({ granted: false, available: 0, retryAfterMs: 1000 });
    expect(budget.take("a", 2)).toEqual({ granted: false, available: 0, retryAfterMs: undefined });
    expect(budget.take("b", 6)).toEqual({ granted: false, available: 5, retryAfterMs: undefined });
    expect(budget.take("b", 5).granted).toBe(true);
    const later = new EvaluationBudget({ ...options, used: budget.used() });
    expect(later.take("a", 2)).toEqual({ granted: false, available: 1, retryAfterMs: undefined });
    expect(later.take("a", 1).granted).toBe(true);
    expect(later.used()).toEqual([
      ["a", 6],
      ["b", 5],
    ]);
  });

  it.each([
    { perWindow: 0 },
    { windowMs: 0 },
    { total: -1 },
    { perWindow: 1.5 },
    { used: [["a", -1]] as const },
  ])("refuses %j", (wrong) => {
    const options = { perWindow: 1, windowMs: 1, nowMs: () => 0, ...wrong };
    expectError(() => new EvaluationBudget(options), "INVALID_ARGUMENT");
  });
});

describe("a client above its budget", () => {
  it("is told when to come back, keeps its session, and is granted as many then", async () => {
    const time = clock();
    const budget = new EvaluationBudget({ perWindow: 3, windowMs: 1000, nowMs: time.nowMs });
    const set = await published([{ key: "a", label: "known" }]);
    for (const options of [{}, { bucketBits: 1 }]) {
      time.at += 5000;
      const { result, served } = await session({ set, options, serve: { budget } }, async (client) => {
        const first = await client.lookup(["a", "b"]);
        const tooMany = await client.lookup(["a", "b"]);
        const oneMore = await client.lookup(["a"]);
        time.at += 1000;
        return [
          first,
          tooMany,
          oneMore,
          await client.lookup(["b", "a", "c"]),
          await client.lookup(["a", "b", "c", "d"]),
        ];
      });
      const [first, tooMany, oneMore, later, never] = result;
      if (first === undefined || oneMore === undefined || later === undefined)
        throw new Error("expected five");
      expect([first, oneMore, later].map((outcome) => answersOf(outcome).map(shown))).toEqual([
        ["=known", "absent"],
        ["=known"],
        ["absent", "=known", "absent"],
      ]);
      expect(tooMany).toEqual({ status: "refused", limit: "evaluations", available: 1, retryAfterMs: 1000 });
      expect(never).toEqual({
        status: "refused",
        limit: "evaluations",
        available: 0,
        retryAfterMs: undefined,
      });
      expect(served).toMatchObject({ client: "client", requests: 3, evaluations: 6, refusals: 2 });
    }
  });
});
