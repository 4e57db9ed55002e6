/**
 * Many puncturable trees of 16 leaves at once, as flat arrays: what `ot/puncturable-tree.ts` does for one, which is the
 * readable reference and argues the security. Tree t has its seeds, sums and proof after those of tree t - 1.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { equalBytes } from "../../bytes/encoding.js";
import { withKernel } from "./kernel-scratch.js";

/** Levels below the root. */
export const treeLevels = 4;
/** Leaves of a tree. */
export const treeLeaves: number = 2 ** treeLevels;
/** Bytes of a seed. */
export const seedBytes = 32;
const seedWords = seedBytes / 4;

/** Bytes that the owner sends for each tree. */
export const sumsBytes: number = 2 * treeLevels * seedBytes;
export const proofBytes: number = 2 * seedBytes;

/** What the owner keeps and sends. */
export interface WholeTrees {
  /** 16 seeds a tree. */
  readonly leaves: Uint8Array;
  /** For each level of a tree the sums of the left and of the right nodes. */
  readonly sums: Uint8Array;
  /** For each tree the sum of all proofs and the hash of them. */
  readonly proofs: Uint8Array;
}

/** Two children of each node, left then right, in the nodes' order. */
function childrenOf(nodes: Uint32Array): Uint32Array<ArrayBuffer> {
  const bytes = withKernel(({ run, placeSecret, take }) => {
    const count = nodes.length / seedWords;
    const from = placeSecret(new Uint8Array(nodes.buffer, nodes.byteOffset, nodes.byteLength));
    const to = placeSecret(new Uint8Array(2 * seedBytes * count));
    run.expandSeeds(from, count, to);
    return take(to, 2 * seedBytes * count);
  });
  return new Uint32Array(bytes.buffer);
}

/** Grows trees from their seeds. */
export function growTrees(seeds: Uint8Array): WholeTrees {
  const count = seeds.length / seedBytes;
  const sums = new Uint32Array((count * sumsBytes) / 4);
  let nodes = new Uint32Array(Uint8Array.from(seeds).buffer);
  for (let level = 0; level < treeLevels; level++) {
    const next = childrenOf(nodes);
    nodes.fill(0);
    nodes = next;
    const width = 2 ** (level + 1);
    for (let i = 0; i < count * width; i++) {
      const tree = Math.floor(i / width);
      addWords(sums, (2 * (tree * treeLevels + level) + (i & 1)) * seedWords, nodes, i * seedWords);
    }
  }
  const { leaves, proofs: ends } = split(childrenOf(nodes));
  const proofs = new Uint8Array(count * proofBytes);
  for (let tree = 0; tree < count; tree++) {
    const own = ends.subarray(tree * treeLeaves * seedWords, (tree + 1) * treeLeaves * seedWords);
    const sum = new Uint32Array(seedWords);
    for (let x = 0; x < treeLeaves; x++) addWords(sum, 0, own, x * seedWords);
    proofs.set(bytesOf(sum), tree * proofBytes);
    proofs.set(sha256(bytesOf(own)), tree * proofBytes + seedBytes);
  }
  return { leaves: bytesOf(leaves), sums: bytesOf(sums), proofs };
}

/** Trees without one leaf each. */
export interface PuncturedTrees {
  /** At place d of a tree the leaf whose number differs from the missing one by d (exclusive or); zeros at place 0. */
  readonly leaves: Uint8Array;
  /** False when a proof does not fit. */
  readonly consistent: boolean;
}

/**
 * All leaves but one of each tree. No branch and no address depends on which.
 *
 * @param missing - For each tree the number of the leaf that stays unknown, 0 to 15.
 * @param siblings - For each level of each tree the sum on the side where the path does not go.
 */
export function punctureTrees(missing: Uint8Array, siblings: Uint8Array, proofs: Uint8Array): PuncturedTrees {
  const count = missing.length;
  const known = new Uint32Array(Uint8Array.from(siblings).buffer);
  let nodes = new Uint32Array(count * seedWords);
  for (let level = 0; level < treeLevels; level++) {
    nodes = childrenOf(nodes); // what grows below the unknown node is overwritten
    for (let tree = 0; tree < count; tree++) {
      const path = (missing[tree] ?? 0) >> (treeLevels - 1 - level);
      const sibling = known.subarray((tree * treeLevels + level) * seedWords);
      fillUnknown(treeNodes(nodes, tree, 2 ** (level + 1)), sibling, path);
    }
  }
  const { leaves, proofs: ends } = split(childrenOf(nodes));
  let consistent = true;
  for (let tree = 0; tree < count; tree++) {
    const proof = proofs.slice(tree * proofBytes, (tree + 1) * proofBytes);
    const own = treeNodes(ends, tree, treeLeaves);
    const at = missing[tree] ?? 0;
    completeProof(own, new Uint32Array(proof.buffer, 0, seedWords), at);
    const fits = equalBytes(sha256(bytesOf(own)), proof.subarray(seedBytes));
    consistent = consistent && fits; // every tree is looked at: which one does not fit would tell of Delta
    const ownLeaves = treeNodes(leaves, tree, treeLeaves);
    clearLeaf(ownLeaves, at);
    reorder(ownLeaves, at);
  }
  return { leaves: bytesOf(leaves), consistent };
}

