/** The caller's own items beside row numbers: those of a list are remembered while it is read. */

import { isReadable, type PsiItems } from "../items/items.js";

/** A list that is read once, and what it gave. */
export interface KeptItems<Item> {
  /** To be read in place of the caller's list. */
  readonly list: PsiItems<Item>;
  /** What was read so far, by row. */
  readonly items: readonly Item[];
}

/**
 * Remembers what a list gives.
 *
 * **Cost.** References to all items until the result is there; for a stream that makes them one by one, that is all of them in
 * memory.
 */
export function keepItems<Item>(given: PsiItems<Item>): KeptItems<Item> {
  if (Array.isArray(given)) {
    const items: readonly Item[] = [...(given as readonly Item[])]; // whatever the caller does to the array meanwhile
    return { list: items, items };
  }
  if (!isReadable(given)) return { list: given, items: [] };
  const items: Item[] = [];
  async function* read(): AsyncGenerator<Item, void, undefined> {
    for await (const item of given) {
      items.push(item);
      yield item;
    }
  }
  return { list: read(), items };
}
