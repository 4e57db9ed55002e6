/** What a server counts by client: evaluations, and bytes of its set. */

import type { StateStore } from "../../store/index.js";
import { ClientBudget, type ClientBudgetGrant, type ClientBudgetOptions } from "./client-budget.js";

/**
 * How many evaluations each client may have, by its name: the only thing that stands between a client and the labels of
 * all keys that it can enumerate. Share one among all sessions. Names must be authenticated, as those of a session with
 * pinned keys are; whoever can take a new name has a new budget.
 *
 * Windows slide: in no interval of `windowMs` is more than `perWindow` granted. Grants within 1/64 of the window count as
 * made at the time of the last. What was taken is in the store before it is used, and outlives the process. Once a restored
 * store was accepted, each client's window counts as full from then, and what was left of `total` as taken.
 *
 * @example
 * const budget = new EvaluationBudget({ store, perWindow: 1000, windowMs: 3_600_000 });
 */
export class EvaluationBudget {
  readonly #budget: ClientBudget;

  /** @throws VeilshareError INVALID_ARGUMENT. */
  constructor(options: ClientBudgetOptions) {
    this.#budget = new ClientBudget("EvaluationBudget", "evaluations", options);
  }

  /** Takes so many evaluations off a client's budget, all or none. */
  take(client: string, evaluations: number): Promise<ClientBudgetGrant> {
    return this.#budget.take(client, evaluations);
  }

  /** Where it is kept. */
  get store(): StateStore {
    return this.#budget.store;
  }

  /** What each client has used altogether. */
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
 * const downloadBudget = new DownloadBudget({ store, perWindow: 2e9, windowMs: 86_400_000 });
 */
export class DownloadBudget {
  readonly #budget: ClientBudget;

  /** @throws VeilshareError INVALID_ARGUMENT. */
  constructor(options: ClientBudgetOptions) {
    this.#budget = new ClientBudget("DownloadBudget", "downloads", options);
  }

  /** Takes so many bytes off a client's budget, all or none. */
  take(client: string, bytes: number): Promise<ClientBudgetGrant> {
    return this.#budget.take(client, bytes);
  }

  /** Gives back bytes that were taken and not sent. */
  giveBack(client: string, bytes: number): Promise<void> {
    return this.#budget.giveBack(client, bytes);
  }

  /** Where it is kept. */
  get store(): StateStore {
    return this.#budget.store;
  }

  /** What each client has downloaded altogether. */
  used(): [client: string, bytes: number][] {
    return this.#budget.used();
  }
}
