/** Means, variances and correlations of secret columns; rows are observations. Nothing is opened. */

import { checkOptions, type RulesOf } from "../../checks/options.js";
import { checkOperands, optionalBitsRule } from "../arguments.js";
import { invalidArgument } from "../../errors.js";
import type { Engine } from "../engine.js";
import { secretWithMagnitude, type SecretMatrix } from "../secret-matrix.js";
import { unitLimit, unitsWithin } from "./budget.js";
import { quotients } from "./division.js";
import { mantissaReciprocal, quotientOf, type NumeratorTerm } from "./quotient.js";
import { normalize } from "./normalization.js";
import { squareSums } from "./square-sums.js";
import { checkWeights, weighted, weightRules, type WeightOptions } from "./weights.js";

/** The sum of each column, refused in the name of the operation that needs it. */
export function sumsOf(caller: string, x: SecretMatrix): SecretMatrix {
  unitsWithin({
    caller,
    what: "a bound",
    bound: x.bound,
    fractionalBits: x.fractionalBits,
    below: unitLimit / BigInt(x.rows),
    advice: `the sum of ${x.rows} rows must fit: declare a smaller bound or fewer fractional bits`,
  });
  return x.columnSums();
}

/**
 * The mean of each column, 1 x columns.
 *
 * @returns With x's fractional bits; 0 where no row counts.
 * @throws VeilshareError BOUND_EXCEEDED when the sum of all rows may not fit; INVALID_ARGUMENT for weights that are none.
 *
 * **Error.** 2^-22 of the result, or 2 units.
 *
 * **Cost.** One truncation of one row; with weights a matrix product and a quotient of one row.
 */
export async function mean(
  engine: Engine,
  x: SecretMatrix,
  options: WeightOptions = {},
): Promise<SecretMatrix> {
  checkOperands("mean", engine, { x });
  checkOptions("mean", options, weightRules);
  const sums = sumsOf("mean", x);
  if (options.weights === undefined) {
    return secretWithMagnitude(await engine.scaleBy(sums, 1 / x.rows), x.magnitude + 1n);
  }
  const weights = checkWeights("mean", x.rows, options.weights);
  const counted = await engine.matrixProduct(weights.transpose(), x, { provenBound: sums.bound });
  const means = await quotients(engine, "mean", counted, weights.sum(), {
    least: 1,
    atMost: x.bound,
    advice: "declare a smaller bound or fewer fractional bits",
  });
  return secretWithMagnitude(means, x.magnitude + 2n);
}

/** Every element less the mean of its column, in rows that count; 0 in others. */
export async function deviations(
  engine: Engine,
  caller: string,
  x: SecretMatrix,
  options: WeightOptions,
): Promise<SecretMatrix> {
  const { weights } = options;
  sumsOf(caller, x);
  const means = await mean(engine, x, weights === undefined ? {} : { weights });
  const centred = x.subtract(means.pickRows(new Uint32Array(x.rows)));
  return weights === undefined ? centred : weighted(engine, centred, weights);
}

/** Options of {@link variance}. */
export interface VarianceOptions extends WeightOptions {
  /** Of the result. Default: x's, or as many as leave room for the square of the bound. */
  readonly fractionalBits?: number;
}

const varianceRules: RulesOf<VarianceOptions> = { ...weightRules, fractionalBits: optionalBitsRule };

/**
 * The sample variance of each column, with the number of rows that count less one as divisor; 1 x columns.
 *
 * @returns With x's fractional bits, or as many as the square of x's bound leaves room for, unless stated; 0 where only one
 *   row counts.
 * @throws VeilshareError INVALID_ARGUMENT for one row, or weights that are none; BOUND_EXCEEDED when the square of the bound
 *   does not fit.
 *
 * **Error.** 2^-22 of the result, or 3 units: what adds up is rounded part by part where the bound leaves no room.
 *
 * **Cost.** A mean, and one to six inner products for each column, as wide bounds want; with weights a quotient of one row.
 */
