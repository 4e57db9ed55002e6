/**
 * What intersections by OKVS compute, on memory that the caller lays out from `heap` on: hashes, trees and streams, the
 * matrix, the code, the check, the band matrix and lists of tags.
 */

import { hashFields, hashRows, wipeHash } from "./blake3";
import { decodeRows, eliminate, partitionsOf, solve, sortRecords } from "./band";
import { expandSeeds, foldTree, keystream, wipeStreams } from "./chacha";
import { sumRows } from "./check";
import { addCodewords, encodeWords } from "./code";
import { addMasked, columnsToRows, rowsToColumns, wipeSquares } from "./matrix";
import { gatherTags, matchTags, sortTags } from "./tags";

export { addCodewords, encodeWords };
export { addMasked, columnsToRows, rowsToColumns };
export { decodeRows, eliminate, partitionsOf, solve, sortRecords };
export { expandSeeds, foldTree, keystream };
export { gatherTags, matchTags, sortTags };
export { hashFields, hashRows };
export { sumRows };

/** Where free memory begins. */
export function heap(): usize {
  return (__heap_base + 63) & ~63;
}

/** Overwrites what is left in the kernel's own memory. */
export function wipeScratch(): void {
  wipeHash();
  wipeStreams();
  wipeSquares();
}
