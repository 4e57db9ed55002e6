/** What a lookup server serves from: its key, the current version of its set, and what changed since earlier ones. */

import { equalBytes } from "../../bytes/encoding.js";
import { printAsRedacted } from "../../bytes/redacted.js";
import { checkArgument, checkOptions, type RulesOf } from "../../checks/options.js";
import { integer, optional } from "../../checks/rules.js";
import { keyRule, setRule } from "./arguments.js";
import { invalidArgument } from "../../errors.js";
import type { voprf } from "../../group/index.js";
import type { PublishedSet, SetInfo } from "./published-set.js";
import { SetHistory } from "./set-history.js";

/** A key, the set made with it, and what changed since earlier versions of the set. */
export interface StoreVersion {
  readonly key: voprf.OprfKey;
  readonly set: PublishedSet;
  readonly history: SetHistory;
}

/** Options of {@link LookupStore}. */
export interface LookupStoreOptions {
  /**
   * Earlier versions of the set since which a client can download only the changes, 0 to 1,000; default 16. The oldest
   * are forgotten first, and any of which more than half changed. Each takes 17 bytes a changed entry.
   */
  readonly earlierVersions?: number;
}

const storeRules: RulesOf<LookupStoreOptions> = { earlierVersions: optional(integer()) };

const defaultEarlierVersions = 16;
const mostEarlierVersions = 1000;

/**
 * A server's key and set. Sessions serve the version that was current when they began; replacing it while they run is
 * safe. Prints as redacted.
 *
 * @example
 * const store = new LookupStore(key, await loadSet("invoices.veilset"));
 * await store.replace(key, await updateSet(key, store.current.set, { put, remove }));
 */
export class LookupStore {
  static {
    printAsRedacted(this);
  }

  readonly #noHistory: SetHistory;
  #current: StoreVersion;

  /** @throws VeilshareError INVALID_ARGUMENT when the set was made with another key. */
  constructor(key: voprf.OprfKey, set: PublishedSet, options: LookupStoreOptions = {}) {
    checkOptions("LookupStore", options, storeRules);
    checkArgument("LookupStore", "key", key, keyRule);
    checkArgument("LookupStore", "set", set, setRule);
    const { earlierVersions: most = defaultEarlierVersions } = options;
    if (!Number.isInteger(most) || most < 0 || most > mostEarlierVersions) {
      const expected = `earlierVersions to be an integer from 0 to ${mostEarlierVersions}`;
      throw invalidArgument("LookupStore", expected, String(most));
    }
    checkKey(key, set);
    this.#noHistory = new SetHistory(most);
    this.#current = { key, set, history: this.#noHistory };
  }

  get current(): StoreVersion {
    return this.#current;
  }

  /**
   * Serves another version from now on: of the same key with a higher revision, or of a later epoch's key. What changed
   * since the version before, and those before it, is remembered within an epoch.
   *
   * **Cost.** One walk along both sets, which gives the event loop a turn now and then.
   *
   * @throws VeilshareError INVALID_ARGUMENT when the set was made with another key, or is not later.
   */
  async replace(key: voprf.OprfKey, set: PublishedSet): Promise<void> {
    checkArgument("LookupStore.replace", "key", key, keyRule);
    checkArgument("LookupStore.replace", "set", set, setRule);
    checkKey(key, set);
    for (;;) {
      const before = this.#current;
      const isUpdate = isOfOneKey(set.info, before.set.info);
      checkLater(set.info, before.set.info);
      const history = isUpdate ? await before.history.followedBy(before.set, set) : this.#noHistory;
      if (this.#current !== before) continue; // another replacement or memory came in between
      this.#current = { key, set, history };
      return;
    }
  }

  /**
   * Remembers what changed since an earlier version of the current set, e.g. one read from a file after a restart. Call
   * it for the oldest first. For a version of which more than half changed it does nothing.
   *
   * @throws VeilshareError INVALID_ARGUMENT when it is no earlier revision of the same key and epoch.
   */
  async remember(earlier: PublishedSet): Promise<void> {
    checkArgument("LookupStore.remember", "earlier", earlier, setRule);
    for (;;) {
      const { key, set, history: known } = this.#current;
      const { info } = earlier;
      if (!isOfOneKey(info, set.info) || info.revision >= set.info.revision) {
        const expected = `a revision below ${set.info.revision} of epoch ${set.info.epoch} and its key`;
        throw invalidArgument("LookupStore", expected, `revision ${info.revision} of epoch ${info.epoch}`);
      }
      const history = await known.remembering(earlier, set);
      if (this.#current.history !== known || this.#current.set !== set) continue;
      this.#current = { key, set, history };
      return;
    }
  }
}

function checkKey(key: voprf.OprfKey, set: PublishedSet): void {
  if (equalBytes(key.publicKey, set.info.publicKey)) return;
  throw invalidArgument("LookupStore", "the key that the set was made with", "another");
}

function isOfOneKey(a: SetInfo, b: SetInfo): boolean {
  return a.epoch === b.epoch && equalBytes(a.publicKey, b.publicKey) && a.labelBytes === b.labelBytes;
}

function checkLater(next: SetInfo, now: SetInfo): void {
  if (next.epoch > now.epoch || (isOfOneKey(next, now) && next.revision > now.revision)) return;
  const expected = `a revision above ${now.revision} of epoch ${now.epoch}, its key and label length, or a later epoch`;
  throw invalidArgument("LookupStore", expected, `revision ${next.revision} of epoch ${next.epoch}`);
}
