/**
 * A pseudo-random generator expanded from a 256-bit seed: the ChaCha20 key stream (RFC 8439) with the seed as key, a
 * zero nonce and the block counter from 0. The bytes are the same in Node (OpenSSL) and in a browser
 * (@noble/ciphers). Both sides of a protocol expand the same seed instead of sending what it expands to.
 */

import { openKeystream } from "#random/keystream";
import { hostIsLittleEndian, wordsFromBytes } from "../bytes/encoding.js";
import { printAsRedacted } from "../bytes/redacted.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { checkCount, randomBytes } from "./csprng.js";
import { deriveKey } from "./hkdf.js";
import type { Keystream } from "./keystream.js";

/** Length of a seed. */
export const seedBytes = 32;

/** The 32-bit block counter must not wrap, and @noble/ciphers does not give its last block: 2^32 - 1 blocks of 64 bytes. */
const maxStreamBytes = 2 ** 38 - 64;

/** A fresh 256-bit seed. */
export function randomSeed(): Uint8Array {
  return randomBytes(seedBytes);
}

/**
 * A stream of pseudo-random bytes and words.
 *
 * **Security.** Indistinguishable from uniform to whoever lacks the seed, as long as ChaCha20 is a PRF. One seed has
 * one purpose: derive others with {@link Prg.derive} or {@link deriveKey}.
 */
export class Prg {
  static {
    printAsRedacted(this);
  }

  readonly #stream: Keystream;
  #used = 0;

  /**
   * @param seed - 32 bytes; copied.
   * @throws VeilshareError INVALID_ARGUMENT for any other length.
   */
  constructor(seed: Uint8Array) {
    if (seed.length !== seedBytes) throw invalidArgument("Prg", "a seed of 32 bytes", `${seed.length} bytes`);
    this.#stream = openKeystream(seed);
  }

  /** A generator for one purpose, independent of this one and of those with other labels or contexts. */
  static derive(secret: Uint8Array, label: string, context?: Uint8Array): Prg {
    return new Prg(deriveKey({ secret, label, ...(context === undefined ? {} : { context }) }));
  }

  /**
   * Overwrites `target` with the next bytes.
   *
   * @throws VeilshareError VALUE_OUT_OF_RANGE when the seed's 2^38 - 64 bytes are used up.
   */
  fill(target: Uint8Array): void {
    this.#used += target.length;
    if (this.#used > maxStreamBytes) {
      throw new VeilshareError("VALUE_OUT_OF_RANGE", "Prg: a seed gives at most 2^38 - 64 bytes");
    }
    this.#stream.fill(target);
  }

  /** Overwrites `target` with the next words, little-endian in the stream on every host. */
  fillWords(target: BigUint64Array): void {
    const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
    this.fill(bytes);
    if (!hostIsLittleEndian) target.set(wordsFromBytes(bytes));
  }

  /** The next `byteLength` bytes. */
  bytes(byteLength: number): Uint8Array {
    checkCount("Prg.bytes", byteLength);
    const bytes = new Uint8Array(byteLength);
    this.fill(bytes);
    return bytes;
  }

  /** The next `length` 64-bit words, little-endian in the stream on every host. */
  words(length: number): BigUint64Array {
    checkCount("Prg.words", length);
    const words = new BigUint64Array(length);
    this.fillWords(words);
    return words;
  }
}
