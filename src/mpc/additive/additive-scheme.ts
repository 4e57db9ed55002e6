/**
 * Additive sharing among n >= 2 parties: shares sum to the value modulo 2^64. Interactive operations consume correlated
 * randomness from a source: a dealer, or, for two parties, oblivious transfer.
 *
 * **Security.** Semi-honest, all parties but one may collude (with a dealer: among the computing parties only). All
 * that is opened on the way is masked and uniformly random.
 */

import type { ProductShape } from "../../ring/matrix.js";
import { randomWords } from "../../random/csprng.js";
import { add } from "../../ring/vector.js";
import type { CorrelatedRandomness } from "../correlation.js";
import { wordsForRows, type BitSize } from "../packed-bits.js";
import type { InputSeeds } from "../pair-seeds.js";
import { ringPart } from "../round-message.js";
import type { Ratio } from "../ratio.js";
import type { Rounds } from "../rounds.js";
import type { ReusableShare, OwnedWords, Scheme } from "../scheme.js";
import type { ShareContext, Share } from "../share.js";
import { andShares, sharedBitsToArithmetic, summandsOf } from "./bits.js";
import { AdditiveParts, only } from "./parts.js";
import { fixOwnedShares } from "./owned-operand.js";
import { fixShares, multiplyMatrices, multiplyShares } from "./products.js";
import { truncateByMask } from "./truncation.js";
import { truncateByTwo } from "./two-party-truncation.js";

/** What an {@link AdditiveScheme} is made of. */
export interface AdditiveSchemeOptions {
  readonly rounds: Rounds;
  /** Session indices of the computing parties. */
  readonly members: readonly number[];
  /** The own one. */
  readonly self: number;
  readonly source: CorrelatedRandomness;
  readonly pairs: InputSeeds;
}

/** One party's part in additive sharing. */
export class AdditiveScheme implements Scheme {
  readonly context: ShareContext;
  readonly rounds: Rounds;
  readonly #parts: AdditiveParts;
  readonly #pairs: InputSeeds;

  constructor(options: AdditiveSchemeOptions) {
    this.rounds = options.rounds;
    this.#parts = new AdditiveParts(options);
    this.#pairs = options.pairs;
    this.context = { constantAt: this.#parts.first ? 0 : undefined };
  }

  zero(length: number): Share {
    return [new BigUint64Array(length)];
  }

  /** Without a message: the others' shares are expansions of seeds that the owner has. */
  input(owner: number, words: BigUint64Array | undefined, length: number): Promise<Share> {
    return Promise.resolve([this.#pairs.inputShare(owner, words, length)]);
  }

  refresh(x: Share): Promise<Share> {
    const words = only(x);
    return Promise.resolve([add(words, this.#pairs.zeroShare(words.length))]);
  }

  multiply(x: Share, y: Share): Promise<Share> {
    return multiplyShares(this.#parts, x, y);
  }

  matrixProduct(x: Share, y: Share, size: ProductShape): Promise<Share> {
    return multiplyMatrices(this.#parts, x, y, size);
  }

  reusableOperand(
    x: Share,
    shape: { readonly rows: number; readonly columns: number },
  ): Promise<ReusableShare> {
    return fixShares(this.#parts, x, shape);
  }

  async reusableOwnedOperand(matrix: OwnedWords): Promise<ReusableShare> {
    const owned = await fixOwnedShares(this.#parts, matrix);
    if (owned !== undefined) return owned;
    const { owner, words, rows, columns } = matrix;
    return this.reusableOperand(await this.input(owner, words, rows * columns), { rows, columns });
  }

  /** Shares are refreshed first: those of a value that all know would round one way every time. */
  truncate(x: Share, ratio: Ratio): Promise<Share> {
    if (this.#parts.members.length > 2) return truncateByMask(this.#parts, x, ratio);
    const words = only(x);
    return truncateByTwo(this.#parts, [add(words, this.#pairs.zeroShare(words.length))], ratio);
  }

  /** The XOR of what each party draws for itself. */
  randomBits(size: BitSize): Share {
    return [randomWords(wordsForRows(size))];
  }

  and(x: Share, y: Share, size: BitSize): Promise<Share> {
    return andShares(this.#parts, x, y, size);
  }

  splitToTwoSummands(x: Share, width: number): Promise<readonly [Share, Share]> {
    return summandsOf(this.#parts, x, width);
  }

  bitsToArithmetic(bits: Share, size: BitSize): Promise<Share> {
    return sharedBitsToArithmetic(this.#parts, bits, size);
  }

  /** Shares are refreshed first, so that they tell nothing but their sum. */
  async open(x: Share, to?: number): Promise<BigUint64Array | undefined> {
    const words = only(x);
    const refreshed = add(words, this.#pairs.zeroShare(words.length));
    const closed = { ...ringPart(refreshed), under: "addition" } as const;
    const { opened } = await this.#parts.open([closed], to === undefined ? {} : { to });
    return opened?.[0];
  }

  async openBits(bits: Share, size: BitSize, to?: number): Promise<BigUint64Array | undefined> {
    const words = this.#pairs.refreshBits(only(bits));
    const closed = { size, words, under: "xor" } as const;
    const { opened } = await this.#parts.open([closed], to === undefined ? {} : { to });
    return opened?.[0];
  }

  close(): Promise<void> {
    return this.#parts.source.close();
  }
}
