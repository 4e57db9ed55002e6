/**
 * What has been told about each data set, and what may still be, in a state store: a cost is taken off while nobody else
 * can, and is on disk before the release takes part in anything. Burn before use: a release that fails afterwards has been
 * paid for; the other order would give it for nothing to whoever can make this process crash.
 */

import { checkArgument, checkOptions, stateStoreRule, type RulesOf } from "../checks/options.js";
import { number, object, rule, text } from "../checks/rules.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import {
  jsonCell,
  jsonLog,
  type CellKind,
  type LogKind,
  type StateStore,
  type StoreView,
} from "../store/index.js";
import { epsilonOfZcdp, rhoOf, type PrivacyLoss } from "./zcdp.js";

/** Costs are kept in whole trillionths of rho, rounded up. */
const unitsPerRho = 1e12;
const maxRho = 1000;
const maxTextBytes = 1024;

/** What a data set may give away altogether. */
export interface PrivacyBudget extends PrivacyLoss {
  /** Names the data whose contributors the budget protects, e.g. `payments 2026`. */
  readonly dataSet: string;
}

/** One release. */
export interface Spending {
  readonly dataSet: string;
  /** The cost in zCDP, as a noise plan or a noisy total states it. */
  readonly rho: number;
  /** What for; kept in the ledger. */
  readonly purpose: string;
}

const budgetsRule = rule(
  "budgets, one after the other",
  (value) => typeof value === "object" && value !== null && Symbol.iterator in value,
);
const budgetRule = object({ dataSet: text, epsilon: number(), delta: number() });

const spendingRules: RulesOf<Spending> = {
  dataSet: text,
  // An infinite one is beyond every budget, which the ledger itself says.
  rho: rule("a number", (value) => typeof value === "number" && !Number.isNaN(value)),
  purpose: text,
};

/** Where a data set's budget stands. */
export interface BudgetState extends PrivacyBudget {
  readonly rho: number;
  readonly spentRho: number;
  /** What has been spent, as an epsilon at the budget's delta. */
  readonly spentEpsilon: number;
  readonly releases: readonly { readonly purpose: string; readonly rho: number }[];
}

interface Account extends PrivacyLoss {
  readonly budgetUnits: bigint;
}

interface Release {
  readonly purpose: string;
  readonly units: bigint;
}

const accounts: CellKind<Account> = jsonCell("veilshare/dp-budget", {
  read: (record) => ({
    epsilon: record.number("epsilon", { min: Number.MIN_VALUE }),
    delta: record.number("delta", { min: Number.MIN_VALUE, max: 1 - Number.EPSILON }),
    budgetUnits: record.bigint("budgetUnits"),
  }),
  write: ({ epsilon, delta, budgetUnits }) => ({ epsilon, delta, budgetUnits: budgetUnits.toString() }),
});

const releases: LogKind<Release> = jsonLog("veilshare/dp-release", {
  read: (record) => ({ purpose: record.text("purpose"), units: record.bigint("units") }),
  write: ({ purpose, units }) => ({ purpose, units: units.toString() }),
});

/**
 * Budgets by data set. Costs add up in zCDP, whatever later releases make of earlier ones, and the sum is compared with the
 * largest rho whose conversion is within the budget's epsilon and delta.
 *
 * **Security.** It counts what it is told. Two names for the same data are two budgets, and so are two stores. Once a
 * restored store was accepted, what was left of its budgets is burned; data sets that were opened after the backup was made
 * are unknown to it, and are not to be opened again.
 *
 * @example
 * const store = await openFileStore("state");
 * const ledger = await BudgetLedger.open(store, [{ dataSet: "payments 2026", epsilon: 3, delta: 1e-6 }]);
 * const burn = (plan: NoisePlan) => ledger.spend({ dataSet: "payments 2026", purpose: "mean by industry", rho: plan.rho });
 */
export class BudgetLedger {
  readonly #store: StateStore;

  private constructor(store: StateStore) {
    this.#store = store;
  }