export async function variance(
  engine: Engine,
  x: SecretMatrix,
  options: VarianceOptions = {},
): Promise<SecretMatrix> {
  checkOperands("variance", engine, { x });
  checkOptions("variance", options, varianceRules);
  if (x.rows < 2) throw invalidArgument("variance", "at least two rows", String(x.rows));
  const { weights } = options;
  if (weights !== undefined) checkWeights("variance", x.rows, weights);
  const sizes = varianceSizes(x, options);
  const centred = await deviations(engine, "variance", x, options);
  const terms = await squareSums(engine, centred);
  if (weights === undefined) return scaledSum(engine, terms, { ...sizes, factor: 1 / (x.rows - 1) });
  const divisor = secretWithMagnitude(weights.sum().addPublic([-1]), BigInt(x.rows - 1));
  const normalized = await normalize("variance", engine, divisor, { least: 1 });
  const inverse = await mantissaReciprocal(engine, normalized.mantissa);
  const spread = (one: SecretMatrix): SecretMatrix => one.repeatColumns(x.columns);
  return quotientOf(engine, terms, { normalized, inverse }, { ...sizes, caller: "variance", spread });
}

interface VarianceSizes {
  /** No variance is larger. */
  readonly bound: number;
  /** No term of the sum of squares, by the divisor, is larger. */
  readonly termBound: number;
  readonly fractionalBits: number;
  readonly advice: string;
}

/** How large variances and their terms may be, and how many bits that leaves. */
function varianceSizes(x: SecretMatrix, options: VarianceOptions): VarianceSizes {
  const square = Math.max(x.bound, 2 ** -x.fractionalBits) ** 2;
  // Of n rows within the bound, half at either end: n / (n - 1) of its square.
  const bound = (options.weights === undefined ? x.rows / (x.rows - 1) : 2) * square;
  // Deviations reach twice the bound, and a product of two limbs four times the square of that. Terms of a sum may wrap.
  const termBound = options.weights === undefined ? bound : 16 * bound;
  const room = Math.floor(Math.log2(Number(unitLimit) / termBound) - 2 ** -20);
  const { fractionalBits = Math.max(0, Math.min(x.fractionalBits, room)) } = options;
  const advice = "declare a smaller bound or state fewer fractional bits";
  const below = (unitLimit * BigInt(Math.round(2 ** 20 * (square / termBound)))) >> 20n;
  unitsWithin({
    caller: "variance",
    what: "the square of a bound",
    bound: square,
    fractionalBits,
    below,
    advice,
  });
  return { bound, termBound, fractionalBits, advice };
}

const guardBits = 3;

/** Terms times a public factor, summed up with a few bits more than are wanted and rounded once. */
async function scaledSum(
  engine: Engine,
  terms: readonly NumeratorTerm[],
  result: { readonly bound: number; readonly fractionalBits: number; readonly factor: number },
): Promise<SecretMatrix> {
  const { bound, fractionalBits, factor } = result;
  const guard = bound * 2 ** (fractionalBits + guardBits) < Number(unitLimit) ? guardBits : 0;
  const finer = fractionalBits + guard;
  const parts = await Promise.all(
    terms.map(({ units, fractionalBits: own }) =>
      engine.scaleBy(units, factor * 2 ** (finer - own), { provenBound: bound * 2 ** finer }),
    ),
  );
  const magnitude = BigInt(Math.ceil(bound * 2 ** finer)) + BigInt(2 * terms.length);
  let total = secretWithMagnitude(parts[0] as SecretMatrix, 0n); // at least one term
  for (const part of parts.slice(1)) total = total.add(secretWithMagnitude(part, 0n));
  const finest = secretWithMagnitude(total, magnitude).timesPowerOfTwo(-finer);
  return guard === 0 ? finest : engine.truncate(finest, guard);
}
