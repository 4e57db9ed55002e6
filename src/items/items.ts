/**
 * What is compared: items of one key field or several, as bytes that are equal exactly when the items are. Every field
 * is its length (32 bits, little-endian) and its bytes, so that ["ab", "c"] and ["a", "bc"] differ. Text is UTF-8; a
 * text and the same bytes given as Uint8Array are the same field.
 */

import type { ByteRows } from "../bytes/byte-rows.js";
import { isWellFormed } from "../bytes/well-formed.js";
import { withinLimits } from "../waiting/wait.js";
import { invalidArgument } from "../errors.js";
import { eventLoopTurn } from "../parallel/event-loop.js";
import { ByteStore } from "./byte-store.js";
import { DistinctItems } from "./distinct-items.js";
import { maxMemoryBytes } from "./growing-memory.js";
import { KeyRules, type KeyRulesOptions, type PsiItem } from "./key-rules.js";
import type { KeyNormalization } from "./normalization.js";

export type { PsiField, PsiItem } from "./key-rules.js";

/** A list of items: an array, or anything that gives them one by one. Read once, from start to end. */
export type PsiItems<Item = PsiItem> = Iterable<Item> | AsyncIterable<Item>;

const maxItemBytes = maxMemoryBytes;
/** How long a list in memory is read before others have their turn, and after how many items the clock is looked at. */
const turnMs = 10;
const itemsPerLook = 256;
const lengthBytes = 4;

/** Who reads a list, and how. */
export interface ReadItemsOptions extends KeyRulesOptions {
  /** Ends the wait for an item. */
  readonly signal?: AbortSignal;
}

/** The items of one list as bytes, one after the other; the first one says how many key fields all have. */
export class ItemReader {
  readonly #rules: KeyRules;
  readonly #encoder: ItemEncoder;

  constructor(options: ReadItemsOptions) {
    this.#rules = new KeyRules(options);
    this.#encoder = new ItemEncoder(this.#rules);
  }

  /** Number of fields of every item; 0 when there was none. */
  get keyColumns(): number {
    return this.#rules.columns;
  }

  /** The memory that the last item was encoded in: its first {@link ItemReader.byteLength} bytes, until the next. */
  get bytes(): Uint8Array {
    return this.#encoder.bytes;
  }

  /** How long the last item is. */
  get byteLength(): number {
    return this.#encoder.byteLength;
  }

  /**
   * Encodes the next item.
   *
   * @param row - Its place in the caller's list, for errors.
   * @returns False when a field is blank or a placeholder, so that the item identifies nobody; then nothing is encoded.
   * @throws VeilshareError INVALID_ARGUMENT that names the item by its place: a lone surrogate, a field that is neither
   * text nor bytes, another number of fields than the first item has. Also for an item of 4 GiB.
   */
  read(item: PsiItem, row: number): boolean {
    const fields = this.#rules.fieldsOf(item, row);
    this.#encoder.clear();
    let complete = true;
    for (let column = 0; column < fields.length; column++) {
      const field: unknown = fields[column]; // items may come from untyped code
      if (typeof field === "string") complete = this.#addText(field, row, column) && complete;
      else if (field instanceof Uint8Array) complete = this.#addBytes(field) && complete;
      else throw this.#rules.badField(row, column, field);
    }
    if (!complete) this.#encoder.clear();
    return complete;
  }

  #addBytes(field: Uint8Array): boolean {
    this.#encoder.addBytes(field);
    return field.length > 0;
  }

  #addText(field: string, row: number, column: number): boolean {
    const text = this.#rules.textOf(field, column);
    if (text === null) return false;
    if (!this.#encoder.addText(text)) throw this.#rules.illFormed(row, column);
    return !this.#rules.isNothing(text);
  }
}

/** A whole list without its repetitions. */
export interface ItemList {
  readonly items: DistinctItems;
  /** Number of fields of every item; 0 when there is no item. */
  readonly keyColumns: number;
}

