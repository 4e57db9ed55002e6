/**
 * What an aggregator must not forget: which reports it has used, and which batches it has released. A report whose id is in
 * its store is never verified or counted again, in any batch, also after a restart.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesFromHex, bytesToHex, utf8ToBytes } from "../../bytes/encoding.js";
import { VeilshareError } from "../../errors.js";
import { nonceBytes } from "../../prio3/messages.js";
import {
  idSet,
  jsonCell,
  type CellKind,
  type SetKind,
  type StateStore,
  type StoreDraft,
} from "../../store/index.js";

/** What a released batch owes its collector: kept until it says that it has it, and given to nobody else. */
export interface SealedRelease {
  /** Name of the collector, whose key is pinned. */
  readonly collector: string;
  /** The message for the collector, noise included: the same bytes however often it asks. Secret. */
  readonly message: Uint8Array;
}

interface StoredRelease {
  readonly batch: string;
  readonly collector: string;
  /** Hexadecimal; empty once the collector has it. */
  readonly message: string;
}

const reports: SetKind = idSet("veilshare/verified-report", nonceBytes);
const releases: CellKind<StoredRelease> = jsonCell("veilshare/verified-batch", {
  read: (record) => ({
    batch: record.text("batch"),
    collector: record.text("collector"),
    message: record.text("message"),
  }),
});

/** What a store knows of one aggregator of one task. Each answer is on disk before it is given. */
export class ReportJournal {
  readonly #store: StateStore;
  readonly #key: string;

  /** @param context - Names the task. */
  constructor(store: StateStore, context: Uint8Array, aggregatorId: number) {
    this.#store = store;
    this.#key = `${aggregatorId}/${bytesToHex(sha256(context))}`;
  }

  /** Takes note of report ids; for each, true if it was not known before. The same id twice: true once. */
  claim(ids: readonly Uint8Array[]): Promise<boolean[]> {
    return this.#change((draft) => draft.claim(reports, this.#key, ids));
  }

  /** `never` for a batch that was not released; what is kept of it; or `acknowledged` once its collector has it. */
  released(batch: string): Promise<"never" | "acknowledged" | SealedRelease> {
    return this.#change((draft) => {
      const stored = draft.get(releases, this.#keyOf(batch));
      if (stored === undefined) return "never";
      if (stored.message === "") return "acknowledged";
      return { collector: stored.collector, message: bytesFromHex(stored.message, "message") };
    });
  }

  /** Takes note that a batch is released, and keeps its message; false when it was already. */
  release(batch: string, { collector, message }: SealedRelease): Promise<boolean> {
    return this.#change((draft) => {
      if (draft.get(releases, this.#keyOf(batch)) !== undefined) return false;
      draft.put(releases, this.#keyOf(batch), { batch, collector, message: bytesToHex(message) });
      return true;
    });
  }

  /** Takes note that the collector has the batch: the message is forgotten, in the file with the next snapshot. */
  acknowledge(batch: string): Promise<void> {
    return this.#change((draft) => {
      const stored = draft.get(releases, this.#keyOf(batch));
      if (stored !== undefined) draft.put(releases, this.#keyOf(batch), { ...stored, message: "" });
    });
  }

  #keyOf(batch: string): string {
    return `${this.#key}/${bytesToHex(sha256(utf8ToBytes(batch)))}`;
  }

  /** Makes a change unless a restored backup was accepted: it does not know which reports were counted after it was made. */
  #change<T>(change: (draft: StoreDraft) => T): Promise<T> {
    return this.#store.transact((draft) => {
      const before = `${this.#key}/`;
      const batches = draft.keys(releases).filter((key) => key.startsWith(before));
      const isBurned =
        draft.isBurned(reports, this.#key) || batches.some((key) => draft.isBurned(releases, key));
      if (!isBurned) return change(draft);
      const text =
        "VerifiedAggregator: expected a store that knows all reports that were counted, got a restored one; " +
        "begin a task with another context";
      throw new VeilshareError("STORE_ROLLED_BACK", text, { field: "store" });
    });
  }
}
