/** A partition's hashes in the order of their tags, message by message, from lists that are in order each. */

import { compareBytes } from "../../bytes/encoding.js";
import { hashBytes, tagBytes } from "../../kernels/okvs/operations.js";
import type { PartitionHashes } from "./jobs.js";

/** Some hashes in order, and the place of each one's record in the partition. */
export interface SortedTags {
  readonly hashes: Uint8Array;
  readonly numbers: Uint32Array;
}

/**
 * Messages of a partition.
 *
 * @param parts - One list or several; the records of each follow those of the list before in the partition.
 * @param sizes - Hashes of each message.
 */
export function* sortedTags(
  parts: readonly PartitionHashes[],
  sizes: readonly number[],
): Generator<SortedTags> {
  if (parts.length > 1) {
    yield* merged(parts, sizes);
    return;
  }
  const [part] = parts;
  if (part === undefined) return;
  let start = 0;
  for (const size of sizes) {
    const hashes = part.hashes.subarray(hashBytes * start, hashBytes * (start + size));
    yield { hashes, numbers: part.numbers.subarray(start, start + size) };
    start += size;
  }
}

/** One of the lists, from its next hash on. */
interface Cursor {
  readonly hashes: Uint8Array;
  readonly numbers: Uint32Array;
  /** What is added to the numbers. */
  readonly offset: number;
  next: number;
  tag: Uint8Array;
}

function* merged(parts: readonly PartitionHashes[], sizes: readonly number[]): Generator<SortedTags> {
  let offset = 0;
  const heap: Cursor[] = [];
  for (const { hashes, numbers } of parts) {
    heap.push({ hashes, numbers, offset, next: 0, tag: hashes.subarray(0, tagBytes) });
    offset += numbers.length;
  }
  heap.sort((a, b) => compareBytes(a.tag, b.tag));
  for (const size of sizes) {
    const hashes = new Uint8Array(hashBytes * size);
    const numbers = new Uint32Array(size);
    for (let i = 0; i < size; i++) {
      const least = heap[0] as Cursor; // sizes sum to what the lists have
      const start = hashBytes * least.next;
      hashes.set(least.hashes.subarray(start, start + hashBytes), hashBytes * i);
      numbers[i] = least.offset + (least.numbers[least.next] as number); // before its end
      advance(heap, least);
    }
    yield { hashes, numbers };
  }
}

/** Moves the first list on, and puts the lists in the order of their next tags again. */
function advance(heap: Cursor[], first: Cursor): void {
  first.next++;
  const start = hashBytes * first.next;
  first.tag = first.hashes.subarray(start, start + tagBytes);
  if (first.next === first.numbers.length) {
    const last = heap.pop() as Cursor; // there is the first one at least
    if (heap.length === 0 || last === first) return;
    heap[0] = last;
  }
  for (let at = 0; ;) {
    const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
    const moved = heap[at] as Cursor; // at < length
    if (left === undefined) return;
    const child = right !== undefined && compareBytes(right.tag, left.tag) < 0 ? 2 * at + 2 : 2 * at + 1;
    const smaller = heap[child] as Cursor; // one of the two
    if (compareBytes(moved.tag, smaller.tag) <= 0) return;
    heap[at] = smaller;
    heap[child] = moved;
    at = child;
  }
}
