/**
 * Sums of squares that have more bits than the ring: elements are split into limbs, x = sum x_k 2^(w k), exactly, and the
 * inner products of every two limbs are exact numbers of their own.
 */

import type { Engine } from "../engine.js";
import { secretWithMagnitude, SecretMatrix } from "../secret-matrix.js";
import { bitLength, unitLimit } from "./budget.js";
import { truncateUnits } from "./power-shift.js";
import type { NumeratorTerm } from "./quotient.js";
import { asUnits } from "./wide-product.js";

/** Most limbs: 62 bits in three of 21. */
const maxLimbs = 4;

/**
 * The sum of the squares of each column, as a sum of terms: 1 x columns each.
 *
 * **Cost.** A truncation of x for each limb beyond the first; an inner product a column for every two limbs.
 */
export async function squareSums(engine: Engine, x: SecretMatrix): Promise<NumeratorTerm[]> {
  const width = limbWidth(x.rows);
  const limbs = await limbsOf(engine, asUnits(x), width);
  const columns = limbs.map((limb) => limb.transpose());
  const pairs = limbs.flatMap((_, high) =>
    limbs.slice(0, high + 1).map((_limb, low) => [high, low] as const),
  );
  return Promise.all(
    pairs.map(async ([high, low]) => {
      const sums = await innerProducts(engine, columns[high] as SecretMatrix, columns[low] as SecretMatrix); // positions of limbs
      const units = high === low ? sums : sums.scale(2);
      return { units, fractionalBits: 2 * x.fractionalBits - width * (high + low) };
    }),
  );
}

/** Bits of a limb, so that the sum of so many products of two of them fits, and twice that. */
function limbWidth(rows: number): number {
  return Math.floor((bitLength(unitLimit) - 3 - bitLength(BigInt(rows))) / 2);
}

/** Signed limbs, the lowest first; exact, whichever way truncations round. */
async function limbsOf(engine: Engine, x: SecretMatrix, width: number): Promise<SecretMatrix[]> {
  const limbs: SecretMatrix[] = [];
  let rest = x;
  while (bitLength(rest.magnitude) > width && limbs.length < maxLimbs) {
    const high = await truncateUnits(engine, rest, width);
    const low = secretWithMagnitude(rest, 0n).subtract(secretWithMagnitude(high, 0n).scale(2 ** width));
    limbs.push(secretWithMagnitude(low, (1n << BigInt(width)) - 1n));
    rest = high;
  }
  return [...limbs, rest];
}

/** Of each row of x with the same row of y, 1 x rows. */
async function innerProducts(engine: Engine, x: SecretMatrix, y: SecretMatrix): Promise<SecretMatrix> {
  const products = await Promise.all(
    Array.from({ length: x.rows }, (_, i) =>
      engine.matrixProduct(x.rowRange(i, i + 1), y.rowRange(i, i + 1).transpose()),
    ),
  );
  return SecretMatrix.concatColumns(products);
}
