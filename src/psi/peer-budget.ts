/** How many items another party may put to us over time: what it could ask in one run, it could ask again tomorrow. */

import type { ProtocolRun } from "../channel/party.js";
import { stateStoreRule } from "../checks/options.js";
import { integer, object, type Rule } from "../checks/rules.js";
import { VeilshareError } from "../errors.js";
import { jsonLog, type LogKind, type StateStore } from "../store/index.js";
import { peerOf, steps } from "./exchange.js";

/**
 * Most items that one party may put to us within a time, counted in a store, so that neither a restart nor another process
 * begins anew. Parties are told apart by their names, which are authenticated in a session with pinned keys.
 */
export interface PeerBudget {
  readonly store: StateStore;
  /** Most distinct items of one party within any `windowMs`; in `join`, keys of all kinds together. 1 or more. */
  readonly perWindow: number;
  readonly windowMs: number;
}

/** The rule of the option, for `checkOptions`. */
export const peerBudgetRule: Rule = object({
  store: stateStoreRule,
  perWindow: integer(1),
  windowMs: integer(1),
});

interface AskedItems {
  readonly items: number;
}

const askedItems: LogKind<AskedItems> = jsonLog("veilshare/psi-peer-items", {
  read: (record) => ({ items: record.integer("items") }),
});

/**
 * Takes a list's items off the other party's budget, all or none, before anything of the own list but its length has left.
 *
 * @throws VeilshareError BUDGET_SPENT, which names the party and the option; also within `windowMs` after a backup of the
 * store was restored, as nobody knows what was asked since it was made. And as `StateStore.transact`.
 */
export async function spendPeerItems(
  run: ProtocolRun,
  budget: PeerBudget | undefined,
  items: number,
): Promise<void> {
  if (budget === undefined) return;
  const { store, perWindow, windowMs } = budget;
  const party = run.names[peerOf(run)] as string; // there are two parties
  await store.transact((draft) => {
    const { restoredAtMs, nowMs } = draft;
    let spent = restoredAtMs !== undefined && nowMs < restoredAtMs + windowMs ? perWindow : 0;
    for (const asked of draft.list(askedItems, party)) spent += asked.items;
    if (spent + items > perWindow) throw spentError(party, Math.max(0, perWindow - spent), items);
    if (items > 0) draft.add(askedItems, party, { items }, { expiresAtMs: nowMs + windowMs });
  });
}

function spentError(party: string, left: number, items: number): VeilshareError {
  const step = `psi/${steps.sizes}`;
  const expected = `at most ${left} more items within the window (option peerBudget)`;
  const message = `${step}: party "${party}": expected ${expected}, got ${items}`;
  return new VeilshareError("BUDGET_SPENT", message, { party, step, expected, got: String(items) });
}
