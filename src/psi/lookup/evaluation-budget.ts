/**
 * How many evaluations each client may have: within any window of time, and altogether. It is the only thing that stands
 * between a client and the labels of all keys that it can enumerate.
 */

import { invalidArgument } from "../../errors.js";

/** Options of {@link EvaluationBudget}. */
export interface EvaluationBudgetOptions {
  /** Most evaluations of one client in any `windowMs` milliseconds, at least 1. */
  readonly perWindow: number;
  readonly windowMs: number;
  /** Most evaluations of one client altogether; the budget of an epoch, say. Default: no such limit. */
  readonly total?: number;
  /** The clock: milliseconds that never go back, e.g. `() => performance.now()`. */
  readonly nowMs: () => number;
  /** What clients have used of `total` before, as {@link EvaluationBudget.used} gave it. */
  readonly used?: Iterable<readonly [client: string, evaluations: number]>;
}

/** Whether evaluations were granted. */
export type EvaluationGrant =
  | { readonly granted: true }
  | {
      readonly granted: false;
      /** How many would be granted now. */
      readonly available: number;
      /** When asking for as many again will succeed; undefined for never. */
      readonly retryAfterMs: number | undefined;
    };

interface Account {
  /** Grants within the window, oldest first. */
  readonly recent: { readonly atMs: number; readonly evaluations: number }[];
  used: number;
}

/**
 * The budgets of all clients of a server, by their names. Share one among all sessions. Names must be authenticated, as
 * those of a session with pinned keys are; whoever can take a new name has a new budget.
 *
 * Windows slide: in no interval of `windowMs` is more than `perWindow` granted. Memory: at most `perWindow` records a
 * client. It does not outlive the process: keep {@link EvaluationBudget.used} where `total` must.
 *
 * @example
 * const budget = new EvaluationBudget({ perWindow: 1000, windowMs: 3_600_000, nowMs: () => performance.now() });
 */
export class EvaluationBudget {
  readonly #options: EvaluationBudgetOptions;
  readonly #accounts = new Map<string, Account>();

  constructor(options: EvaluationBudgetOptions) {
    const { perWindow, windowMs, total = 0 } = options;
    for (const [name, value, least] of [
      ["perWindow", perWindow, 1],
      ["windowMs", windowMs, 1],
      ["total", total, 0],
    ] as const) {
      if (!Number.isSafeInteger(value) || value < least) {
        throw invalidArgument(
          "EvaluationBudget",
          `${name} to be an integer of ${least} or more`,
          String(value),
        );
      }
    }
    this.#options = { ...options };
    for (const [client, evaluations] of options.used ?? []) {
      if (!Number.isSafeInteger(evaluations) || evaluations < 0) {
        throw invalidArgument("EvaluationBudget", "used evaluations of 0 or more", String(evaluations));
      }
      this.#accounts.set(client, { recent: [], used: evaluations });
    }
  }

  /** Takes so many evaluations off a client's budget, all or none. */
  take(client: string, evaluations: number): EvaluationGrant {
    const { perWindow, windowMs, total = Infinity, nowMs } = this.#options;
    const account = this.#accounts.get(client) ?? { recent: [], used: 0 };
    const now = nowMs();
    const { recent } = account;
    while (recent[0] !== undefined && recent[0].atMs <= now - windowMs) recent.shift();
    const inWindow = recent.reduce((sum, grant) => sum + grant.evaluations, 0);
    const available = Math.max(0, Math.min(perWindow - inWindow, total - account.used));
    if (evaluations > available) {
      const never = evaluations > perWindow || evaluations > total - account.used;
      const excess = inWindow + evaluations - perWindow;
      return {
        granted: false,
        available,
        retryAfterMs: never ? undefined : waitFor(account, excess, windowMs - now),
      };
    }
    account.used += evaluations;
    if (evaluations > 0) recent.push({ atMs: now, evaluations });
    this.#accounts.set(client, account);
    return { granted: true };
  }

  /** What each client has used altogether, to be kept. */
  used(): [client: string, evaluations: number][] {
    return [...this.#accounts].map(([client, account]) => [client, account.used]);
  }
}

/** Milliseconds until grants of `excess` evaluations have left the window. */
function waitFor({ recent }: Account, excess: number, windowLessNowMs: number): number {
  let left = excess;
  for (const { atMs, evaluations } of recent) {
    left -= evaluations;
    if (left <= 0) return Math.max(1, Math.ceil(atMs + windowLessNowMs));
  }
  return 1; // not reached: what is in the window is all that is above the limit
}
