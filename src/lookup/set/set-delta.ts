/**
 * The difference between two versions of a set: whole entries that are new or sealed again, and tags of entries that
 * are gone. It makes the later version out of the earlier one.
 */

import { MalformedMessage } from "../../bytes/codec.js";
import { compareBytes } from "../../bytes/encoding.js";
import { eventLoopTurn } from "../../parallel/event-loop.js";
import { tagBytes } from "./entry.js";
import type { PublishedSet } from "./published-set.js";

/** What is to be done to a set. No tag stands in both lists, or twice in one. */
export interface SetDelta {
  /** Entries to put in, in place of what stands at their tags; ascending by tag. */
  readonly put: Uint8Array;
  /** Tags of entries to take out, 16 bytes each, ascending. */
  readonly removed: Uint8Array;
}

const rowsPerTurn = 4096;

/**
 * The entries of the set with the changes made, sorted, in memory of their own.
 *
 * @throws MalformedMessage when a list is not whole or not ascending, when a tag stands in both, or when there is no
 * entry to take out.
 */
export async function applyDelta(set: PublishedSet, delta: SetDelta): Promise<Uint8Array> {
  const { info, entryBytes } = set;
  const made = new Uint8Array(info.count * entryBytes + delta.put.length);
  let end = 0;
  const append = (entries: Uint8Array): void => {
    made.set(entries, end);
    end += entries.length;
  };
  let [next, rows] = [0, 0];
  for (const { tag, entry } of changesOf(delta, entryBytes)) {
    const position = set.positionOf(tag);
    append(set.slice(next, position));
    next = position;
    const isThere = compareBytes(set.slice(position, position + 1).subarray(0, tagBytes), tag) === 0;
    if (entry !== undefined) append(entry);
    else if (!isThere) throw new MalformedMessage("expected tags of entries that are there, got another");
    if (isThere) next += 1;
    rows += 1;
    if (rows % rowsPerTurn === 0) await eventLoopTurn();
  }
  append(set.slice(next, info.count));
  return end === made.length ? made : made.slice(0, end);
}

/** An entry, or undefined for one to take out, and its tag. */
interface Change {
  readonly tag: Uint8Array;
  readonly entry: Uint8Array | undefined;
}

/** Both lists as one, in the order of the tags. */
function* changesOf({ put, removed }: SetDelta, entryBytes: number): Generator<Change> {
  if (put.length % entryBytes !== 0 || removed.length % tagBytes !== 0) {
    throw new MalformedMessage(
      `expected whole entries and tags, got ${put.length} and ${removed.length} bytes`,
    );
  }
  let before: Uint8Array | undefined;
  for (let [atPut, atRemoved] = [0, 0]; atPut < put.length || atRemoved < removed.length;) {
    const putTag = put.subarray(atPut, atPut + tagBytes); // empty at the end
    const removedTag = removed.subarray(atRemoved, atRemoved + tagBytes);
    const isPut = removedTag.length === 0 || (putTag.length > 0 && compareBytes(putTag, removedTag) < 0);
    const tag = isPut ? putTag : removedTag;
    if (before !== undefined && compareBytes(before, tag) >= 0) {
      throw new MalformedMessage("expected each tag once, ascending, got another order");
    }
    before = tag;
    yield { tag, entry: isPut ? put.subarray(atPut, atPut + entryBytes) : undefined };
    if (isPut) atPut += entryBytes;
    else atRemoved += tagBytes;
  }
}
