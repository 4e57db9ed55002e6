/**
 * Computation on secrets.
 *
 * All computing parties run the same program: the same operations in the same order, each on its own shares. Local
 * operations are methods of {@link SecretMatrix} and {@link SecretBits}; those that need a message are here, and take
 * one round each. Operations started together share a round (the rule is in `rounds.ts`). What is built of them, from
 * comparison to sorting, is in `operations/`, once for all schemes.
 *
 * How secrets are shared is a {@link Scheme}'s affair: additive among n >= 2 parties with correlated randomness from
 * elsewhere, or replicated among exactly three.
 *
 * **Security.** Semi-honest; who may collude, and with whom nobody may, is said where an engine is opened
 * (`open-engine.ts`). No one notices a party that adds an error of its choice to a share: results are then wrong.
 */

import type { Party } from "../channel/party.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { defaultFractionalBits } from "../ring/fixed-point.js";
import { checkMagnitude, magnitudeOfBound } from "./bounds.js";
import { combine, truncate, type Term } from "./combination.js";
import { numbersOfRows } from "./packed-bits.js";
import {
  describe,
  describeBits,
  elementwiseProduct,
  ReusableOperand,
  prepareOperand,
  secretMatrixProduct,
  type ProductOptions,
} from "./products.js";
import type { Scheme } from "./scheme.js";
import { bitsFromShare, checkSameBits, shareOfBits, type BitsShape, type SecretBits } from "./secret-bits.js";
import {
  checkSecretFractionalBits,
  secretFromShare,
  shareOf,
  type SecretMatrix,
  type SecretShape,
} from "./secret-matrix.js";
import type { Share } from "./share.js";
import { checkWithin, decodeValues, encodeValues, type RealValues } from "./values.js";

/** An input of one party. */
export interface InputOptions {
  /** The computing party, by name or index in the session, whose input it is. */
  readonly owner: number | string;
  readonly rows: number;
  /** Default 1. */
  readonly columns?: number;
  /** No value is larger in absolute value; public, checked at the owner. */
  readonly bound: number;
  /** Default 20. */
  readonly fractionalBits?: number;
  /** The values, row by row; at the owner only. */
  readonly values?: RealValues;
}

/** An input that many products will share; see {@link Engine.reusableOwnedOperand}. */
export interface OwnedInputOptions extends InputOptions {
  /** Most products X v, with one column each, that will be asked for. */
  readonly products: number;
  /** Most products X^T v. */
  readonly transposedProducts: number;
}

/** Values that all parties know, as a secret. */
export interface ConstantOptions {
  readonly rows: number;
  /** Default 1. */
  readonly columns?: number;
  /** Default 20. */
  readonly fractionalBits?: number;
  readonly values: RealValues;
}

/** One computing party's end of a computation on secrets. */
export class Engine {
  readonly #party: Pick<Party, "index" | "indexOf">;
  readonly #members: readonly number[];
  readonly #scheme: Scheme;

  /**
   * For the functions that open engines.
   *
   * @param members - Session indices of the computing parties.
   */
  constructor(party: Pick<Party, "index" | "indexOf">, members: readonly number[], scheme: Scheme) {
    this.#party = party;
    this.#members = members;
    this.#scheme = scheme;
  }

  /** Rounds of messages begun so far. */
  get rounds(): number {
    return this.#scheme.rounds.count;
  }

  #member(caller: string, party: number | string): number {
    const index = this.#party.indexOf(party);
    if (!this.#members.includes(index)) throw invalidArgument(caller, "a computing party", "another");
    return index;
  }

  /**
   * A party's input as a secret. Additive: sends nothing, as the others' shares are expansions of seeds that the owner
   * has. Replicated: one round, one element sent by the owner for each.
   *
   * @throws VeilshareError INVALID_ARGUMENT when values are missing at the owner, given elsewhere, or not of the stated
   *   shape; VALUE_OUT_OF_RANGE for one that is no finite number or beyond the bound; BOUND_EXCEEDED.
   */
  async input(options: InputOptions): Promise<SecretMatrix> {
    const { owner, shape, words } = this.#readInput("input", options);
    const { context, rounds } = this.#scheme;
    rounds.note(describe(`input ${owner}`, shape));
    const share = await this.#scheme.input(owner, words, shape.rows * shape.columns);
    return secretFromShare(context, shape, share);
  }

