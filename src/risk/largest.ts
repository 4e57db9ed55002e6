/** The largest of a column of secrets in three levels, each of which compares all pairs of a group: few rounds for few numbers. */

import type { Engine } from "../mpc/engine.js";
import { signBits } from "../mpc/operations/bits.js";
import { allOf } from "../mpc/operations/carry.js";
import { SecretBits } from "../mpc/secret-bits.js";
import type { SecretMatrix } from "../mpc/secret-matrix.js";

/**
 * The largest element, 1 x 1.
 *
 * **Cost.** Of n numbers about n^(4/3) / 2 comparisons; three comparisons deep and 15 rounds more.
 */
export async function largestOf(engine: Engine, column: SecretMatrix): Promise<SecretMatrix> {
  const group = Math.max(2, Math.ceil(Math.cbrt(column.rows)));
  let largest = column;
  while (largest.rows > 1) largest = await largestOfGroups(engine, largest, Math.min(group, largest.rows));
  return largest;
}

/** One for each group, the last of which is filled up with the last element. */
async function largestOfGroups(engine: Engine, x: SecretMatrix, group: number): Promise<SecretMatrix> {
  const groups = Math.ceil(x.rows / group);
  const filled = x.pickRows(
    Uint32Array.from({ length: groups * group }, (_, at) => Math.min(at, x.rows - 1)),
  );
  const { firsts, seconds, at } = pairsOf(groups, group);
  const smaller = await signBits(engine, filled.pickRows(firsts).subtract(filled.pickRows(seconds)));
  // Of two equal ones the first wins, so that each group has one winner.
  const others = Array.from({ length: group - 1 }, (_, place) =>
    smaller
      .pickElements(Uint32Array.from({ length: groups * group }, (__, i) => at(i, place).pair))
      .xorPublic(Uint8Array.from({ length: groups * group }, (__, i) => (at(i, place).isFirst ? 1 : 0))),
  );
  const wins = await engine.bitsToArithmetic(await allOf(engine, SecretBits.stack(others)));
  const kept = await engine.multiply(wins.transpose(), filled);
  return kept.reshape(groups, group).transpose().columnSums().transpose().assumeBound(x.bound);
}

/** All pairs of each group, and which pair compares an element with the one at a place among the others. */
function pairsOf(
  groups: number,
  group: number,
): {
  readonly firsts: Uint32Array;
  readonly seconds: Uint32Array;
  readonly at: (element: number, place: number) => { readonly pair: number; readonly isFirst: boolean };
} {
  const each = (group * (group - 1)) / 2;
  const firsts = new Uint32Array(groups * each);
  const seconds = new Uint32Array(groups * each);
  const number = (first: number, second: number): number =>
    first * group - (first * (first + 1)) / 2 + second - first - 1;
  for (let g = 0; g < groups; g++) {
    for (let first = 0; first < group; first++) {
      for (let second = first + 1; second < group; second++) {
        const pair = g * each + number(first, second);
        firsts[pair] = g * group + first;
        seconds[pair] = g * group + second;
      }
    }
  }
  return {
    firsts,
    seconds,
    at: (element, place) => {
      const [g, own] = [Math.floor(element / group), element % group];
      const other = place < own ? place : place + 1;
      const isFirst = own < other;
      return { pair: g * each + (isFirst ? number(own, other) : number(other, own)), isFirst };
    },
  };
}
