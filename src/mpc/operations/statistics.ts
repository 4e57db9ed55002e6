/** Statistics of secret columns; rows are observations. Nothing is opened: what to reveal is the caller's decision. */

import { invalidArgument } from "../../errors.js";
import type { Engine } from "../engine.js";
import { SecretMatrix } from "../secret-matrix.js";
import { bitToArithmetic, signBits, zeroBits } from "./bits.js";
import { fixedProduct, withFractionalBits } from "./fixed-point.js";
import { inverseSquareRoot } from "./reciprocal.js";
import { sortRows } from "./sorting.js";

/**
 * The mean of each column, 1 x columns; off by less than one unit in the last place.
 *
 * **Cost.** One truncation of one row.
 */
export function mean(engine: Engine, x: SecretMatrix): Promise<SecretMatrix> {
  return engine.scaleBy(x.columnSums(), 1 / x.rows);
}

/** Every element less the mean of its column. */
async function centred(engine: Engine, x: SecretMatrix): Promise<SecretMatrix> {
  const means = (await mean(engine, x)).assumeBound(x.bound);
  return x.subtract(means.pickRows(new Uint32Array(x.rows)));
}

/** Fewer fractional bits, if a sum of squares could reach 2^62 otherwise. */
function fitForSquares(engine: Engine, x: SecretMatrix): Promise<SecretMatrix> {
  const sizeBits = Math.ceil(Math.log2(Math.max(x.bound, 2 ** -20) ** 2 * x.rows));
  const fractionalBits = Math.min(x.fractionalBits, 30, Math.floor((60 - sizeBits) / 2));
  if (fractionalBits < 1) {
    throw invalidArgument("statistics", "columns whose sum of squares is below 2^58", `2^${sizeBits}`);
  }
  return withFractionalBits(engine, x, fractionalBits);
}

/**
 * The sample variance of each column, with rows - 1 as divisor; 1 x columns.
 *
 * @throws VeilshareError INVALID_ARGUMENT for one row, or columns whose sum of squares may reach 2^58.
 *
 * **Cost.** A mean, and one inner product for each column.
 */
export async function variance(engine: Engine, x: SecretMatrix): Promise<SecretMatrix> {
  if (x.rows < 2) throw invalidArgument("variance", "at least two rows", String(x.rows));
  const columns = (await fitForSquares(engine, await centred(engine, x))).transpose();
  const squares = await Promise.all(
    Array.from({ length: x.columns }, (_, i) => {
      const column = columns.rowRange(i, i + 1);
      return engine.matrixProduct(column, column.transpose());
    }),
  );
  const exponent = Math.floor(Math.log2(x.rows - 1));
  const sums = SecretMatrix.concatColumns(squares).timesPowerOfTwo(-exponent);
  // Room for a factor of 20 significant bits; the squares' mean is at most the square of the bound.
  const size = sums.magnitude.toString(2).length - sums.fractionalBits;
  const fitting = await withFractionalBits(engine, sums, Math.min(sums.fractionalBits, 40 - size));
  const scaled = await engine.scaleBy(fitting, 2 ** exponent / (x.rows - 1));
  return withFractionalBits(engine, scaled, x.fractionalBits);
}

/** Options of {@link correlation}. */
export interface CorrelationOptions {
  /**
   * No column's variance is below this part of the square of its bound. Default 2^-20: a standard deviation of at least
   * a thousandth of the bound. Columns that vary less, constant ones too, give numbers that mean nothing.
   */
  readonly leastVariance?: number;
}

/**
 * Pearson's correlation of every two columns, columns x columns, with 20 fractional bits.
 *
 * @throws VeilshareError INVALID_ARGUMENT for one row or over 2^22.
 *
 * **Security.** Neither a product of columns nor a variance is opened.
 *
 * **Cost.** One matrix product, an inverse square root of one row, two products of columns x columns.
 */
export async function correlation(
  engine: Engine,
  x: SecretMatrix,
  options: CorrelationOptions = {},
): Promise<SecretMatrix> {
  const { leastVariance = 2 ** -20 } = options;
  if (x.rows < 2 || x.rows > 2 ** 22) throw invalidArgument("correlation", "2 to 2^22 rows", String(x.rows));
  // Correlations do not depend on scale: divided by a power of two, no element is larger than 1.
  const unit = x.timesPowerOfTwo(-Math.max(0, Math.ceil(Math.log2(x.bound))));
  const columns = await fitForSquares(engine, await centred(engine, unit));
  const exponent = Math.floor(Math.log2(x.rows));
  const products = await engine.matrixProduct(columns.transpose(), columns, { provenBound: x.rows });
  const covariance = await withFractionalBits(engine, products.timesPowerOfTwo(-exponent), 40);
  const d = x.columns;
  const diagonal = Array.from({ length: d }, (_, i) => i * (d + 1));
  const variances = covariance
    .reshape(d * d, 1)
    .pickRows(diagonal)
    .assumeBound(2);
  const inverse = await inverseSquareRoot(engine, variances, { least: leastVariance, fractionalBits: 24 });
  const first = await fixedProduct(engine, await engine.truncate(covariance, 8), inverse.repeatColumns(d), {
    provenBound: 2,
    fractionalBits: 30,
  });
  const across = inverse.repeatColumns(d).transpose();
  return fixedProduct(engine, first, across, { provenBound: 1 + 2 ** -10, fractionalBits: 20 });
}

