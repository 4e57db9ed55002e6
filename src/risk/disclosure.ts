/** What both owners may agree to tell beside bands and measures, by name. */

import { invalidArgument } from "../errors.js";
import type { Engine } from "../mpc/engine.js";
import { bitsOf, magnitudeBits } from "../mpc/operations/bits.js";
import type { SecretMatrix } from "../mpc/secret-matrix.js";

/**
 * - `points`: the lender learns of each row a whole number of points, 20 of which double the odds of label 1. Points of many
 *   rows of which the lender knows the platform's columns tell it the weights, and with them rows that it does not know.
 * - `weights`: each owner learns the weights of its own columns, the lender the intercept too. An owner whose columns point to
 *   single rows reads the other's labels, or columns, from them.
 */
export type Disclosure = "points" | "weights";

/** All of them. */
export const disclosures: readonly Disclosure[] = ["points", "weights"];

/** Checks what a caller asks to tell: each at most once; in one order for all. */
export function completeDisclosures(caller: string, asked: readonly Disclosure[]): readonly Disclosure[] {
  const isList: boolean = Array.isArray(asked);
  const known = isList && asked.every((name) => disclosures.includes(name));
  if (known && new Set(asked).size === asked.length) return [...asked].sort();
  throw invalidArgument(caller, `disclose: of ${disclosures.join(", ")}, each once`, "others");
}

/** Points that double the odds. */
export const pointsToDouble = 20;

/** Points by log-odds. */
export const pointsFactor = 28.8539;

/** The points of each row, to the lender; rounded on shares. */
export async function tellPoints(
  engine: Engine,
  lender: number,
  scores: SecretMatrix,
): Promise<Int32Array | undefined> {
  const points = await engine.scaleBy(scores, pointsFactor);
  const shifted = points.addPublic(new Float64Array(points.length).fill(0.5));
  const width = magnitudeBits(shifted) + 1;
  const bits = await bitsOf(engine, shifted, width);
  const { fractionalBits } = shifted;
  const places = await engine.bitsToArithmetic(bits.positions(fractionalBits, width));
  const top = width - fractionalBits - 1;
  const weights = Array.from({ length: top + 1 }, (_, at) => (at === top ? -(2 ** at) : 2 ** at));
  const whole = places.combinePublicRows(weights, { provenBound: 2 ** top });
  const told = await engine.revealTo(lender, whole);
  return told === undefined ? undefined : Int32Array.from(told);
}
