/**
 * Puncturable trees (GGM): from one seed, 2^k leaf seeds, of which another party gets all but one that it chose without
 * its choice becoming known, by k base OTs. The owner sums the left and the right nodes of every level; the other learns,
 * at each level, the sum on the side where its path does not go, and from it the one node that it lacks.
 *
 * **Security.** The seed at the chosen leaf stays pseudo-random (the generator is ChaCha20). An owner that gives sums
 * which belong to no tree is caught: each leaf has a proof of 32 bytes beside its seed, the owner sends the sum of all
 * proofs and a hash of them, and the other, whose missing proof follows from the sum, compares the hash. A wrong sum
 * that does pass was a guess of the path's bits at those levels.
 *
 * **Source.** Goldreich, Goldwasser, Micali 1986; Roy, "SoftSpokenOT", CRYPTO 2022, section 6 (with the check).
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { equalBytes } from "../bytes/encoding.js";
import { wipe } from "../bytes/wipe.js";
import { Prg, seedBytes } from "../random/prg.js";

/** Bytes of the hash of all proofs. */
const digestBytes = 32;

/** What the owner of a tree of k levels keeps and sends. */
export interface WholeTree {
  /** 2^k seeds. */
  readonly leaves: readonly Uint8Array[];
  /** k pairs of sums, left then right, from the level below the root: k x 64 bytes. */
  readonly sums: Uint8Array;
  /** The sum of all proofs, then the hash of them: 64 bytes. */
  readonly proof: Uint8Array;
}

/** Bytes of the sums of a tree, and of its proof. */
export function treeBytes(levels: number): { readonly sums: number; readonly proof: number } {
  return { sums: 2 * levels * seedBytes, proof: seedBytes + digestBytes };
}

/** Grows a tree from its seed. */
export function growTree(seed: Uint8Array, levels: number): WholeTree {
  const sums = new Uint8Array(treeBytes(levels).sums);
  let nodes: Uint8Array[] = [seed.slice()];
  for (let level = 0; level < levels; level++) {
    nodes = replaced(nodes);
    for (const [i, node] of nodes.entries()) addInto(sums, (2 * level + (i & 1)) * seedBytes, node);
  }
  const ends = nodes.map((node) => children(node));
  const proofs = ends.map(([, proof]) => proof);
  const proof = new Uint8Array(treeBytes(levels).proof);
  for (const one of proofs) addInto(proof, 0, one);
  proof.set(digestOf(proofs), seedBytes);
  wipe(...nodes, ...proofs);
  return { leaves: ends.map(([leaf]) => leaf), sums, proof };
}

/** A tree without one leaf. */
export interface PuncturedTree {
  /** 2^k seeds; at place d the leaf whose number differs from the missing one by d (exclusive or), so zeros at place 0. */
  readonly leaves: readonly Uint8Array[];
  /** False when the proof does not fit: the owner sent what belongs to no tree. */
  readonly consistent: boolean;
}

/**
 * All leaves but one. No branch and no address depends on which one.
 *
 * @param missing - Number of the leaf that stays unknown; its highest bit is the turn at the root.
 * @param siblings - For each level the sum on the side where the path does not go: k x 32 bytes.
 */
export function punctureTree(
  missing: number,
  siblings: Uint8Array,
  proof: Uint8Array,
  levels: number,
): PuncturedTree {
  let nodes: Uint8Array[] = [new Uint8Array(seedBytes)];
  for (let level = 0; level < levels; level++) {
    nodes = replaced(nodes); // what grows below the unknown node is overwritten
    const path = missing >> (levels - 1 - level);
    const sibling = siblings.slice(level * seedBytes, (level + 1) * seedBytes);
    for (const [i, node] of nodes.entries()) {
      addInto(sibling, 0, node, sameMask((i ^ path) & 1, 1) & ~sameMask(i, path ^ 1));
    }
    for (const [i, node] of nodes.entries()) {
      overwrite(node, sibling, sameMask(i, path ^ 1));
      overwrite(node, new Uint8Array(seedBytes), sameMask(i, path));
    }
  }
  const ends = nodes.map((node) => children(node));
  const missingProof = proof.slice(0, seedBytes);
  for (const [i, [, one]] of ends.entries()) addInto(missingProof, 0, one, ~sameMask(i, missing));
  for (const [i, [leaf, one]] of ends.entries()) {
    overwrite(one, missingProof, sameMask(i, missing));
    overwrite(leaf, new Uint8Array(seedBytes), sameMask(i, missing));
  }
  const digest = digestOf(ends.map(([, one]) => one));
  const leaves = ends.map(([leaf]) => leaf);
  wipe(...nodes, ...ends.map(([, one]) => one));
  reorder(leaves, missing, levels);
  return { leaves, consistent: equalBytes(digest, proof.subarray(seedBytes)) };
}

/** Moves what is at place x to place x + offset (exclusive or), by exchanges that happen or not. */
function reorder(leaves: readonly Uint8Array[], offset: number, levels: number): void {
  for (let bit = 0; bit < levels; bit++) {
    const mask = -((offset >> bit) & 1);
    for (const [x, leaf] of leaves.entries()) {
      const other = leaves[x ^ (1 << bit)];
      if (other === undefined || ((x >> bit) & 1) === 1) continue;
      const kept = leaf.slice();
      overwrite(leaf, other, mask);
      overwrite(other, kept, mask);
      wipe(kept);
    }
  }
}

/** All ones where two small numbers are the same, else zero. */
function sameMask(a: number, b: number): number {
  return ((a ^ b) - 1) >> 31;
}

/** target = source where the mask is all ones. */
function overwrite(target: Uint8Array, source: Uint8Array, mask: number): void {
  for (let i = 0; i < target.length; i++) {
    const [was, is] = [target[i] as number, source[i] as number]; // both have the same length
    target[i] = was ^ ((was ^ is) & mask);
  }
}

/** The children of all nodes, which are overwritten. */
function replaced(nodes: readonly Uint8Array[]): Uint8Array[] {
  const next = nodes.flatMap((node) => children(node));
  wipe(...nodes);
  return next;
}

/** The two seeds that a seed expands to: children of a node, or stream and proof of a leaf. */
function children(seed: Uint8Array): [Uint8Array, Uint8Array] {
  const both = new Prg(seed).bytes(2 * seedBytes);
  const pair: [Uint8Array, Uint8Array] = [both.slice(0, seedBytes), both.slice(seedBytes)];
  wipe(both);
  return pair;
}

function digestOf(proofs: readonly Uint8Array[]): Uint8Array {
  const hash = sha256.create();
  for (const proof of proofs) hash.update(proof);
  return hash.digest();
}

/** target[at ...] += added, modulo 2, where the mask is all ones. */
function addInto(target: Uint8Array, at: number, added: Uint8Array, mask = -1): void {
  for (let i = 0; i < added.length; i++) {
    target[at + i] = (target[at + i] as number) ^ ((added[i] as number) & mask); // both have as many bytes from there
  }
}