/**
 * A percentile of one column, between neighbours by linear interpolation; 1 x 1.
 *
 * @param part - From 0 (the minimum) to 1 (the maximum); 0.5 is the median.
 * @throws VeilshareError INVALID_ARGUMENT for several columns or another part.
 *
 * **Cost.** Sorts the column.
 */
export async function percentile(engine: Engine, x: SecretMatrix, part: number): Promise<SecretMatrix> {
  if (!(part >= 0 && part <= 1)) throw invalidArgument("percentile", "a part from 0 to 1", String(part));
  const { key } = await sortRows(engine, { key: x });
  return percentileOfSorted(engine, key, part);
}

/**
 * As {@link percentile}, of a column that is in ascending order already: several of one column need one sort.
 *
 * **Cost.** A truncation of one element, unless the part falls on a row.
 */
export async function percentileOfSorted(
  engine: Engine,
  sorted: SecretMatrix,
  part: number,
): Promise<SecretMatrix> {
  const position = (sorted.rows - 1) * part;
  const below = Math.floor(position);
  const lower = sorted.rowRange(below, below + 1);
  if (below === position) return lower;
  const weight = position - below;
  return engine.combine([
    { secret: lower, factor: 1 - weight },
    { secret: sorted.rowRange(below + 1, below + 2), factor: weight },
  ]);
}

/** The median of one column; as {@link percentile}. */
export function median(engine: Engine, x: SecretMatrix): Promise<SecretMatrix> {
  return percentile(engine, x, 0.5);
}

/** Options of {@link groupSums}. */
export interface GroupOptions {
  /** The secret group of each row, rows x 1. */
  readonly key: SecretMatrix;
  /** The public list of groups; rows of any other group count nowhere. */
  readonly groups: readonly number[];
  /** What is summed up, as many rows. */
  readonly values: SecretMatrix;
}

/** Sums by group. */
export interface GroupSums {
  /** Rows of each group: groups x 1, whole numbers. */
  readonly counts: SecretMatrix;
  /** groups x columns of the values. */
  readonly sums: SecretMatrix;
}

/**
 * Counts rows and sums up values by a secret key.
 *
 * @throws VeilshareError INVALID_ARGUMENT for a key of several columns, no group, or different numbers of rows.
 *
 * **Security.** Which row belongs to which group stays secret, and so do the sizes of groups until they are revealed.
 *
 * **Cost.** An equality for each row and group, and one matrix product.
 */
export async function groupSums(engine: Engine, { key, groups, values }: GroupOptions): Promise<GroupSums> {
  if (key.columns !== 1 || key.rows !== values.rows) {
    throw invalidArgument(
      "groupSums",
      `one key for each of ${values.rows} rows`,
      `${key.rows} x ${key.columns}`,
    );
  }
  if (groups.length === 0) throw invalidArgument("groupSums", "at least one group", "none");
  const flat = key.transpose();
  const differences = groups.map((group) => flat.addPublic(new Float64Array(key.rows).fill(-group)));
  const member = await bitToArithmetic(engine, await zeroBits(engine, SecretMatrix.concatRows(differences)));
  const sums = await engine.matrixProduct(member, values);
  return { counts: member.transpose().columnSums().transpose(), sums };
}

/**
 * How many elements are in each bin; edges.length + 1 rows, whole numbers: below the first edge, from each edge up to
 * the next, from the last edge on.
 *
 * @param edges - Ascending, at least one.
 * @throws VeilshareError INVALID_ARGUMENT for no edge or edges out of order.
 *
 * **Cost.** A comparison for each element and edge.
 */
export async function histogram(
  engine: Engine,
  x: SecretMatrix,
  edges: readonly number[],
): Promise<SecretMatrix> {
  const ascending = edges.every((edge, i) => i === 0 || edge > (edges[i - 1] ?? Infinity));
  if (edges.length === 0 || !ascending)
    throw invalidArgument("histogram", "ascending edges", edges.join(", "));
  const flat = x.reshape(1, x.length);
  const differences = edges.map((edge) => flat.addPublic(new Float64Array(x.length).fill(-edge)));
  const below = await bitToArithmetic(engine, await signBits(engine, SecretMatrix.concatRows(differences)));
  const counts = below.transpose().columnSums().transpose(); // elements below each edge
  const all = engine.constant({ rows: 1, fractionalBits: 0, values: [x.length] });
  const none = engine.constant({ rows: 1, fractionalBits: 0, values: [0] });
  const upTo = SecretMatrix.concatRows([counts, all]);
  return upTo.subtract(SecretMatrix.concatRows([none, counts]));
}
