/** The reference of lists of tags. */

import { compareBytes } from "../../bytes/encoding.js";
import { hashBytes, tagBytes, type OkvsOperations } from "./operations.js";
import { putWord, wordAt, type MemoryOf } from "./reference-memory.js";

type Operations = Pick<OkvsOperations, "sortTags" | "gatherTags" | "matchTags">;

/** The operations on a memory. */
export function tagOperations(memory: MemoryOf): Operations {
  const area = (at: number, length: number): Uint8Array => memory().subarray(at, at + length);
  const tagAt = (at: number): Uint8Array => area(at, tagBytes);
  return {
    sortTags: (hashes, count, _bits, _counts, order) => {
      const numbers = Array.from({ length: count }, (_, i) => i);
      numbers.sort((a, b) => compareBytes(tagAt(hashes + hashBytes * a), tagAt(hashes + hashBytes * b)));
      for (const [place, number] of numbers.entries()) putWord(memory(), order + 4 * place, number);
    },
    gatherTags: (hashes, count, order, to) => {
      for (let i = 0; i < count; i++) {
        const number = wordAt(memory(), order + 4 * i);
        area(to + hashBytes * i, hashBytes).set(area(hashes + hashBytes * number, hashBytes));
      }
    },
    matchTags: (own, ownCount, cursor, tags, count, previous, first, hits) => {
      let found = 0;
      let mine = wordAt(memory(), cursor);
      const ownTag = (i: number): Uint8Array => tagAt(own + hashBytes * i);
      for (let i = 0; i < count; i++) {
        const tag = tagAt(tags + tagBytes * i);
        if ((first === 0 || i > 0) && compareBytes(tagAt(previous), tag) >= 0) return -1;
        tagAt(previous).set(tag);
        while (mine < ownCount && compareBytes(ownTag(mine), tag) < 0) mine++;
        if (mine === ownCount || compareBytes(ownTag(mine), tag) !== 0) continue;
        putWord(memory(), hits + 8 * found, mine);
        putWord(memory(), hits + 8 * found + 4, i);
        found++;
      }
      putWord(memory(), cursor, mine);
      return found;
    },
  };
}
