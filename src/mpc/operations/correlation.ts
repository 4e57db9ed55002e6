/**
 * Correlations of secret columns of any size: each column's deviations are brought to one size by a secret power of two of
 * their own, found from the sum of their squares, before columns are multiplied.
 */

import { checkOptions } from "../../checks/options.js";
import { checkOperands } from "../arguments.js";
import { invalidArgument } from "../../errors.js";
import type { Engine } from "../engine.js";
import { secretWithMagnitude, SecretMatrix } from "../secret-matrix.js";
import { signBits, bitToArithmetic } from "./bits.js";
import { bitLength, unitLimit, unitsWithin } from "./budget.js";
import { fixedProduct } from "./fixed-point.js";
import { asReal, asUnits } from "./wide-product.js";
import { inverseSquareRoot } from "./inverse-root.js";
import { deviations } from "./moments.js";
import { normalize } from "./normalization.js";
import { shiftBySecret, truncateUnits, type SecretChoice } from "./power-shift.js";
import type { NumeratorTerm } from "./quotient.js";
import { select } from "./selection.js";
import { squareSums } from "./square-sums.js";
import { checkWeights, weightRules, type WeightOptions } from "./weights.js";

const maxRows = 2 ** 22;
const resultBits = 20;

/**
 * Pearson's correlation of every two columns, columns x columns, with 20 fractional bits. A column that does not vary has
 * correlation 0 with all, itself too.
 *
 * @throws VeilshareError INVALID_ARGUMENT for one row or over 2^22, or weights that are none; BOUND_EXCEEDED when the sum of
 *   a column may not fit.
 *
 * **Error.** 2 units.
 *
 * **Security.** Neither a product of columns nor a variance is opened, nor the size of a column.
 *
 * **Cost.** Sums of squares, a normalization and an inverse square root of one row; a product of all elements with their
 * column's power of two; one matrix product, two products of columns x columns.
 */
export async function correlation(
  engine: Engine,
  x: SecretMatrix,
  options: WeightOptions = {},
): Promise<SecretMatrix> {
  checkOperands("correlation", engine, { x });
  checkOptions("correlation", options, weightRules);
  if (x.rows < 2 || x.rows > maxRows) throw invalidArgument("correlation", "2 to 2^22 rows", String(x.rows));
  if (options.weights !== undefined) checkWeights("correlation", x.rows, options.weights);
  const centred = await deviations(engine, "correlation", x, options);
  const choice = await columnSizes(engine, centred);
  // The squares of a column now sum up to a number from 1/4 to 1, or a little beside.
  const bits = Math.floor((bitLength(unitLimit) - 4) / 2);
  const spread = (perColumn: SecretMatrix): SecretMatrix => perColumn.pickRows(new Uint32Array(x.rows));
  const shifts = choice.shifts.map((shift) => shift + bits);
  const scaled = asReal(
    await shiftBySecret(engine, asUnits(centred), { ...choice, shifts, spread }, 1n << BigInt(bits + 1)),
    bits,
  );
  const products = await engine.matrixProduct(scaled.transpose(), scaled, { provenBound: largestSum });
  const d = x.columns;
  const covariance = await engine.truncate(products, products.fractionalBits - productBits);
  const diagonal = Array.from({ length: d }, (_, i) => i * (d + 1));
  const variances = covariance.reshape(d * d, 1).pickRows(diagonal);
  const inverse = await inverseSquareRoot(engine, variances, { least: 1 / 8, fractionalBits: inverseBits });
  const covariances = covariance.assumeBound(largestSum);
  const first = await fixedProduct(engine, covariances, inverse.repeatColumns(d), {
    provenBound: largestSum,
  });
  const across = inverse.repeatColumns(d).transpose();
  return fixedProduct(engine, first, across, { provenBound: 1 + 2 ** -10, fractionalBits: resultBits });
}

const productBits = 30;
const inverseBits = 26;
const largestSum = 2;

/** Most bits of a sum of squares: the exact one and the coarse one must overlap. */
const mostBits = 109;

/**
 * For each column, the power of two that brings the root of the sum of its squares, in units, below 2 and to 1/2 or more.
 */