  /**
   * A secret that somebody dealt who does not compute: this party's share of it. Sends nothing.
   *
   * @param share - As many components as the scheme has, each of rows x columns words; see `shareReplicated`.
   * @throws VeilshareError INVALID_ARGUMENT for another number of components or length; BOUND_EXCEEDED.
   *
   * **Security.** Nothing checks that the dealer's values are within the magnitude, or that shares fit together: where they do
   * not, results are wrong.
   */
  inputFromShares(shape: SecretShape, share: Share): SecretMatrix {
    checkMagnitude("inputFromShares", shape.magnitude);
    const length = shape.rows * shape.columns;
    const wanted = this.#scheme.zero(length).length;
    if (share.length !== wanted || share.some((part) => part.length !== length)) {
      throw invalidArgument("inputFromShares", `${wanted} components of ${length} words`, "another share");
    }
    return secretFromShare(this.#scheme.context, shape, share);
  }

  /** The checks that every input begins with. */
  #readInput(
    caller: string,
    options: InputOptions,
  ): {
    readonly owner: number;
    readonly shape: SecretShape;
    readonly words: BigUint64Array | undefined;
  } {
    const owner = this.#member(caller, options.owner);
    const shape = newShape(caller, options, options.bound);
    const isOwner = owner === this.#party.index;
    if (isOwner !== (options.values !== undefined)) {
      const expected = isOwner ? "values at the owner" : "no values at another party than the owner";
      throw invalidArgument(caller, expected, isOwner ? "none" : "some");
    }
    if (options.values === undefined) return { owner, shape, words: undefined };
    const words = encodeValues(caller, options.values, shape.rows * shape.columns, shape.fractionalBits);
    checkWithin(caller, words, shape.magnitude, "values");
    return { owner, shape, words };
  }

