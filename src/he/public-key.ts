/**
 * A Paillier public key: whoever has it can encrypt and compute on ciphertexts; only the holder of the private key
 * decrypts.
 *
 * Source: P. Paillier, Public-Key Cryptosystems Based on Composite Degree Residuosity Classes, EUROCRYPT 1999, scheme 1
 * with g = n + 1.
 */

import { equalBytes } from "../bytes/encoding.js";
import { invalidArgument } from "../errors.js";
import { bytesFromInteger, integerFromBytes } from "../field/prime-field.js";
import { power } from "./power.js";

/** Lengths of n that keys may have: 112 and 128 bits of security (NIST SP 800-57, part 1, table 2). */
export const paillierKeyBits = [2048, 3072] as const;

/** A length of n in bits. */
export type PaillierKeyBits = (typeof paillierKeyBits)[number];

/** No prime below this may divide n. */
const smallFactorBound = 2 ** 16;

/** A checked public key. */
export class PaillierPublicKey {
  /** The product of two secret primes. */
  readonly n: bigint;
  readonly bits: PaillierKeyBits;
  /** The modulus of ciphertexts, n^2. */
  readonly nSquared: bigint;

  /**
   * Checks what can be checked of another party's key without its factors: length, oddness, no prime factor below
   * 2^16, neither prime itself nor a square.
   *
   * **Security.** Not proved: that n has exactly two prime factors of equal length, that it is coprime to their
   * predecessors' product, or that the other party knows them. A party that makes its key badly on purpose can make
   * decryption ambiguous, and learn more from what it decrypts than the protocol means to tell it; so the key's holder
   * is trusted to be semi-honest.
   *
   * @throws VeilshareError INVALID_ARGUMENT.
   */
  constructor(n: bigint) {
    this.bits = checkedBits(n);
    this.n = n;
    this.nSquared = n * n;
  }

  /** Bytes of an encoded key. */
  get byteLength(): number {
    return this.bits / 8;
  }

  /** Bytes of an encoded ciphertext. */
  get ciphertextBytes(): number {
    return this.bits / 4;
  }

  /** n, little-endian. */
  toBytes(): Uint8Array {
    return bytesFromInteger(this.n, this.byteLength);
  }

  /**
   * Reads and checks a key.
   *
   * @throws VeilshareError INVALID_ARGUMENT for another length, and as the constructor.
   */
  static fromBytes(bytes: Uint8Array): PaillierPublicKey {
    if (!paillierKeyBits.some((bits) => bits / 8 === bytes.length)) {
      throw invalidArgument("PaillierPublicKey", "256 or 384 bytes", `${bytes.length} bytes`);
    }
    return new PaillierPublicKey(integerFromBytes(bytes));
  }

  equals(other: PaillierPublicKey): boolean {
    return equalBytes(this.toBytes(), other.toBytes());
  }
}

function checkedBits(n: bigint): PaillierKeyBits {
  const refuse = (got: string): Error =>
    invalidArgument("PaillierPublicKey", "a product of two large primes, of 2048 or 3072 bits", got);
  const length = n > 0n ? n.toString(2).length : 0;
  const bits = paillierKeyBits.find((known) => known === length);
  if (bits === undefined) throw refuse(`${length} bits`);
  const divisor = smallestDivisorBelow(n, smallFactorBound);
  if (divisor !== undefined) throw refuse(`a multiple of ${divisor}`);
  if (isSquare(n)) throw refuse("a square");
  if (power(2n, n - 1n, n) === 1n) throw refuse("a prime");
  return bits;
}

function smallestDivisorBelow(n: bigint, bound: number): number | undefined {
  const isComposite = new Uint8Array(bound);
  for (let candidate = 2; candidate < bound; candidate++) {
    if (isComposite[candidate] === 1) continue;
    if (n % BigInt(candidate) === 0n) return candidate;
    for (let multiple = candidate * candidate; multiple < bound; multiple += candidate)
      isComposite[multiple] = 1;
  }
  return undefined;
}

/** By Newton's iteration from above. */
function isSquare(n: bigint): boolean {
  let root = 1n << BigInt(Math.ceil(n.toString(2).length / 2));
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root * root === n;
    root = next;
  }
}
