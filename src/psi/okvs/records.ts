/** From digests to records: keyed BLAKE3 of 64 bytes, in which value, band, start and partition are independent. */

import { keyedFlag, recordBytes } from "../../kernels/okvs/operations.js";
import type { Scratch } from "../../ot/subspace-vole/kernel-scratch.js";
import { columnsOf, type OkvsPlan } from "./parameters.js";

/** Bytes of a digest. */
export const digestBytes = 32;
const digestWords = digestBytes / 4;
const recordWords = recordBytes / 4;

/**
 * The records of digests, in their order; their address.
 *
 * @param digests - 8 words each.
 */
export function recordsOf(
  { run, room, place, kernel }: Scratch,
  digests: Uint32Array,
  key: Uint8Array,
): number {
  const count = digests.length / digestWords;
  const keyAt = place(key);
  const records = room(recordBytes * count);
  const words = new Uint32Array(kernel.memory().buffer, records, recordWords * count);
  words.fill(0); // a message is followed by zeros up to the end of its block
  for (let i = 0, at = 0; i < digests.length; i += digestWords, at += recordWords) {
    for (let k = 0; k < digestWords; k++) words[at + k] = digests[i + k] as number; // whole digests
  }
  run.hashRows(records, recordBytes, digestBytes, count, keyAt, keyedFlag, records, recordBytes, recordBytes);
  return records;
}

/** Records in the order of their starts, each with its number among the digests; the address. */
export function sortedRecords(
  scratch: Scratch,
  digests: Uint32Array,
  key: Uint8Array,
  plan: Pick<OkvsPlan, "rows" | "bandBits">,
): number {
  const count = digests.length / digestWords;
  const span = columnsOf(plan) - plan.bandBits + 1;
  const records = recordsOf(scratch, digests, key);
  const sorted = scratch.room(recordBytes * count);
  scratch.run.sortRecords(records, count, span, scratch.room(4 * (span + 1)), sorted);
  return sorted;
}
