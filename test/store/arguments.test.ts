/** What stores, and the budgets in them, make of arguments that are none. */

import { describe, expect, it } from "vitest";
import { BudgetLedger } from "../../dist/differential-privacy/index.js";
import { DownloadBudget, EvaluationBudget } from "../../dist/lookup/index.js";
import { jsonCell, memoryStore, type StoreDraft } from "../../dist/store/index.js";
import { createFileStore } from "../../dist/store/index-node.js";
import { expectCode } from "../support/expect-error.js";
import { counter, idOf, ids, spending } from "./kinds.js";

const other = (value: unknown): never => value as never;

describe("a store", () => {
  it("refuses kinds that are none, and kinds of another shape", async () => {
    const store = memoryStore();
    const changes: readonly ((draft: StoreDraft) => unknown)[] = [
      ...[null, {}, "x", { shape: "cell" }, { shape: "cell", name: 5 }].flatMap((kind) => [
        (draft: StoreDraft) => draft.get(other(kind), "a"),
        (draft: StoreDraft) => {
          draft.put(other(kind), "a", 1);
        },
        (draft: StoreDraft) => draft.claim(other(kind), "a", []),
      ]),
      (draft) => {
        draft.put(other(spending), "a", other({ amount: 1, by: "a" }));
      },
      (draft) => draft.claim(other(counter), "a", [idOf(1)]),
    ];
    for (const change of changes) await expectCode(store.transact(change), "INVALID_ARGUMENT");
    expect(store.head.length).toBe(0);
  });

  it("refuses ids that are no bytes, and a change that is no function", async () => {
    const store = memoryStore();
    for (const given of [null, "x", [5], [null], ["0123456789abcdef"]]) {
      await expectCode(
        store.transact((draft) => draft.claim(ids, "a", other(given))),
        "INVALID_ARGUMENT",
      );
    }
    for (const change of [null, 5, "x"]) await expectCode(store.transact(other(change)), "INVALID_ARGUMENT");
  });

  it("writes no value that its kind could not read again, which would spoil it", async () => {
    const store = memoryStore();
    for (const value of [null, 5, "x", {}, { count: 1.5 }, { count: 1, more: 2 }]) {
      const put = store.transact((draft) => {
        draft.put(counter, "a", other(value));
      });
      await expectCode(put, "INVALID_ARGUMENT");
    }
    expect([store.view.get(counter, "a"), store.head.length]).toEqual([undefined, 0]);
    await expectCode(() => jsonCell("a", other({})), "INVALID_ARGUMENT");
  });

  it("has a clock that is a function, and no options of other names", async () => {
    for (const options of [null, 5, { nowMs: 5 }, { nowms: Date.now }]) {
      await expectCode(() => memoryStore(other(options)), "INVALID_ARGUMENT");
    }
    for (const options of [null, 5, { nowMs: 5 }, { anyFileSystem: "yes" }]) {
      await expectCode(createFileStore("/nonexistent/x", other(options)), "INVALID_ARGUMENT");
    }
  });
});

describe("budgets", () => {
  it.each([EvaluationBudget, DownloadBudget])(
    "of clients take no amount that is none: below 0 it would be a gift",
    async (Budget) => {
      const budget = new Budget({ store: memoryStore(), perWindow: 5, windowMs: 1000 });
      for (const amount of [-1, 1.5, Number.NaN, "1", undefined]) {
        await expectCode(budget.take("client", other(amount)), "INVALID_ARGUMENT");
        if (budget instanceof DownloadBudget) {
          await expectCode(budget.giveBack("client", other(amount)), "INVALID_ARGUMENT");
        }
      }
      for (const client of [5, null, undefined])
        await expectCode(budget.take(other(client), 1), "INVALID_ARGUMENT");
      expect(budget.used()).toEqual([]);
      for (const options of [null, {}, { store: {}, perWindow: 1, windowMs: 1 }]) {
        await expectCode(() => new Budget(other(options)), "INVALID_ARGUMENT");
      }
    },
  );

  it("of privacy are opened in a store, for a list of data sets", async () => {
    for (const store of [null, {}, 5]) await expectCode(BudgetLedger.open(other(store)), "INVALID_ARGUMENT");
    for (const budgets of [null, 5, "ab", [null]]) {
      await expectCode(BudgetLedger.open(memoryStore(), other(budgets)), "INVALID_ARGUMENT");
    }
  });
});
