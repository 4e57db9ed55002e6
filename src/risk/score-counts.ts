/**
 * Scores counted between cuts: less their mean, divided by their deviation, they are counted at 128 to 1024 cuts from -4 to 4; what
 * is beyond counts at the outermost.
 */

import type { Computation } from "../mpc/computation.js";
import type { Engine } from "../mpc/engine.js";
import { allOf } from "../mpc/operations/carry.js";
import { SecretBits } from "../mpc/secret-bits.js";
import { SecretMatrix } from "../mpc/secret-matrix.js";
import { scoreBits } from "./logistic.js";
import { broadcast } from "./matrix-products.js";
import { crossOf, oneHotOf, roughBits } from "./score-pieces.js";
import { inverseBits, widest, type ScoreScale } from "./score-scale.js";

/** Scores counted. */
export interface CountedScores {
  readonly rows: number;
  readonly cuts: number;
  /** 1 x rows: the number of the cut that a row lies at. */
  readonly place: SecretBits;
  /** cuts x 1, whole numbers: all rows, and those of label 1. */
  readonly all: SecretMatrix;
  readonly positives: SecretMatrix;
}

/** Scored rows, in shares. */
export interface ScoredRows {
  /** rows x 1, log-odds with `scoreBits`. */
  readonly scores: SecretMatrix;
  /** rows x 1, 0 or 1, without fractional bits. */
  readonly labels: SecretMatrix;
}

/**
 * Counts scores.
 *
 * **Security.** Opens nothing but masked bits and values.
 *
 * **Cost.** Three parties: a bit conversion for each of about twice the root of the cuts, a row; products of matrices. Two parties, for
 * whom bits are cheap and products dear: three ANDs and two bit conversions for each cut and row.
 */
export async function countScores(
  engine: Engine,
  rows: ScoredRows,
  {
    scale,
    cuts,
    computation,
  }: { readonly scale: ScoreScale; readonly cuts: number; readonly computation: Computation },
): Promise<CountedScores> {
  const place = await placesOf(engine, rows.scores, scale, cuts);
  const bits = Math.ceil(Math.log2(cuts) / 2);
  const [low, high] = await Promise.all([
    oneHotOf(engine, place.positions(0, bits)),
    oneHotOf(engine, place.positions(bits, place.width)),
  ]);
  const count = computation === "two-party" ? countBits : countProducts;
  return {
    rows: rows.scores.rows,
    cuts,
    place,
    ...(await count(engine, { low, high, labels: rows.labels })),
  };
}

/** The number of each score's cut, 1 x rows. */
async function placesOf(
  engine: Engine,
  scores: SecretMatrix,
  { mean, inverse }: ScoreScale,
  cuts: number,
): Promise<SecretBits> {
  const { rows } = scores;
  const centred = scores.subtract(broadcast(mean, rows));
  const standard = await engine.matrixProduct(centred, inverse, {
    provenBound: Math.min(centred.bound * inverse.bound, 2 ** (60 - scoreBits - inverseBits)),
  });
  const shifted = standard.addPublic(new Float64Array(rows).fill(widest)).transpose();
  const width = Math.log2(cuts);
  // A carry out of bits that are left out is lost: one score in 500 comes to lie a cut too low.
  const finer = 10;
  const bits = await roughBits(
    engine,
    shifted,
    scoreBits + inverseBits + Math.log2(2 * widest) - width - finer,
  );
  const top = finer + width;
  const within = await allOf(engine, bits.positions(top, bits.width).not());
  const above = bits
    .positions(bits.width - 1, bits.width)
    .xor(within)
    .not();
  const each = (bit: SecretBits): SecretBits => SecretBits.stack(Array.from({ length: width }, () => bit));
  const kept = await engine.and(bits.positions(finer, top), each(within));
  return kept.xor(each(above));
}

interface ToCount {
  readonly low: SecretBits;
  readonly high: SecretBits;
  readonly labels: SecretMatrix;
}

type Counts = Pick<CountedScores, "all" | "positives">;

/** By products of matrices: how many rows have each high part with each low one. */
async function countProducts(engine: Engine, { low, high, labels }: ToCount): Promise<Counts> {
  const rows = labels.rows;
  const told = await engine.bitsToArithmetic(SecretBits.stack([low, high]));
  const ofLow = told.rowRange(0, low.width);
  const ofHigh = told.rowRange(low.width, told.rows);
  const across = labels.transpose().pickRows(new Uint32Array(high.width));
  const labelled = await engine.multiply(ofHigh, across);
  const both = SecretMatrix.concatRows([ofHigh, labelled]);
  const counts = await engine.matrixProduct(both, ofLow.transpose(), { provenBound: rows });
  const cuts = low.width * high.width;
  return {
    all: counts.rowRange(0, high.width).reshape(cuts, 1),
    positives: counts.rowRange(high.width, 2 * high.width).reshape(cuts, 1),
  };
}

/** By bits: one for each row and cut, and one more where its label is 1. */
async function countBits(engine: Engine, { low, high, labels }: ToCount): Promise<Counts> {
  const rows = labels.rows;
  const places = await crossOf(engine, low, high);
  const [first, second] = await engine.splitToTwoSummands(labels.transpose(), 1);
  const label = first.xor(second);
  const labelled = await engine.and(
    places,
    SecretBits.stack(Array.from({ length: places.width }, () => label)),
  );
  const [all, positives] = await Promise.all(
    [places, labelled].map(async (bits) =>
      (await engine.bitsToArithmetic(bits)).transpose().columnSums().transpose().assumeBound(rows),
    ),
  );
  return { all, positives } as Counts; // two of two
}
