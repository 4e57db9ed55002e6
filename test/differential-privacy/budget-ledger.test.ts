import { fork, type ChildProcess } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BudgetLedger, rhoOf, type PrivacyBudget } from "../../dist/differential-privacy/index.js";
import { memoryStore } from "../../dist/store/index.js";
import { createFileStore, openFileStore } from "../../dist/store/index-node.js";
import { killedAfterEach } from "../support/children.js";
import { expectCode } from "../support/expect-error.js";

const budget = { dataSet: "payments", epsilon: 2, delta: 1e-6 };
const whole = rhoOf(budget);

const newLedger = (budgets: readonly PrivacyBudget[] = [budget]): Promise<BudgetLedger> =>
  BudgetLedger.open(memoryStore(), budgets);

describe("BudgetLedger", () => {
  it("adds costs up and refuses the one that is too many, with the typed error and the old state", async () => {
    const ledger = await newLedger();
    for (let i = 0; i < 4; i++) await ledger.spend({ dataSet: "payments", rho: whole / 5, purpose: `q${i}` });
    await expectCode(ledger.spend({ dataSet: "payments", rho: whole / 4, purpose: "q5" }), "BUDGET_SPENT");
    const purposes = ledger.state("payments")?.releases.map(({ purpose }) => purpose);
    expect(purposes).toEqual(["q0", "q1", "q2", "q3"]);
    expect(ledger.state("payments")?.spentRho).toBeCloseTo((4 * whole) / 5, 9);
    expect(ledger.state("payments")?.spentEpsilon).toBeLessThan(2);
  });

  it("never lets costs together exceed the budget, in whatever portions and however many at once they come", async () => {
    const portions = fc.array(fc.double({ min: 1e-15, max: 0.02, noNaN: true }), {
      minLength: 1,
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(portions, async (costs) => {
        const ledger = await newLedger();
        let spent = 0;
        const spend = async (rho: number): Promise<void> => {
          await ledger.spend({ dataSet: "payments", rho, purpose: "" });
          spent += rho;
        };
        const outcomes = await Promise.allSettled(costs.map(spend));
        for (const [i, { status }] of outcomes.entries()) {
          if (status === "rejected") expect(spent + (costs[i] ?? 0) + 60e-12).toBeGreaterThan(whole);
        }
        expect(spent).toBeLessThanOrEqual(whole + 1e-12);
      }),
    );
  });

  it("keeps data sets apart, and has nothing for one that it does not know", async () => {
    const ledger = await newLedger([budget, { ...budget, dataSet: "emissions" }]);
    await ledger.spend({ dataSet: "payments", rho: whole * 0.9, purpose: "" });
    expect(ledger.state("emissions")?.spentRho).toBe(0);
    expect(ledger.state("other")).toBe(undefined);
    await expectCode(ledger.spend({ dataSet: "other", rho: 1e-9, purpose: "" }), "BUDGET_SPENT");
  });

  it("refuses costs that would not count, and infinite ones", async () => {
    const ledger = await newLedger();
    for (const rho of [0, -1, Number.NaN]) {
      await expectCode(ledger.spend({ dataSet: "payments", rho, purpose: "" }), "INVALID_ARGUMENT");
    }
    await expectCode(ledger.spend({ dataSet: "payments", rho: Infinity, purpose: "" }), "BUDGET_SPENT");
  });

  it("goes on where it was when its store is opened again, and keeps the terms a data set was opened with", async () => {
    const folder = join(mkdtempSync(join(tmpdir(), "veilshare-dp-")), "state");
    const first = await createFileStore(folder);
    const before = await BudgetLedger.open(first, [budget]);
    await before.spend({ dataSet: "payments", rho: whole / 2, purpose: "quartiles" });
    const state = before.state("payments");
    await first.compact();
    await first.close();
    const second = await openFileStore(folder);
    const after = await BudgetLedger.open(second, [budget]);
    expect(after.state("payments")).toEqual(state);
    await expectCode(BudgetLedger.open(second, [{ ...budget, epsilon: 3 }]), "INVALID_ARGUMENT");
    await expectCode(BudgetLedger.open(second, [{ ...budget, delta: 1e-5 }]), "INVALID_ARGUMENT");
    await expectCode(after.spend({ dataSet: "payments", rho: whole * 0.6, purpose: "" }), "BUDGET_SPENT");
    await second.close();
  });

  it("burns what is left once a restored backup is accepted", async () => {
    const store = memoryStore();
    const ledger = await BudgetLedger.open(store, [budget]);
    await store.acceptRestore("test");
    await expectCode(ledger.spend({ dataSet: "payments", rho: 1e-9, purpose: "" }), "BUDGET_SPENT");
    expect(ledger.state("payments")?.spentRho).toBeCloseTo(whole, 9);
    await BudgetLedger.open(store, [budget]); // opening it again gives nothing back
    await expectCode(ledger.spend({ dataSet: "payments", rho: 1e-9, purpose: "" }), "BUDGET_SPENT");
  });

  it("opens no budget that is none, and no data set twice", async () => {
    await expectCode(newLedger([{ ...budget, epsilon: 0 }]), "INVALID_ARGUMENT");
    await expectCode(newLedger([{ ...budget, delta: 0 }]), "INVALID_ARGUMENT");
    await expectCode(newLedger([{ ...budget, dataSet: "" }]), "INVALID_ARGUMENT");
    await expectCode(newLedger([budget, budget]), "INVALID_ARGUMENT");
  });
});

describe("one budget in two processes", () => {
  const running = killedAfterEach();

  it("is spent once, however the two meet", async () => {
    const folder = join(mkdtempSync(join(tmpdir(), "veilshare-dp-")), "state");
    const store = await createFileStore(folder);
    await BudgetLedger.open(store, [budget]);
    await store.close();
    const outcomeOf = (child: ChildProcess): Promise<string> =>
      new Promise((resolve) =>
        child.once("message", (code) => {
          resolve(JSON.stringify(code));
        }),
      );
    const children = [0, 1].map(() =>
      fork("test/differential-privacy/spender.mjs", [folder, String(whole * 0.9)]),
    );
    running.push(...children);
    const outcomes = await Promise.all(children.map(outcomeOf));
    expect(outcomes.filter((outcome) => outcome === '"spent"')).toHaveLength(1);
    expect(outcomes).toContainEqual(expect.stringMatching(/^"(STORE_FENCED|BUDGET_SPENT)"$/));
    const after = await openFileStore(folder);
    expect((await BudgetLedger.open(after)).state("payments")?.releases).toHaveLength(1);
    await after.close();
  });
});
