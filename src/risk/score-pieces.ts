/**
 * In which piece of the line a log-odds lies: pieces are one wide, from -20 up to 12. What is different from piece to piece (a
 * polynomial's coefficients, say) is then a sum over the pieces, without a message.
 */

import type { Engine } from "../mpc/engine.js";
import { magnitudeBits } from "../mpc/operations/bits.js";
import { addBits, allOf } from "../mpc/operations/carry.js";
import { SecretBits } from "../mpc/secret-bits.js";
import { SecretMatrix } from "../mpc/secret-matrix.js";

/** Where the first piece begins, and how many bits tell pieces apart. */
const offset = 20;
const pieceBits = 5;

/** A score may be taken for one in the next lower piece when it is above that by less than 2^-6: so many bits are looked at below 1. */
const finerBits = 7;

/** Pieces by where they begin. */
export interface PieceRange {
  /** The first one, from -20. */
  readonly from: number;
  /** Where the last one ends, up to 12. */
  readonly to: number;
}

/** Which piece each score is in. */
export interface ScorePieces extends PieceRange {
  /** A row a piece, a column a score: 1 where it lies. */
  readonly inside: SecretMatrix;
  /** 1 x scores: 1 for those from the last piece's end on. */
  readonly above: SecretMatrix;
}

/** The middles of the pieces. */
export function middlesOfPieces({ from, to }: PieceRange): number[] {
  return Array.from({ length: to - from }, (_, piece) => from + piece + 0.5);
}

/**
 * Finds the pieces.
 *
 * @param x - 1 x n, of any bound, with 7 fractional bits or more.
 *
 * **Security.** Opens nothing but masked bits.
 *
 * **Cost.** Bits of x, 60 ANDs, a bit conversion a piece for each element; about 15 rounds.
 */
export async function piecesOf(engine: Engine, x: SecretMatrix, range: PieceRange): Promise<ScorePieces> {
  const shifted = x.addPublic(new Float64Array(x.length).fill(offset));
  const bits = await roughBits(engine, shifted, x.fractionalBits - finerBits);
  const { width } = bits;
  const highest = finerBits + pieceBits;
  const [within, hot] = await Promise.all([
    allOf(engine, bits.positions(highest, width).not()),
    oneHotOf(engine, bits.positions(finerBits, highest)),
  ]);
  const [first, last] = [range.from + offset, range.to + offset];
  const kept = hot.positions(0, last);
  const inside = await engine.and(kept, SecretBits.stack(Array.from({ length: last }, () => within)));
  // What is not negative and in no piece so far is above.
  let above = bits.positions(width - 1, width).not();
  for (let piece = 0; piece < last; piece++) above = above.xor(inside.positions(piece, piece + 1));
  const told = await engine.bitsToArithmetic(SecretBits.stack([inside.positions(first, last), above]));
  return { ...range, inside: told.rowRange(0, last - first), above: told.rowRange(last - first, told.rows) };
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

/**
 * For each value of some bits, lowest first, whether an element has it.
 *
 * **Cost.** A round for each doubling of the bits; a little more than an AND a value.
 */
export async function oneHotOf(engine: Engine, bits: SecretBits): Promise<SecretBits> {
  if (bits.width === 1) return SecretBits.stack([bits.not(), bits]);
  const half = Math.ceil(bits.width / 2);
  const [low, high] = await Promise.all([
    oneHotOf(engine, bits.positions(0, half)),
    oneHotOf(engine, bits.positions(half, bits.width)),
  ]);
  return crossOf(engine, low, high);
}

/** Each value of the higher one with each of the lower one, the lower one's running faster. */
export function crossOf(engine: Engine, low: SecretBits, high: SecretBits): Promise<SecretBits> {
  const highs = Array.from({ length: high.width * low.width }, (_, at) => Math.floor(at / low.width));
  return engine.and(SecretBits.stack(Array.from({ length: high.width }, () => low)), high.pick(highs));
}

/** Scores counted by pieces: below them all, in each, above them all; one column of whole numbers. */
export function countPieces({ inside, above }: ScorePieces): SecretMatrix {
  const counts = SecretMatrix.concatRows([inside, above]).transpose().columnSums().transpose();
  const rows = inside.columns;
  const below = counts.columnSums().negate().addPublic([rows]).assumeBound(rows);
  return SecretMatrix.concatRows([below, counts.assumeBound(rows)]);
}
