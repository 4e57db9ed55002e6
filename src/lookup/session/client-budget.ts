/** Budgets by client, kept in a state store: how much each may take within any window of time, and altogether. */

import { checkArgument, checkOptions, type RulesOf, stateStoreRule } from "../../checks/options.js";
import { anything, integer, optional, text } from "../../checks/rules.js";
import { invalidArgument } from "../../errors.js";
import { jsonCell, type CellKind, type StateStore, type StoreDraft } from "../../store/index.js";

/** Options of a budget. */
export interface ClientBudgetOptions {
  /** Where what each client took is kept; its clock is the budget's. */
  readonly store: StateStore;
  /** Most that one client takes in any `windowMs` milliseconds, at least 1. */
  readonly perWindow: number;
  readonly windowMs: number;
  /** Most that one client takes altogether. Default: no such limit. */
  readonly total?: number;
  /** Tells budgets of one store apart, as those of two sets or epochs are. Default "". */
  readonly name?: string;
}

/** Whether a budget granted what was asked for. */
export type ClientBudgetGrant =
  | { readonly granted: true }
  | {
      readonly granted: false;
      /** How much would be granted now. */
      readonly available: number;
      /** When asking for as much again will succeed; undefined for never. */
      readonly retryAfterMs: number | undefined;
    };

interface Grant {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly amount: number;
}

interface Account {
  /** Grants within the window, oldest first. */
  readonly recent: readonly Grant[];
  readonly used: number;
}

const accounts: CellKind<Account> = jsonCell<Account>("veilshare/client-budget", {
  read: (record) => ({
    recent: record.records("recent", (grant) => ({
      firstMs: grant.number("firstMs"),
      lastMs: grant.number("lastMs"),
      amount: grant.integer("amount"),
    })),
    used: record.integer("used"),
  }),
  write: ({ recent, used }) => ({ recent: recent.map((grant) => ({ ...grant })), used }),
});

/** That a budget was used: what a restore came after is burned for all its clients. */
const budgets: CellKind<number> = jsonCell("veilshare/client-budget-begun", {
  read: (record) => record.number("atMs"),
  write: (atMs) => ({ atMs }),
});

/** Grants in so small a part of the window share one record, with the time of the last: a client has 65 at most. */
const recordsPerWindow = 64;
/** Numbers are checked below. */
const optionRules: RulesOf<ClientBudgetOptions> = {
  store: stateStoreRule,
  perWindow: anything,
  windowMs: anything,
  total: optional(anything),
  name: optional(text),
};

/** What all budgets of a server have in common; `EvaluationBudget` and `DownloadBudget` say what is counted. */
export class ClientBudget {
  readonly #options: Required<Omit<ClientBudgetOptions, "total">> & { readonly total: number };
  readonly #key: string;
  readonly #caller: string;

  /** @param what - What is counted: budgets of two things never meet. */
  constructor(caller: string, what: string, options: ClientBudgetOptions) {
    this.#caller = caller;
    checkOptions(caller, options, optionRules);
    const { store, perWindow, windowMs, total = Infinity, name = "" } = options;
    const check = (option: string, value: number, least: number): void => {
      if (Number.isSafeInteger(value) && value >= least) return;
      throw invalidArgument(caller, `${option} to be an integer of ${least} or more`, String(value));
    };
    check("perWindow", perWindow, 1);
    check("windowMs", windowMs, 1);
    if (total !== Infinity) check("total", total, 0);
    this.#options = { store, perWindow, windowMs, total, name };
    this.#key = JSON.stringify([what, name]);
  }

  /** Where it is kept. */
  get store(): StateStore {
    return this.#options.store;
  }

