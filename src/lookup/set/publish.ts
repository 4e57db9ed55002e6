/**
 * Making a published set, and the next version of one. Every key is hashed, multiplied by the server's secret, and its
 * label sealed, all in the pool; see `entry.ts`.
 */

import { checkArgument, checkOptions, poolRule, signalRule, type RulesOf } from "../../checks/options.js";
import { anything, callback, integer, listOf, oneOf, optional, rule } from "../../checks/rules.js";
import { wipe } from "../../bytes/wipe.js";
import { rowCount, sliceRows } from "../../bytes/byte-rows.js";
import { MalformedMessage } from "../../bytes/codec.js";
import { compareBytes, equalBytes, utf8ToBytes } from "../../bytes/encoding.js";
import { keyRule, setRule } from "./arguments.js";
import { invalidArgument, VeilshareError } from "../../errors.js";
import { voprf } from "../../group/index.js";
import { evaluateInputsJob, type EvaluateInputsInput } from "../../group/jobs.js";
import { createPool, type Pool } from "../../parallel/pool.js";
import { drawBytes, randomBytes, type RandomSource } from "../../random/csprng.js";
import { encodeItems, type PsiItem } from "../../items/items.js";
import { entryByteLength, EntryKey, maxLabelBytes, nonceBytes, tagBytes, type EntryScope } from "./entry.js";
import { atPosition, groupLabels, labelBytesOf, type LookupLabel } from "./labels.js";
import { sealEntriesJob, type SealEntriesInput } from "../session/jobs.js";
import { findEntry, PublishedSet, type SetTerms } from "./published-set.js";
import { applyDelta, type SetDelta } from "./set-delta.js";

/** A key and what its holder may read. */
export interface LookupEntry {
  /** Text, bytes, or several fields, none blank; compared by its bytes, so bring it into one form on both sides first. */
  readonly key: PsiItem;
  /** Text (as UTF-8) or bytes, at most `labelBytes` of them; or several labels, with two bytes more each. */
  readonly label: LookupLabel | readonly LookupLabel[];
}

/** How the work is done. */
export interface PublishWork {
  /** Threads for the group arithmetic; stays open. Default: a pool of its own, closed at the end. */
  readonly pool?: Pool;
  /** Worker threads of the own pool, see `createPool`; 0 for none. Default: none for few entries, else cores - 1. */
  readonly workers?: number;
  readonly signal?: AbortSignal;
  /** Called now and then with the number of entries done. */
  readonly onProgress?: (entriesDone: number) => void;
  /** Where nonces come from, 12 bytes an entry; one that repeats would show how two labels of a key differ. */
  readonly random?: RandomSource;
}

/** Options of {@link publishSet}. */
export interface PublishSetOptions extends PublishWork {
  /** Number of the key, 0 to 2^32 - 1. Clients pin it together with the public key. */
  readonly epoch: number;
  /** Length to which every label is padded, 0 to 4096: the longest label. 0 publishes membership only. */
  readonly labelBytes: number;
  /**
   * What is done with a key that several entries have. `group`, the default: it is published once with all their labels, equal
   * ones once, in the order of the entries; they must fit `labelBytes` together, with two bytes more each. `refuse`: an error.
   */
  readonly repeatedKeys?: "group" | "refuse";
}

/** What {@link updateSet} does to a set. */
export interface SetChanges {
  /** Entries to add, or to replace where their key is there. */
  readonly put?: readonly LookupEntry[];
  /** Keys to take out; each must be there. */
  readonly remove?: readonly PsiItem[];
}

const workRules: RulesOf<PublishWork> = {
  pool: optional(poolRule),
  workers: optional(integer(0)),
  signal: optional(signalRule),
  onProgress: optional(callback),
  random: optional(callback),
};
/** What is in an entry is checked where it is sealed. */
const entriesRule = listOf(rule("an entry", (value) => typeof value === "object" && value !== null));

