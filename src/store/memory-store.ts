/** A store in memory: it forgets everything with the process, so that all could be spent again. For tests and notebooks. */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "../bytes/encoding.js";
import { checkOptions, type RulesOf } from "../checks/options.js";
import { callback, optional } from "../checks/rules.js";
import { randomBytes } from "../random/csprng.js";
import { Chain } from "./chain.js";
import { markerBytes } from "./frame.js";
import type { Medium } from "./medium.js";
import { State } from "./state.js";
import { StoreCore } from "./store-core.js";
import type { StateStore } from "./store.js";

/** Options of every store. */
export interface StoreOptions {
  /** The clock by which values expire: milliseconds since 1970. Default `Date.now`. */
  readonly nowMs?: () => number;
}

/** Rules of {@link StoreOptions}. */
export const storeRules: RulesOf<StoreOptions> = { nowMs: optional(callback) };

/**
 * A store that ends with the process.
 *
 * @throws VeilshareError INVALID_ARGUMENT for an unknown option.
 *
 * @example
 * const store = memoryStore();
 */
export function memoryStore(options: StoreOptions = {}): StateStore {
  checkOptions("memoryStore", options, storeRules);
  const { nowMs = Date.now } = options;
  const chain = new Chain();
  chain.goTo({ epoch: 1, length: 0, hash: new Uint8Array(32) });
  const nothing = (): Promise<void> => Promise.resolve();
  const medium: Medium = {
    digest: sha256,
    marker: new Uint8Array(markerBytes),
    append: nothing,
    check: nothing,
    recover: nothing,
    wantsSnapshot: () => false,
    compact: nothing,
    close: nothing,
  };
  return new StoreCore({ id: bytesToHex(randomBytes(16)), medium, state: new State(), chain, clock: nowMs });
}
