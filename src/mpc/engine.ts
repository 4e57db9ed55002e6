/**
 * Computation on secrets by n >= 2 parties who trust no one of them, with correlated randomness from elsewhere (a
 * dealer, so far).
 *
 * All computing parties run the same program: the same operations in the same order, each on its own shares. Local
 * operations are methods of {@link SecretMatrix}; those that need a message are here, and take one round each.
 * Operations started together share a round (the rule is in `opening-rounds.ts`).
 *
 * **Security.** Semi-honest. With a dealer that colludes with nobody, any n - 1 of the n computing parties learn
 * nothing but shapes, declared bounds and what is revealed to them: everything else that is opened is uniformly
 * random. The dealer with *one* of them breaks everything. No one notices a party that adds an error of its choice to a
 * share, or a dealer that deals wrong: results are then wrong.
 *
 * **Source.** Beaver 1991; SecureML 2017 (fixed operands); Dalskov, Escudero, Keller 2020 (truncation).
 */

import type { Party } from "../channel/party.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { defaultFractionalBits } from "../ring/fixed-point.js";
import { add } from "../ring/vector.js";
import { magnitudeOfBound } from "./bounds.js";
import { combine, truncate, type Term } from "./combination.js";
import type { CorrelatedRandomness } from "./correlation.js";
import { DealerRandomness } from "./dealer-randomness.js";
import { OpeningRounds } from "./opening-rounds.js";
import { PairSeeds } from "./pair-seeds.js";
import {
  describe,
  elementwiseProduct,
  fixOperand,
  secretMatrixProduct,
  type FixedOperand,
  type ProductOptions,
  type Workings,
} from "./products.js";
import {
  checkSecretFractionalBits,
  secretFromShare,
  shareOf,
  type SecretMatrix,
  type SecretShape,
} from "./secret-matrix.js";
import { checkWithin, decodeValues, encodeValues, type RealValues } from "./values.js";

const openingStep = "mpc/open";

/** Options of {@link openEngine}. */
export interface EngineOptions {
  /** The party, by name or index, that runs `serveDealer` in the same protocol run; all others compute. */
  readonly dealer: number | string;
}

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

/** Values that all parties know, as a secret. */
export interface ConstantOptions {
  readonly rows: number;
  /** Default 1. */
  readonly columns?: number;
  /** Default 20. */
  readonly fractionalBits?: number;
  readonly values: RealValues;
}

/**
 * Opens an engine with a dealer, inside a protocol run in which all have agreed.
 *
 * @param party - Own end of the run; the dealer and at least two others take part.
 * @throws VeilshareError with a `PEER_` code when a party does not do its part.
 *
 * **Cost.** One message of 32 bytes to each other computing party, and one from the dealer.
 */
export async function openEngine(party: Party, options: EngineOptions): Promise<Engine> {
  const dealer = party.indexOf(options.dealer);
  if (dealer === party.index) throw invalidArgument("openEngine", "a computing party", "the dealer");
  const members = party.names.map((_, index) => index).filter((index) => index !== dealer);
  if (members.length < 2) {
    throw invalidArgument("openEngine", "at least two computing parties", `${members.length}`);
  }
  const [source, pairs] = await Promise.all([
    DealerRandomness.open(party, dealer),
    PairSeeds.exchange(party, members),
  ]);
  return new Engine({ party, members, source, pairs });
}

/** What an {@link Engine} is made of. */
export interface EngineParts {
  readonly party: Party;
  /** Session indices of the computing parties. */
  readonly members: readonly number[];
  readonly source: CorrelatedRandomness;
  readonly pairs: PairSeeds;
}

/** One computing party's end of a computation on secrets. */
export class Engine {
  readonly #party: Party;
  readonly #members: readonly number[];
  readonly #workings: Workings;
  readonly #pairs: PairSeeds;

  /** For {@link openEngine}. */
  constructor({ party, members, source, pairs }: EngineParts) {
    this.#party = party;
    this.#members = members;
    this.#pairs = pairs;
    const home = { first: party.index === members[0] };
    this.#workings = { home, source, rounds: new OpeningRounds(party, members, openingStep) };
  }