  /** Takes an amount, all or nothing; what was granted is on disk. */
  async take(client: string, amount: number): Promise<ClientBudgetGrant> {
    this.#checkArguments("take", client, amount);
    return this.store.transact((draft) => this.#take(draft, client, amount));
  }

  /** Gives back what was taken and not used. Off the oldest grants: what stays counts longer, never shorter. */
  async giveBack(client: string, amount: number): Promise<void> {
    this.#checkArguments("giveBack", client, amount);
    if (amount === 0) return;
    await this.store.transact((draft) => {
      const account = draft.get(accounts, this.#keyOf(client));
      if (account === undefined || draft.isBurned(accounts, this.#keyOf(client))) return;
      let left = amount;
      const recent = account.recent.map((grant) => {
        const given = Math.min(left, grant.amount);
        left -= given;
        return { ...grant, amount: grant.amount - given };
      });
      draft.put(accounts, this.#keyOf(client), { recent, used: Math.max(0, account.used - amount) });
    });
  }

  /** What each client has taken altogether. */
  used(): [client: string, amount: number][] {
    const { view } = this.store;
    const before = `${this.#key} `;
    const keys = view.keys(accounts).filter((key) => key.startsWith(before));
    return keys.map((key) => [key.slice(before.length), view.get(accounts, key)?.used ?? 0]);
  }

  /** A negative amount would give a client more than its budget. */
  #checkArguments(method: string, client: string, amount: number): void {
    checkArgument(`${this.#caller}.${method}`, "client", client, text);
    checkArgument(`${this.#caller}.${method}`, "amount", amount, integer(0));
  }

  #keyOf(client: string): string {
    return `${this.#key} ${client}`;
  }

  #take(draft: StoreDraft, client: string, amount: number): ClientBudgetGrant {
    const { perWindow, windowMs, total } = this.#options;
    const now = draft.nowMs;
    const { recent: all, used } = this.#account(draft, client);
    const recent = all.filter(({ lastMs }) => lastMs > now - windowMs);
    let inWindow = 0;
    for (const grant of recent) inWindow += grant.amount;
    const available = Math.max(0, Math.min(perWindow - inWindow, total - used));
    if (amount > available) {
      const never = amount > perWindow || amount > total - used;
      const retryAfterMs = never ? undefined : waitFor(recent, inWindow + amount - perWindow, windowMs - now);
      return { granted: false, available, retryAfterMs };
    }
    if (amount === 0) return { granted: true };
    const newest = recent.at(-1);
    const isNear = newest !== undefined && now - newest.firstMs < windowMs / recordsPerWindow;
    const grant = isNear
      ? { firstMs: newest.firstMs, lastMs: Math.max(now, newest.lastMs), amount: newest.amount + amount }
      : { firstMs: now, lastMs: now, amount };
    const next = [...(isNear ? recent.slice(0, -1) : recent), grant];
    draft.put(accounts, this.#keyOf(client), { recent: next, used: used + amount });
    if (draft.get(budgets, this.#key) === undefined) draft.put(budgets, this.#key, now);
    return { granted: true };
  }

  /** Where a client stands. What a restored store does not know counts as taken. */
  #account(draft: StoreDraft, client: string): Account {
    const { perWindow, total } = this.#options;
    const key = this.#keyOf(client);
    const known = draft.get(accounts, key);
    const isBurned = known === undefined ? draft.isBurned(budgets, this.#key) : draft.isBurned(accounts, key);
    if (draft.restoredAtMs === undefined || (known !== undefined && !isBurned)) {
      return known ?? { recent: [], used: 0 };
    }
    const atMs = draft.restoredAtMs;
    const used = isBurned && total !== Infinity ? total : (known?.used ?? 0);
    return { recent: [{ firstMs: atMs, lastMs: atMs, amount: perWindow }], used };
  }
}

/** Milliseconds until grants of `excess` have left the window. */
function waitFor(recent: readonly Grant[], excess: number, windowLessNowMs: number): number {
  let left = excess;
  for (const { lastMs, amount } of recent) {
    left -= amount;
    if (left <= 0) return Math.max(1, Math.ceil(lastMs + windowLessNowMs));
  }
  return 1; // not reached: what is in the window is all that is above the limit
}
