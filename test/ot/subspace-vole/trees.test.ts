import { describe, expect, it } from "vitest";
import { concatBytes } from "../../../dist/bytes/encoding.js";
import { growTree, punctureTree } from "../../../dist/ot/puncturable-tree.js";
import { growTrees, punctureTrees, treeLevels } from "../../../dist/ot/subspace-vole/trees.js";
import { randomBytes } from "../../../dist/random/index.js";

const count = 16;

/** For each level of a tree the sum on the side where the path to the missing leaf does not go. */
function siblingsOf(sums: Uint8Array, missing: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [tree, leaf] of missing.entries()) {
    for (let level = 0; level < treeLevels; level++) {
      const side = 1 - ((leaf >> (treeLevels - 1 - level)) & 1);
      const at = 32 * (2 * (tree * treeLevels + level) + side);
      parts.push(sums.subarray(at, at + 32));
    }
  }
  return concatBytes(...parts);
}

describe("many puncturable trees at once", () => {
  const seeds = randomBytes(32 * count);
  const whole = growTrees(seeds);
  const missing = Uint8Array.from({ length: count }, (_, i) => i);

  it("are the trees that are grown one by one", () => {
    for (let tree = 0; tree < count; tree++) {
      const one = growTree(seeds.slice(32 * tree, 32 * (tree + 1)), treeLevels);
      expect(whole.leaves.slice(512 * tree, 512 * (tree + 1))).toEqual(concatBytes(...one.leaves));
      expect(whole.sums.slice(256 * tree, 256 * (tree + 1))).toEqual(one.sums);
      expect(whole.proofs.slice(64 * tree, 64 * (tree + 1))).toEqual(one.proof);
    }
  });

  it("are punctured at any leaf as one by one", () => {
    const siblings = siblingsOf(whole.sums, missing);
    const punctured = punctureTrees(missing, siblings, whole.proofs);
    expect(punctured.consistent).toBe(true);
    for (const [tree, leaf] of missing.entries()) {
      const own = siblings.subarray(128 * tree, 128 * (tree + 1));
      const one = punctureTree(leaf, own, whole.proofs.subarray(64 * tree, 64 * (tree + 1)), treeLevels);
      const leaves = punctured.leaves.slice(512 * tree, 512 * (tree + 1));
      expect(leaves).toEqual(concatBytes(...one.leaves));
      for (let d = 1; d < 16; d++) {
        const at = 512 * tree + 32 * (leaf ^ d);
        expect(leaves.slice(32 * d, 32 * (d + 1))).toEqual(whole.leaves.slice(at, at + 32));
      }
    }
  });

  it.each([0, 1, 2, 3])("do not fit their proofs when a known sum of level %i is wrong", (level) => {
    const siblings = siblingsOf(whole.sums, missing);
    const at = 128 * 5 + 32 * level + 7;
    siblings[at] = (siblings[at] ?? 0) ^ 4;
    expect(punctureTrees(missing, siblings, whole.proofs).consistent).toBe(false);
  });

  it.each([0, 33])("do not fit a proof with byte %i wrong", (byte) => {
    const proofs = whole.proofs.slice();
    proofs[64 * 9 + byte] = (proofs[64 * 9 + byte] ?? 0) ^ 1;
    expect(punctureTrees(missing, siblingsOf(whole.sums, missing), proofs).consistent).toBe(false);
  });
});
