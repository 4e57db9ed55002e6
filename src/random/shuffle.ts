/** Secret random order. */

import { Prg, randomSeed } from "./prg.js";

/**
 * A uniformly random permutation of 0..length-1 (Fisher-Yates, Durstenfeld's form).
 *
 * **Security.** Indices come from 32-bit words by rejection, so every order is equally likely up to the generator.
 * The memory accesses depend on the permutation.
 */
export function randomPermutation(length: number, prg: Prg = new Prg(randomSeed())): Uint32Array {
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
  const pool = new Uint32Array(1024);
  let next = pool.length;
  return (bound) => {
    const limit = 2 ** 32 - (2 ** 32 % bound);
    for (;;) {
      if (next === pool.length) {
        prg.fill(new Uint8Array(pool.buffer));
        next = 0;
      }
      const word = pool[next++] as number; // next < pool.length
      if (word < limit) return word % bound;
    }
  };
}
