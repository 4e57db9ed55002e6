/** The own store, opened for one run. */

import type { Command } from "commander";
import type { PeerBudget } from "../psi/peer-budget.js";
import { openFileStore } from "../store/index-node.js";
import type { StateStore } from "../store/index.js";
import { numberOption, optionFault, requiredText, textOption } from "./option-values.js";
import type { VerbOptions } from "./verb.js";

const mostItems = 2 ** 31;
const hourMs = 3_600_000;
const mostHours = 8784;

/** Adds the option of the store. */
export function declareStore(command: Command, what: string): void {
  command.option("--store <folder>", `${what}; made once by \`veilshare store create\``);
}

/**
 * Opens the store of `--store`, does the work and closes the store.
 *
 * @throws VeilshareError as `openFileStore`: where there is no store, none is made.
 */
export async function withStore<T>(
  options: VerbOptions,
  work: (store: StateStore) => Promise<T>,
): Promise<T> {
  const store = await openFileStore(requiredText(options, "store"));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** The same where `--store` may be missing. */
export function withOptionalStore<T>(
  options: VerbOptions,
  work: (store: StateStore | undefined) => Promise<T>,
): Promise<T> {
  return textOption(options, "store") === undefined ? work(undefined) : withStore(options, work);
}

/** Adds the limits of what the other party may put to this one. */
export function declarePeerLimits(command: Command): void {
  command
    .option("--max-peer-items <number>", "largest list that the other side may have")
    .option("--budget <number>", "most keys that the other side may put to this one within --budget-hours")
    .option("--budget-hours <hours>", "the time that --budget is for. Default: 24");
  declareStore(command, "where --budget is kept");
}

/** What the command line says of the limits, checked before anything else. */
export interface PeerLimitValues {
  readonly maxPeerItems?: number;
  readonly budget?: Omit<PeerBudget, "store">;
}

/** @throws VeilshareError INVALID_ARGUMENT for a budget without a store, or a store without a budget. */
export function peerLimitValues(options: VerbOptions): PeerLimitValues {
  const maxPeerItems = numberOption(options, "maxPeerItems", { min: 0, max: mostItems });
  const perWindow = numberOption(options, "budget", { min: 1, max: mostItems });
  const hours = numberOption(options, "budgetHours", { min: 1, max: mostHours });
  const hasStore = textOption(options, "store") !== undefined;
  if (perWindow !== undefined && !hasStore) throw optionFault("--store", "a folder with --budget", "none");
  if (perWindow === undefined && (hasStore || hours !== undefined))
    throw optionFault("--budget", "a number with --store or --budget-hours", "none");
  return {
    ...(maxPeerItems === undefined ? {} : { maxPeerItems }),
    ...(perWindow === undefined ? {} : { budget: { perWindow, windowMs: (hours ?? 24) * hourMs } }),
  };
}

/** The limits as options of a protocol. */
export function peerLimits(
  { maxPeerItems, budget }: PeerLimitValues,
  store: StateStore | undefined,
): { readonly maxPeerItems?: number; readonly peerBudget?: PeerBudget } {
  return {
    ...(maxPeerItems === undefined ? {} : { maxPeerItems }),
    ...(budget === undefined || store === undefined ? {} : { peerBudget: { ...budget, store } }),
  };
}
