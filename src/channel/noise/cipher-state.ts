/** One direction of encrypted messages: a key and a counter (Noise Protocol Framework rev 34, section 5.1). */

import { open, sealInto } from "#channel/aead";
import { printAsRedacted } from "../../bytes/redacted.js";
import { VeilshareError } from "../../errors.js";
import { tagBytes } from "./aead.js";

/** Counter values are below this; 2^64-1 is reserved (section 5.1). */
const nonceLimit = 2n ** 64n - 1n;

/**
 * Encrypts or decrypts the messages of one direction in order. The counter is the nonce and never travels, so that a
 * message lost, repeated or moved decrypts as a forgery.
 *
 * **Source.** Noise rev 34, sections 5.1 and 12.3 (nonce: 4 zero bytes, then the counter in 8 bytes, little-endian).
 */
export class CipherState {
  static {
    printAsRedacted(this);
  }

  readonly #key: Uint8Array | undefined;
  #wiped = false;
  readonly #nonce = new Uint8Array(12);
  readonly #nonceView = new DataView(this.#nonce.buffer);
  #counter: bigint;

  /**
   * @param key - 32 bytes, or nothing: then messages pass as they are.
   * @param counter - The number of the next message, below 2^64-1.
   */
  constructor(key?: Uint8Array, counter = 0n) {
    this.#key = key;
    this.#counter = counter;
  }

  /** Overwrites the key; the state refuses to encrypt or decrypt from then on. */
  wipe(): void {
    this.#key?.fill(0);
    this.#wiped = true;
  }

  get hasKey(): boolean {
    return this.#key !== undefined;
  }

  /** How much longer a ciphertext is than its plaintext. */
  get overheadBytes(): number {
    return this.#key === undefined ? 0 : tagBytes;
  }

  /**
   * Writes the ciphertext over the whole of `target`, {@link CipherState.overheadBytes} longer than the plaintext.
   *
   * @throws VeilshareError VALUE_OUT_OF_RANGE when the counter is used up; nothing is written then.
   */
  encryptInto(target: Uint8Array, associatedData: Uint8Array, plaintext: Uint8Array): void {
    if (this.#key === undefined) {
      target.set(plaintext);
      return;
    }
    sealInto(target, plaintext, { key: this.#key, nonce: this.#currentNonce(), associatedData });
    this.#counter += 1n;
  }

  /** The ciphertext in memory of its own. */
  encrypt(associatedData: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const ciphertext = new Uint8Array(plaintext.length + this.overheadBytes);
    this.encryptInto(ciphertext, associatedData, plaintext);
    return ciphertext;
  }

  /**
   * The plaintext in memory of its own.
   *
   * @throws VeilshareError PEER_UNAUTHENTICATED when this is not the next message under this key; the counter stays.
   * VALUE_OUT_OF_RANGE when the counter is used up.
   */
  decrypt(associatedData: Uint8Array, ciphertext: Uint8Array): Uint8Array {
    if (this.#key === undefined) return ciphertext.slice();
    const plaintext = open(ciphertext, { key: this.#key, nonce: this.#currentNonce(), associatedData });
    if (plaintext === undefined) {
      throw new VeilshareError("PEER_UNAUTHENTICATED", "a message is not the next one under the agreed key");
    }
    this.#counter += 1n;
    return plaintext;
  }

  #currentNonce(): Uint8Array {
    if (this.#wiped) throw new VeilshareError("CLOSED", "CipherState: the key was wiped");
    if (this.#counter >= nonceLimit) {
      throw new VeilshareError("VALUE_OUT_OF_RANGE", "CipherState: a key encrypts at most 2^64-1 messages");
    }
    this.#nonceView.setBigUint64(4, this.#counter, true);
    return this.#nonce;
  }
}
