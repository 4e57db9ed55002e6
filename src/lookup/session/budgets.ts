/** What a server counts by client: evaluations, and bytes of its set. */

import { ClientBudget, type ClientBudgetGrant, type ClientBudgetOptions } from "./client-budget.js";

/**
 * How many evaluations each client may have, by its name: the only thing that stands between a client and the labels of
 * all keys that it can enumerate. Share one among all sessions. Names must be authenticated, as those of a session with
 * pinned keys are; whoever can take a new name has a new budget.
 *
 * Windows slide: in no interval of `windowMs` is more than `perWindow` granted. Grants within 1/256 of the window count as
 * made at the time of the last. It does not outlive the process: keep {@link EvaluationBudget.used} where `total` must.
 *
 * @example
 * const budget = new EvaluationBudget({ perWindow: 1000, windowMs: 3_600_000, nowMs: () => performance.now() });
 */
export class EvaluationBudget {
  readonly #budget: ClientBudget;

  /** @throws VeilshareError INVALID_ARGUMENT. */
  constructor(options: ClientBudgetOptions) {
    this.#budget = new ClientBudget("EvaluationBudget", options);
  }

  /** Takes so many evaluations off a client's budget, all or none. */
  take(client: string, evaluations: number): ClientBudgetGrant {
    return this.#budget.take(client, evaluations);
  }

  /** What each client has used altogether, to be kept. */
  used(): [client: string, evaluations: number][] {
    return this.#budget.used();
  }
}

/**
 * How many bytes of the set each client may download, by its name: entries of the whole set, changes since an earlier
 * version, buckets with their proofs. It spares the server's line; it hides nothing, as what is published is public. For
 * the rest as {@link EvaluationBudget}.
 *
 * A request with buckets takes what the largest buckets would be before anything is evaluated, and what they were not is
 * given back: with a `perWindow` below one bucket nothing is ever granted.
 *
 * @example
 * const downloadBudget = new DownloadBudget({ perWindow: 2e9, windowMs: 86_400_000, nowMs: () => performance.now() });
 */
export class DownloadBudget {
  readonly #budget: ClientBudget;

  /** @throws VeilshareError INVALID_ARGUMENT. */
  constructor(options: ClientBudgetOptions) {
    this.#budget = new ClientBudget("DownloadBudget", options);
  }

  /** Takes so many bytes off a client's budget, all or none. */
  take(client: string, bytes: number): ClientBudgetGrant {
    return this.#budget.take(client, bytes);
  }

  /** Gives back bytes that were taken and not sent. */
  giveBack(client: string, bytes: number): void {
    this.#budget.giveBack(client, bytes);
  }

  /** What each client has downloaded altogether, to be kept. */
  used(): [client: string, bytes: number][] {
    return this.#budget.used();
  }
}
