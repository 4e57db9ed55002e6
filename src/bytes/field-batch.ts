/**
 * Items of one field or several, some thousands at a time, in flat memory: what a source of keys gives to who can take
 * them so, in place of one text an item.
 */

/** Some items. All of it may be overwritten once the next batch is asked for. */
export interface FieldBatch {
  /** UTF-8 of texts, or whatever bytes are given. */
  readonly bytes: Uint8Array;
  /** A pair of words for each field, item by item: where in `bytes` it begins, and how long it is. */
  readonly spans: Uint32Array;
  /** Fields of an item. */
  readonly columns: number;
  readonly count: number;
  /** 1 for a row without an item: one of its fields stands for nothing. */
  readonly blank: Uint8Array;
}

/** The method by which a list gives its items in batches, where it can; undefined where it can't. */
export const fieldBatches: unique symbol = Symbol("veilshare/fieldBatches");

/** A list that may give its items in batches: the same ones, in the same order, as one by one. */
export interface BatchedList {
  readonly [fieldBatches]: () => AsyncGenerator<FieldBatch, void, undefined> | undefined;
}

/** The batches of a list that gives any. */
export function batchesOf(list: unknown): AsyncGenerator<FieldBatch, void, undefined> | undefined {
  if (typeof list !== "object" || list === null || !(fieldBatches in list)) return undefined;
  return (list as BatchedList)[fieldBatches](); // nobody else knows the symbol
}
