import { describe, expect, it } from "vitest";
import { growTree, punctureTree, treeBytes } from "../../dist/ot/puncturable-tree.js";
import { randomBytes } from "../../dist/random/index.js";

/** The sums that a party with a missing leaf gets. */
function siblingsOf(sums: Uint8Array, missing: number, levels: number): Uint8Array {
  const siblings = new Uint8Array(32 * levels);
  for (let level = 0; level < levels; level++) {
    const side = 1 - ((missing >> (levels - 1 - level)) & 1);
    siblings.set(sums.subarray(32 * (2 * level + side), 32 * (2 * level + side + 1)), 32 * level);
  }
  return siblings;
}

describe.each([1, 2, 4])("a puncturable tree of %i levels", (levels) => {
  const leafCount = 2 ** levels;
  const tree = growTree(randomBytes(32), levels);

  it("gives every leaf but the missing one, by distance from it", () => {
    expect(tree.leaves.length).toBe(leafCount);
    expect(tree.sums.length).toBe(treeBytes(levels).sums);
    for (let missing = 0; missing < leafCount; missing++) {
      const punctured = punctureTree(missing, siblingsOf(tree.sums, missing, levels), tree.proof, levels);
      expect(punctured.consistent).toBe(true);
      for (let distance = 0; distance < leafCount; distance++) {
        const expected = distance === 0 ? new Uint8Array(32) : tree.leaves[missing ^ distance];
        expect(punctured.leaves[distance]).toEqual(expected);
      }
    }
  });

  it("is found inconsistent when a sum that was used, or the proof, is another", () => {
    const missing = leafCount - 1;
    for (let level = 0; level < levels; level++) {
      const siblings = siblingsOf(tree.sums, missing, levels);
      siblings[32 * level] = (siblings[32 * level] ?? 0) ^ 1;
      // At the last level of the smallest tree too: the leaf's proof is then another.
      expect(punctureTree(missing, siblings, tree.proof, levels).consistent).toBe(false);
    }
    for (const at of [0, 63]) {
      const proof = tree.proof.slice();
      proof[at] = (proof[at] ?? 0) ^ 128;
      const siblings = siblingsOf(tree.sums, missing, levels);
      expect(punctureTree(missing, siblings, proof, levels).consistent).toBe(false);
    }
  });
});

describe("growTree", () => {
  it("gives other leaves for another seed, all of them different", () => {
    const trees = [growTree(randomBytes(32), 4), growTree(randomBytes(32), 4)];
    const leaves = trees.flatMap((tree) => tree.leaves.map((leaf) => Buffer.from(leaf).toString("hex")));
    expect(new Set(leaves).size).toBe(32);
  });
});
