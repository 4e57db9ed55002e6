/** Secret random order. */

import { checkArgument } from "../checks/options.js";
import { instanceOf } from "../checks/rules.js";
import { invalidArgument } from "../errors.js";
import { Prg, randomSeed } from "./prg.js";

/**
 * A uniformly random permutation of 0..length-1 (Fisher-Yates, Durstenfeld's form).
 *
 * **Security.** Indices come from 32-bit words by rejection, so every order is equally likely up to the generator.
 * The memory accesses depend on the permutation.
 *
 * @param length - 0 to 2^32.
 * @param prg - Taken in steps of 4096 bytes. Default: one with a fresh seed.
 * @throws VeilshareError INVALID_ARGUMENT for another length.
 */
export function randomPermutation(length: number, prg: Prg = new Prg(randomSeed())): Uint32Array {
  if (!Number.isInteger(length) || length < 0 || length > 2 ** 32) {
    throw invalidArgument("randomPermutation", "a length from 0 to 2^32", String(length));
  }
  checkArgument("randomPermutation", "prg", prg, instanceOf(Prg, "a Prg"));
  const order = new Uint32Array(length);
  for (let i = 0; i < length; i++) order[i] = i;
  const below = uniformBelow(prg);
  for (let i = length - 1; i > 0; i--) {
    const j = below(i + 1);
    const swapped = order[i] as number; // i and j are below length
    order[i] = order[j] as number;
    order[j] = swapped;
  }
  return order;
}

/** Draws uniform integers below a bound of at most 2^32, by rejection of the incomplete last interval. */
function uniformBelow(prg: Prg): (bound: number) => number {
  const pool = new Uint8Array(4096);
  const words = new DataView(pool.buffer);
  let next = pool.length;
  return (bound) => {
    const limit = 2 ** 32 - (2 ** 32 % bound);
    for (;;) {
      if (next === pool.length) {
        prg.fill(pool);
        next = 0;
      }
      const word = words.getUint32(next, true); // both sides of a protocol may draw the same order from one seed
      next += 4;
      if (word < limit) return word % bound;
    }
  };
}
