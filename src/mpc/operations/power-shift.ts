/**
 * Secrets times secret powers of two, exact but for one rounding: what brings a normalized number back to its size, and a
 * numerator to the size of its quotient.
 *
 * The power is one of a public list, chosen by a one-hot vector. What is shifted left is multiplied by an integer. What is
 * shifted right is multiplied first and cut afterwards, as far as the ring has room for; powers too far apart for that are
 * done in *windows*, each after a cut that keeps three bits more than the window's largest result needs.
 */

import type { Engine } from "../engine.js";
import { secretWithMagnitude, type SecretMatrix } from "../secret-matrix.js";
import { smallerMagnitude } from "../bounds.js";
import { bitLength, unitLimit } from "./budget.js";

/** A secret choice out of a list. */
export interface SecretChoice {
  /** One row a choice, one column an element; at most one 1 in each column. Without fractional bits. */
  readonly oneHot: SecretMatrix;
  /** By how many bits each choice shifts to the left; negative ones to the right. */
  readonly shifts: readonly number[];
  /** Makes of what is one for each column of {@link SecretChoice.oneHot} what is one for each element of x. */
  readonly spread?: (perChoice: SecretMatrix) => SecretMatrix;
}

/** Bits that a cut before a window keeps beyond what its largest result needs. */
const guardBits = 3;
const unitLimitBits = bitLength(unitLimit) - 1;

/** Choices that are done with one multiplier. */
interface Window {
  readonly choices: ReadonlySet<number>;
  /** Bits cut off before. */
  readonly cut: number;
  /** The shift that a multiplier of 1 stands for; at most 0. */
  readonly base: number;
  /** What the product stays below. */
  readonly magnitude: bigint;
}

/**
 * Each element times its power of two; 0 where no choice is made.
 *
 * @param x - Without fractional bits: integers.
 * @param magnitude - No result is larger, in units, as the caller has proved.
 * @returns Off by less than 1.2, and only where bits were cut off.
 *
 * **Cost.** A product and a truncation a window, of which there is one unless bounds are very wide; a truncation more for
 * each further one.
 */
export async function shiftBySecret(
  engine: Engine,
  x: SecretMatrix,
  choice: SecretChoice,
  magnitude: bigint,
): Promise<SecretMatrix> {
  const parts = await Promise.all(
    windowsOf(x.magnitude, choice.shifts, magnitude).map((window) =>
      shiftInWindow(engine, x, choice, window),
    ),
  );
  const [first, ...others] = parts;
  if (first === undefined) return x.scale(0);
  let total = first;
  // All parts but one are zero: their sum is no larger than the largest.
  for (const part of others) total = secretWithMagnitude(total.add(part), magnitude + 2n);
  return secretWithMagnitude(total, smallerMagnitude(total.magnitude, magnitude + 2n));
}

async function shiftInWindow(
  engine: Engine,
  x: SecretMatrix,
  { oneHot, shifts, spread = (perChoice) => perChoice.reshape(x.rows, x.columns) }: SecretChoice,
  { choices, cut, base, magnitude }: Window,
): Promise<SecretMatrix> {
  const weights = shifts.map((shift, i) => (choices.has(i) ? 2 ** (shift - base) : 0));
  const multiplier = spread(oneHot.combinePublicRows(weights, { provenBound: Math.max(...weights) }));
  const value = cut > 0 ? await truncateUnits(engine, x, cut) : x;
  const product = await engine.multiply(value, multiplier, { provenBound: Number(magnitude) });
  const rest = -base - cut;
  return rest > 0 ? truncateUnits(engine, product, rest) : product;
}

/** Integers over 2^shift. */
export function truncateUnits(engine: Engine, x: SecretMatrix, shift: number): Promise<SecretMatrix> {
  return engine.truncate(x.timesPowerOfTwo(-shift), shift);
}

/** From the largest shift down, as many choices a window as the ring has room for. */
function windowsOf(size: bigint, shifts: readonly number[], magnitude: bigint): Window[] {
  const shiftOf = (choice: number): number => shifts[choice] ?? 0; // choices are positions in the list
  // What is shifted to less than a quarter of a unit counts as zero.
  const order = [...shifts.keys()].filter((choice) => bitLength(size) + shiftOf(choice) > -2);
  order.sort((a, b) => shiftOf(b) - shiftOf(a));
  const windows: Window[] = [];
  while (order.length > 0) {
    const highest = shiftOf(order[0] ?? 0);
    const cut = Math.max(0, -highest - guardBits);
    const most = highest >= 0 ? size << BigInt(highest) : (size >> BigInt(-highest)) + 1n;
    const result = smallerMagnitude(magnitude, most) + 1n;
    const room = unitLimitBits - bitLength(result);
    const lowest = Math.max(-cut - room, highest - unitLimitBits);
    const kept = order.findIndex((choice) => shiftOf(choice) < lowest);
    const choices = order.splice(0, kept === -1 ? order.length : kept);
    const base = Math.min(0, shiftOf(choices[choices.length - 1] ?? 0));
    windows.push({
      choices: new Set(choices),
      cut,
      base,
      magnitude: result << BigInt(Math.max(0, -base - cut)),
    });
  }
  return windows;
}