const publishRules: RulesOf<PublishSetOptions> = {
  ...workRules,
  epoch: anything,
  labelBytes: anything,
  repeatedKeys: optional(oneOf("group", "refuse")),
};
const changeRules: RulesOf<SetChanges> = {
  put: optional(listOf(anything)),
  remove: optional(listOf(anything)),
};

const rowsPerChunk = 256;
const inlineEntries = 2048;
/** The last number of a key. */
export const maxEpoch: number = 2 ** 32 - 1;

/**
 * The key of an epoch, derived from one seed that a server keeps. Whoever learns the key of one epoch learns nothing
 * about others; whoever learns the seed knows all.
 *
 * **Source.** DeriveKeyPair of RFC 9497, section 3.2.1.
 *
 * @param seed - 32 uniform secret bytes.
 * @throws VeilshareError INVALID_ARGUMENT.
 */
export function deriveLookupKey(seed: Uint8Array, epoch: number): voprf.OprfKey {
  checkEpoch("deriveLookupKey", epoch);
  return voprf.deriveKey(seed, utf8ToBytes(`veilshare/lookup/epoch/${epoch}`));
}

/**
 * Evaluates and seals all entries.
 *
 * **Security.** What is published tells everybody the number of distinct keys and the length of the longest label they may
 * have, and nothing about keys or labels, as long as nobody gets the keys' evaluations: from the server, at its rate
 * limit, or by stealing its secret key. Whoever can guess keys (telephone or invoice numbers) *and* have guesses
 * evaluated reads their labels. Rests on the one-more gap Diffie-Hellman assumption in ristretto255 (RFC 9497, section
 * 7.2), HKDF and ChaCha20-Poly1305 in the random oracle model. Two keys have one tag with a probability of n^2 / 2^129:
 * 2^-81 for 2^24 entries; publishing then fails.
 *
 * **Cost.** A hash to the group, a scalar multiplication, an HKDF and a sealing an entry; 46 bytes and the label length
 * an entry, all in memory.
 *
 * @param entries - A key may be in several; see `repeatedKeys`.
 * @throws VeilshareError INVALID_ARGUMENT that names the entry by its position: a bad key, labels that are too long, a
 * key twice where that is refused. WORKER_FAILED, ABORTED.
 * @example
 * const set = await publishSet(key, [{ key: "INV-4711", label: "unpaid" }], { epoch: 1, labelBytes: 16 });
 */
export async function publishSet(
  key: voprf.OprfKey,
  entries: readonly LookupEntry[],
  options: PublishSetOptions,
): Promise<PublishedSet> {
  checkArgument("publishSet", "key", key, keyRule);
  checkArgument("publishSet", "entries", entries, entriesRule);
  checkOptions("publishSet", options, publishRules);
  const { epoch, labelBytes, repeatedKeys = "group" } = options;
  checkEpoch("publishSet", epoch);
  if (!Number.isInteger(labelBytes) || labelBytes < 0 || labelBytes > maxLabelBytes) {
    const expected = `labelBytes to be an integer from 0 to ${maxLabelBytes}`;
    throw invalidArgument("publishSet", expected, String(labelBytes));
  }
  const scope = { publicKey: key.publicKey, epoch, labelBytes };
  const { sealed, keyColumns } = await sealEntries("publishSet", key, scope, entries, {
    ...options,
    repeatedKeys,
  });
  const terms = { ...scope, revision: 0, keyColumns };
  return setOfSorted("publishSet", terms, sealed);
}

/**
 * The next version of a set: entries put in, replaced or taken out, only those evaluated, all others copied.
 *
 * **Security.** Whoever has both versions sees which tags are new, which are gone, and which were sealed again, and how
 * many of each; with the times of the versions, when. It says nothing about keys and labels. But a client that had a
 * key evaluated once can find and open its entry in every later version of the epoch without asking again: access to a
 * key ends with the epoch, not with the session. A replaced entry is sealed under a fresh nonce even when its label is
 * the same. To hide which entries changed, publish the whole set anew under the next epoch's key.
 *
 * @param key - The key that the set was made with.
 * @returns A set with the next revision number; the given one stays as it is.
 * @throws VeilshareError INVALID_ARGUMENT for another key, a key twice among the changes, a key to take out that is not
 * there, and as {@link publishSet}.
 */
