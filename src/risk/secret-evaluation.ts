/**
 * What is told of scores, worked out on shares. Scores less their mean, divided by their standard deviation over the training
 * rows, are counted between public cuts from -4 to 4: 512 of them for up to 4,096 training
 * rows, 256 for up to 16,384, 128 for more. From the counts of both
 * labels come AUC (Mann-Whitney, a tie counting half), KS, log loss, and the bands.
 *
 * Bands are as many as ten of about equal numbers of training rows; fewer where ten, five, four, three or two would leave one
 * with less than a twentieth of the rows. Their edges are cuts, and stay secret.
 */

import type { Engine } from "../mpc/engine.js";
import { allOf } from "../mpc/operations/carry.js";
import { greaterOrEqual } from "../mpc/operations/comparison.js";
import { withFractionalBits } from "../mpc/operations/fixed-point.js";
import { inverseSquareRoot } from "../mpc/operations/inverse-root.js";
import { SecretBits } from "../mpc/secret-bits.js";
import { SecretMatrix } from "../mpc/secret-matrix.js";
import { logitBits, oneHotWithin, roughBits } from "./logistic.js";
import { broadcast, fixedMatrixProduct } from "./matrix-products.js";
import { rowExponent } from "./training-plan.js";

/** Where scores lie, fixed by the training rows: 1 x 1 each, with {@link logitBits} fractional bits. */
export interface ScoreScale {
  readonly mean: SecretMatrix;
  readonly deviation: SecretMatrix;
  readonly inverseDeviation: SecretMatrix;
}

/** Scores counted between cuts. */
export interface CountedScores {
  readonly rows: number;
  readonly cuts: number;
  /** cuts x rows: 1 where a row lies. */
  readonly places: SecretMatrix;
  /** cuts x 1, whole numbers. */
  readonly all: SecretMatrix;
}

/** Cuts lie between these multiples of the deviation. */
const widest = 4;

const standardBits = 12;
const leastVariance = 2 ** -14;

/** As many cuts as tell scores of so many rows apart. */
export function cutsFor(trainingRows: number): number {
  if (trainingRows <= 4096) return 512;
  return trainingRows <= 16_384 ? 256 : 128;
}

/** The scale of the training rows' scores; scores that hardly differ are taken to differ by 1/128. */
export async function scaleOfScores(
  engine: Engine,
  scores: SecretMatrix,
  squaresBound: number,
): Promise<ScoreScale> {
  const { rows } = scores;
  const exponent = rowExponent(rows);
  const inRows = 2 ** exponent / rows;
  const mean = await meanOf(engine, scores);
  const centred = await withFractionalBits(engine, scores.subtract(broadcast(mean, rows)), 8);
  const squares = await engine.matrixProduct(centred.transpose(), centred, { provenBound: squaresBound });
  const summed = await withFractionalBits(engine, squares.timesPowerOfTwo(-exponent), standardBits + 8);
  const variance = (await engine.scaleBy(summed, inRows)).addPublic([leastVariance]);
  const inverse = await inverseSquareRoot(engine, variance, { least: leastVariance / 2 });
  const deviation = await fixedMatrixProduct(engine, variance, inverse, {
    fractionalBits: logitBits,
    provenBound: Math.sqrt(variance.bound) * 1.02 + 1,
  });
  return {
    mean,
    deviation,
    inverseDeviation: (await withFractionalBits(engine, inverse, standardBits + 4)).assumeBound(2 ** 7.6),
  };
}

async function meanOf(engine: Engine, scores: SecretMatrix): Promise<SecretMatrix> {
  const exponent = rowExponent(scores.rows);
  const sum = scores.columnSums().timesPowerOfTwo(-exponent);
  const short = await withFractionalBits(engine, sum, logitBits);
  return (await engine.scaleBy(short, 2 ** exponent / scores.rows)).assumeBound(scores.bound);
}

/** Counts scores between the cuts. */
export async function countScores(
  engine: Engine,
  scores: SecretMatrix,
  { mean, inverseDeviation }: ScoreScale,
  cuts: number,
): Promise<CountedScores> {
  const { rows } = scores;
  const centred = scores.subtract(broadcast(mean, rows));
  const standard = await fixedMatrixProduct(engine, centred, inverseDeviation, {
    fractionalBits: standardBits,
    provenBound: Math.min(2 ** 28, centred.bound * inverseDeviation.bound),
  });
  const shifted = standard.addPublic(new Float64Array(rows).fill(widest)).transpose();
  const finest = standardBits + Math.log2(2 * widest) - Math.log2(cuts);
  // A score may come to lie a quarter of a cut too low: a carry out of bits that are left out is lost.
  const ignored = Math.max(0, finest - 3);
  const bits = await roughBits(engine, shifted, ignored);
  const from = finest - ignored;
  const top = from + Math.log2(cuts);
  const { width } = bits;
  const inside = await allOf(engine, bits.positions(top, width).not());
  const hot = await oneHotWithin(engine, inside, bits.positions(from, top));
  const below = bits.positions(width - 1, width);
  const above = below.xor(inside).not();
  const places = await engine.bitsToArithmetic(
    SecretBits.stack([
      hot.positions(0, 1).xor(below),
      hot.positions(1, cuts - 1),
      hot.positions(cuts - 1, cuts).xor(above),
    ]),
  );
  return { rows, cuts, places, all: places.transpose().columnSums().transpose() };
}

