/** What a lookup server serves from: its key and the current version of its set. */

import { equalBytes } from "../../bytes/encoding.js";
import { printAsRedacted } from "../../bytes/redacted.js";
import { invalidArgument } from "../../errors.js";
import type { voprf } from "../../group/index.js";
import type { PublishedSet } from "./published-set.js";

/** A key and the set made with it. */
export interface StoreVersion {
  readonly key: voprf.OprfKey;
  readonly set: PublishedSet;
}

/**
 * A server's key and set. Sessions serve the version that was current when they began; replacing it while they run is
 * safe. Prints as redacted.
 *
 * @example
 * const store = new LookupStore(key, await loadSet("invoices.veilset"));
 * store.replace(key, await updateSet(key, store.current.set, { put, remove }));
 */
export class LookupStore {
  static {
    printAsRedacted(this);
  }

  #current: StoreVersion;

  /** @throws VeilshareError INVALID_ARGUMENT when the set was made with another key. */
  constructor(key: voprf.OprfKey, set: PublishedSet) {
    this.#current = version(key, set);
  }

  get current(): StoreVersion {
    return this.#current;
  }

  /**
   * Serves another version from now on: of the same key with a higher revision, or of a later epoch's key.
   *
   * @throws VeilshareError INVALID_ARGUMENT when the set was made with another key, or is not later.
   */
  replace(key: voprf.OprfKey, set: PublishedSet): void {
    const next = version(key, set);
    const now = this.#current.set.info;
    const { epoch, revision, publicKey } = set.info;
    const isUpdate = epoch === now.epoch && equalBytes(publicKey, now.publicKey) && revision > now.revision;
    if (!isUpdate && epoch <= now.epoch) {
      const expected = `a revision above ${now.revision} of epoch ${now.epoch} and its key, or a later epoch`;
      throw invalidArgument("LookupStore", expected, `revision ${revision} of epoch ${epoch}`);
    }
    this.#current = next;
  }
}

function version(key: voprf.OprfKey, set: PublishedSet): StoreVersion {
  if (!equalBytes(key.publicKey, set.info.publicKey)) {
    throw invalidArgument("LookupStore", "the key that the set was made with", "another");
  }
  return { key, set };
}