async function columnSizes(engine: Engine, centred: SecretMatrix): Promise<SecretChoice> {
  const most = BigInt(centred.rows) * centred.magnitude ** 2n;
  checkSize(centred, most);
  const terms = await squareSums(engine, centred);
  const cut = Math.max(0, bitLength(most) - sizeBits);
  const own = 2 * centred.fractionalBits;
  const exact = secretWithMagnitude(
    sumOf(terms.map((term) => whole(term, own))),
    smaller(most, unitLimit - 1n),
  );
  if (cut === 0) return choiceOf(await normalize("correlation", engine, exact, { least: 1 }), 0);
  const parts = await Promise.all(terms.map((term) => coarse(engine, term, own, cut)));
  const rough = secretWithMagnitude(sumOf(parts), (most >> BigInt(cut)) + BigInt(terms.length + 1));
  // Where the coarse sum is small, the exact one fits the ring; elsewhere the coarse one has bits enough.
  const threshold = 2 ** (sizeBits - cut - 2);
  const small = await bitToArithmetic(
    engine,
    await signBits(engine, rough.addPublic(all(rough, -threshold))),
  );
  const kept = secretWithMagnitude(await select(engine, small, exact, rough), 1n << BigInt(sizeBits + 1));
  const { oneHot, exponents } = await normalize("correlation", engine, kept, { least: 1 });
  const repeated = small.reshape(1, small.length).pickRows(new Uint32Array(oneHot.rows));
  const fine = secretWithMagnitude(await engine.multiply(oneHot, repeated), 1n);
  const coarser = secretWithMagnitude(oneHot.subtract(fine), 1n);
  const [a, b] = [choiceOf({ oneHot: fine, exponents }, 0), choiceOf({ oneHot: coarser, exponents }, cut)];
  return { oneHot: SecretMatrix.concatRows([a.oneHot, b.oneHot]), shifts: [...a.shifts, ...b.shifts] };
}

function checkSize(centred: SecretMatrix, most: bigint): void {
  const room = 2 ** ((mostBits - 1) / 2) / Math.sqrt(centred.rows);
  unitsWithin({
    caller: "correlation",
    what: "deviations",
    bound: centred.bound,
    fractionalBits: centred.fractionalBits,
    below: bitLength(most) <= mostBits ? unitLimit : BigInt(Math.floor(room)),
    advice: "declare smaller bounds or fewer fractional bits",
  });
}

/** Bits of a sum of squares that is normalized. */
const sizeBits = 59;

/** Minus half of each exponent, rounded up: the shift that brings the root of m 2^e to from 1/2 to 1. */
function choiceOf(
  { oneHot, exponents }: { readonly oneHot: SecretMatrix; readonly exponents: readonly number[] },
  cut: number,
): SecretChoice {
  return { oneHot, shifts: exponents.map((exponent) => -Math.ceil((exponent + cut) / 2)) };
}

/** A term as an integer in units of the squares; modulo 2^64. */
function whole({ units, fractionalBits }: NumeratorTerm, own: number): SecretMatrix {
  let left = own - fractionalBits;
  let result = secretWithMagnitude(units, 0n);
  for (; left > 0; left -= 32) result = result.scale(2 ** Math.min(left, 32));
  return result;
}

/** A term over 2^cut, in units of the squares. */
function coarse(
  engine: Engine,
  { units, fractionalBits }: NumeratorTerm,
  own: number,
  cut: number,
): Promise<SecretMatrix> {
  const shift = own - fractionalBits - cut;
  if (shift < 0) return truncateUnits(engine, units, -shift);
  return Promise.resolve(whole({ units, fractionalBits: 0 }, shift));
}

function sumOf(parts: readonly SecretMatrix[]): SecretMatrix {
  let total = secretWithMagnitude(parts[0] as SecretMatrix, 0n); // at least one
  for (const part of parts.slice(1)) total = total.add(secretWithMagnitude(part, 0n));
  return total;
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function all(x: SecretMatrix, value: number): Float64Array {
  return new Float64Array(x.length).fill(value);
}
