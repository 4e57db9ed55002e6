/**
 * Additive secret sharing over Z_2^64: n shares whose sum is the secret, n of n. All shares but the last are 32-byte
 * seeds that expand to as many words as the secret has; the last is the correction, as long as the secret.
 *
 * **Security.** Any n - 1 shares are indistinguishable from random words whatever the secret (computationally: the
 * seeds expand by ChaCha20). The length is not hidden. Semi-honest: a holder who hands in another share changes the sum
 * unnoticed.
 */

import { bytesFromWords, copyBytes, wordsFromBytes } from "../bytes/encoding.js";
import { printAsRedacted } from "../bytes/redacted.js";
import { checkArgument, checkOptions, type RulesOf } from "../checks/options.js";
import { callback, instanceOf, optional } from "../checks/rules.js";
import { invalidArgument } from "../errors.js";
import { keepBytes, randomBytes, type RandomSource } from "../random/csprng.js";
import { Prg, seedBytes } from "../random/prg.js";
import { addInPlace, subtractInPlace } from "../ring/vector.js";
import { checkOneSharing, maxShares, readShare, sharingIdBytes, writeHeader } from "./share-encoding.js";

/** Either of the two forms a share can have. */
type Content =
  | { readonly kind: "seed"; readonly seed: Uint8Array }
  | { readonly kind: "words"; readonly words: BigUint64Array };

/** What makes up a share. */
export interface AdditiveShareParts {
  /** The 16 bytes that all shares of one split carry. */
  readonly id: Uint8Array;
  /** From 0 to parties - 1. */
  readonly index: number;
  /** How many shares there are, 2 to 65,535. */
  readonly parties: number;
  /** Words of the secret. */
  readonly length: number;
  /** 32 bytes that expand to the share, or its words. */
  readonly content: Uint8Array | BigUint64Array;
}

/** One party's share of a vector. Prints as redacted. */
export class AdditiveShare {
  static {
    printAsRedacted(this);
  }

  readonly #id: Uint8Array;
  readonly #index: number;
  readonly #parties: number;
  readonly #length: number;
  readonly #content: Content;

  /**
   * @throws VeilshareError INVALID_ARGUMENT for parts that do not fit together.
   */
  constructor(parts: AdditiveShareParts) {
    const { id, index, parties, length, content } = parts;
    checkParties("AdditiveShare", parties);
    if (!Number.isInteger(index) || index < 0 || index >= parties) {
      throw invalidArgument("AdditiveShare", `an index from 0 to ${parties - 1}`, String(index));
    }
    if (id.length !== sharingIdBytes)
      throw invalidArgument("AdditiveShare", "an id of 16 bytes", `${id.length}`);
    const isSeed = content instanceof Uint8Array;
    const expectedLength = isSeed ? seedBytes : length;
    if (!Number.isSafeInteger(length) || length < 0 || content.length !== expectedLength) {
      throw invalidArgument("AdditiveShare", `content of length ${expectedLength}`, `${content.length}`);
    }
    this.#id = copyBytes(id);
    this.#index = index;
    this.#parties = parties;
    this.#length = length;
    this.#content = isSeed
      ? { kind: "seed", seed: copyBytes(content) }
      : { kind: "words", words: content.slice() };
  }

  get id(): Uint8Array {
    return this.#id.slice();
  }

  get index(): number {
    return this.#index;
  }

  get parties(): number {
    return this.#parties;
  }

  /** Words of the secret. A seed share that came from another party says what it likes: check before expanding. */
  get length(): number {
    return this.#length;
  }

  /** The share as ring elements, expanded if it is a seed; in memory of its own. */
  words(): BigUint64Array {
    const content = this.#content;
    return content.kind === "words" ? content.words.slice() : new Prg(content.seed).words(this.#length);
  }

  /** The canonical encoding: 58 bytes for a seed, 26 + 8 a word for the correction. */
  toBytes(): Uint8Array {
    const content = this.#content;
    const header = writeHeader(content.kind === "seed" ? "additive-seed" : "additive-words", this.#id);
    header.u16(this.#index).u16(this.#parties).u32(this.#length);
    return header.fixed(content.kind === "seed" ? content.seed : bytesFromWords(content.words)).finish();
  }

  /**
   * The share of an encoding.
   *
   * @throws VeilshareError INVALID_ARGUMENT for anything that {@link toBytes} does not give.
   */
  static fromBytes(bytes: Uint8Array): AdditiveShare {
    const kinds = ["additive-seed", "additive-words"] as const;
    return readShare("AdditiveShare.fromBytes", bytes, kinds, (reader, { kind, id }) => {
      const parts = { id, index: reader.u16(), parties: reader.u16(), length: reader.u32() };
      const content =
        kind === "additive-seed" ? reader.fixed(seedBytes) : wordsFromBytes(reader.fixed(8 * parts.length));
      return new AdditiveShare({ ...parts, content });
    });
  }
}

/** Settings of {@link split}. */
export interface AdditiveSplitOptions {
  /** Asked for 16 bytes (the sharing's id), then parties - 1 times for 32 (a seed). */
  readonly random?: RandomSource;
}

const splitRules: RulesOf<AdditiveSplitOptions> = { random: optional(callback) };

const wordsRule = instanceOf(BigUint64Array, "a BigUint64Array");

/**
 * Splits a vector into shares that all are needed to put it together.
 *
 * @param secret - Ring elements; fewer than 2^32.
 * @param parties - 2 to 65,535.
 * @returns One share a party; all but the last are seeds.
 * @throws VeilshareError INVALID_ARGUMENT.
 */
export function split(
  secret: BigUint64Array,
  parties: number,
  options: AdditiveSplitOptions = {},
): AdditiveShare[] {
  checkArgument("additive.split", "secret", secret, wordsRule);
  checkOptions("additive.split", options, splitRules);
  checkParties("additive.split", parties);
  if (secret.length >= 2 ** 32) throw invalidArgument("additive.split", "fewer than 2^32 words", "more");
  const random = options.random ?? randomBytes;
  const { length } = secret;
  const id = keepBytes(random, sharingIdBytes);
  const correction = secret.slice();
  const shares: AdditiveShare[] = [];
  for (let index = 0; index < parties - 1; index++) {
    const share = new AdditiveShare({ id, index, parties, length, content: keepBytes(random, seedBytes) });
    subtractInPlace(correction, share.words());
    shares.push(share);
  }
  shares.push(new AdditiveShare({ id, index: parties - 1, parties, length, content: correction }));
  return shares;
}

/**
 * Puts a vector together from all its shares, in any order.
 *
 * @throws VeilshareError INVALID_ARGUMENT for a missing share, one given twice, or shares of different splits.
 */
export function combine(shares: readonly AdditiveShare[]): BigUint64Array {
  const first = shares[0];
  if (first === undefined) throw invalidArgument("additive.combine", "at least 2 shares", "none");
  checkOneSharing("additive.combine", shares);
  for (const share of shares) {
    if (share.parties !== first.parties || share.length !== first.length) {
      throw invalidArgument("additive.combine", "shares of one split", "other counts or lengths");
    }
  }
  if (shares.length !== first.parties) {
    throw invalidArgument("additive.combine", `all ${first.parties} shares`, `${shares.length}`);
  }
  const secret = new BigUint64Array(first.length);
  for (const share of shares) addInPlace(secret, share.words());
  return secret;
}

function checkParties(caller: string, parties: number): void {
  if (!Number.isInteger(parties) || parties < 2 || parties > maxShares) {
    throw invalidArgument(caller, `2 to ${maxShares} parties`, String(parties));
  }
}
