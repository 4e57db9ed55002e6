/**
 * Whether a quantity is about many rows. An owner that brings a column of zeros with a single one reads the other's value of
 * that row from a correlation with it: what is told is a sum of the other's values, each times the own column's distance from
 * its mean. Such a sum is about sum c^2 / max c^2 rows, the effective number: n for a column of which half is 0 and half is 1, 1
 * for the column with a single one.
 *
 * **Source.** Kish, Survey Sampling, 1965 (effective sample size); the bound by the largest square is the one of dominance rules.
 */

import type { Engine } from "../mpc/engine.js";
import { greaterOrEqual, lessThan } from "../mpc/operations/comparison.js";
import { mean } from "../mpc/operations/moments.js";
import { withFractionalBits } from "../mpc/operations/fixed-point.js";
import type { SecretMatrix } from "../mpc/secret-matrix.js";

/**
 * 1 x 1: whether the effective number of rows of a column reaches a minimum; 0 for a constant one.
 *
 * @param column - rows x 1, at most 1 in size.
 *
 * **Security.** Opens nothing but masked bits and values.
 *
 * **Cost.** A product and a comparison for each row.
 */
export async function hasEffectiveRows(
  engine: Engine,
  column: SecretMatrix,
  minimum: number,
): Promise<SecretMatrix> {
  const { rows } = column;
  // Squares are at most 4; their sum, and the minimum times each, stay below 2^60.
  const bits = Math.floor((57 - Math.ceil(Math.log2(Math.max(rows, minimum)))) / 2);
  const cut = await withFractionalBits(engine, column, Math.min(20, bits, column.fractionalBits));
  const values = cut.assumeBound(1);
  const average = (await mean(engine, values)).assumeBound(1);
  const short = values.subtract(average.pickRows(new Uint32Array(rows))).assumeBound(2);
  const squares = await engine.multiply(short, short);
  const total = squares.columnSums();
  const room = total.pickRows(new Uint32Array(rows)).subtract(squares.scale(minimum));
  const few = await lessThan(engine, room, 0);
  // A constant column has no square above rounding.
  const some = await greaterOrEqual(engine, total, rows * 2 ** (2 - 2 * short.fractionalBits) + 2 ** -20);
  const fits = await lessThan(engine, few.columnSums(), 1);
  return engine.multiply(some, fits);
}
