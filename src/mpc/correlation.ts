/**
 * Correlated randomness: what interactive operations consume. A correlation is a few uniformly random *masks* and a
 * few vectors that *depend* on them; every party holds shares of all: additive over Z_2^64, or, for packed bits (bit
 * i of a vector is bit i mod 64 of word i / 64), XOR shares. What shares are made of, and by whom, is a source's affair
 * ({@link CorrelatedRandomness}); what a correlation is, is fixed here, so that the same protocol runs with any source.
 *
 * | kind | masks | dependent |
 * | --- | --- | --- |
 * | triple | a, b | a * b, element by element |
 * | matrixTriple | A (rows x inner), B (inner x columns) | A B |
 * | operandMask | U (rows x columns), kept under the draw's number | none |
 * | operandProduct | V, fresh | U V, or U^T V, of a kept U |
 * | truncation | r | (r mod 2^63) >> shift, and the highest bit of r |
 * | bitTriple | a, b: packed bits, XOR shares | a AND b: packed bits, XOR shares |
 * | sharedBit | packed random bits, XOR shares | the same bits, one a word, additive shares |
 *
 * Only a dealer makes truncations, for three parties or more; two truncate with shared bits.
 */

import { addInPlace, multiply, subtractInPlace } from "../ring/vector.js";
import { andWords, unpackBits, wordsForBits, xorInPlace } from "./packed-bits.js";
import { matrixProduct, transposedProduct } from "../ring/matrix.js";

/** A correlation that an operation asks its source for. */
export type Correlation =
  | { readonly kind: "triple"; readonly length: number }
  | {
      readonly kind: "matrixTriple";
      readonly rows: number;
      readonly inner: number;
      readonly columns: number;
    }
  | { readonly kind: "operandMask"; readonly rows: number; readonly columns: number }
  | {
      readonly kind: "operandProduct";
      /** The number of the draw that made the operand's mask. */
      readonly operand: number;
      readonly transposed: boolean;
      /** Columns of V. */
      readonly columns: number;
    }
  | { readonly kind: "truncation"; readonly length: number; readonly shift: number }
  | {
      readonly kind: "bitTriple";
      /** Words of 64 packed bits. */
      readonly words: number;
    }
  | {
      readonly kind: "sharedBit";
      /** Number of bits. */
      readonly length: number;
    };

/** One party's shares of a correlation. */
export interface CorrelationShares {
  /** Number of the draw, from 0. */
  readonly number: number;
  /** At once, so that what they mask can be opened while the rest is still on its way. */
  readonly masks: readonly BigUint64Array[];
  /** Waits for the rest; called once, by the round that needs it. Rejects when the source fails. */
  readonly dependent: () => Promise<readonly BigUint64Array[]>;
}

/** A matrix that one party knows in the clear; all of it public but for the entries. */
export interface OwnedMatrixRequest {
  /** Session index. */
  readonly owner: number;
  readonly rows: number;
  readonly columns: number;
  /** Bits of an entry, with its sign. */
  readonly bits: number;
  /** How many products of each kind will be asked for, for ranges of rows. */
  readonly plan: readonly {
    readonly from: number;
    readonly to: number;
    readonly forward: number;
    readonly transposed: number;
  }[];
  /** Row by row, at the owner only. */
  readonly entries?: Int32Array;
}

/** Products with such a matrix; `range` is the number of a range of the plan. */
export interface OwnedProducts {
  product(range: number, share: BigUint64Array): Promise<BigUint64Array>;
  transposedProduct(range: number, share: BigUint64Array): Promise<BigUint64Array>;
}

/**
 * A source of correlated randomness. All computing parties draw the same correlations in the same order.
 */
export interface CorrelatedRandomness {
  /**
   * The next correlation.
   *
   * @throws VeilshareError INVALID_ARGUMENT for a shape that the source does not make, or an unknown operand.
   */
  draw(wanted: Correlation): CorrelationShares;
  /**
   * Where the source has a cheaper way than {@link Correlation} `operandProduct` to multiply with a matrix that one party
   * knows. Nothing may be drawn until it resolves.
   */
  ownedMatrix?(wanted: OwnedMatrixRequest): Promise<OwnedProducts>;
  /** No more will be drawn; resolves when the source has been told. */
  close(): Promise<void>;
}

