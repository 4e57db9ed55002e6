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
import { checkMagnitude } from "./bounds.js";
import { combine, scaleBy, truncate, type ScaleOptions, type Term } from "./combination.js";
import {
  checkConstant,
  checkInput,
  newShape,
  readInput,
  type ConstantOptions,
  type InputOptions,
  type OwnedInputOptions,
  type ReadInput,
} from "./inputs.js";
import { openedTo, openSecret, openToAll } from "./opening.js";
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
import { secretFromShare, shareOf, type SecretMatrix, type SecretShape } from "./secret-matrix.js";
import type { Share } from "./share.js";
import { shuffleSecrets, type Shuffled } from "./shuffling.js";
import { decodeValues } from "./values.js";

/** What operations that are not methods of an engine need of it. */
export interface EngineParts {
  readonly scheme: Scheme;
  /** Session indices of the computing parties. */
  readonly members: readonly number[];
  /** The own place among the members; 0 in a plan. */
  readonly position: number;
  /** Of the members. */
  readonly names: readonly string[];
}

let partsOf: (engine: Engine) => EngineParts;

/** See {@link EngineParts}; for operations of this room. */
export function insideOf(engine: Engine): EngineParts {
  return partsOf(engine);
}

/** One computing party's end of a computation on secrets. */
export class Engine {
  static {
    partsOf = (engine) => {
      const { index, names } = engine.#party;
      const members = engine.#members;
      return {
        scheme: engine.#scheme,
        members,
        position: Math.max(0, members.indexOf(index)),
        names: members.map((member) => names[member] ?? ""),
      };
    };
  }

  readonly #party: Pick<Party, "index" | "indexOf" | "names">;
  readonly #members: readonly number[];
  readonly #scheme: Scheme;
  #closing: Promise<void> | undefined;