/**
 * Reads a list of items.
 *
 * @throws VeilshareError as {@link ItemReader.read}; INVALID_ARGUMENT for 4 GiB or more of distinct items; and whatever
 * the list throws while it is read.
 */
export async function readItems(list: PsiItems, options: ReadItemsOptions = {}): Promise<ItemList> {
  const reader = new ItemReader(options);
  const items = new DistinctItems();
  const { caller = "intersect", signal } = options;
  await forEachItem({ caller, signal }, list, (item, row) => {
    if (reader.read(item, row)) items.add(reader.bytes, reader.byteLength);
    else items.skipRow();
  });
  items.seal();
  return { items, keyColumns: items.count === 0 ? 0 : reader.keyColumns };
}

/** What a party learns of its own list. */
export interface OwnCounts {
  /** Rows that repeat an item of an earlier row. */
  readonly duplicates: number;
  /** Rows left out because a key field was blank. */
  readonly withoutKey: number;
  /** Distinct items. */
  readonly ownItems: number;
}

/** The counts of a list that was read. */
export function ownCounts({
  rowCount,
  count,
  skipped,
}: Pick<DistinctItems, "rowCount" | "count" | "skipped">): OwnCounts {
  return { duplicates: rowCount - count - skipped, withoutKey: skipped, ownItems: count };
}

/** A whole list, repetitions and all. */
export interface EncodedItems {
  readonly rows: ByteRows;
  /** Number of fields of every item; 0 when there is no item. */
  readonly keyColumns: number;
}

/**
 * The items of an array as byte rows, normalized.
 *
 * @throws VeilshareError as {@link readItems}, and INVALID_ARGUMENT for an item with a blank field: it would be anybody's.
 */
export async function encodeItems(
  items: readonly PsiItem[],
  normalization: KeyNormalization,
  caller = "intersect",
): Promise<EncodedItems> {
  const rules = new KeyRules({ caller });
  const reader = new ItemReader({ normalization, caller });
  const store = new ByteStore();
  const offsets = new Uint32Array(items.length + 1);
  await forEachItem({ caller }, items, (item, row) => {
    if (!reader.read(item, row)) throw rules.badItem(row, "a key without a blank field", "one with");
    store.append(reader.bytes, reader.byteLength);
    if (store.length > maxItemBytes) throw rules.tooManyBytes();
    offsets[row + 1] = store.length;
  });
  const bytes = new Uint8Array(store.length);
  store.copyTo(bytes, 0, 0, store.length);
  store.release();
  return { rows: { bytes, offsets }, keyColumns: reader.keyColumns };
}