export async function updateSet(
  key: voprf.OprfKey,
  set: PublishedSet,
  changes: SetChanges,
  work: PublishWork = {},
): Promise<PublishedSet> {
  checkArgument("updateSet", "key", key, keyRule);
  checkArgument("updateSet", "set", set, setRule);
  checkOptions("updateSet", changes, changeRules);
  checkOptions("updateSet", work, workRules);
  const { info } = set;
  const { put = [], remove = [] } = changes;
  if (!equalBytes(key.publicKey, info.publicKey)) {
    throw invalidArgument("updateSet", "the key that the set was made with", "another");
  }
  const { sealed, keyColumns } = await sealEntries("updateSet", key, info, put, {
    ...work,
    repeatedKeys: "refuse",
  });
  const removal = await deriveTags("updateSet", key, info, remove, work);
  const columns = new Set([info.keyColumns, keyColumns, removal.keyColumns].filter((n) => n > 0));
  if (columns.size > 1) throw invalidArgument("updateSet", "keys of as many fields as the set's", "others");
  for (const [i, tag] of removal.tags.entries()) {
    if (set.find(tag) === undefined)
      throw atPosition("updateSet", "remove", i, "a key of the set", "another");
  }
  const delta = { put: sealed, removed: sortedTags(removal.tags) };
  checkTagsOnce(delta, set.entryBytes);
  const merged = await applyDelta(set, delta);
  const terms = { ...info, revision: info.revision + 1, keyColumns: Math.max(0, ...columns) };
  return setOfSorted("updateSet", terms, merged);
}

function sortedTags(tags: readonly Uint8Array[]): Uint8Array {
  const sorted = new Uint8Array(tags.length * tagBytes);
  for (const [i, tag] of [...tags].sort(compareBytes).entries()) sorted.set(tag, i * tagBytes);
  return sorted;
}

/** Each key once among the changes: those put are known to differ, those removed and both together are not. */
function checkTagsOnce({ put, removed }: SetDelta, entryBytes: number): void {
  let before: Uint8Array | undefined;
  for (let at = 0; at < removed.length; at += tagBytes) {
    const tag = removed.subarray(at, at + tagBytes);
    const isTwice = before !== undefined && equalBytes(before, tag);
    if (isTwice || findEntry(put, entryBytes, tag) !== undefined) {
      throw invalidArgument("updateSet", "each key once among the changes", "one twice");
    }
    before = tag;
  }
}

/** Entries sealed and sorted by tag, one after the other. */
async function sealEntries(
  caller: string,
  key: voprf.OprfKey,
  scope: EntryScope,
  entries: readonly LookupEntry[],
  work: PublishWork & Required<Pick<PublishSetOptions, "repeatedKeys">>,
): Promise<{ readonly sealed: Uint8Array; readonly keyColumns: number }> {
  // All keys and labels are looked at before any work is done.
  const { labelBytes } = scope;
  const labels = entries.map((entry, i) => labelBytesOf(caller, entry.label, i));
  const { rows, keyColumns } = await encodeItems(
    entries.map((entry) => entry.key),
    {},
    caller,
  );
  const { keys, contents } = groupLabels(caller, rows, labels, { labelBytes, repeated: work.repeatedKeys });
  const count = rowCount(keys);
  const entryBytes = entryByteLength(scope.labelBytes);
  const inOrder = new Uint8Array(count * entryBytes);
  const secret = key.secretBytes();
  const { random = randomBytes } = work;
  function* chunks(): Generator<SealEntriesInput> {
    for (const [start, end] of ranges(count)) {
      yield {
        keys: sliceRows(keys, start, end),
        contents: sliceRows(contents, start, end),
        nonces: drawBytes(random, (end - start) * nonceBytes),
        scope,
        secret,
      };
    }
  }
  let done = 0;
  try {
    await withPool(work, count, async (pool, signal) => {
      for await (const sealed of pool.map(sealEntriesJob, chunks(), signal)) {
        inOrder.set(sealed, done * entryBytes);
        done += sealed.length / entryBytes;
        work.onProgress?.(done);
      }
    });
  } finally {
    wipe(secret);
  }
  return { sealed: sortedEntries(caller, inOrder, entryBytes), keyColumns };
}

