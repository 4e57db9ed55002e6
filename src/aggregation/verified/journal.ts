/**
 * What an aggregator must not forget: which reports it has used, and which batches it has released. A report whose id is in
 * the journal is never verified or counted again, in any batch, also after a restart.
 */

import { bytesToHex, copyBytes } from "../../bytes/encoding.js";

/** What a released batch owes its collector: kept until it says that it has it, and given to nobody else. */
export interface SealedRelease {
  /** Name of the collector, whose key is pinned. */
  readonly collector: string;
  /** The message for the collector, noise included: the same bytes however often it asks. Secret. */
  readonly message: Uint8Array;
}

/** Keeps ids; an implementation that outlives the process resolves only when they are safe on disk. */
export interface ReportJournal {
  /** Takes note of report ids; for each, true if it was not known before. The same id twice: true once. */
  claim(ids: readonly Uint8Array[]): Promise<boolean[]>;
  /** `never` for a batch that was not released; what is kept of it; or `acknowledged` once its collector has it. */
  released(batch: string): Promise<"never" | "acknowledged" | SealedRelease>;
  /** Takes note that a batch is released, and keeps its message; false when it was already. */
  release(batch: string, sealed: SealedRelease): Promise<boolean>;
  /** Takes note that the collector has the batch: the message is forgotten. */
  acknowledge(batch: string): Promise<void>;
}

/** A journal in memory: it forgets everything with the process, so that reports could count again. For tests. */
export class MemoryJournal implements ReportJournal {
  readonly #ids = new Set<string>();
  readonly #batches = new Map<string, SealedRelease | "acknowledged">();

  claim(ids: readonly Uint8Array[]): Promise<boolean[]> {
    const fresh = ids.map((id) => {
      const size = this.#ids.size;
      return this.#ids.add(bytesToHex(id)).size > size;
    });
    return Promise.resolve(fresh);
  }

  released(batch: string): Promise<"never" | "acknowledged" | SealedRelease> {
    return Promise.resolve(this.#batches.get(batch) ?? "never");
  }

  release(batch: string, { collector, message }: SealedRelease): Promise<boolean> {
    if (this.#batches.has(batch)) return Promise.resolve(false);
    this.#batches.set(batch, { collector, message: copyBytes(message) });
    return Promise.resolve(true);
  }

  acknowledge(batch: string): Promise<void> {
    const sealed = this.#batches.get(batch);
    if (sealed !== undefined && sealed !== "acknowledged") sealed.message.fill(0);
    this.#batches.set(batch, "acknowledged");
    return Promise.resolve();
  }
}
