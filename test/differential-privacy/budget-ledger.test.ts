import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BudgetLedger, rhoOf } from "../../dist/differential-privacy/index.js";
import { expectError } from "../support/expect-error.js";

const budget = { dataSet: "payments", epsilon: 2, delta: 1e-6 };
const whole = rhoOf(budget);

describe("BudgetLedger", () => {
  it("adds costs up and refuses the one that is too many, with the typed error and the old state", () => {
    let ledger = BudgetLedger.open([budget]);
    for (let i = 0; i < 4; i++)
      ledger = ledger.spend({ dataSet: "payments", rho: whole / 5, purpose: `q${i}` });
    expectError(() => ledger.spend({ dataSet: "payments", rho: whole / 4, purpose: "q5" }), "BUDGET_SPENT");
    expect(ledger.state("payments")?.releases.map(({ purpose }) => purpose)).toEqual([
      "q0",
      "q1",
      "q2",
      "q3",
    ]);
    expect(ledger.state("payments")?.spentRho).toBeCloseTo((4 * whole) / 5, 9);
    expect(ledger.state("payments")?.spentEpsilon).toBeLessThan(2);
  });

  it("never lets costs together exceed the budget, in whatever portions they come", () => {
    const portions = fc.array(fc.double({ min: 1e-15, max: 0.02, noNaN: true }), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(portions, (costs) => {
        let ledger = BudgetLedger.open([budget]);
        let spent = 0;
        for (const rho of costs) {
          try {
            ledger = ledger.spend({ dataSet: "payments", rho, purpose: "" });
            spent += rho;
          } catch {
            expect(spent + rho + 60e-12).toBeGreaterThan(whole);
          }
        }
        expect(spent).toBeLessThanOrEqual(whole + 1e-12);
      }),
    );
  });

  it("leaves the ledger that it was called on as it was", () => {
    const before = BudgetLedger.open([budget]);
    before.spend({ dataSet: "payments", rho: whole / 2, purpose: "" });
    expect(before.state("payments")?.spentRho).toBe(0);
  });

  it("keeps data sets apart, and has nothing for one that it does not know", () => {
    const ledger = BudgetLedger.open([budget, { ...budget, dataSet: "emissions" }]).spend({
      dataSet: "payments",
      rho: whole * 0.9,
      purpose: "",
    });
    expect(ledger.state("emissions")?.spentRho).toBe(0);
    expect(ledger.state("other")).toBe(undefined);
    expectError(() => ledger.spend({ dataSet: "other", rho: 1e-9, purpose: "" }), "BUDGET_SPENT");
  });

  it("refuses costs that would not count, and infinite ones", () => {
    const ledger = BudgetLedger.open([budget]);
    for (const rho of [0, -1, Number.NaN]) {
      expectError(() => ledger.spend({ dataSet: "payments", rho, purpose: "" }), "INVALID_ARGUMENT");
    }
    expectError(() => ledger.spend({ dataSet: "payments", rho: Infinity, purpose: "" }), "BUDGET_SPENT");
  });

  it("is restored from its text, and goes on where it was", () => {
    const ledger = BudgetLedger.open([budget, { ...budget, dataSet: "emissions" }]).spend({
      dataSet: "payments",
      rho: whole / 2,
      purpose: "quartiles",
    });
    const restored = BudgetLedger.restore(ledger.serialize());
    expect(restored.serialize()).toBe(ledger.serialize());
    expect(restored.state("payments")).toEqual(ledger.state("payments"));
    expectError(() => restored.spend({ dataSet: "payments", rho: whole * 0.6, purpose: "" }), "BUDGET_SPENT");
  });

  it("refuses any other text with INVALID_DATA", () => {
    const text = BudgetLedger.open([budget])
      .spend({ dataSet: "payments", rho: 1e-3, purpose: "" })
      .serialize();
    const broken = [
      "",
      "null",
      "[]",
      text.replace('"version":1', '"version":2'),
      text.replace("ledger", "other"),
      text.replace(/"budgetUnits":"\d+"/, '"budgetUnits":"1"'), // more spent than there is
      text.replace(/"budgetUnits":"\d+"/, '"budgetUnits":"-5"'),
      text.replace(/"units":"\d+"/, '"units":5'),
      text.replace('"epsilon":2', '"epsilon":"2"'),
      text.replace('"delta":0.000001', '"delta":1'),
      text.replace('"releases":[{', '"releases":[null,{'),
      text.replace('"purpose":""', '"purpose":0'),
      text.replace('"dataSet":"payments"', '"dataSet":1'),
      text.replace(/\[(\{"dataSet".*\})\]\}$/, "[$1,$1]}"),
    ];
    for (const other of broken) {
      expect(other).not.toBe(text);
      expectError(() => BudgetLedger.restore(other), "INVALID_DATA");
    }
  });

  it("opens no budget that is none, and no data set twice", () => {
    expectError(() => BudgetLedger.open([{ ...budget, epsilon: 0 }]), "INVALID_ARGUMENT");
    expectError(() => BudgetLedger.open([{ ...budget, delta: 0 }]), "INVALID_ARGUMENT");
    expectError(() => BudgetLedger.open([{ ...budget, dataSet: "" }]), "INVALID_ARGUMENT");
    expectError(() => BudgetLedger.open([budget, budget]), "INVALID_ARGUMENT");
  });
});
