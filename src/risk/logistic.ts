/**
 * The logistic function 1 / (1 + e^-x) with an error in proportion to its value, for scores of rare outcomes: where one in a
 * thousand defaults, an absolute error of 0.0004 is most of the risk.
 *
 * Each of the pieces of width 1 from -12 to 8 has a quadratic of its own, the best in relative error. Below -12, where the risk is
 * under 0.00001, the result is 0; from 8 on it is 1.
 */

import type { Engine } from "../mpc/engine.js";
import { withFractionalBits } from "../mpc/operations/fixed-point.js";
import type { SecretMatrix } from "../mpc/secret-matrix.js";
import { atBits } from "./matrix-products.js";
import { middlesOfPieces, piecesOf, type PieceRange, type ScorePieces } from "./score-pieces.js";

/** Fractional bits of the result. */
export const riskBits = 24;

/** Fractional bits of what goes in while a model is trained: those that steps leave. */
export const logitBits = 26;

/** Fractional bits of scores that something is told of. */
export const scoreBits = 16;

const one = 2 ** riskBits;

/** Which pieces have quadratics. */
export const logisticRange: PieceRange = { from: -12, to: 8 };

/** No score is farther from the middle of its piece, as far as that is looked at. */
const farthest = 0.53;

/** Quadratics of the distance from the piece's middle, in units of 2^-24, constant first; relative error below 0.55 %. */
const quadratics: readonly (readonly [number, number, number])[] = [
  [170, 175, 84],
  [463, 477, 227],
  [1258, 1296, 618],
  [3420, 3521, 1678],
  [9293, 9563, 4554],
  [25237, 25940, 12332],
  [68421, 70115, 33168],
  [184682, 187707, 87607],
  [492616, 489849, 220403],
  [1274270, 1197333, 487479],
  [3061859, 2509244, 773651],
  [6332547, 3891314, 480726],
  [10440264, 3891377, -446775],
  [13715953, 2509874, -778989],
  [15504773, 1198086, -501950],
  [16285679, 490272, -228935],
  [16593001, 187889, -91302],
  [16708977, 70186, -34609],
  [16752048, 25966, -12874],
  [16767948, 9572, -4755],
];

/** {@link relativeLogistic} in the clear. */
export function relativeLogisticAt(x: number): number {
  const { from, to } = logisticRange;
  if (x < from) return 0;
  if (x >= to) return 1;
  const piece = Math.floor(x - from);
  const [c0, c1, c2] = quadratics[piece] ?? [0, 0, 0];
  const s = x - (from + piece + 0.5);
  return (c0 + s * (c1 + s * c2)) / one;
}

/** Risks, and the pieces that their scores are in. */
export interface Risks {
  /** n x 1, from 0 to 1, with {@link riskBits} fractional bits. */
  readonly risks: SecretMatrix;
  readonly pieces: ScorePieces;
}

/**
 * The logistic function of each element of a column.
 *
 * @param x - n x 1, of any bound, with {@link logitBits} fractional bits.
 *
 * **Security.** Opens nothing but masked bits and values.
 *
 * **Cost.** Bits of x, 60 ANDs, 21 bit conversions, two products and truncations for each element; about 18 rounds.
 */
export async function relativeLogistic(engine: Engine, x: SecretMatrix): Promise<Risks> {
  const flat = x.reshape(1, x.length);
  const pieces = await piecesOf(engine, flat, logisticRange);
  const [c0, c1, c2] = ([0, 1, 2] as const).map((degree) =>
    pieces.inside.combinePublicRows(
      quadratics.map((quadratic) => quadratic[degree] / one),
      { fractionalBits: riskBits, provenBound: 1 },
    ),
  ) as [SecretMatrix, SecretMatrix, SecretMatrix]; // three of three
  const distance = distanceToMiddle(flat, pieces);
  // Where a score is in no piece, all three are zero, and so is what they are multiplied by anything.
  const times = async (y: SecretMatrix): Promise<SecretMatrix> =>
    withFractionalBits(engine, await engine.multiply(y, distance, { provenBound: farthest }), riskBits);
  const second = (await times(c2)).add(c1).assumeBound(1);
  const result = (await times(second)).add(c0);
  const risks = result
    .add(atBits(pieces.above, riskBits))
    .assumeBound(1 + 2 ** -8)
    .reshape(x.rows, x.columns);
  return { risks, pieces };
}

/** How far each score is from the middle of its piece; the score itself where it is in none. */
export function distanceToMiddle(x: SecretMatrix, pieces: ScorePieces): SecretMatrix {
  const middles = pieces.inside.combinePublicRows(middlesOfPieces(pieces), {
    fractionalBits: 1,
    provenBound: 12,
  });
  return x.subtract(atBits(middles, x.fractionalBits));
}