/** Entries by their tags; distinct keys have distinct tags but for once in 2^81 sets. */
function sortedEntries(caller: string, inOrder: Uint8Array, entryBytes: number): Uint8Array {
  const tagAt = (i: number): Uint8Array => inOrder.subarray(i * entryBytes, i * entryBytes + tagBytes);
  const order = Uint32Array.from({ length: inOrder.length / entryBytes }, (_, i) => i);
  order.sort((a, b) => compareBytes(tagAt(a), tagAt(b)));
  const sorted = new Uint8Array(inOrder.length);
  for (const [i, position] of order.entries()) {
    const before = order[i - 1];
    if (before !== undefined && equalBytes(tagAt(before), tagAt(position)))
      throw new VeilshareError("INTERNAL", `${caller}: two keys have one tag: take another key`);
    sorted.set(inOrder.subarray(position * entryBytes, (position + 1) * entryBytes), i * entryBytes);
  }
  return sorted;
}

/** The tags of keys, in their order, and the number of fields of every key. */
async function deriveTags(
  caller: string,
  key: voprf.OprfKey,
  scope: EntryScope,
  keys: readonly PsiItem[],
  work: PublishWork,
): Promise<{ readonly tags: Uint8Array[]; readonly keyColumns: number }> {
  const { rows, keyColumns } = await encodeItems(keys, {}, caller);
  const secret = key.secretBytes();
  const tags: Uint8Array[] = [];
  function* chunks(): Generator<EvaluateInputsInput> {
    for (const [start, end] of ranges(keys.length)) yield { inputs: sliceRows(rows, start, end), secret };
  }
  try {
    await withPool(work, keys.length, async (pool, signal) => {
      for await (const outputs of pool.map(evaluateInputsJob, chunks(), signal)) {
        for (let at = 0; at < outputs.length; at += voprf.oprfOutputBytes) {
          const entryKey = new EntryKey(outputs.subarray(at, at + voprf.oprfOutputBytes), scope);
          tags.push(entryKey.tag);
          entryKey.wipe();
        }
        wipe(outputs);
      }
    });
  } finally {
    wipe(secret);
  }
  return { tags, keyColumns };
}

async function withPool(
  { pool: given, workers, signal }: PublishWork,
  count: number,
  use: (pool: Pool, options: { readonly signal?: AbortSignal }) => Promise<void>,
): Promise<void> {
  const pool = given ?? openPool(workers, count);
  try {
    await use(pool, signal === undefined ? {} : { signal });
  } finally {
    if (given === undefined) await pool.close();
  }
}

/** Start and end of each chunk. */
function* ranges(count: number): Generator<[start: number, end: number]> {
  for (let start = 0; start < count; start += rowsPerChunk)
    yield [start, Math.min(count, start + rowsPerChunk)];
}

async function setOfSorted(caller: string, terms: SetTerms, entries: Uint8Array): Promise<PublishedSet> {
  try {
    return await PublishedSet.of(terms, entries);
  } catch (thrown) {
    if (!(thrown instanceof MalformedMessage)) throw thrown;
    throw new VeilshareError("INTERNAL", `${caller}: ${thrown.message}`, { cause: thrown });
  }
}

function checkEpoch(caller: string, epoch: number): void {
  if (Number.isInteger(epoch) && epoch >= 0 && epoch <= maxEpoch) return;
  throw invalidArgument(caller, `epoch to be an integer from 0 to ${maxEpoch}`, String(epoch));
}

function openPool(workers: number | undefined, entries: number): Pool {
  if (workers !== undefined) return createPool({ workers });
  return createPool(entries <= inlineEntries ? { workers: 0 } : {});
}