  /** Rounds of openings begun so far. */
  get rounds(): number {
    return this.#workings.rounds.count;
  }

  #member(caller: string, party: number | string): number {
    const index = this.#party.indexOf(party);
    if (!this.#members.includes(index)) throw invalidArgument(caller, "a computing party", "the dealer");
    return index;
  }

  /**
   * A party's input as a secret. Sends nothing: the others' shares are expansions of seeds that the owner has.
   *
   * @throws VeilshareError INVALID_ARGUMENT when values are missing at the owner, given elsewhere, or not of the stated
   *   shape; VALUE_OUT_OF_RANGE for one that is no finite number or beyond the bound; BOUND_EXCEEDED.
   */
  input(options: InputOptions): SecretMatrix {
    const owner = this.#member("input", options.owner);
    const shape = newShape("input", options, options.bound);
    const length = shape.rows * shape.columns;
    const isOwner = owner === this.#party.index;
    if (isOwner !== (options.values !== undefined)) {
      const expected = isOwner ? "values at the owner" : "no values at another party than the owner";
      throw invalidArgument("input", expected, isOwner ? "none" : "some");
    }
    let words: BigUint64Array | undefined;
    if (options.values !== undefined) {
      words = encodeValues("input", options.values, length, shape.fractionalBits);
      checkWithin("input", words, shape.magnitude, "values");
    }
    this.#workings.rounds.note(describe(`input ${owner}`, shape));
    return secretFromShare(this.#workings.home, shape, this.#pairs.inputShare(owner, words, length));
  }

  /**
   * Values that all parties know alike, as a secret that others can be computed with. Its shares hide nothing.
   *
   * @throws VeilshareError as {@link Engine.input}.
   */
  constant(options: ConstantOptions): SecretMatrix {
    const zero = newShape("constant", options, 0);
    const share = new BigUint64Array(zero.rows * zero.columns);
    return secretFromShare(this.#workings.home, zero, share).addPublic(options.values);
  }

  /**
   * The product element by element, with the sum of both factors' fractional bits. One round.
   *
   * @throws VeilshareError INVALID_ARGUMENT for different shapes; BOUND_EXCEEDED, before anything is sent.
   *
   * **Cost.** Two elements opened for each one of the product; a correction of one.
   */
  multiply(x: SecretMatrix, y: SecretMatrix, options: ProductOptions = {}): Promise<SecretMatrix> {
    return elementwiseProduct(this.#workings, x, y, options);
  }

  /**
   * The matrix product, with the sum of both factors' fractional bits. One round.
   *
   * @throws VeilshareError as {@link Engine.multiply}.
   *
   * **Cost.** Opens as many elements as both factors have; a correction as large as the product.
   */
  matrixProduct(x: SecretMatrix, y: SecretMatrix, options: ProductOptions = {}): Promise<SecretMatrix> {
    return secretMatrixProduct(this.#workings, x, y, options);
  }

  /**
   * Readies a matrix for many products: masks and opens it, masked, once. One round.
   *
   * **Cost.** Opens as many elements as it has; no correction.
   */
  fix(x: SecretMatrix): Promise<FixedOperand> {
    return fixOperand(this.#workings, x);
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
    return truncate(this.#workings, x, shift);
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
    return combine(this.#workings, terms);
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
    const { home, rounds } = this.#workings;
    const share = add(shareOf(caller, home, x), this.#pairs.zeroShare(x.length));
    rounds.note(describe(`${caller} ${to ?? ""}`, x));
    const { opened } = await rounds.open({
      shares: [share],
      dependent: () => Promise.resolve([]),
      ...(to === undefined ? {} : { to }),
    });
    const words = opened?.[0];
    if (words === undefined) return undefined;
    checkWithin(caller, words, x.magnitude, "results");
    return new BigInt64Array(words.slice().buffer);
  }

  /** Ends the computation: the source may go. No operation may follow. */
  close(): Promise<void> {
    return this.#workings.source.close();
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
