/**
 * A keyed 32-bit hash of a byte string, for hash tables over bytes that somebody else may have chosen: without the key
 * nobody can prepare items that crowd a table.
 *
 * Source: HalfSipHash-2-4, the 32-bit form of SipHash (J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input
 * PRF", INDOCRYPT 2012) in its authors' reference implementation.
 */

/** Length of the key. */
export const hashKeyBytes = 8;

/** HalfSipHash-2-4 under one key, with 32-bit outputs. */
export class KeyedHash {
  readonly #k0: number;
  readonly #k1: number;
  #v0 = 0;
  #v1 = 0;
  #v2 = 0;
  #v3 = 0;

  /** @param key - 8 bytes. */
  constructor(key: Uint8Array) {
    this.#k0 = wordAt(key, 0);
    this.#k1 = wordAt(key, 4);
  }

  /** The hash of the `byteLength` bytes of `source` from `start` on, from 0 to 2^32 - 1. */
  of(source: Uint8Array, byteLength: number, start = 0): number {
    this.#v0 = this.#k0;
    this.#v1 = this.#k1;
    this.#v2 = 0x6c796765 ^ this.#k0;
    this.#v3 = 0x74656462 ^ this.#k1;
    const wholeWords = byteLength - (byteLength % 4);
    for (let i = 0; i < wholeWords; i += 4) this.#absorb(wordAt(source, start + i));
    let last = byteLength << 24;
    for (let i = wholeWords; i < byteLength; i++)
      last |= (source[start + i] as number) << (8 * (i - wholeWords));
    this.#absorb(last);
    this.#v2 ^= 0xff;
    for (let round = 0; round < 4; round++) this.#round();
    return (this.#v1 ^ this.#v3) >>> 0;
  }

  #absorb(word: number): void {
    this.#v3 ^= word;
    this.#round();
    this.#round();
    this.#v0 ^= word;
  }

  #round(): void {
    let [v0, v1, v2, v3] = [this.#v0, this.#v1, this.#v2, this.#v3];
    v0 = (v0 + v1) | 0;
    v1 = rotated(v1, 5) ^ v0;
    v0 = rotated(v0, 16);
    v2 = (v2 + v3) | 0;
    v3 = rotated(v3, 8) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = rotated(v3, 7) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = rotated(v1, 13) ^ v2;
    v2 = rotated(v2, 16);
    this.#v0 = v0;
    this.#v1 = v1;
    this.#v2 = v2;
    this.#v3 = v3;
  }
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** Four bytes that are there, little-endian. */
function wordAt(source: Uint8Array, at: number): number {
  const byte = (i: number): number => source[at + i] as number;
  return byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24);
}
