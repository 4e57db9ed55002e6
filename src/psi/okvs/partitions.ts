/** Which items of a list are in which partition, under the run's key. */

import { withKernel } from "../../ot/subspace-vole/kernel-scratch.js";
import { randomBytes } from "../../random/csprng.js";
import { digestBytes, recordsOf } from "./records.js";

const digestWords = digestBytes / 4;
/** Digests hashed at a time. */
const stretch = 16_384;

/** No item: a record that only fills a partition up. */
export const noItem = 0xffffffff;

/** A list by partitions. */
export class Partitions {
  readonly #digests: Uint32Array;
  /** Item numbers, partition by partition, ascending in each. */
  readonly #order: Uint32Array;
  /** One entry more than there are partitions. */
  readonly #starts: Uint32Array;

  /**
   * @param digests - 8 words an item; kept, not copied.
   * @param recordKey - 32 bytes.
   */
  constructor(digests: Uint32Array, count: number, recordKey: Uint8Array, partitions: number) {
    this.#digests = digests;
    this.#order = new Uint32Array(count);
    this.#starts = new Uint32Array(partitions + 1);
    const partitionOf = new Uint32Array(partitions === 1 ? 0 : count);
    for (let start = 0; start < partitionOf.length; start += stretch) {
      const end = Math.min(count, start + stretch);
      const part = digests.subarray(start * digestWords, end * digestWords);
      partitionOf.set(partitionsOf(part, recordKey, partitions), start);
    }
    this.#sort(partitionOf);
  }

  /** The most items of a partition. */
  get largest(): number {
    let largest = 0;
    for (let p = 0; p + 1 < this.#starts.length; p++) largest = Math.max(largest, this.loadOf(p));
    return largest;
  }

  /** How many items a partition has. */
  loadOf(partition: number): number {
    const [start, end] = this.#bounds(partition);
    return end - start;
  }

  /**
   * Digests of a partition that is filled up to `cap` with random ones: those from place `from` up to `to`, 8 words each.
   * Padding records rather than tags keeps the time of a partition from following its load.
   */
  paddedDigests(partition: number, from: number, to: number): Uint32Array<ArrayBuffer> {
    const [start, end] = this.#bounds(partition);
    const padded = new Uint32Array(digestWords * (to - from));
    const items = Math.max(0, Math.min(to, end - start) - from);
    const [order, digests] = [this.#order, this.#digests];
    for (let i = 0, place = 0; i < items; i++, place += digestWords) {
      const at = digestWords * (order[start + from + i] as number); // within the partition
      for (let k = 0; k < digestWords; k++) padded[place + k] = digests[at + k] as number; // a whole digest
    }
    const fill = randomBytes(digestBytes * (to - from - items));
    padded.set(new Uint32Array(fill.buffer), digestWords * items);
    return padded;
  }

  /** The item at a place of a partition, or {@link noItem} for one that fills it up. */
  itemAt(partition: number, place: number): number {
    const [start, end] = this.#bounds(partition);
    return start + place < end ? (this.#order[start + place] as number) : noItem; // start + place < end
  }

  #bounds(partition: number): readonly [number, number] {
    return [this.#starts[partition] as number, this.#starts[partition + 1] as number]; // one start more than partitions
  }

  /** Orders items by partition, by counting; with one partition they stay as they are. */
  #sort(partitionOf: Uint32Array): void {
    const starts = this.#starts;
    const order = this.#order;
    if (partitionOf.length === 0) {
      for (let i = 0; i < order.length; i++) order[i] = i;
      starts[1] = order.length;
      return;
    }
    for (const partition of partitionOf) starts[partition + 1] = (starts[partition + 1] as number) + 1;
    for (let p = 1; p < starts.length; p++) starts[p] = (starts[p] as number) + (starts[p - 1] as number);
    const next = starts.slice();
    for (let i = 0; i < partitionOf.length; i++) {
      const partition = partitionOf[i] as number; // i < length
      const at = next[partition] as number;
      order[at] = i;
      next[partition] = at + 1;
    }
  }
}

function partitionsOf(digests: Uint32Array, key: Uint8Array, partitions: number): Uint32Array {
  return withKernel((scratch) => {
    const count = digests.length / digestWords;
    const records = recordsOf(scratch, digests, key);
    const to = scratch.room(4 * count);
    scratch.run.partitionsOf(records, count, partitions, to);
    return new Uint32Array(scratch.take(to, 4 * count).buffer);
  });
}
