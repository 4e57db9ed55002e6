/**
 * Correlated randomness: what interactive operations consume. A correlation is a few uniformly random *masks* and a
 * few vectors that *depend* on them; every party holds shares of all: additive over Z_2^64, or, for packed bits (bit
 * i of a vector is bit i mod 64 of word i / 64), XOR shares. What shares are made of, and by whom, is a source's affair
 * ({@link CorrelatedRandomness}); what a correlation is, is fixed in `correlation-kinds.ts`, so that the same protocol runs with any source.
 *
 * | kind | masks | dependent |
 * | --- | --- | --- |
 * | triple | a, b | a * b, element by element |
 * | matrixTriple | A (rows x inner), B (inner x columns) | A B |
 * | operandMask | U (rows x columns), kept under the draw's number | none |
 * | operandProduct | V, fresh | U V, or U^T V, of a kept U |
 * | truncation | r | (r mod 2^63) numerator >> shift, and the highest bit of r |
 * | bitTriple | a, b: packed bits, XOR shares | a AND b: packed bits, XOR shares |
 * | sharedBit | packed random bits, XOR shares | the same bits, one a word, additive shares |
 *
 * Only a dealer makes truncations, for three parties or more; two truncate with shared bits.
 */

import type { Ratio } from "./ratio.js";

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
  | ({ readonly kind: "truncation"; readonly length: number } & Ratio)
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
  readonly ownedMatrix?: ((wanted: OwnedMatrixRequest) => Promise<OwnedProducts>) | undefined;
  /** No more will be drawn; resolves when the source has been told. */
  close(): Promise<void>;
}