/** What the labels of scored rows say, in shares. */
export interface SecretLabels {
  /** rows x 1, 0 or 1, without fractional bits. */
  readonly labels: SecretMatrix;
  /** 1 x 1: one by twice the product of both labels' numbers, with {@link pairBits}; 0 where one has none. */
  readonly inversePairs: SecretMatrix;
  /** 1 x 1: one by the number of label 1 and of label 0, with {@link countBits}; 0 where there are none. */
  readonly inversePositives: SecretMatrix;
  readonly inverseNegatives: SecretMatrix;
}

/** Fractional bits of {@link SecretLabels.inversePairs}. */
export const pairBits = 58;

/** Fractional bits of one by a number of rows. */
export const countBits = 40;

/** Measures with their full digits: never opened so. */
export interface SecretMeasures {
  readonly auc: SecretMatrix;
  readonly ks: SecretMatrix;
  readonly logLoss: SecretMatrix;
}

/** AUC and KS of counted scores, 1 x 1 each. */
export async function discriminationOf(
  engine: Engine,
  counted: CountedScores,
  secret: SecretLabels,
): Promise<
  Pick<SecretMeasures, "auc"> & { readonly distances: SecretMatrix; readonly positives: SecretMatrix }
> {
  const { rows, cuts, places, all } = counted;
  const positives = await engine.matrixProduct(places, secret.labels, { provenBound: rows });
  const negatives = all.subtract(positives).assumeBound(rows);
  const positivesUpTo = runningSums(positives, rows);
  const negativesUpTo = runningSums(negatives, rows);
  // Twice the pairs in order: of each cut, negatives below twice and its own once.
  const below = negativesUpTo.scale(2).subtract(negatives);
  const pairs = await engine.matrixProduct(positives.transpose(), below, { provenBound: 2 * rows * rows });
  const fraction = await engine.multiply(pairs, secret.inversePairs, { provenBound: 1.01 });
  const part = (upTo: SecretMatrix, inverse: SecretMatrix): Promise<SecretMatrix> =>
    fixedMatrixProduct(engine, upTo, inverse, { fractionalBits: 30, provenBound: 1.01 });
  const [auc, first, second] = await Promise.all([
    withFractionalBits(engine, fraction, 30),
    part(positivesUpTo, secret.inversePositives),
    part(negativesUpTo, secret.inverseNegatives),
  ]);
  const distances = second.subtract(first).rowRange(0, cuts - 1);
  return { auc, positives, distances: SecretMatrix.concatRows([distances, distances.negate()]) };
}

/** The sum of each element and all above it. */
export function runningSums(column: SecretMatrix, bound: number): SecretMatrix {
  const sums: SecretMatrix[] = [];
  let sum: SecretMatrix | undefined;
  for (let row = 0; row < column.rows; row++) {
    const own = column.rowRange(row, row + 1);
    sum = sum === undefined ? own : sum.add(own).assumeBound(bound);
    sums.push(sum);
  }
  return SecretMatrix.concatRows(sums);
}

/** The middles of the cuts in log-odds, cuts x 1. */
export async function middlesOf(engine: Engine, scale: ScoreScale, cuts: number): Promise<SecretMatrix> {
  const width = (2 * widest) / cuts;
  return pointsOf(
    engine,
    scale,
    Array.from({ length: cuts }, (_, at) => -widest + (at + 0.5) * width),
  );
}

/** Log-odds of public multiples of the deviation. */
function pointsOf(engine: Engine, scale: ScoreScale, multiples: readonly number[]): Promise<SecretMatrix> {
  const column = engine.constant({
    rows: multiples.length,
    fractionalBits: standardBits,
    values: [...multiples],
  });
  return atMultiples(engine, scale, column);
}

/** Log-odds of secret multiples of the deviation. */
export async function atMultiples(
  engine: Engine,
  scale: ScoreScale,
  multiples: SecretMatrix,
): Promise<SecretMatrix> {
  const moved = await fixedMatrixProduct(engine, multiples, scale.deviation, {
    fractionalBits: logitBits,
    provenBound: 2 * widest * scale.deviation.bound,
  });
  return moved.add(broadcast(scale.mean, multiples.rows));
}

