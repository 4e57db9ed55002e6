/**
 * Feldman's verifiable secret sharing over ristretto255: Shamir's scheme, and the dealer publishes the generator times
 * every coefficient. Each holder checks its share against that without seeing any other; whoever combines shares checks
 * each before using it.
 *
 * **Security.** A share that passes `verifyShare` is the value of the one polynomial that is committed to, whatever the
 * dealer or a holder does, as long as all see the same commitment: the dealer must publish it, not send it one by one.
 * Secrecy holds against t - 1 holders, under discrete logarithm in ristretto255, **and only for secrets of high entropy**:
 * the commitment contains the generator times each element of the secret, so a secret from a short list (an amount, a
 * password, the last chunk of a byte string) is found by trying the list. Share a random key and encrypt with it.
 * **Source.** Feldman, A practical scheme for non-interactive verifiable secret sharing, FOCS 1987; RFC 9591, appendix
 * C.2.
 */

import { concatBytes, copyBytes, equalBytes } from "../bytes/encoding.js";
import { checkArgument } from "../checks/options.js";
import { isPlainObject, rule, type Rule } from "../checks/rules.js";
import { invalidArgument } from "../errors.js";
import { ristretto255Scalars } from "../field/prime-field.js";
import { elementBytes } from "../group/backend.js";
import { decodeCheck, linearCombinationVartime, multiplyBase } from "../group/ristretto255.js";
import { encodeScalar } from "../group/scalars.js";
import { deal, sharesOf, type ShamirSplitOptions } from "./polynomial.js";
import type { ShamirShare } from "./shamir-share.js";
import { maxShares, readShare, sharingIdBytes, writeHeader } from "./share-encoding.js";

/** What makes up a commitment. */
export interface FeldmanCommitmentParts {
  /** The 16 bytes that all shares of one split carry. */
  readonly id: Uint8Array;
  readonly threshold: number;
  /** For each element of the secret, `threshold` group elements: the generator times each coefficient, lowest first. */
  readonly elements: Uint8Array;
}

/** The public part of a verifiable sharing. */
export class FeldmanCommitment {
  readonly #id: Uint8Array;
  readonly #elements: Uint8Array;
  readonly threshold: number;

  /**
   * @throws VeilshareError INVALID_ARGUMENT for a count that does not fit or an encoding that is no group element. The
   * identity is allowed: it commits to zero.
   */
  constructor(parts: FeldmanCommitmentParts) {
    const { id, threshold, elements } = parts;
    if (id.length !== sharingIdBytes) {
      throw invalidArgument("FeldmanCommitment", "an id of 16 bytes", `${id.length}`);
    }
    if (!Number.isInteger(threshold) || threshold < 2 || threshold > maxShares) {
      throw invalidArgument("FeldmanCommitment", `a threshold from 2 to ${maxShares}`, String(threshold));
    }
    if (elements.length % (threshold * elementBytes) !== 0) {
      const expected = `a multiple of ${threshold} elements of 32 bytes`;
      throw invalidArgument("FeldmanCommitment", expected, `${elements.length} bytes`);
    }
    decodeCheck(elements, { identity: "allow" });
    this.#id = copyBytes(id);
    this.#elements = copyBytes(elements);
    this.threshold = threshold;
  }

  get id(): Uint8Array {
    return this.#id.slice();
  }

  /** How many field elements are shared. */
  get length(): number {
    return this.#elements.length / (this.threshold * elementBytes);
  }

  /**
   * The `threshold` group elements for element `row` of the secret; the first is the generator times the secret.
   *
   * @throws VeilshareError INVALID_ARGUMENT for a row outside 0 to length - 1.
   */
  elements(row: number): Uint8Array {
    if (!Number.isInteger(row) || row < 0 || row >= this.length) {
      throw invalidArgument("FeldmanCommitment.elements", `a row from 0 to ${this.length - 1}`, String(row));
    }
    const rowBytes = this.threshold * elementBytes;
    return this.#elements.slice(row * rowBytes, (row + 1) * rowBytes);
  }

  /** The canonical encoding. */
  toBytes(): Uint8Array {
    return writeHeader("feldman-commitment", this.#id).u16(this.threshold).bytes(this.#elements).finish();
  }

  /**
   * The commitment of an encoding.
   *
   * @throws VeilshareError INVALID_ARGUMENT for anything that {@link toBytes} does not give.
   */
  static fromBytes(bytes: Uint8Array): FeldmanCommitment {
    return readShare("FeldmanCommitment.fromBytes", bytes, ["feldman-commitment"], (reader, { id }) => {
      return new FeldmanCommitment({ id, threshold: reader.u16(), elements: reader.bytes(bytes.length) });
    });
  }
}

/** What `deal` does not see once the field is filled in. */
const verifiableOptions: Rule = rule(
  "a plain object without a field, which is the scalar field of ristretto255",
  (value) => isPlainObject(value) && !("field" in value),
);

/** The field is always the scalar field of ristretto255. */
export type VerifiableSplitOptions = Omit<ShamirSplitOptions, "field">;

/** The dealer's output: one share for each holder, one commitment for all. */
export interface VerifiableSharing {
  readonly shares: ShamirShare[];
  readonly commitment: FeldmanCommitment;
}

/**
 * Splits a secret so that every holder can check its share.
 *
 * **Cost.** Threshold group multiplications for each element of the secret.
 *
 * @throws VeilshareError INVALID_ARGUMENT as `split`.
 */
export function splitVerifiable(options: VerifiableSplitOptions): VerifiableSharing {
  checkArgument("shamir.splitVerifiable", "options", options, verifiableOptions);
  const dealing = deal("shamir.splitVerifiable", { ...options, field: ristretto255Scalars });
  const coefficients = dealing.polynomials.flat().map((coefficient) => encodeScalar(coefficient));
  const elements = multiplyBase(concatBytes(...coefficients));
  const { id, threshold } = dealing;
  return {
    shares: sharesOf(dealing, options.shares),
    commitment: new FeldmanCommitment({ id, threshold, elements }),
  };
}

/**
 * True if a share is what the dealer committed to. A share of another sharing, field, threshold or length is not.
 *
 * **Cost.** For each element of the secret one group multiplication and one sum of `threshold` products.
 */
export function verifyShare(share: ShamirShare, commitment: FeldmanCommitment): boolean {
  const fits =
    share.field.order === ristretto255Scalars.order &&
    share.threshold === commitment.threshold &&
    share.length === commitment.length &&
    equalBytes(share.id, commitment.id);
  if (!fits) return false;
  const powers = indexPowers(share.index, share.threshold);
  for (const [row, value] of share.values().entries()) {
    const committed = linearCombinationVartime(powers, commitment.elements(row));
    if (!equalBytes(multiplyBase(encodeScalar(value)), committed)) return false;
  }
  return true;
}

/** 1, x, x^2 and so on as scalars. */
function indexPowers(index: number, count: number): Uint8Array {
  const powers = new Uint8Array(count * elementBytes);
  let power = 1n;
  for (let i = 0; i < count; i++) {
    powers.set(encodeScalar(power), i * elementBytes);
    power = ristretto255Scalars.multiply(power, BigInt(index));
  }
  return powers;
}
