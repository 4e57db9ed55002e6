/**
 * The logistic function 1 / (1 + e^-x) with an error in proportion to its value, for scores of rare outcomes: where one in a
 * thousand defaults, an absolute error of 0.0004 is most of the risk.
 *
 * x + 16 is taken apart into bits once. Four of them say in which of the pieces of width 2 from -12 to 8 a score lies, each of
 * which has a cubic of its own, the best in relative error. Below -12, where the risk is under 0.00001, the result is 0; from
 * 8 on it is 1.
 */

import type { Engine } from "../mpc/engine.js";
import { addBits, allOf } from "../mpc/operations/carry.js";
import { magnitudeBits } from "../mpc/operations/bits.js";
import { fixedProduct, withFractionalBits } from "../mpc/operations/fixed-point.js";
import { SecretBits } from "../mpc/secret-bits.js";
import type { SecretMatrix } from "../mpc/secret-matrix.js";

/** Fractional bits of the result. */
export const riskBits = 24;

/** Largest error of {@link relativeLogistic} from -8 up, as a part of the value, but for two units in the last place. */
export const relativeLogisticError = 0.0055;

/** Fractional bits of what goes in. */
export const logitBits = 16;

const one = 2 ** riskBits;

/** A score may be taken for one in the next lower piece by so many bits, 2^-6: cubics hold a little beyond their pieces. */
const ignoredBits = 9;

/** Pieces begin here, in steps of two. */
const offset = 16;
const pieceBits = 4;

/** Of the sixteen pieces, the ones that have cubics: from -12 up to 8. */
const [firstPiece, lastPiece] = [2, 11] as const;

/** Cubics of the distance from the piece's middle, in units of 2^-24, constant first. */
const cubics: readonly (readonly [number, number, number, number])[] = [
  [279, 283, 151, 44],
  [2063, 2092, 1115, 328],
  [15232, 15434, 8206, 2406],
  [111942, 112656, 58909, 16898],
  [794849, 762360, 353766, 85076],
  [4520008, 3281073, 685583, -79741],
  [12255491, 3308877, -682124, -117167],
  [15983013, 758248, -355183, 90898],
  [16665470, 111145, -59327, 18997],
  [16762013, 15207, -8269, 2722],
];

/** In which piece a number lies. */
export function pieceMiddle(piece: number): number {
  return -11 + 2 * piece;
}

/** {@link relativeLogistic} in the clear. */
export function relativeLogisticAt(x: number): number {
  if (x < -12) return 0;
  if (x >= 8) return 1;
  const piece = Math.floor((x + 12) / 2);
  const [c0, c1, c2, c3] = cubics[piece] ?? [0, 0, 0, 0];
  const s = x - pieceMiddle(piece);
  return (c0 + s * (c1 + s * (c2 + s * c3))) / one;
}

/**
 * The logistic function of each element of a column.
 *
 * @param x - n x 1, of any bound, with {@link logitBits} fractional bits.
 * @returns n x 1, from 0 to 1, with {@link riskBits} fractional bits.
 *
 * **Security.** Opens nothing but masked bits and values.
 *
 * **Cost.** Bits of x, 30 ANDs, 11 bit injections, four products, three truncations for each element; about 20 rounds.
 */
export async function relativeLogistic(engine: Engine, x: SecretMatrix): Promise<SecretMatrix> {
  const flat = x.reshape(1, x.length);
  const pieces = await piecesOf(engine, flat);
  const count = cubics.length;
  const inner = pieces.rowRange(0, count);
  const top = pieces.rowRange(count, count + 1);
  const inside = inner.columnSums().assumeBound(1);
  const kept = await engine.multiply(inside, flat, { provenBound: 12 });
  const middles = inner.combinePublicRows(
    cubics.map((_, piece) => pieceMiddle(piece)),
    { provenBound: 12 },
  );
  const distance = kept.subtract(middles.scale(2 ** logitBits).timesPowerOfTwo(-logitBits));
  const s = await withFractionalBits(engine, distance.assumeBound(1.02), riskBits);
  const coefficient = (degree: 0 | 1 | 2 | 3): SecretMatrix =>
    inner.combinePublicRows(
      cubics.map((cubic) => cubic[degree] / one),
      { fractionalBits: riskBits, provenBound: 1 },
    );
  let result = coefficient(3);
  for (const degree of [2, 1, 0] as const) {
    const product = await fixedProduct(engine, result, s, { provenBound: 1.1 });
    result = product.add(coefficient(degree)).assumeBound(1.1);
  }
  return result
    .add(top.scale(one).timesPowerOfTwo(-riskBits))
    .assumeBound(1 + 2 ** -8)
    .reshape(x.rows, x.columns);
}

/** One row for each piece that has a cubic, and last one for what is above them all: 1 where an element is in it. */
async function piecesOf(engine: Engine, flat: SecretMatrix): Promise<SecretMatrix> {
  const shifted = flat.addPublic(new Float64Array(flat.length).fill(offset));
  const bits = await roughBits(engine, shifted, ignoredBits);
  const { width } = bits;
  const from = logitBits + 1 - ignoredBits; // a piece is 2 wide
  const inside = await allOf(engine, bits.positions(from + pieceBits, width).not());
  const hot = await oneHotWithin(engine, inside, bits.positions(from, from + pieceBits));
  const negative = bits.positions(width - 1, width);
  let top = negative.xor(inside).not();
  for (let piece = lastPiece + 1; piece < 2 ** pieceBits; piece++)
    top = top.xor(hot.positions(piece, piece + 1));
  return engine.bitsToArithmetic(SecretBits.stack([hot.positions(firstPiece, lastPiece + 1), top]));
}

/**
 * The bits of a number from position `ignored` up, to its sign; one too low where the bits below would have carried.
 *
 * **Cost.** As `bitsOf`, with as many bits fewer.
 */
export async function roughBits(engine: Engine, x: SecretMatrix, ignored: number): Promise<SecretBits> {
  const width = magnitudeBits(x) + 1;
  const [u, v] = await engine.splitToTwoSummands(x, width);
  return addBits(engine, u.positions(ignored, width), v.positions(ignored, width));
}

/** For each value of some bits, lowest first, whether an element that is inside has it; none where it is outside. */
export async function oneHotWithin(
  engine: Engine,
  inside: SecretBits,
  bits: SecretBits,
): Promise<SecretBits> {
  let hot = inside;
  for (let at = 0; at < bits.width; at++) {
    const bit = bits.positions(at, at + 1);
    const set = await engine.and(hot, SecretBits.stack(Array.from({ length: hot.width }, () => bit)));
    hot = SecretBits.stack([hot.xor(set), set]);
  }
  return hot;
}
