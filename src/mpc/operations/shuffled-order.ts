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
  let buckets: Uint32Array[] = [Uint32Array.from({ length: keys.length }, (_, i) => i)];
  while (buckets.some((bucket) => bucket.length > 1)) {
    const pairs = buckets.map(pairsOf);
    const outcomes = await compareAll(engine, keys, pairs);
    buckets = buckets.flatMap((bucket, i) => split(bucket, outcomes[i] ?? new Uint8Array(0)));
  }
  return Uint32Array.from(buckets, (bucket) => bucket[0] ?? 0);
}

/** How many rows of a bucket all of it is compared with. */
function pivotsOf(bucket: Uint32Array): number {
  return bucket.length <= smallBucket ? bucket.length : pivotCount;
}

/** Rows to compare, of one bucket: each pivot with all rows after it. */
interface Pairs {
  readonly left: Uint32Array;
  readonly right: Uint32Array;
}

function pairsOf(bucket: Uint32Array): Pairs {
  const pivots = pivotsOf(bucket);
  let count = 0;
  for (let pivot = 0; pivot < pivots; pivot++) count += bucket.length - 1 - pivot;
  const [left, right] = [new Uint32Array(count), new Uint32Array(count)];
  let at = 0;
  for (let pivot = 0; pivot < pivots; pivot++) {
    left.fill(bucket[pivot] as number, at, at + bucket.length - 1 - pivot); // pivot < bucket.length
    right.set(bucket.subarray(pivot + 1), at);
    at += bucket.length - 1 - pivot;
  }
  return { left, right };
}

/** For each pair of each bucket, 1 where the right key is the larger one. */
async function compareAll(
  engine: Engine,
  keys: SecretBits,
  pairs: readonly Pairs[],
): Promise<readonly Uint8Array[]> {
  const left = joined(pairs.map((pair) => pair.left));
  const right = joined(pairs.map((pair) => pair.right));
  const larger = new Uint8Array(left.length);
  for (let from = 0; from < left.length; from += batchSize) {
    const to = Math.min(left.length, from + batchSize);
    const a = keys.pickElements(left.subarray(from, to));
    const b = keys.pickElements(right.subarray(from, to));
    // a < b exactly when there is a carry out of NOT a + b.
    larger.set(await engine.revealBits(await carryOut(engine, a.not(), b)), from);
  }
  let at = 0;
  return pairs.map((pair) => {
    const part = larger.subarray(at, at + pair.left.length);
    at += pair.left.length;
    return part;
  });
}

function joined(parts: readonly Uint32Array[]): Uint32Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const all = new Uint32Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A bucket's pivots, each a bucket of its own, and the rows between them, in order. */
function split(bucket: Uint32Array, larger: Uint8Array): Uint32Array[] {
  const pivots = pivotsOf(bucket);
  const below = new Uint32Array(bucket.length); // for each row, how many pivots are smaller
  let at = 0;
  for (let pivot = 0; pivot < pivots; pivot++) {
    for (let i = pivot + 1; i < bucket.length; i++) {
      const rightLarger = larger[at] as number; // as many as pairs
      at += 1;
      below[i] = (below[i] as number) + rightLarger;
      if (i < pivots) below[pivot] = (below[pivot] as number) + 1 - rightLarger;
    }
  }
  const between: number[][] = Array.from({ length: pivots + 1 }, () => []);
  const order = new Uint32Array(pivots);
  for (const [i, row] of bucket.entries()) {
    const rank = below[i] as number; // one for each row
    if (i < pivots) order[rank] = row;
    else between[rank]?.push(row);
  }
  const buckets: Uint32Array[] = [];
  for (const [rank, rows] of between.entries()) {
    if (rows.length > 0) buckets.push(Uint32Array.from(rows));
    if (rank < pivots) buckets.push(Uint32Array.of(order[rank] as number)); // one for each pivot
  }
  return buckets;
}