/** The mean log loss, 1 x 1, with 20 fractional bits; each score counts as the middle of its cut, beyond the cuts as the outermost. */
export async function logLossOf(
  engine: Engine,
  counted: CountedScores,
  at: { readonly softplus: SecretMatrix; readonly middles: SecretMatrix; readonly positives: SecretMatrix },
): Promise<SecretMatrix> {
  const { rows, all } = counted;
  const exponent = rowExponent(rows);
  const [losses, gained] = await Promise.all([
    engine.matrixProduct(all.transpose(), at.softplus, { provenBound: rows * at.softplus.bound }),
    engine.matrixProduct(at.positives.transpose(), at.middles, { provenBound: rows * at.middles.bound }),
  ]);
  const [first, second] = await Promise.all([
    withFractionalBits(engine, losses.timesPowerOfTwo(-exponent), 20),
    withFractionalBits(engine, gained.timesPowerOfTwo(-exponent), 20),
  ]);
  return engine.scaleBy(first.subtract(second), 2 ** exponent / rows);
}

/** Numbers of bands that are tried, most first. */
const bandCounts = [10, 5, 4, 3, 2] as const;

/** Edges of bands. */
export interface SecretBands {
  readonly bands: number;
  /** cuts x 1: the band of each cut, from 0. */
  readonly bandOfCut: SecretMatrix;
  /** bands - 1 x 1: in log-odds, with {@link logitBits} fractional bits; absent for one band. */
  readonly edges: SecretMatrix | undefined;
}

/**
 * Chooses bands by the training rows' counts.
 *
 * **Security.** Opens to all how many bands there are, and nothing else.
 */
export async function chooseBands(
  engine: Engine,
  counted: CountedScores,
  scale: ScoreScale,
): Promise<SecretBands> {
  const { rows, cuts, all } = counted;
  const upTo = runningSums(all, rows);
  const before = upTo.subtract(all).assumeBound(rows);
  const tried = await Promise.all(bandCounts.map((bands) => tryBands(engine, { rows, before, all, bands })));
  const enough = await engine.reveal(SecretMatrix.concatRows(tried.map(({ enough }) => enough)));
  const chosen = tried.find((_, i) => enough[i] === 1);
  if (chosen === undefined) {
    const bandOfCut = engine.constant({ rows: cuts, fractionalBits: 0, values: new Float64Array(cuts) });
    return { bands: 1, bandOfCut, edges: undefined };
  }
  const { isFrom, bands } = chosen;
  const width = (2 * widest) / cuts;
  // An edge lies below the first cut that is from it on.
  const cutsBelow = isFrom
    .columnSums()
    .negate()
    .addPublic(new Float64Array(bands - 1).fill(cuts));
  const multiples = cutsBelow
    .transpose()
    .scale(width * 2 ** standardBits)
    .timesPowerOfTwo(-standardBits)
    .addPublic(new Float64Array(bands - 1).fill(-widest));
  return {
    bands,
    bandOfCut: isFrom
      .transpose()
      .columnSums()
      .transpose()
      .assumeBound(bands - 1),
    edges: await atMultiples(engine, scale, multiples.assumeBound(widest)),
  };
}

/** cuts x (bands - 1): whether a cut is from an edge on; and whether all bands have a twentieth of the rows. */
async function tryBands(
  engine: Engine,
  at: {
    readonly rows: number;
    readonly before: SecretMatrix;
    readonly all: SecretMatrix;
    readonly bands: number;
  },
): Promise<{ readonly bands: number; readonly isFrom: SecretMatrix; readonly enough: SecretMatrix }> {
  const { rows, before, all, bands } = at;
  const edges = bands - 1;
  const thresholds = Float64Array.from(
    { length: before.rows * edges },
    (_, i) => -Math.ceil(((i % edges) + 1) * (rows / bands) - rows / (2 * 20)),
  );
  const isFrom = await greaterOrEqual(engine, before.repeatColumns(edges).addPublic(thresholds), 0);
  const fromEach = await engine.matrixProduct(isFrom.transpose(), all, { provenBound: rows });
  const whole = engine.constant({ rows: 1, fractionalBits: 0, values: [rows] });
  const none = engine.constant({ rows: 1, fractionalBits: 0, values: [0] });
  const sizes = SecretMatrix.concatRows([whole, fromEach]).subtract(
    SecretMatrix.concatRows([fromEach, none]),
  );
  const fits = await greaterOrEqual(engine, sizes.assumeBound(rows), Math.ceil(rows / 20));
  const enough = await greaterOrEqual(engine, fits.columnSums(), bands);
  return { bands, isFrom, enough };
}

/** The band of each row, rows x 1. */
export function bandsOfRows(
  engine: Engine,
  { places }: CountedScores,
  { bandOfCut, bands }: SecretBands,
): Promise<SecretMatrix> {
  return engine.matrixProduct(places.transpose(), bandOfCut, { provenBound: bands });
}
