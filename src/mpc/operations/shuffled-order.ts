/**
 * The order of secret keys that nobody can tell anything from: once rows have been put into a secret random order, and if
 * all keys are different, the outcomes of comparisons are those of a uniformly random order, whatever the keys are; so they
 * are opened, and the rest of the sorting is public.
 *
 * Quicksort with three pivots a bucket, all buckets at once; small buckets compare every two of their rows.
 *
 * **Source.** Hamada, Kikuchi, Ikarashi, Chida, Takahashi, "Practically Efficient Multi-party Sorting Protocols from
 * Comparison Sort Algorithms", ICISC 2012.
 */

import type { Engine } from "../engine.js";
import type { SecretBits } from "../secret-bits.js";
import { carryOut } from "./carry.js";

/** Buckets of at most so many rows are done in one level. */
const smallBucket = 10;
const pivotCount = 3;

/** Comparisons whose outcomes are opened at once: more would only take memory. */
const batchSize = 2 ** 19;

/**
 * The positions of rows in ascending order of their keys, as unsigned numbers.
 *
 * @param keys - One column of keys, all different, in an order that is secret and random.
 *
 * **Security.** Opens comparisons of keys. That tells nothing only if the keys are different and the order of the rows is
 * uniformly random to everyone: the caller sees to that.
 *
 * **Cost.** For n rows about 1.5 n log2 n comparisons, in some 0.7 log2 n levels of 3 + log2 width rounds.
 */
export async function openedOrder(engine: Engine, keys: SecretBits): Promise<Uint32Array> {
  const order = Uint32Array.from({ length: keys.length }, (_, i) => i);
  let buckets = keys.length > 1 ? [{ from: 0, to: keys.length }] : [];
  while (buckets.length > 0) {
    const pairs = pairsOf(order, buckets);
    const larger = await compareAll(engine, keys, pairs);
    buckets = split(order, buckets, larger);
  }
  return order;
}

/** Places of the order whose rows are known to belong there, but not in which order. */
interface Bucket {
  readonly from: number;
  readonly to: number;
}

/** How many rows of a bucket all of it is compared with. */
function pivotsOf({ from, to }: Bucket): number {
  return to - from <= smallBucket ? to - from : pivotCount;
}

/** Rows to compare: in each bucket, each pivot with all rows after it. */
interface Pairs {
  readonly left: Uint32Array;
  readonly right: Uint32Array;
}

function pairsOf(order: Uint32Array, buckets: readonly Bucket[]): Pairs {
  let count = 0;
  for (const bucket of buckets) {
    const pivots = pivotsOf(bucket);
    count += pivots * (bucket.to - bucket.from - 1) - (pivots * (pivots - 1)) / 2;
  }
  const [left, right] = [new Uint32Array(count), new Uint32Array(count)];
  let at = 0;
  for (const bucket of buckets) {
    const last = bucket.from + pivotsOf(bucket);
    for (let pivot = bucket.from; pivot < last; pivot++) {
      for (let i = pivot + 1; i < bucket.to; i++) {
        left[at] = order[pivot] as number; // places of the order
        right[at] = order[i] as number;
        at += 1;
      }
    }
  }
  return { left, right };
}

/** For each pair, 1 where the right key is the larger one. */
async function compareAll(engine: Engine, keys: SecretBits, { left, right }: Pairs): Promise<Uint8Array> {
  const larger = new Uint8Array(left.length);
  for (let from = 0; from < left.length; from += batchSize) {
    const to = Math.min(left.length, from + batchSize);
    const a = keys.pickElements(left.subarray(from, to));
    const b = keys.pickElements(right.subarray(from, to));
    // a < b exactly when there is a carry out of NOT a + b.
    larger.set(await engine.revealBits(await carryOut(engine, a.not(), b)), from);
  }
  return larger;
}

/**
 * Puts the rows of each bucket into the order of what is known: its pivots, each at its place, and the rows between them.
 *
 * @returns The buckets that are left.
 */
function split(order: Uint32Array, buckets: readonly Bucket[], larger: Uint8Array): Bucket[] {
  const below = new Uint8Array(order.length); // for each place, how many pivots of its bucket are smaller
  const moved = new Uint32Array(order.length);
  const left: Bucket[] = [];
  let at = 0;
  for (const bucket of buckets) {
    const { from, to } = bucket;
    const last = from + pivotsOf(bucket);
    for (let pivot = from; pivot < last; pivot++) {
      for (let i = pivot + 1; i < to; i++) {
        const rightLarger = larger[at] as number; // as many as pairs
        at += 1;
        below[i] = (below[i] as number) + rightLarger;
        if (i < last) below[pivot] = (below[pivot] as number) + 1 - rightLarger;
      }
    }
    arrange({ order, below, moved }, bucket, left);
  }
  return left;
}

interface Arranging {
  readonly order: Uint32Array;
  readonly below: Uint8Array;
  readonly moved: Uint32Array;
}

/** Counting sort of one bucket: rows with r smaller pivots, then the pivot of rank r, then those with r + 1. */
function arrange({ order, below, moved }: Arranging, { from, to }: Bucket, left: Bucket[]): void {
  const pivots = pivotsOf({ from, to });
  const next = new Array<number>(pivots + 1).fill(0);
  for (let i = from + pivots; i < to; i++) next[below[i] as number] = (next[below[i] as number] ?? 0) + 1;
  let start = from;
  for (const [rank, count] of next.entries()) {
    next[rank] = start;
    if (count > 1) left.push({ from: start, to: start + count });
    start += count + 1;
  }
  const ends = next.map((_, rank) => (next[rank + 1] ?? to + 1) - 1); // where the pivot of each rank goes
  for (let i = from; i < to; i++) {
    const rank = below[i] as number; // places of the order
    const place = i < from + pivots ? (ends[rank] ?? to) : (next[rank] ?? to);
    if (i >= from + pivots) next[rank] = place + 1;
    moved[place] = order[i] as number;
  }
  order.set(moved.subarray(from, to), from);
}