  /**
   * For the functions that open engines.
   *
   * @param members - Session indices of the computing parties.
   */
  constructor(party: Pick<Party, "index" | "indexOf" | "names">, members: readonly number[], scheme: Scheme) {
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

  #read(caller: "input" | "reusableOwnedOperand", options: InputOptions): ReadInput {
    checkInput(caller, options);
    const owner = this.#member(caller, options.owner);
    return readInput(caller, options, { owner, isOwner: owner === this.#party.index });
  }

  /**
   * A party's input as a secret. Additive: sends nothing, as the others' shares are expansions of seeds that the owner
   * has. Replicated: one round, one element sent by the owner for each.
   *
   * @throws VeilshareError INVALID_ARGUMENT when values are missing at the owner, given elsewhere, or not of the stated
   *   shape; VALUE_OUT_OF_RANGE for one that is no finite number or beyond the bound; BOUND_EXCEEDED.
   */
  async input(options: InputOptions): Promise<SecretMatrix> {
    const { owner, shape, words } = this.#read("input", options);
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

  /**
   * Values that all parties know alike, as a secret that others can be computed with. Its shares hide nothing.
   *
   * @throws VeilshareError as {@link Engine.input}.
   */
  constant(options: ConstantOptions): SecretMatrix {
    checkConstant(options);
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
    const { owner, shape, words } = this.#read("reusableOwnedOperand", options);
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
    return new ReusableOperand(this.#scheme, shape, fixed, { products, transposedProducts });
  }

  /**
   * The value with `shift` fractional bits fewer; off by less than one unit of the new last place, always. Rounded up with
   * the probability of the fraction cut off, whoever's input it is: unbiased. Right for any number of parties; see
   * `truncation.ts` for the proof. One round.
   *
   * @param shift - 1 to 62, at most the secret's fractional bits.
   * @throws VeilshareError INVALID_ARGUMENT
   *
   * **Error.** 1 unit.
   *
   * **Security.** What is computed is the value rounded up or down *by a comparison of the bits cut off with shares*, some of
   * which one party knows (three parties, replicated: the first party knows the sum of two components). Nothing of that is
   * seen while results stay secret, and `reveal` opens a truncated value rounded exactly. A result computed *from* truncated
   * values and then opened carries their roundings: from thousands of openings of one and the same secret, truncated anew
   * each time, one party could learn bits that were cut off. Open a secret once, and what was opened need not be opened again.
   *
   * **Cost.** One element opened for each; a correction of two.
   */
  truncate(x: SecretMatrix, shift: number): Promise<SecretMatrix> {
    return truncate(this.#scheme, x, shift);
  }

  /**
   * A linear combination with public real factors, of secrets with equal shapes and fractional bits, at the same
   * fractional bits. One round: one truncation of the sum where the bounds leave room for the factors, else one a term.
   *
   * @throws VeilshareError BOUND_EXCEEDED when the result may reach 2^62, or when factors that differ from row to row would
   *   keep fewer than 22 significant bits and their rounding could show; INVALID_ARGUMENT. Nothing was sent.
   *
   * **Error.** 2^-22 of the sum of the largest absolute values of all terms, or 2 units a term.
   */
  combine(terms: readonly Term[]): Promise<SecretMatrix> {
    return combine(this.#scheme, terms);
  }

  /**
   * The product with one public real number, at the same fractional bits; exact and without a message for integers. One
   * round.
   *
   * @throws VeilshareError BOUND_EXCEEDED when the product may reach 2^62; INVALID_ARGUMENT. Nothing was sent.
   *
   * **Error.** 2^-50 of the result, or 2 units.
   */
  scaleBy(x: SecretMatrix, factor: number, options: ScaleOptions = {}): Promise<SecretMatrix> {
    return scaleBy(this.#scheme, x, factor, options);
  }

  /**
   * Opens a secret to all computing parties. One round; for a value that was truncated, or scaled, 4 + log2 of the bits cut
   * off more, in which it is rounded exactly: to the nearest unit, ties up.
   *
   * @returns The values, row by row.
   * @throws VeilshareError VALUE_OUT_OF_RANGE when one is beyond its declared bound: then a proven bound was wrong or a
   *   party deviated, and no result of this computation is to be trusted.
   *
   * **Security.** Shares are refreshed first, so that they tell nothing but the values. The direction in which truncation
   * rounds, by chance and by the bits that it cut off, is not opened: see {@link Engine.truncate}.
   */
  async reveal(x: SecretMatrix): Promise<Float64Array> {
    return decodeValues(unsigned(await this.revealUnits(x)), x.fractionalBits);
  }

  /** As {@link Engine.reveal}, as exact integers that count units of the last place. */
  revealUnits(x: SecretMatrix): Promise<BigInt64Array> {
    return openToAll(this.#scheme, this, x, "reveal");
  }

  /**
   * Opens a secret to one computing party or several; only they learn it. Rounds as {@link Engine.reveal}.
   *
   * @param parties - By name or index in the session; each once.
   * @returns The values at those parties, `undefined` elsewhere.
   * @throws VeilshareError as {@link Engine.reveal}; INVALID_ARGUMENT for no party, or one named twice.
   */
  async revealTo(
    parties: number | string | readonly (number | string)[],
    x: SecretMatrix,
  ): Promise<Float64Array | undefined> {
    const to = openedTo("revealTo", parties, (party) => this.#member("revealTo", party));
    const units = await openSecret(this.#scheme, this, x, { caller: "revealTo", to });
    return units === undefined ? undefined : decodeValues(unsigned(units), x.fractionalBits);
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
   * Rows of matrices and bits in one order that is secret and uniformly random to every party, where the way of sharing has
   * one of its own to do so (three parties, replicated: three rounds); `undefined` elsewhere. `shuffleRows` works everywhere.
   *
   * @param matrices - As many rows each.
   * @param bits - As many elements, in one column.
   * @throws VeilshareError INVALID_ARGUMENT for different numbers of rows.
   */
  shuffle(
    matrices: readonly SecretMatrix[],
    bits: readonly SecretBits[] = [],
  ): Promise<Shuffled | undefined> {
    return shuffleSecrets(this.#scheme, matrices, bits);
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

  /**
   * Ends the computation: the source may go. What needs a message once it is closed rejects with CLOSED, also the rest of an
   * operation that was asked for before: await operations first. Closing twice is as closing once.
   */
  close(): Promise<void> {
    this.#closing ??= this.#scheme.close().finally(() => {
      this.#scheme.rounds.close();
    });
    return this.#closing;
  }
}

function unsigned(units: BigInt64Array): BigUint64Array {
  return new BigUint64Array(units.buffer, units.byteOffset, units.length);
}