  /**
   * Values that all parties know alike, as a secret that others can be computed with. Its shares hide nothing.
   *
   * @throws VeilshareError as {@link Engine.input}.
   */
  constant(options: ConstantOptions): SecretMatrix {
    const zero = newShape("constant", options, 0);
    const share = this.#scheme.zero(zero.rows * zero.columns);
    return secretFromShare(this.#scheme.context, zero, share).addPublic(options.values);
  }

  /**
   * The product element by element, with the sum of both factors' fractional bits. One round.
   *
   * @throws VeilshareError INVALID_ARGUMENT for different shapes; BOUND_EXCEEDED, before anything is sent.
   *
   * **Cost.** Two elements opened for each one of the product; a correction of one.
   */
  multiply(x: SecretMatrix, y: SecretMatrix, options: ProductOptions = {}): Promise<SecretMatrix> {
    return elementwiseProduct(this.#scheme, x, y, options);
  }

  /**
   * The matrix product, with the sum of both factors' fractional bits. One round.
   *
   * @throws VeilshareError as {@link Engine.multiply}.
   *
   * **Cost.** Opens as many elements as both factors have; a correction as large as the product.
   */
  matrixProduct(x: SecretMatrix, y: SecretMatrix, options: ProductOptions = {}): Promise<SecretMatrix> {
    return secretMatrixProduct(this.#scheme, x, y, options);
  }

  /**
   * Readies a matrix for many products: masks and opens it, masked, once. One round.
   *
   * **Cost.** Opens as many elements as it has; no correction.
   */
  reusableOperand(x: SecretMatrix): Promise<ReusableOperand> {
    return prepareOperand(this.#scheme, x);
  }

  /**
   * An input of one party, readied for a known number of products: as {@link Engine.input} and {@link Engine.reusableOperand}, but for
   * two parties without a third much cheaper, since the owner's knowing the matrix is made use of. Nothing else of the
   * engine may be under way meanwhile.
   *
   * @throws VeilshareError as {@link Engine.input}; its products INVALID_ARGUMENT when more are asked for than planned.
   *
   * **Cost.** Two parties without a third: 4 bytes, and 8 for each planned product, for each bit of each entry.
   */
  async reusableOwnedOperand(options: OwnedInputOptions): Promise<ReusableOperand> {
    const { owner, shape, words } = this.#readInput("reusableOwnedOperand", options);
    const { rounds } = this.#scheme;
    const { products, transposedProducts } = options;
    rounds.note(describe(`reusableOwnedOperand ${owner} ${products} ${transposedProducts}`, shape));
    const fixed = await this.#scheme.reusableOwnedOperand({
      owner,
      rows: shape.rows,
      columns: shape.columns,
      bits: shape.magnitude.toString(2).length + 1,
      products,
      transposedProducts,
      ...(words === undefined ? {} : { words }),
    });
    return new ReusableOperand(this.#scheme, shape, fixed);
  }

  /**
   * The value with `shift` fractional bits fewer; off by less than one unit of the new last place, always, and
   * unbiased. Right for any number of parties; see `truncation.ts` for the proof. One round.
   *
   * @param shift - 1 to 62, at most the secret's fractional bits.
   * @throws VeilshareError INVALID_ARGUMENT
   *
   * **Cost.** One element opened for each; a correction of two.
   */
  truncate(x: SecretMatrix, shift: number): Promise<SecretMatrix> {
    return truncate(this.#scheme, x, shift);
  }

  /**
   * A linear combination with public real factors, of secrets with equal shapes and fractional bits, at the same
   * fractional bits. Factors are rounded to q bits after the point, q as large as the bounds allow; then one
   * truncation. One round.
   *
   * @throws VeilshareError BOUND_EXCEEDED when a term's largest factor would keep fewer than 20 significant bits and its
   *   rounding could show in the result; INVALID_ARGUMENT. Nothing was sent.
   */
  combine(terms: readonly Term[]): Promise<SecretMatrix> {
    return combine(this.#scheme, terms);
  }

  /** The product with one public real number: {@link Engine.combine} of one term. */
  scaleBy(x: SecretMatrix, factor: number): Promise<SecretMatrix> {
    return this.combine([{ secret: x, factor }]);
  }

  /**
   * Opens a secret to all computing parties. One round.
   *
   * @returns The values, row by row.
   * @throws VeilshareError VALUE_OUT_OF_RANGE when one is beyond its declared bound: then a proven bound was wrong or a
   *   party deviated, and no result of this computation is to be trusted.
   *
   * **Security.** Shares are refreshed first, so that they tell nothing but the values.
   */
  async reveal(x: SecretMatrix): Promise<Float64Array> {
    return decodeValues(unsigned(await this.revealUnits(x)), x.fractionalBits);
  }

  /** As {@link Engine.reveal}, as exact integers that count units of the last place. */
  async revealUnits(x: SecretMatrix): Promise<BigInt64Array> {
    const units = await this.#open("reveal", x);
    if (units !== undefined) return units;
    throw new VeilshareError("INTERNAL", "reveal: an opening for all is missing");
  }

  /**
   * Opens a secret to one computing party; only that party learns it. One round.
   *
   * @returns The values at that party, `undefined` elsewhere.
   * @throws VeilshareError as {@link Engine.reveal}.
   */
  async revealTo(party: number | string, x: SecretMatrix): Promise<Float64Array | undefined> {
    const units = await this.#open("revealTo", x, this.#member("revealTo", party));
    return units === undefined ? undefined : decodeValues(unsigned(units), x.fractionalBits);
  }

  async #open(caller: string, x: SecretMatrix, to?: number): Promise<BigInt64Array | undefined> {
    const { context, rounds } = this.#scheme;
    const share = shareOf(caller, context, x);
    rounds.note(describe(`${caller} ${to ?? ""}`, x));
    const words = await this.#scheme.open(share, to);
    if (words === undefined) return undefined;
    checkWithin(caller, words, x.magnitude, "results");
    return new BigInt64Array(words.slice().buffer);
  }

  /**
   * AND, bit by bit. One round.
   *
   * @throws VeilshareError INVALID_ARGUMENT for different shapes.
   *
   * **Cost.** Replicated: one bit sent by each party for each; additive: two opened, one bit triple.
   */
  async and(x: SecretBits, y: SecretBits): Promise<SecretBits> {
    checkSameBits("and", x, y);
    const { context, rounds } = this.#scheme;
    const shares = [shareOfBits("and", context, x), shareOfBits("and", context, y)] as const;
    rounds.note(describeBits("and", x));
    const share = await this.#scheme.and(...shares, { rows: x.width, bits: x.length });
    return bitsFromShare(context, x, share);
  }

  /**
   * Random bits that no party knows anything of. Sends nothing.
   *
   * @param shape - Rows, columns and width from 1.
   * @throws VeilshareError INVALID_ARGUMENT for another shape.
   */
  randomBits(shape: BitsShape): SecretBits {
    const { rows, columns, width } = shape;
    if (![rows, columns, width].every((count) => Number.isInteger(count) && count > 0)) {
      throw invalidArgument("randomBits", "a shape from 1", `${rows} x ${columns} of ${width} bits`);
    }
    const { context, rounds } = this.#scheme;
    rounds.note(describeBits("randomBits", shape));
    const share = this.#scheme.randomBits({ rows: width, bits: rows * columns });
    return bitsFromShare(context, { rows, columns, width }, share);
  }

  /**
   * Two secret bit strings of `width` bits that sum to x modulo 2^width: what an adder makes bits of x from.
   *
   * @param width - 1 to 64.
   * @throws VeilshareError INVALID_ARGUMENT
   *
   * **Cost.** Two additive parties: nothing is sent. More: one AND a bit and summand beyond two. Replicated: one round;
   * one party sends `width` bits an element.
   */
  async splitToTwoSummands(x: SecretMatrix, width: number): Promise<readonly [SecretBits, SecretBits]> {
    if (!Number.isInteger(width) || width < 1 || width > 64) {
      throw invalidArgument("splitToTwoSummands", "a width of 1 to 64 bits", String(width));
    }
    const { context, rounds } = this.#scheme;
    const share = shareOf("splitToTwoSummands", context, x);
    rounds.note(describe(`splitToTwoSummands ${width}`, x));
    const [u, v] = await this.#scheme.splitToTwoSummands(share, width);
    const shape = { rows: x.rows, columns: x.columns, width };
    return [bitsFromShare(context, shape, u), bitsFromShare(context, shape, v)];
  }

  /**
   * Bits as numbers, 0 or 1 without fractional bits: of width x length elements, one bit position a row. One round.
   *
   * **Cost.** Replicated: four elements in all for each bit. Additive: one bit opened, one shared bit.
   */
  async bitsToArithmetic(bits: SecretBits): Promise<SecretMatrix> {
    const { context, rounds } = this.#scheme;
    const share = shareOfBits("bitsToArithmetic", context, bits);
    rounds.note(describeBits("bitsToArithmetic", bits));
    const words = await this.#scheme.bitsToArithmetic(share, { rows: bits.width, bits: bits.length });
    const shape = { rows: bits.width, columns: bits.length, fractionalBits: 0, magnitude: 1n };
    return secretFromShare(context, shape, words);
  }

  /**
   * Opens bits to all computing parties. One round.
   *
   * @returns The bits of each element, as numbers below 2^width; row by row.
   * @throws VeilshareError INVALID_ARGUMENT for more than 32 bits an element.
   */
  async revealBits(bits: SecretBits): Promise<Uint32Array> {
    if (bits.width > 32) throw invalidArgument("revealBits", "at most 32 bits", String(bits.width));
    const { context, rounds } = this.#scheme;
    const share = shareOfBits("revealBits", context, bits);
    rounds.note(describeBits("revealBits", bits));
    const words = await this.#scheme.openBits(share, { rows: bits.width, bits: bits.length });
    if (words === undefined)
      throw new VeilshareError("INTERNAL", "revealBits: an opening for all is missing");
    return numbersOfRows(words, { rows: bits.width, bits: bits.length });
  }

  /** Ends the computation: the source may go. No operation may follow. */
  close(): Promise<void> {
    return this.#scheme.close();
  }
}

function unsigned(units: BigInt64Array): BigUint64Array {
  return new BigUint64Array(units.buffer, units.byteOffset, units.length);
}

function newShape(
  caller: string,
  options: { readonly rows: number; readonly columns?: number; readonly fractionalBits?: number },
  bound: number,
): SecretShape {
  const { rows, columns = 1, fractionalBits = defaultFractionalBits } = options;
  if (!Number.isInteger(rows) || rows < 1 || !Number.isInteger(columns) || columns < 1) {
    throw invalidArgument(caller, "at least one row and one column", `${rows} x ${columns}`);
  }
  checkSecretFractionalBits(caller, fractionalBits);
  return { rows, columns, fractionalBits, magnitude: magnitudeOfBound(caller, bound, fractionalBits) };
}