  /**
   * The ledger of a store, with budgets for these data sets: those that it knows stay as they are.
   *
   * @throws VeilshareError INVALID_ARGUMENT for a budget that is none, a data set that comes twice, or one that was opened with
   *   another epsilon or delta; as `StateStore.transact`.
   */
  static async open(store: StateStore, budgets: Iterable<PrivacyBudget> = []): Promise<BudgetLedger> {
    checkArgument("BudgetLedger.open", "store", store, stateStoreRule);
    checkArgument("BudgetLedger.open", "budgets", budgets, budgetsRule);
    const wanted = new Map<string, Account>();
    for (const budget of budgets) {
      checkArgument("BudgetLedger.open", "budgets", budget, budgetRule);
      const { dataSet, epsilon, delta } = budget;
      if (dataSet === "" || wanted.has(dataSet)) {
        const expected = "data sets with names of their own";
        throw invalidArgument("BudgetLedger.open", expected, "an empty or repeated one");
      }
      const budgetUnits = BigInt(Math.floor(Math.min(rhoOf({ epsilon, delta }), maxRho) * unitsPerRho));
      wanted.set(dataSet, { epsilon, delta, budgetUnits });
    }
    await store.transact((draft) => {
      for (const [dataSet, account] of wanted) {
        const known = draft.get(accounts, dataSet);
        if (known === undefined) draft.put(accounts, dataSet, account);
        else if (known.epsilon !== account.epsilon || known.delta !== account.delta) {
          const expected = `epsilon ${known.epsilon} and delta ${known.delta}, with which "${dataSet}" was opened`;
          throw invalidArgument("BudgetLedger.open", expected, `${account.epsilon} and ${account.delta}`);
        }
      }
    });
    return new BudgetLedger(store);
  }

  /**
   * Takes a release off its budget; resolves when that is on disk.
   *
   * @throws VeilshareError BUDGET_SPENT when what is left does not cover it, or no budget was opened for the data set;
   *   INVALID_ARGUMENT for a cost that is not above 0; as `StateStore.transact`. Then nothing was taken, and the release must
   *   not take place.
   */
  async spend(spending: Spending): Promise<void> {
    checkOptions("BudgetLedger.spend", spending, spendingRules);
    const { dataSet, rho, purpose } = spending;
    if (!(rho > 0)) throw invalidArgument("BudgetLedger.spend", "a rho above 0", String(rho));
    if (purpose.length > maxTextBytes) {
      throw invalidArgument(
        "BudgetLedger.spend",
        `a purpose of at most ${maxTextBytes} characters`,
        "another",
      );
    }
    await this.#store.transact((draft) => {
      const left = unitsLeft(draft, dataSet);
      const units = rho <= maxRho ? BigInt(Math.ceil(rho * unitsPerRho)) : left + 1n;
      if (units <= left) {
        draft.add(releases, dataSet, { purpose, units });
        return;
      }
      const burned = draft.isBurned(accounts, dataSet) ? "; a restored backup was accepted" : "";
      const text = `BudgetLedger: expected a rho of at most ${Number(left) / unitsPerRho}, got ${rho}${burned}`;
      throw new VeilshareError("BUDGET_SPENT", text, { field: "rho", got: String(rho) });
    });
  }

  /** Where the budget of a data set stands; undefined where none was opened. */
  state(dataSet: string): BudgetState | undefined {
    const { view } = this.#store;
    const account = view.get(accounts, dataSet);
    if (account === undefined) return undefined;
    const spentRho = Number(account.budgetUnits - unitsLeft(view, dataSet)) / unitsPerRho;
    return {
      dataSet,
      epsilon: account.epsilon,
      delta: account.delta,
      rho: Number(account.budgetUnits) / unitsPerRho,
      spentRho,
      spentEpsilon: epsilonOfZcdp(spentRho, account.delta),
      releases: view
        .list(releases, dataSet)
        .map(({ purpose, units }) => ({ purpose, rho: Number(units) / unitsPerRho })),
    };
  }
}

function unitsLeft(view: StoreView, dataSet: string): bigint {
  const account = view.get(accounts, dataSet);
  if (account === undefined || view.isBurned(accounts, dataSet)) return 0n;
  let left = account.budgetUnits;
  for (const { units } of view.list(releases, dataSet)) left -= units;
  return left;
}
