/**
 * Sets of rows that something was told of, remembered by each owner: what is told of two sets that differ by few rows tells of
 * those few.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { compareBytes, concatBytes, utf8ToBytes } from "../bytes/encoding.js";
import { VeilshareError } from "../errors.js";
import type { LogKind, StateStore, StoreDraft } from "../store/index.js";

/** Sets that differ by fewer rows than this, but by some, are refused. */
export const leastDifference = 20;

const digestBytes = 8;

/** Digests of the ids of one set, ascending, one after the other. */
const rowSet: LogKind<Uint8Array> = {
  shape: "log",
  name: "veilshare/row-set",
  encode: (digests) => digests,
  decode: (bytes) => bytes,
};

/** What is asked to be told. */
export interface RowSetRequest {
  /** The function, for its errors. */
  readonly caller: string;
  /** The other owner. */
  readonly peer: string;
  /** Each a set of distinct ids. Sets of no ids count for nothing. */
  readonly sets: readonly (readonly string[])[];
}

/**
 * Records sets of rows before anything is told of them.
 *
 * @throws VeilshareError DISCLOSURE_REFUSED when one differs by 1 to 19 rows from one that was recorded before for this peer,
 *   or when the store was restored from an older copy since; nothing is recorded then.
 */
export async function admitRowSets(store: StateStore | undefined, request: RowSetRequest): Promise<void> {
  if (store === undefined) return;
  const wanted = request.sets.filter((ids) => ids.length > 0).map(digestsOf);
  await store.transact((draft) => {
    if (draft.isBurned(rowSet, request.peer)) throw burned(request);
    for (const digests of wanted) admit(draft, request, digests);
  });
}

function admit(draft: StoreDraft, request: RowSetRequest, digests: Uint8Array): void {
  const earlier = draft.list(rowSet, request.peer);
  const differences = earlier.map((other) => differenceOf(other, digests));
  if (differences.includes(0)) return;
  const smallest = Math.min(...differences);
  if (smallest >= leastDifference) {
    draft.add(rowSet, request.peer, digests);
    return;
  }
  const expected = `the same rows as before, or at least ${leastDifference} others`;
  throw refusal(request, expected, "rows that differ by fewer from earlier ones");
}

function burned(request: RowSetRequest): VeilshareError {
  const expected = "a store that remembers all that was told to this peer";
  return refusal(request, expected, "one that was restored from an older copy");
}

function refusal({ caller, peer }: RowSetRequest, expected: string, got: string): VeilshareError {
  const text = `${caller}: party "${peer}": expected ${expected}, got ${got}`;
  return new VeilshareError("DISCLOSURE_REFUSED", text, { party: peer, field: "ids", expected, got });
}

function digestsOf(ids: readonly string[]): Uint8Array {
  const digests = ids.map((id) => sha256(utf8ToBytes(id)).subarray(0, digestBytes));
  return concatBytes(...digests.sort(compareBytes));
}

/** In how many rows two ascending lists differ. */
function differenceOf(a: Uint8Array, b: Uint8Array): number {
  let [i, j, differences] = [0, 0, 0];
  while (i < a.length || j < b.length) {
    const order =
      i === a.length
        ? 1
        : j === b.length
          ? -1
          : compareBytes(a.subarray(i, i + digestBytes), b.subarray(j, j + digestBytes));
    if (order <= 0) i += digestBytes;
    if (order >= 0) j += digestBytes;
    if (order !== 0) differences++;
  }
  return differences;
}