/** One tree's nodes. */
function treeNodes(nodes: Uint32Array, tree: number, width: number): Uint32Array {
  return nodes.subarray(tree * width * seedWords, (tree + 1) * width * seedWords);
}

/** The node beside the unknown one, from the sum of its side; the unknown one becomes zero. */
function fillUnknown(nodes: Uint32Array, sibling: Uint32Array, path: number): void {
  const width = nodes.length / seedWords;
  for (let i = 0; i < width; i++) {
    const others = sameMask((i ^ path) & 1, 1) & ~sameMask(i, path ^ 1);
    for (let k = 0; k < seedWords; k++) {
      sibling[k] = (sibling[k] as number) ^ ((nodes[i * seedWords + k] as number) & others); // whole nodes
    }
  }
  for (let i = 0; i < width; i++) {
    const [here, gone] = [sameMask(i, path ^ 1), ~sameMask(i, path)];
    for (let k = 0; k < seedWords; k++) {
      const before = nodes[i * seedWords + k] as number;
      nodes[i * seedWords + k] = (before ^ ((before ^ (sibling[k] as number)) & here)) & gone;
    }
  }
}

/** Puts the missing proof, which follows from the sum of all, in its place. */
function completeProof(proofs: Uint32Array, sum: Uint32Array, at: number): void {
  const missing = sum.slice();
  for (let x = 0; x < treeLeaves; x++) {
    const known = ~sameMask(x, at);
    for (let k = 0; k < seedWords; k++) {
      missing[k] = (missing[k] as number) ^ ((proofs[x * seedWords + k] as number) & known); // whole nodes
    }
  }
  for (let x = 0; x < treeLeaves; x++) {
    const here = sameMask(x, at);
    for (let k = 0; k < seedWords; k++) {
      const before = proofs[x * seedWords + k] as number;
      proofs[x * seedWords + k] = before ^ ((before ^ (missing[k] as number)) & here);
    }
  }
}

/** The leaf at a place becomes zero. */
function clearLeaf(leaves: Uint32Array, at: number): void {
  for (let x = 0; x < treeLeaves; x++) {
    const others = ~sameMask(x, at);
    for (let k = 0; k < seedWords; k++) {
      leaves[x * seedWords + k] = (leaves[x * seedWords + k] as number) & others; // whole nodes
    }
  }
}

/** Moves what is at place x to place x + offset (exclusive or), by exchanges that happen or not. */
function reorder(leaves: Uint32Array, offset: number): void {
  for (let bit = 0; bit < treeLevels; bit++) {
    const mask = -((offset >> bit) & 1);
    for (let x = 0; x < treeLeaves; x++) {
      if (((x >> bit) & 1) === 1) continue;
      for (let k = 0; k < seedWords; k++) {
        const i = x * seedWords + k;
        const j = (x ^ (1 << bit)) * seedWords + k;
        const difference = ((leaves[i] as number) ^ (leaves[j] as number)) & mask; // whole nodes
        leaves[i] = (leaves[i] as number) ^ difference;
        leaves[j] = (leaves[j] as number) ^ difference;
      }
    }
  }
}

/** All ones where two small numbers are the same, else zero. */
function sameMask(a: number, b: number): number {
  return ((a ^ b) - 1) >> 31;
}

function addWords(target: Uint32Array, at: number, source: Uint32Array, from: number): void {
  for (let k = 0; k < seedWords; k++) {
    target[at + k] = (target[at + k] as number) ^ (source[from + k] as number); // whole nodes
  }
}

/** The two halves of each last expansion: leaf and proof. */
function split(pairs: Uint32Array): { readonly leaves: Uint32Array; readonly proofs: Uint32Array } {
  const leaves = new Uint32Array(pairs.length / 2);
  const proofs = new Uint32Array(pairs.length / 2);
  for (let at = 0; at < leaves.length; at += seedWords) {
    for (let k = 0; k < seedWords; k++) {
      leaves[at + k] = pairs[2 * at + k] as number; // twice as many words
      proofs[at + k] = pairs[2 * at + seedWords + k] as number;
    }
  }
  return { leaves, proofs };
}

function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
