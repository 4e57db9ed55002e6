/** A Paillier private key: the factors of n, and decryption with them. */

import { concatBytes } from "../bytes/encoding.js";
import { printAsRedacted } from "../bytes/redacted.js";
import { invalidArgument } from "../errors.js";
import { bytesFromInteger, integerFromBytes } from "../field/prime-field.js";
import { eventLoopTurn } from "../parallel/event-loop.js";
import { numberTheory, type NumberTheory } from "./number-theory.js";
import { PaillierPublicKey, paillierKeyBits } from "./public-key.js";
import { powersInPool, randomBelow, type HeWork } from "./work.js";

/** Rounds of Miller-Rabin on random bases: a composite number passes with a probability below 2^-80. */
const primalityRounds = 40;
const roundsPerTurn = 8;

/** One prime factor and what decryption needs of it. */
interface Factor {
  readonly prime: bigint;
  readonly squared: bigint;
  /** The inverse of L((1 + n)^(prime - 1) mod prime^2), with L(x) = (x - 1) / prime. */
  readonly scale: bigint;
}

/** What a key is made of; from {@link factorsOf}. */
export interface Factors {
  readonly p: Factor;
  readonly q: Factor;
  /** Inverses modulo q and q^2, for putting residues together. */
  readonly pInverse: bigint;
  readonly pSquaredInverse: bigint;
}

/** The holder's key. Prints as redacted. */
export class PaillierPrivateKey {
  static {
    printAsRedacted(this);
  }

  readonly #publicKey: PaillierPublicKey;
  readonly #factors: Factors;

  /** Use `generatePaillierKey` or {@link PaillierPrivateKey.fromSecretBytes}. */
  constructor(factors: Factors) {
    this.#factors = factors;
    this.#publicKey = new PaillierPublicKey(factors.p.prime * factors.q.prime);
  }

  get publicKey(): PaillierPublicKey {
    return this.#publicKey;
  }

  /**
   * Reads a key that {@link PaillierPrivateKey.secretBytes} gave; both factors are tested for primality.
   *
   * @throws VeilshareError INVALID_ARGUMENT when it is none.
   */
  static async fromSecretBytes(bytes: Uint8Array): Promise<PaillierPrivateKey> {
    const half = bytes.length / 2;
    if (!paillierKeyBits.some((bits) => bits / 8 === bytes.length)) {
      throw invalidArgument("PaillierPrivateKey", "256 or 384 bytes", `${bytes.length} bytes`);
    }
    const [p, q] = [integerFromBytes(bytes.subarray(0, half)), integerFromBytes(bytes.subarray(half))];
    const tests = await numberTheory();
    const fits = p !== q && p.toString(2).length === 8 * half && q.toString(2).length === 8 * half;
    if (!fits || !(await isPrime(p, tests)) || !(await isPrime(q, tests))) {
      throw invalidArgument("PaillierPrivateKey", "two different primes of half the length each", "others");
    }
    return new PaillierPrivateKey(await factorsOf(p, q));
  }

  /** Both primes, for a key file: whoever has them decrypts everything. */
  secretBytes(): Uint8Array {
    const half = this.publicKey.byteLength / 2;
    const { p, q } = this.#factors;
    return concatBytes(bytesFromInteger(p.prime, half), bytesFromInteger(q.prime, half));
  }

  /**
   * What ciphertexts hold, as integers from 0 to n - 1. Use `decrypt` of the module, which knows about signs and slots.
   *
   * @param ciphertexts - Integers coprime to n, below n^2.
   */
  async residues(ciphertexts: readonly bigint[], work: HeWork): Promise<bigint[]> {
    const { p, q, pInverse } = this.#factors;
    const modP = await residuesModulo(ciphertexts, p, work);
    const modQ = await residuesModulo(ciphertexts, q, work);
    return modP.map((a, i) => combined(a, modQ[i] as bigint, p.prime, q.prime, pInverse)); // one of each
  }

  /**
   * Uniform n-th residues modulo n^2. An n-th power modulo p^2 depends on its base modulo p only, and raising to the
   * power of q permutes those: so a uniform p-th power modulo p^2 is a uniform n-th power, of half the exponent.
   */
  async randomisers(count: number, work: HeWork): Promise<bigint[]> {
    const { p, q, pSquaredInverse } = this.#factors;
    const powersOf = async ({ prime, squared }: Factor): Promise<bigint[]> => {
      const bases = Array.from({ length: count }, () => randomBelow(prime, work.random));
      return powersInPool(bases, prime, squared, { ...work, onProgress: () => undefined });
    };
    const modP = await powersOf(p);
    const modQ = await powersOf(q);
    return modP.map((a, i) => combined(a, modQ[i] as bigint, p.squared, q.squared, pSquaredInverse)); // one of each
  }
}

/** One round first, which most composite numbers fail; the event loop has a turn now and then. */
export async function isPrime(candidate: bigint, { isProbablyPrime }: NumberTheory): Promise<boolean> {
  if (!(await isProbablyPrime(candidate, 1))) return false;
  for (let rounds = 0; rounds < primalityRounds; rounds += roundsPerTurn) {
    await eventLoopTurn();
    if (!(await isProbablyPrime(candidate, roundsPerTurn))) return false;
  }
  return true;
}

/** What a key needs of its primes. */
export async function factorsOf(p: bigint, q: bigint): Promise<Factors> {
  const { modInv } = await numberTheory();
  // L((1 + n)^(p - 1) mod p^2) = (p - 1) n / p = -q mod p
  const factor = (prime: bigint, other: bigint): Factor => ({
    prime,
    squared: prime * prime,
    scale: modInv(prime - (other % prime), prime),
  });
  return {
    p: factor(p, q),
    q: factor(q, p),
    pInverse: modInv(p, q),
    pSquaredInverse: modInv(p * p, q * q),
  };
}

/** m mod prime = L(c^(prime - 1) mod prime^2) scale, for each c. */
async function residuesModulo(
  ciphertexts: readonly bigint[],
  { prime, squared, scale }: Factor,
  work: HeWork,
): Promise<bigint[]> {
  const bases = ciphertexts.map((c) => c % squared);
  const powers = await powersInPool(bases, prime - 1n, squared, { ...work, onProgress: () => undefined });
  return powers.map((x) => (((x - 1n) / prime) * scale) % prime);
}

/** The integer below p q that is a modulo p and b modulo q. */
function combined(a: bigint, b: bigint, p: bigint, q: bigint, pInverse: bigint): bigint {
  const difference = ((b - a) * pInverse) % q;
  return a + p * (difference < 0n ? difference + q : difference);
}
