/** What both kinds of set-up make of base transfers under puncturable trees: which sums are chosen, and their pads. */

import type { Party } from "../channel/party.js";
import { invalidElementRow } from "../group/backend.js";
import { seedBytes } from "../random/prg.js";
import { refuse } from "./direction.js";

/**
 * What is chosen in the base transfer of each level of each tree: the side where the path to the missing leaf does not go.
 *
 * @param missing - For each tree the number of its missing leaf; a secret, and so are the choices.
 * @param depth - Levels of a tree.
 */
export function siblingChoices(missing: ArrayLike<number>, depth: number): Uint8Array {
  const choices = new Uint8Array(missing.length * depth);
  for (let tree = 0; tree < missing.length; tree++) {
    for (let level = 0; level < depth; level++) {
      const turn = ((missing[tree] as number) >> (depth - 1 - level)) & 1; // a number a tree
      choices[tree * depth + level] = 1 - turn;
    }
  }
  return choices;
}

/**
 * The chosen sum of each pair, without its pad; by masks, as choices are secret.
 *
 * @param padded - A pair of sums for each choice.
 * @param keys - The pad of the chosen one of each pair.
 */
export function openSums(padded: Uint8Array, keys: Uint8Array, choices: Uint8Array): Uint8Array {
  const opened = new Uint8Array(keys.length);
  for (let i = 0, pair = 0; i < choices.length; i++, pair += 2 * seedBytes) {
    const mask = -(choices[i] as number); // i < length; a key a choice, a pair a key
    for (let k = 0; k < seedBytes; k++) {
      const left = padded[pair + k] as number;
      const right = padded[pair + seedBytes + k] as number;
      opened[i * seedBytes + k] = left ^ ((left ^ right) & mask) ^ (keys[i * seedBytes + k] as number);
    }
  }
  return opened;
}

/**
 * What a computation on received elements gives; an element that is refused is its sender's fault.
 *
 * @throws VeilshareError PEER_MALFORMED for such an element.
 */
export function withElementsOf<T>(party: Party, peer: number, step: string, compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    const row = invalidElementRow(error);
    if (row === undefined) throw error;
    const what = { field: `elements[${row}]`, expected: "canonical elements", got: "another" };
    throw refuse(party, peer, step, what);
  }
}