/** Shape of a kept operand mask. */
export interface OperandShape {
  readonly rows: number;
  readonly columns: number;
}

/** Lengths of a correlation's vectors. */
export interface CorrelationLengths {
  readonly masks: readonly number[];
  readonly dependent: readonly number[];
}

/** The lengths that a correlation's vectors have; `operand` is the shape of the kept mask it names. */
export function correlationLengths(wanted: Correlation, operand: OperandShape): CorrelationLengths {
  switch (wanted.kind) {
    case "triple":
      return { masks: [wanted.length, wanted.length], dependent: [wanted.length] };
    case "matrixTriple": {
      const { rows, inner, columns } = wanted;
      return { masks: [rows * inner, inner * columns], dependent: [rows * columns] };
    }
    case "operandMask":
      return { masks: [wanted.rows * wanted.columns], dependent: [] };
    case "operandProduct": {
      const [inner, rows] = wanted.transposed
        ? [operand.rows, operand.columns]
        : [operand.columns, operand.rows];
      return { masks: [inner * wanted.columns], dependent: [rows * wanted.columns] };
    }
    case "truncation":
      return { masks: [wanted.length], dependent: [wanted.length, wanted.length] };
    case "bitTriple":
      return { masks: [wanted.words, wanted.words], dependent: [wanted.words] };
    case "sharedBit":
      return { masks: [wordsForBits(wanted.length)], dependent: [wanted.length] };
  }
}

/** How shares of a kind's vectors add up, and how one is taken off again. */
export interface ShareArithmetic {
  readonly combineInPlace: (total: BigUint64Array, share: BigUint64Array) => void;
  readonly removeInPlace: (total: BigUint64Array, share: BigUint64Array) => void;
}

const additive: ShareArithmetic = { combineInPlace: addInPlace, removeInPlace: subtractInPlace };
const exclusive: ShareArithmetic = { combineInPlace: xorInPlace, removeInPlace: xorInPlace };

/** What kind of shares a correlation's masks and dependent vectors have. */
export function shareArithmetic(kind: Correlation["kind"]): {
  readonly masks: ShareArithmetic;
  readonly dependent: ShareArithmetic;
} {
  if (kind === "bitTriple") return { masks: exclusive, dependent: exclusive };
  if (kind === "sharedBit") return { masks: exclusive, dependent: additive };
  return { masks: additive, dependent: additive };
}

/** A kept operand mask in the clear: what only a dealer has. */
export interface OperandMask extends OperandShape {
  readonly words: BigUint64Array;
}

/** The dependent vectors of masks in the clear: the definition of each kind. */
export function dependentVectors(
  wanted: Correlation,
  masks: readonly BigUint64Array[],
  operand: OperandMask,
): BigUint64Array[] {
  const [first, second] = masks as readonly [BigUint64Array, BigUint64Array]; // a kind with one mask reads only one
  switch (wanted.kind) {
    case "triple":
      return [multiply(first, second)];
    case "matrixTriple":
      return [matrixProduct(first, second, wanted)];
    case "operandMask":
      return [];
    case "operandProduct": {
      const { rows, columns: inner } = operand;
      return wanted.transposed
        ? [transposedProduct(operand.words, first, { rows: inner, inner: rows, columns: wanted.columns })]
        : [matrixProduct(operand.words, first, { rows, inner, columns: wanted.columns })];
    }
    case "truncation":
      return truncationDependents(first, wanted.shift);
    case "bitTriple":
      return [andWords(first, second)];
    case "sharedBit":
      return [unpackBits(first, wanted.length)];
  }
}

function truncationDependents(r: BigUint64Array, shift: number): BigUint64Array[] {
  const high = new BigUint64Array(r.length);
  const topBit = new BigUint64Array(r.length);
  const bits = BigInt(shift);
  for (let i = 0; i < r.length; i++) {
    const word = r[i] as bigint; // i < length
    high[i] = BigInt.asUintN(63, word) >> bits;
    topBit[i] = word >> 63n;
  }
  return [high, topBit];
}
