/**
 * What a server remembers of earlier versions of its set, so that a client that has one downloads only what changed
 * since: for each version its digest and the tags whose entries differ from the current ones. The entries themselves are
 * those of the current set.
 */

import { ByteWriter } from "../../bytes/codec.js";
import { bytesToHex, compareBytes, equalBytes } from "../../bytes/encoding.js";
import { eventLoopTurn } from "../../parallel/event-loop.js";
import { tagBytes } from "./entry.js";
import type { PublishedSet } from "./published-set.js";
import type { SetDelta } from "./set-delta.js";

/** Tags whose entries differ between an earlier version and the current one, ascending; 17 bytes each. */
interface ChangedTags {
  readonly tags: Uint8Array;
  /** For each tag 1 where the earlier version has an entry, else 0. */
  readonly wasThere: Uint8Array;
}

const rowsPerTurn = 4096;

/** The earlier versions of one current version. Never changes; each step makes another history. */
export class SetHistory {
  /** By digest in hexadecimal, oldest first. */
  readonly #versions: ReadonlyMap<string, ChangedTags>;
  readonly #most: number;

  /** @param most - Versions that are remembered. */
  constructor(most: number, versions: ReadonlyMap<string, ChangedTags> = new Map()) {
    this.#most = most;
    this.#versions = new Map([...versions].slice(Math.max(0, versions.size - most)));
  }

  /** The history of the version that follows. */
  async followedBy(before: PublishedSet, after: PublishedSet): Promise<SetHistory> {
    if (this.#most === 0) return this;
    const step = await changedTags(before, after);
    const versions = new Map<string, ChangedTags>();
    for (const [digest, changed] of this.#versions) versions.set(digest, await bothOf(changed, step));
    return this.#with(versions.set(bytesToHex(before.info.digest), step), after);
  }

  /** This history and one version more, as the newest of the earlier ones. */
  async remembering(earlier: PublishedSet, current: PublishedSet): Promise<SetHistory> {
    const digest = bytesToHex(earlier.info.digest);
    const changed = await changedTags(earlier, current);
    return this.#with(
      new Map([...this.#versions].filter(([known]) => known !== digest)).set(digest, changed),
      current,
    );
  }

  /** Forgets versions of which more than half changed: the whole set is then no larger a download. */
  #with(versions: ReadonlyMap<string, ChangedTags>, current: PublishedSet): SetHistory {
    const kept = [...versions].filter(([, { wasThere }]) => 2 * wasThere.length <= current.info.count);
    return new SetHistory(this.#most, new Map(kept));
  }

  /** What makes `current`, whose history this is, of the version with that digest; undefined when it is not known. */
  async since(digest: Uint8Array, current: PublishedSet): Promise<SetDelta | undefined> {
    const changed = this.#versions.get(bytesToHex(digest));
    if (changed === undefined) return undefined;
    const [put, removed] = [new ByteWriter(), new ByteWriter()];
    for (const [i, wasThere] of changed.wasThere.entries()) {
      const tag = tagAt(changed.tags, i);
      const entry = current.find(tag);
      if (entry !== undefined) put.fixed(entry);
      else if (wasThere === 1) removed.fixed(tag); // else it came and went in between
      if (i % rowsPerTurn === rowsPerTurn - 1) await eventLoopTurn();
    }
    return { put: put.finish(), removed: removed.finish() };
  }
}

/** One walk along both sets. */
async function changedTags(before: PublishedSet, after: PublishedSet): Promise<ChangedTags> {
  const found = new TagList();
  let [i, j] = [0, 0];
  for (let steps = 1; i < before.info.count || j < after.info.count; steps++) {
    const [old, now] = [before.slice(i, i + 1), after.slice(j, j + 1)]; // empty at the end
    const order = orderOf(old, now);
    if (order !== 0 || !equalBytes(old, now)) found.add(order <= 0 ? old : now, order <= 0);
    if (order <= 0) i += 1;
    if (order >= 0) j += 1;
    if (steps % rowsPerTurn === 0) await eventLoopTurn();
  }
  return found.finish();
}

/** The changes of two steps, one after the other, as one. */
async function bothOf(first: ChangedTags, second: ChangedTags): Promise<ChangedTags> {
  const found = new TagList();
  let [i, j] = [0, 0];
  for (let steps = 1; i < first.wasThere.length || j < second.wasThere.length; steps++) {
    const [a, b] = [tagAt(first.tags, i), tagAt(second.tags, j)]; // empty at the end
    const order = orderOf(a, b);
    // What only the second step changed was before it as it was before both.
    const wasThere = order <= 0 ? first.wasThere[i] : second.wasThere[j];
    found.add(order <= 0 ? a : b, wasThere === 1);
    if (order <= 0) i += 1;
    if (order >= 0) j += 1;
    if (steps % rowsPerTurn === 0) await eventLoopTurn();
  }
  return found.finish();
}

class TagList {
  readonly #tags = new ByteWriter();
  readonly #wasThere = new ByteWriter();

  /** @param row - A tag, or an entry, which starts with one. */
  add(row: Uint8Array, wasThere: boolean): void {
    this.#tags.fixed(row.subarray(0, tagBytes));
    this.#wasThere.u8(wasThere ? 1 : 0);
  }

  finish(): ChangedTags {
    return { tags: this.#tags.finish(), wasThere: this.#wasThere.finish() };
  }
}

/** Which of two rows comes first by its tag; an empty one, the end of its list, comes last. */
function orderOf(a: Uint8Array, b: Uint8Array): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  return compareBytes(a.subarray(0, tagBytes), b.subarray(0, tagBytes));
}

function tagAt(tags: Uint8Array, i: number): Uint8Array {
  return tags.subarray(i * tagBytes, (i + 1) * tagBytes);
}
