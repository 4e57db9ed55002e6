/**
 * What an aggregator must not forget: which reports it has used, and which batches it has released. A report whose id is in
 * the journal is never verified or counted again, in any batch, also after a restart.
 */

import { bytesToHex } from "../../bytes/encoding.js";

/** Keeps ids; an implementation that outlives the process resolves only when they are safe on disk. */
export interface ReportJournal {
  /** Takes note of report ids; for each, true if it was not known before. The same id twice: true once. */
  claim(ids: readonly Uint8Array[]): Promise<boolean[]>;
  /** True when the batch was released. */
  wasReleased(batch: string): Promise<boolean>;
  /** Takes note that a batch is released; false when it was already. */
  release(batch: string): Promise<boolean>;
}

/** A journal in memory: it forgets everything with the process, so that reports could count again. For tests. */
export class MemoryJournal implements ReportJournal {
  readonly #ids = new Set<string>();
  readonly #batches = new Set<string>();

  claim(ids: readonly Uint8Array[]): Promise<boolean[]> {
    const fresh = ids.map((id) => {
      const size = this.#ids.size;
      return this.#ids.add(bytesToHex(id)).size > size;
    });
    return Promise.resolve(fresh);
  }

  wasReleased(batch: string): Promise<boolean> {
    return Promise.resolve(this.#batches.has(batch));
  }

  release(batch: string): Promise<boolean> {
    const size = this.#batches.size;
    return Promise.resolve(this.#batches.add(batch).size > size);
  }
}
