/**
 * Where scores lie: their mean and their standard deviation over the training rows, worked out beside the last step of the training
 * from the pieces that scores are in before it. The deviation is the next larger one of a public list.
 */

import type { Engine } from "../mpc/engine.js";
import { greaterThan } from "../mpc/operations/comparison.js";
import { withFractionalBits } from "../mpc/operations/fixed-point.js";
import type { SecretMatrix } from "../mpc/secret-matrix.js";
import { scoreBits } from "./logistic.js";
import { atBits, broadcast, fixedMatrixProduct } from "./matrix-products.js";
import { countPieces, middlesOfPieces, type ScorePieces } from "./score-pieces.js";
import { softplus } from "./softplus.js";
import { rowExponent, rowPart } from "./training-plan.js";

/** Where scores lie, and what is known of the cuts between which they are counted; 1 x 1 each, but for the last two. */
export interface ScoreScale {
  /** With {@link scoreBits}. */
  readonly mean: SecretMatrix;
  readonly deviation: SecretMatrix;
  /** One by the deviation, with {@link inverseBits}. */
  readonly inverse: SecretMatrix;
  /** Of each cut, cuts x 1: its middle in log-odds, and softplus of that. */
  readonly middles: SecretMatrix;
  readonly losses: SecretMatrix;
}

/** Cuts lie between these multiples of the deviation. */
export const widest = 4;

export const inverseBits = 12;

const momentBits = 20;

/** What scores of one piece may differ by: the square of their deviation where they are spread evenly. */
const withinPiece = 1 / 12;

/** Deviations, a fifth apart: 1/4 to 16. */
const deviations: readonly number[] = Array.from(
  { length: 25 },
  (_, at) => 2 ** (Math.floor(at / 4) - 2) * ([1, 1.1875, 1.40625, 1.6875][at % 4] as number), // four of four
);

/**
 * At how many cuts a joint model's measures are read: from -4 to 4 deviations of the training rows' scores, the deviation taken for
 * up to a fifth too large. Scores between two cuts count as equal.
 *
 * @param trainingRows - From 1. Where rows are many, a cut costs more and matters less.
 */
export function measureCuts(trainingRows: number): number {
  if (trainingRows <= 256) return 256;
  if (trainingRows <= 1024) return 1024;
  if (trainingRows <= 4096) return 512;
  return trainingRows <= 16_384 ? 256 : 128;
}

/** The scale of scores that are in these pieces. */
export async function scaleOfPieces(engine: Engine, pieces: ScorePieces): Promise<ScoreScale> {
  const rows = pieces.inside.columns;
  const counts = countPieces(pieces);
  const places = [pieces.from - 0.5, ...middlesOfPieces(pieces), pieces.to + 0.5];
  const largest = Math.max(...places.map(Math.abs));
  const moment = async (power: 1 | 2): Promise<SecretMatrix> => {
    const sum = counts.combinePublicRows(
      places.map((place) => place ** power),
      { fractionalBits: 2, provenBound: rows * largest ** power },
    );
    const short = await withFractionalBits(engine, sum.timesPowerOfTwo(-rowExponent(rows)), momentBits);
    return (await engine.scaleBy(short, 1 / rowPart(rows))).assumeBound(largest ** power);
  };
  const [mean, square] = await Promise.all([moment(1), moment(2)]);
  const squared = await engine.multiply(mean, mean, { provenBound: largest ** 2 });
  const spread = atBits(square, square.fractionalBits + momentBits).subtract(squared);
  const variance = spread.addPublic([withinPiece]);
  const smaller = deviations.slice(0, -1);
  const wider = await greaterThan(
    engine,
    broadcast(variance, smaller.length).addPublic(smaller.map((value) => -(value ** 2))),
    0,
  );
  const chosen = (value: (deviation: number) => number, fractionalBits: number): SecretMatrix => {
    const rounded = deviations.map((deviation) => Math.round(value(deviation) * 2 ** fractionalBits));
    return wider
      .combinePublicRows(
        smaller.map((_, at) => (rounded[at + 1] as number) - (rounded[at] as number)), // one more than smaller
        { provenBound: 16 * 2 ** fractionalBits },
      )
      .timesPowerOfTwo(-fractionalBits)
      .addPublic([(rounded[0] as number) * 2 ** -fractionalBits])
      .assumeBound(16);
  };
  const scale = {
    mean: await withFractionalBits(engine, mean, scoreBits),
    deviation: chosen((deviation) => deviation, scoreBits),
    inverse: chosen((deviation) => 1 / deviation, inverseBits),
  };
  const cuts = measureCuts(rows);
  const width = (2 * widest) / cuts;
  const at = Float64Array.from({ length: cuts }, (_, cut) => -widest + (cut + 0.5) * width);
  const multiples = engine.constant({ rows: cuts, fractionalBits: inverseBits, values: at });
  const middles = await atMultiples(engine, scale, multiples);
  return { ...scale, middles, losses: await softplus(engine, middles) };
}

/** Log-odds of secret multiples of the deviation. */
export async function atMultiples(
  engine: Engine,
  { mean, deviation }: Pick<ScoreScale, "mean" | "deviation">,
  multiples: SecretMatrix,
): Promise<SecretMatrix> {
  const moved = await fixedMatrixProduct(engine, multiples, deviation, {
    fractionalBits: scoreBits,
    provenBound: widest * deviation.bound,
  });
  return moved.add(broadcast(mean, multiples.rows));
}
