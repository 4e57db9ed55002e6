/**
 * What a way of sharing secrets must offer; the operations of the engine are written over it once. Shapes, bounds and
 * the program's digest are the engine's affair: a scheme gets shares of checked lengths.
 *
 * Arithmetic shares are over Z_2^64. Boolean shares are bit-sliced rows (`packed-bits.ts`) under XOR, with the same
 * components and the same place for public constants.
 */

import type { ProductShape } from "../ring/matrix.js";
import type { BitSize } from "./packed-bits.js";
import type { Ratio } from "./ratio.js";
import type { Rounds } from "./rounds.js";
import type { ShareContext, Share } from "./share.js";

/** A matrix that many products share. */
export interface ReusableShare {
  /** X v, or X^T v; one round. */
  product(v: Share, size: ProductShape, transposed: boolean): Promise<Share>;
}

/** A matrix that one party knows in the clear. */
export interface OwnedWords {
  /** Session index. */
  readonly owner: number;
  /** Ring elements, row by row; at the owner only. */
  readonly words?: BigUint64Array;
  readonly rows: number;
  readonly columns: number;
  /** Bits that hold each element, as a signed integer. */
  readonly bits: number;
  readonly products: number;
  readonly transposedProducts: number;
}

/** Rows that are shuffled along with others. */
export interface ShuffledTable {
  readonly share: Share;
  /** Words of a row. */
  readonly rowWords: number;
  /** How components add up. */
  readonly under: "addition" | "xor";
}

/** One party's part in a way of sharing. */
export interface Scheme {
  readonly context: ShareContext;
  readonly rounds: Rounds;

  /** Shares of zeros that hide nothing. */
  zero(length: number): Share;

  /**
   * Shares of an input.
   *
   * @param owner - Session index.
   * @param words - At the owner only.
   */
  input(owner: number, words: BigUint64Array | undefined, length: number): Promise<Share>;

  /** Fresh shares of the same value: who knew the old ones knows nothing of them. */
  refresh(x: Share): Promise<Share>;

  /** x y, element by element. */
  multiply(x: Share, y: Share): Promise<Share>;

  /** X Y. */
  matrixProduct(x: Share, y: Share, size: ProductShape): Promise<Share>;

  /** Readies a matrix for many products. */
  reusableOperand(
    x: Share,
    shape: { readonly rows: number; readonly columns: number },
  ): Promise<ReusableShare>;

  /** Readies a matrix that one party knows in the clear for as many products as are planned. */
  reusableOwnedOperand(matrix: OwnedWords): Promise<ReusableShare>;

  /**
   * x times a public ratio, off by less than 1, always, and right in expectation, whatever the shares of x are.
   *
   * @param x - Signed values below 2^62 in absolute value; so are the results.
   */
  truncate(x: Share, ratio: Ratio): Promise<Share>;

  /**
   * Rows of all tables in one order, the same for all, that is secret and uniformly random to every party; where the scheme
   * has a way of its own.
   */
  readonly shuffle?:
    ((tables: readonly ShuffledTable[], rows: number) => Promise<readonly Share[]>) | undefined;

  /** Shares of random bits that no party knows anything of. Sends nothing. */
  randomBits(size: BitSize): Share;

  /** Bitwise AND of rows of bits. */
  and(x: Share, y: Share, size: BitSize): Promise<Share>;

  /**
   * Two boolean shared vectors that sum to x modulo 2^width: the lowest `width` bits of each.
   *
   * @param width - 1 to 64.
   */
  splitToTwoSummands(x: Share, width: number): Promise<readonly [Share, Share]>;

  /** Arithmetic shares of bits, as 0 or 1, row after row without gaps. */
  bitsToArithmetic(bits: Share, size: BitSize): Promise<Share>;

  /**
   * Opens x, to all or to one party; tells nothing but x.
   *
   * @returns `undefined` at a party that may not learn it.
   */
  open(x: Share, to?: number): Promise<BigUint64Array | undefined>;

  /** As {@link Scheme.open}, for bits. */
  openBits(bits: Share, size: BitSize, to?: number): Promise<BigUint64Array | undefined>;

  /** No operation will follow. */
  close(): Promise<void>;
}
