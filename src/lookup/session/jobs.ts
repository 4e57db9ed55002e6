/** A server's work on its own entries as a job for the pool: evaluation, derivation of what seals each, sealing. */

import { wipe } from "../../bytes/wipe.js";
import { rowCount, type ByteRows } from "../../bytes/byte-rows.js";
import { voprf } from "../../group/index.js";
import type { AnyJob, Job } from "../../parallel/job.js";
import { entryByteLength, EntryKey, nonceBytes, type EntryScope } from "../set/entry.js";

/** Entries to be made. */
export interface SealEntriesInput {
  readonly keys: ByteRows;
  /** One for each key: what is sealed of its labels. */
  readonly contents: ByteRows;
  /** 12 bytes for each key, never used twice. */
  readonly nonces: Uint8Array;
  readonly scope: EntryScope;
  /** The server's secret key. */
  readonly secret: Uint8Array;
}

/** Keys and labels become whole entries, in their order. */
export const sealEntriesJob: Job<SealEntriesInput, Uint8Array> = {
  name: "lookup/seal-entries",
  run({ keys, contents, nonces, scope, secret }) {
    const entryBytes = entryByteLength(scope.labelBytes);
    const entries = new Uint8Array(rowCount(keys) * entryBytes);
    const outputs = voprf.evaluateInputsWith(secret, keys);
    for (let i = 0; i < rowCount(keys); i++) {
      const entryKey = new EntryKey(outputs.subarray(i * outputBytes, (i + 1) * outputBytes), scope);
      const content = contents.bytes.subarray(contents.offsets[i], contents.offsets[i + 1]);
      const nonce = nonces.subarray(i * nonceBytes, (i + 1) * nonceBytes);
      entries.set(entryKey.seal(content, nonce), i * entryBytes);
      entryKey.wipe();
    }
    wipe(outputs);
    return entries;
  },
  wipe({ contents, secret }) {
    wipe(secret);
    contents.bytes.fill(0);
  },
};

const outputBytes = voprf.oprfOutputBytes;

/** All jobs of this module. */
export const lookupJobs: readonly AnyJob[] = [sealEntriesJob];
