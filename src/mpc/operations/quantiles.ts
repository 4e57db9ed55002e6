/** Percentiles of secret columns. */

import { checkOptions } from "../../checks/options.js";
import { checkOperands } from "../arguments.js";
import { invalidArgument } from "../../errors.js";
import type { Engine } from "../engine.js";
import { secretWithMagnitude, SecretMatrix } from "../secret-matrix.js";
import { bitLength, unitLimit, unitsWithin } from "./budget.js";
import { sortRows } from "./sorting.js";
import { checkWeights, weighted, weightRules, type WeightOptions } from "./weights.js";

/**
 * A percentile of one column, between neighbours by linear interpolation; 1 x 1.
 *
 * @param part - From 0 (the minimum) to 1 (the maximum); 0.5 is the median.
 * @returns With x's fractional bits; 0 where no row counts.
 * @throws VeilshareError INVALID_ARGUMENT for several columns, another part, or weights that are none; BOUND_EXCEEDED when
 *   the difference of two elements does not fit.
 *
 * **Error.** 2^-22 of the result, or 2 units.
 *
 * **Cost.** Sorts the column; with weights, three products a row more.
 */
export async function percentile(
  engine: Engine,
  x: SecretMatrix,
  part: number,
  options: WeightOptions = {},
): Promise<SecretMatrix> {
  checkOperands("percentile", engine, { x });
  checkOptions("percentile", options, weightRules);
  checkPart("percentile", x, part);
  const { weights } = options;
  if (weights === undefined)
    return percentileOfSorted(engine, (await sortRows(engine, { key: x })).key, part);
  checkWeights("percentile", x.rows, weights);
  // Rows that do not count hold 0 from here on: where none counts, nothing of them is left in the result.
  const counting = await weighted(engine, x, weights);
  const sorted = await sortRows(engine, { key: counting, weights });
  return percentileOfSorted(engine, sorted.key, part, { weights: sorted.weights ?? weights });
}

function checkPart(caller: string, x: SecretMatrix, part: number): void {
  if (x.columns !== 1) throw invalidArgument(caller, "one column", `${x.columns} columns`);
  if (!(part >= 0 && part <= 1)) throw invalidArgument(caller, "a part from 0 to 1", String(part));
  unitsWithin({
    caller,
    what: "a bound",
    bound: x.bound,
    fractionalBits: x.fractionalBits,
    below: unitLimit / 2n,
    advice: "declare a smaller bound or fewer fractional bits",
  });
}

/**
 * As {@link percentile}, of a column that is in ascending order already: several of one column need one sort.
 *
 * @param options - Weights as `sortRows` gives them: of rows that count first, then 0.
 * @throws VeilshareError as {@link percentile}.
 *
 * **Error.** 2^-22 of the result, or 2 units.
 *
 * **Cost.** A truncation of one element, unless the part falls on a row; with weights, two products a row and a few
 * truncations of one element.
 */
export async function percentileOfSorted(
  engine: Engine,
  sorted: SecretMatrix,
  part: number,
  options: WeightOptions = {},
): Promise<SecretMatrix> {
  checkOperands("percentileOfSorted", engine, { sorted });
  checkOptions("percentileOfSorted", options, weightRules);
  checkPart("percentileOfSorted", sorted, part);
  if (options.weights !== undefined) {
    const weights = checkWeights("percentileOfSorted", sorted.rows, options.weights);
    return percentileOfCounted(engine, sorted, part, weights);
  }
  const { below, fraction } = placeOf(sorted.rows, part);
  const lower = sorted.rowRange(below, below + 1);
  if (fraction === 0) return lower;
  const upper = sorted.rowRange(below + 1, below + 2);
  const step = await engine.scaleBy(upper.subtract(lower), fraction);
  return secretWithMagnitude(lower.add(step), sorted.magnitude + 1n);
}

/** Where a part falls among so many rows: the row below, and how far on to the next. */
function placeOf(rows: number, part: number): { readonly below: number; readonly fraction: number } {
  const position = (rows - 1) * part;
  const below = Math.floor(position);
  return { below, fraction: position - below };
}

/**
 * How many rows count is secret, but for each number it is public where the part falls: the result is a sum over all
 * numbers, of which one is chosen. Weights that are all ones first say which: n rows count where a 1 in row n - 1 is
 * followed by a 0.
 */
async function percentileOfCounted(
  engine: Engine,
  sorted: SecretMatrix,
  part: number,
  weights: SecretMatrix,
): Promise<SecretMatrix> {
  const { rows } = sorted;
  const none = engine.constant({ rows: 1, fractionalBits: 0, values: [0] });
  const following = SecretMatrix.concatRows([...(rows > 1 ? [weights.rowRange(1, rows)] : []), none]);
  const chosen = secretWithMagnitude(weights.subtract(following), 1n);
  const places = Array.from({ length: rows }, (_, i) => placeOf(i + 1, part));
  const lower = sorted.pickRows(places.map(({ below }) => below));
  const upper = sorted.pickRows(places.map(({ below }) => Math.min(below + 1, rows - 1)));
  const [value, steps] = await Promise.all([
    engine.matrixProduct(chosen.transpose(), lower, { provenBound: sorted.bound }),
    engine.multiply(chosen, upper.subtract(lower)),
  ]);
  const step = await sumByFractions(
    engine,
    steps,
    places.map(({ fraction }) => fraction),
  );
  return secretWithMagnitude(value.add(step), sorted.magnitude + 2n);
}

/** Most bits that are spent on a fraction: a double has no more. */
const fractionBits = 53;
const guardBits = 4;

/**
 * The sum of rows, of which all but one are zero, each times its public fraction: fractions are cut into as many pieces as
 * the bound of the rows wants, so that each piece's sum is exact.
 */
async function sumByFractions(
  engine: Engine,
  rows: SecretMatrix,
  fractions: readonly number[],
): Promise<SecretMatrix> {
  const size = bitLength(rows.magnitude);
  const width = Math.max(1, Math.min(fractionBits, bitLength(unitLimit) - 2 - size));
  const wanted = Math.min(fractionBits, size + guardBits);
  let left = fractions;
  const pieces: SecretMatrix[] = [];
  for (let bits = width; bits - width < wanted; bits += width) {
    const lifted = left.map((fraction) => fraction * 2 ** width);
    const whole = lifted.map(Math.floor);
    left = lifted.map((fraction, i) => fraction - (whole[i] ?? 0));
    const sum = rows.combinePublicRows(whole, { provenBound: rows.bound * 2 ** width });
    pieces.push(await guarded(engine, sum, bits));
  }
  let total = secretWithMagnitude(pieces[0] as SecretMatrix, 0n); // at least one
  for (const piece of pieces.slice(1)) total = total.add(secretWithMagnitude(piece, 0n));
  return engine.truncate(secretWithMagnitude(total, (rows.magnitude << BigInt(guardBits)) + 64n), guardBits);
}

/** A sum over 2^bits, with {@link guardBits} fractional bits more. */
function guarded(engine: Engine, sum: SecretMatrix, bits: number): Promise<SecretMatrix> {
  const factor = 2 ** (guardBits - bits);
  const finer = sum.fractionalBits + guardBits;
  return engine.scaleBy(sum, factor).then((scaled) => scaled.timesPowerOfTwo(scaled.fractionalBits - finer));
}

/**
 * The median of one column; as {@link percentile}.
 *
 * **Error.** 2^-22 of the result, or 2 units.
 */
export function median(engine: Engine, x: SecretMatrix, options: WeightOptions = {}): Promise<SecretMatrix> {
  return percentile(engine, x, 0.5, options);
}