/** How {@link forEachItem} goes through a list. */
export interface ForEachItemOptions {
  /** Whose argument the list is, for errors. */
  readonly caller: string;
  /** Ends the wait for an item. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Goes through a list once and lets the event loop turn now and then.
 *
 * @throws VeilshareError INVALID_ARGUMENT for what is no list, or a text: its characters are surely not meant; ABORTED, or the
 * signal's reason, as soon as the signal fires: then no item is taken any more, and the list is told to end.
 */
export async function forEachItem<Item>(
  { caller, signal }: ForEachItemOptions,
  list: PsiItems<Item>,
  take: (item: Item, row: number) => void,
): Promise<void> {
  const iterator = iteratorOf(caller, list);
  try {
    const reading = isPlainArray(list) ? readArray(list, take, signal) : readAll(iterator, take, signal);
    await withinLimits(reading, { signal });
  } catch (thrown) {
    endQuietly(iterator); // the reading may still wait for an item
    throw thrown;
  }
}

async function readAll<Item>(
  iterator: Iterator<Item> | AsyncIterator<Item>,
  take: (item: Item, row: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const unwanted = (): boolean => signal?.aborted === true;
  const turns = new Turns();
  for (let row = 0; !unwanted();) {
    const given = iterator.next();
    const next = "then" in given ? await given : given; // lists in memory give their items at once
    if (next.done === true || unwanted()) return;
    take(next.value, row++);
    if (row % itemsPerLook === 0 && turns.isDue) await turns.take();
  }
}

/** The same for an array, without an object for each of its items. */
async function readArray<Item>(
  list: readonly Item[],
  take: (item: Item, row: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const turns = new Turns();
  for (let row = 0; row < list.length && signal?.aborted !== true;) {
    const end = Math.min(list.length, row + itemsPerLook);
    for (; row < end; row++) take(list[row] as Item, row); // below the length, which nothing here changes
    if (turns.isDue) await turns.take();
  }
}

/** An array that gives its items as arrays do. */
function isPlainArray<Item>(list: PsiItems<Item>): list is readonly Item[] {
  return Array.isArray(list) && list[Symbol.iterator] === Array.prototype[Symbol.iterator];
}

/** Lets the event loop turn now and then during long work. */
class Turns {
  #dueMs = performance.now() + turnMs;

  get isDue(): boolean {
    return performance.now() >= this.#dueMs;
  }

  async take(): Promise<void> {
    await eventLoopTurn();
    this.#dueMs = performance.now() + turnMs;
  }
}

/** Told to end; nobody waits for it, nor for what it throws. */
function endQuietly(iterator: Iterator<unknown> | AsyncIterator<unknown>): void {
  try {
    Promise.resolve(iterator.return?.()).catch(() => undefined);
  } catch {
    // the list has failed already, or is not wanted any more
  }
}

/** Whether a list can be read at all; another is refused when it is. */
export function isReadable(list: unknown): boolean {
  return (
    typeof list === "object" && list !== null && (Symbol.asyncIterator in list || Symbol.iterator in list)
  );
}

function iteratorOf<Item>(caller: string, list: PsiItems<Item>): Iterator<Item> | AsyncIterator<Item> {
  const given: unknown = list; // may come from untyped code
  if (typeof given !== "object" || given === null) {
    throw invalidArgument(caller, "a list of items", given === null ? "null" : typeof given);
  }
  if (Symbol.asyncIterator in list) return list[Symbol.asyncIterator]();
  if (Symbol.iterator in list) return list[Symbol.iterator]();
  throw invalidArgument(caller, "a list of items", "an object that can't be iterated");
}

/** Puts the fields of one item after the other item's, in the same memory. */
class ItemEncoder {
  readonly #rules: KeyRules;
  readonly #encoder = new TextEncoder();
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  constructor(rules: KeyRules) {
    this.#rules = rules;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get byteLength(): number {
    return this.#length;
  }

  clear(): void {
    this.#length = 0;
  }

  addBytes(field: Uint8Array): void {
    this.#reserve(lengthBytes + field.length);
    this.#bytes.set(field, this.#length + lengthBytes);
    this.#endField(field.length);
  }

  /** False for ill-formed text, of which nothing is to be used. */
  addText(field: string): boolean {
    const units = field.length;
    this.#reserve(lengthBytes + 3 * units); // at most three bytes a UTF-16 unit
    const bytes = this.#bytes;
    const start = this.#length + lengthBytes;
    // Most keys are ASCII: without a view and a result object each, a long list makes far less garbage.
    for (let i = 0; i < units; i++) {
      const unit = field.charCodeAt(i);
      if (unit > 0x7f) {
        if (!isWellFormed(field)) return false;
        this.#endField(this.#encoder.encodeInto(field, bytes.subarray(start)).written);
        return true;
      }
      bytes[start + i] = unit;
    }
    this.#endField(units);
    return true;
  }

  #endField(byteLength: number): void {
    this.#view.setUint32(this.#length, byteLength, true);
    this.#length += lengthBytes + byteLength;
  }

  #reserve(byteLength: number): void {
    const needed = this.#length + byteLength;
    if (needed <= this.#bytes.length) return;
    if (needed > maxItemBytes) throw this.#rules.tooManyBytes();
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
