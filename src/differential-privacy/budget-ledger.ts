/**
 * What has been told about each data set, and what may still be. Pure: every change gives a new ledger.
 *
 * Burn before use: spend, keep the new ledger where no crash undoes it, and only then take part in the release. A
 * release that fails afterwards has been paid for; the other order would give it for nothing to whoever can make this
 * process crash.
 */

import { invalidArgument, VeilshareError } from "../errors.js";
import { epsilonOfZcdp, rhoOf, type PrivacyLoss } from "./zcdp.js";

/** Costs are kept in whole trillionths of rho, rounded up. */
const unitsPerRho = 1e12;
const maxRho = 1000;
const version = 1;

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

/** Where a data set's budget stands. */
export interface BudgetState extends PrivacyBudget {
  readonly rho: number;
  readonly spentRho: number;
  /** What has been spent, as an epsilon at the budget's delta. */
  readonly spentEpsilon: number;
  readonly releases: readonly { readonly purpose: string; readonly rho: number }[];
}

interface Account {
  readonly epsilon: number;
  readonly delta: number;
  readonly budgetUnits: bigint;
  readonly releases: readonly { readonly purpose: string; readonly units: bigint }[];
}

/**
 * Budgets by data set. Costs add up in zCDP, whatever later releases make of earlier ones, and the sum is compared with the
 * largest rho whose conversion is within the budget's epsilon and delta.
 *
 * **Security.** It counts what it is told. Two names for the same data are two budgets; a copy of an older state spends
 * twice: keep one, where only its owner writes.
 *
 * @example
 * let ledger = BudgetLedger.open([{ dataSet: "payments 2026", epsilon: 3, delta: 1e-6 }]);
 * const burn = async (plan: NoisePlan) => {
 *   ledger = ledger.spend({ dataSet: "payments 2026", purpose: "mean by industry", rho: plan.rho });
 *   await writeFile("ledger.json", ledger.serialize());
 * };
 */
export class BudgetLedger {
  readonly #accounts: ReadonlyMap<string, Account>;

  private constructor(accounts: ReadonlyMap<string, Account>) {
    this.#accounts = accounts;
  }

  /**
   * A new ledger, of which nothing is spent.
   *
   * @throws VeilshareError INVALID_ARGUMENT for a budget that is none, or a data set that comes twice.
   */
  static open(budgets: Iterable<PrivacyBudget>): BudgetLedger {
    const accounts = new Map<string, Account>();
    for (const { dataSet, epsilon, delta } of budgets) {
      if (dataSet === "" || accounts.has(dataSet)) {
        throw invalidArgument(
          "BudgetLedger",
          "data sets with names of their own",
          "an empty or repeated one",
        );
      }
      const budgetUnits = BigInt(Math.floor(Math.min(rhoOf({ epsilon, delta }), maxRho) * unitsPerRho));
      accounts.set(dataSet, { epsilon, delta, budgetUnits, releases: [] });
    }
    return new BudgetLedger(accounts);
  }

  /**
   * The ledger after one more release.
   *
   * @throws VeilshareError BUDGET_SPENT when what is left does not cover it, or no budget was opened for the data set;
   *   INVALID_ARGUMENT for a cost that is not above 0.
   */
  spend({ dataSet, rho, purpose }: Spending): BudgetLedger {
    if (!(rho > 0)) throw invalidArgument("BudgetLedger.spend", "a rho above 0", String(rho));
    const account = this.#accounts.get(dataSet);
    const left = account === undefined ? 0n : account.budgetUnits - spentUnits(account);
    const units = rho <= maxRho ? BigInt(Math.ceil(rho * unitsPerRho)) : left + 1n;
    if (account === undefined || units > left) {
      const text = `BudgetLedger: expected a rho of at most ${Number(left) / unitsPerRho}, got ${rho}`;
      throw new VeilshareError("BUDGET_SPENT", text, { field: "rho", got: String(rho) });
    }
    const releases = [...account.releases, { purpose, units }];
    return new BudgetLedger(new Map(this.#accounts).set(dataSet, { ...account, releases }));
  }

  /** Where the budget of a data set stands; undefined where none was opened. */
  state(dataSet: string): BudgetState | undefined {
    const account = this.#accounts.get(dataSet);
    if (account === undefined) return undefined;
    const spentRho = Number(spentUnits(account)) / unitsPerRho;
    return {
      dataSet,
      epsilon: account.epsilon,
      delta: account.delta,
      rho: Number(account.budgetUnits) / unitsPerRho,
      spentRho,
      spentEpsilon: epsilonOfZcdp(spentRho, account.delta),
      releases: account.releases.map(({ purpose, units }) => ({ purpose, rho: Number(units) / unitsPerRho })),
    };
  }

  /** JSON text that {@link BudgetLedger.restore} takes. */
  serialize(): string {
    const accounts = [...this.#accounts].map(([dataSet, { budgetUnits, releases, ...loss }]) => ({
      dataSet,
      ...loss,
      budgetUnits: budgetUnits.toString(),
      releases: releases.map(({ purpose, units }) => ({ purpose, units: units.toString() })),
    }));
    return JSON.stringify({ format: "veilshare budget ledger", version, accounts });
  }

  /**
   * A ledger as it was serialized.
   *
   * @throws VeilshareError INVALID_DATA for any other text.
   */
  static restore(text: string): BudgetLedger {
    const accounts = new Map<string, Account>();
    for (const stored of readAccounts(text)) {
      const { dataSet, epsilon, delta } = stored;
      const budgetUnits = readUnits(stored["budgetUnits"]);
      const releases = readList(stored["releases"]).map((release) => {
        const { purpose, units } = readRecord(release);
        if (typeof purpose !== "string") throw invalidLedger();
        return { purpose, units: readUnits(units) };
      });
      if (typeof dataSet !== "string" || accounts.has(dataSet)) throw invalidLedger();
      if (typeof epsilon !== "number" || typeof delta !== "number") throw invalidLedger();
      const account = { epsilon, delta, budgetUnits, releases };
      if (!(epsilon > 0) || !(delta > 0 && delta < 1) || spentUnits(account) > budgetUnits)
        throw invalidLedger();
      accounts.set(dataSet, account);
    }
    return new BudgetLedger(accounts);
  }
}

function spentUnits({ releases }: Account): bigint {
  let sum = 0n;
  for (const { units } of releases) sum += units;
  return sum;
}

function readAccounts(text: string): Record<string, unknown>[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw invalidLedger();
  }
  const ledger = readRecord(parsed);
  if (ledger["format"] !== "veilshare budget ledger" || ledger["version"] !== version) throw invalidLedger();
  return readList(ledger["accounts"]).map(readRecord);
}

function readRecord(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalidLedger();
  return value as Record<string, unknown>; // an object that is no array
}

function readList(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw invalidLedger();
  return value as unknown[]; // what it holds is checked by whoever reads it
}

function readUnits(value: unknown): bigint {
  if (typeof value !== "string" || !/^\d{1,20}$/.test(value)) throw invalidLedger();
  return BigInt(value);
}

function invalidLedger(): VeilshareError {
  return new VeilshareError(
    "INVALID_DATA",
    "BudgetLedger.restore: expected a serialized ledger, got another text",
  );
}
