/**
 * A Merkle tree over entries sorted by tag: leaf i holds the entries whose tags start with the `bits` bits of i. Its root
 * stands for the whole set, and the entries of any prefix can be checked against it with one hash a level, missing
 * entries included: a server can't show one client another bucket than the set that it published has.
 *
 *   leaf = SHA-256(0x00 || entries)    node = SHA-256(0x01 || left || right)
 *
 * Source: the tree hash of RFC 6962, section 2.1, over prefixes instead of positions.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { eventLoopTurn } from "../../parallel/event-loop.js";

const hashBytes = 32;
const maxTreeBits = 20;

/** Average entries of the smallest bucket that can be asked for, at least. */
const entriesPerLeaf = 16;

const bytesPerTurn = 2 ** 21;

/** Depth of the tree over so many entries: the largest for which a leaf holds 16 of them on average, at most 20. */
export function treeBitsFor(count: number): number {
  let bits = 0;
  while (bits < maxTreeBits && entriesPerLeaf * 2 ** (bits + 1) <= count) bits += 1;
  return bits;
}

/** The first `bits` bits of a tag as a number. */
export function prefixOf(tag: Uint8Array, bits: number): number {
  // Tags have 16 bytes.
  const byte = (i: number): number => tag[i] as number;
  const first32 = byte(0) * 2 ** 24 + byte(1) * 2 ** 16 + byte(2) * 2 ** 8 + byte(3);
  return Math.floor(first32 / 2 ** (32 - bits));
}

/** The entries of one prefix of `bits` bits, sorted. */
export interface Bucket {
  readonly bits: number;
  readonly prefix: number;
  readonly entries: Uint8Array;
}

/** All nodes of the tree. */
export class PrefixTree {
  /** From the root, one array of hashes a level. */
  readonly #levels: readonly Uint8Array[];

  private constructor(levels: readonly Uint8Array[]) {
    this.#levels = levels;
  }

  /** The tree over sorted entries; yields to the event loop now and then. */
  static async over(entries: Uint8Array, entryBytes: number, treeBits: number): Promise<PrefixTree> {
    const whole = { bits: 0, prefix: 0, entries };
    return new PrefixTree(levelsAbove(await leavesOf(whole, entryBytes, treeBits)));
  }

  get root(): Uint8Array {
    return (this.#levels[0] as Uint8Array).slice(); // the level of the root
  }

  /** What proves a bucket: the hashes beside the way from it to the root, from below. */
  path(bits: number, prefix: number): Uint8Array {
    const path = new Uint8Array(bits * hashBytes);
    for (let level = bits, at = prefix; level > 0; level--, at >>>= 1) {
      path.set(nodeOf(this.#levels[level] as Uint8Array, at ^ 1), (bits - level) * hashBytes); // bits <= treeBits
    }
    return path;
  }
}

/** The root of the tree in which a bucket stands beside the hashes of a path of `bits` x 32 bytes. */
export async function rootAbove(
  bucket: Bucket,
  path: Uint8Array,
  { entryBytes, treeBits }: { readonly entryBytes: number; readonly treeBits: number },
): Promise<Uint8Array> {
  const [top] = levelsAbove(await leavesOf(bucket, entryBytes, treeBits));
  let node = top as Uint8Array; // there is at least one leaf
  for (let level = 0, at = bucket.prefix; level < bucket.bits; level++, at >>>= 1) {
    const beside = nodeOf(path, level);
    node = (at & 1) === 0 ? nodeHash(node, beside) : nodeHash(beside, node);
  }
  return node;
}

/** The leaves under a bucket, one after the other. */
async function leavesOf(bucket: Bucket, entryBytes: number, treeBits: number): Promise<Uint8Array> {
  const { entries } = bucket;
  const leafCount = 2 ** (treeBits - bucket.bits);
  const first = bucket.prefix * leafCount;
  const leaves = new Uint8Array(leafCount * hashBytes);
  let start = 0;
  let turnAt = bytesPerTurn;
  for (let leaf = 0; leaf < leafCount; leaf++) {
    let end = start;
    while (end < entries.length && prefixOf(entries.subarray(end, end + 4), treeBits) === first + leaf) {
      end += entryBytes;
    }
    const hash = sha256.create().update(Uint8Array.of(0)).update(entries.subarray(start, end)).digest();
    leaves.set(hash, leaf * hashBytes);
    start = end;
    if (start + leaf * hashBytes < turnAt) continue;
    turnAt += bytesPerTurn;
    await eventLoopTurn();
  }
  return leaves;
}

/** All levels above the leaves, and the leaves, from the top. */
function levelsAbove(leaves: Uint8Array): Uint8Array[] {
  const levels = [leaves];
  for (let below = leaves; below.length > hashBytes;) {
    const level = new Uint8Array(below.length / 2);
    for (let i = 0; i < level.length / hashBytes; i++) {
      level.set(nodeHash(nodeOf(below, 2 * i), nodeOf(below, 2 * i + 1)), i * hashBytes);
    }
    levels.unshift(level);
    below = level;
  }
  return levels;
}

function nodeOf(level: Uint8Array, at: number): Uint8Array {
  return level.subarray(at * hashBytes, (at + 1) * hashBytes);
}

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256.create().update(Uint8Array.of(1)).update(left).update(right).digest();
}
