/** Budgets by client: how much each may take within any window of time, and altogether. */

import { invalidArgument } from "../../errors.js";

/** Options of a budget. */
export interface ClientBudgetOptions {
  /** Most that one client takes in any `windowMs` milliseconds, at least 1. */
  readonly perWindow: number;
  readonly windowMs: number;
  /** Most that one client takes altogether; the budget of an epoch, say. Default: no such limit. */
  readonly total?: number;
  /** The clock: milliseconds that never go back, e.g. `() => performance.now()`. */
  readonly nowMs: () => number;
  /** What clients have taken of `total` before, as the budget's `used` gave it. */
  readonly used?: Iterable<readonly [client: string, amount: number]>;
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

interface Account {
  /** Grants within the window, oldest first. */
  readonly recent: { readonly firstMs: number; lastMs: number; amount: number }[];
  used: number;
}

/** Grants in so small a part of the window share one record, with the time of the last: a client has 257 at most. */
const recordsPerWindow = 256;

/** What all budgets of a server have in common; `EvaluationBudget` and `DownloadBudget` say what is counted. */
export class ClientBudget {
  readonly #options: ClientBudgetOptions;
  readonly #accounts = new Map<string, Account>();

  constructor(caller: string, options: ClientBudgetOptions) {
    const { perWindow, windowMs, total = 0, used = [] } = options;
    const check = (name: string, value: number, least: number): void => {
      if (Number.isSafeInteger(value) && value >= least) return;
      throw invalidArgument(caller, `${name} to be an integer of ${least} or more`, String(value));
    };
    check("perWindow", perWindow, 1);
    check("windowMs", windowMs, 1);
    check("total", total, 0);
    this.#options = { ...options };
    for (const [client, amount] of used) {
      check("used", amount, 0);
      this.#accounts.set(client, { recent: [], used: amount });
    }
  }

  /** Takes an amount, all or nothing. */
  take(client: string, amount: number): ClientBudgetGrant {
    const { perWindow, windowMs, total = Infinity, nowMs } = this.#options;
    const account = this.#accounts.get(client) ?? { recent: [], used: 0 };
    const now = nowMs();
    const { recent } = account;
    while (recent[0] !== undefined && recent[0].lastMs <= now - windowMs) recent.shift();
    let inWindow = 0;
    for (const grant of recent) inWindow += grant.amount;
    const available = Math.max(0, Math.min(perWindow - inWindow, total - account.used));
    if (amount > available) {
      const never = amount > perWindow || amount > total - account.used;
      const excess = inWindow + amount - perWindow;
      return {
        granted: false,
        available,
        retryAfterMs: never ? undefined : waitFor(account, excess, windowMs - now),
      };
    }
    account.used += amount;
    const newest = recent.at(-1);
    if (newest !== undefined && now - newest.firstMs < windowMs / recordsPerWindow) {
      newest.amount += amount;
      newest.lastMs = now;
    } else if (amount > 0) recent.push({ firstMs: now, lastMs: now, amount });
    this.#accounts.set(client, account);
    return { granted: true };
  }

  /** Gives back what was taken and not used. Off the oldest grants: what stays counts longer, never shorter. */
  giveBack(client: string, amount: number): void {
    const account = this.#accounts.get(client);
    if (account === undefined) return;
    account.used = Math.max(0, account.used - amount);
    let left = amount;
    for (const grant of account.recent) {
      const given = Math.min(left, grant.amount);
      grant.amount -= given;
      left -= given;
    }
  }

  /** What each client has taken altogether. */
  used(): [client: string, amount: number][] {
    return [...this.#accounts].map(([client, account]) => [client, account.used]);
  }
}

/** Milliseconds until grants of `excess` have left the window. */
function waitFor({ recent }: Account, excess: number, windowLessNowMs: number): number {
  let left = excess;
  for (const { lastMs, amount } of recent) {
    left -= amount;
    if (left <= 0) return Math.max(1, Math.ceil(lastMs + windowLessNowMs));
  }
  return 1; // not reached: what is in the window is all that is above the limit
}
