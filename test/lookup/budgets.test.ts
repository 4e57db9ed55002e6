import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EvaluationBudget } from "../../dist/lookup/index.js";
import { memoryStore } from "../../dist/store/index.js";
import { createFileStore, openFileStore } from "../../dist/store/index-node.js";
import { expectCode, expectError } from "../support/expect-error.js";
import { answersOf, published, session, shown } from "./sessions.js";

/** A clock that a test sets. */
function clock(): { nowMs: () => number; at: number } {
  const time = { at: 0, nowMs: () => time.at };
  return time;
}

describe("EvaluationBudget", () => {
  it("never grants more than the limit in any window, and grants what it said after the time it said", async () => {
    const request = fc.record({ pauseMs: fc.nat(60), evaluations: fc.integer({ min: 1, max: 8 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { maxLength: 60 }), async (requests) => {
        const time = clock();
        const budget = new EvaluationBudget({
          store: memoryStore({ nowMs: time.nowMs }),
          perWindow: 10,
          windowMs: 100,
        });
        const granted: { at: number; evaluations: number }[] = [];
        for (const { pauseMs, evaluations } of requests) {
          time.at += pauseMs;
          let grant = await budget.take("c", evaluations);
          if (!grant.granted) {
            expect(grant.available).toBeLessThan(evaluations);
            expect(grant.retryAfterMs).toBeGreaterThan(0);
            time.at += (grant.retryAfterMs ?? 0) - 1;
            expect((await budget.take("c", evaluations)).granted).toBe(false);
            time.at += 1;
            grant = await budget.take("c", evaluations);
          }
          expect(grant).toEqual({ granted: true });
          granted.push({ at: time.at, evaluations });
          const inWindow = granted.filter(({ at }) => at > time.at - 100);
          expect(inWindow.reduce((sum, each) => sum + each.evaluations, 0)).toBeLessThanOrEqual(10);
        }
      }),
    );
  });

  it("keeps each client's account, in a store that outlives it", async () => {
    const options = { perWindow: 5, windowMs: 1000, total: 6 };
    const folder = join(mkdtempSync(join(tmpdir(), "veilshare-budget-")), "state");
    const first = await createFileStore(folder, { nowMs: () => 10 });
    const budget = new EvaluationBudget({ store: first, ...options });
    const refused = (available: number, retryAfterMs?: number) => ({
      granted: false,
      available,
      retryAfterMs,
    });
    expect((await budget.take("a", 5)).granted).toBe(true);
    expect(await budget.take("a", 1)).toEqual(refused(0, 1000));
    expect(await budget.take("a", 2)).toEqual(refused(0));
    expect(await budget.take("b", 6)).toEqual(refused(5));
    expect((await budget.take("b", 5)).granted).toBe(true);
    expect(
      (await new EvaluationBudget({ store: first, name: "other", ...options }).take("a", 5)).granted,
    ).toBe(true);
    const second = await openFileStore(folder, { nowMs: () => 500 });
    await expectCode(budget.take("c", 1), "STORE_FENCED");
    const soon = new EvaluationBudget({ store: second, ...options });
    expect(await soon.take("a", 1)).toEqual(refused(0, 510));
    const third = await openFileStore(folder, { nowMs: () => 1010 });
    const later = new EvaluationBudget({ store: third, ...options });
    expect(await later.take("a", 2)).toEqual(refused(1));
    expect((await later.take("a", 1)).granted).toBe(true);
    expect(later.used()).toEqual([
      ["a", 6],
      ["b", 5],
    ]);
    for (const store of [first, second, third]) await store.close();
  });

  it("counts every client's window as full, and its total as taken, when a restored backup is accepted", async () => {
    const time = clock();
    const store = memoryStore({ nowMs: time.nowMs });
    const budget = new EvaluationBudget({ store, perWindow: 5, windowMs: 1000 });
    const limited = new EvaluationBudget({ store, name: "limited", perWindow: 5, windowMs: 1000, total: 8 });
    for (const each of [budget, limited]) expect((await each.take("a", 1)).granted).toBe(true);
    time.at = 100;
    await store.acceptRestore("test");
    for (const client of ["a", "stranger"]) {
      expect(await budget.take(client, 1)).toEqual({ granted: false, available: 0, retryAfterMs: 1000 });
      expect(await limited.take(client, 1)).toMatchObject({ granted: false, retryAfterMs: undefined });
    }
    time.at = 1100;
    for (const client of ["a", "stranger"]) {
      expect((await budget.take(client, 5)).granted).toBe(true);
      expect((await limited.take(client, 1)).granted).toBe(false);
    }
  });

  it.each([{ perWindow: 0 }, { windowMs: 0 }, { total: -1 }, { perWindow: 1.5 }, { nowMs: Date.now }])(
    "refuses %j",
    (wrong) => {
      const options = { store: memoryStore(), perWindow: 1, windowMs: 1, ...wrong };
      expectError(() => new EvaluationBudget(options), "INVALID_ARGUMENT");
    },
  );
});

describe("a client above its budget", () => {
  it("is told when to come back, keeps its session, and is granted as many then", async () => {
    const time = clock();
    const budget = new EvaluationBudget({
      store: memoryStore({ nowMs: time.nowMs }),
      perWindow: 3,
      windowMs: 1000,
    });
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
