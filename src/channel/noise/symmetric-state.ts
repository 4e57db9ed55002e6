/** The chaining key and the transcript hash of a handshake (Noise rev 34, section 5.2). */

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8ToBytes } from "../../bytes/encoding.js";
import { printAsRedacted } from "../../bytes/redacted.js";
import { CipherState } from "./cipher-state.js";

const hashBytes = 32;
const empty = new Uint8Array(0);

/** The cipher states that a finished handshake leaves behind. */
export interface SplitKeys {
  readonly initiatorToResponder: CipherState;
  readonly responderToInitiator: CipherState;
}

/** Mixes keys and everything that was said into what is encrypted next. */
export class SymmetricState {
  static {
    printAsRedacted(this);
  }

  #cipher = new CipherState();
  #chainingKey: Uint8Array;
  #hash: Uint8Array;

  /** @param protocolName - E.g. `Noise_KK_25519_ChaChaPoly_SHA256`. */
  constructor(protocolName: string) {
    const name = utf8ToBytes(protocolName);
    this.#hash = new Uint8Array(hashBytes);
    if (name.length <= hashBytes) this.#hash.set(name);
    else this.#hash = sha256(name);
    this.#chainingKey = this.#hash.slice();
  }

  /** How much longer the next ciphertext is than its plaintext. */
  get overheadBytes(): number {
    return this.#cipher.overheadBytes;
  }

  /** A copy of the transcript hash; after the handshake it names the channel (section 11.2). */
  get handshakeHash(): Uint8Array {
    return this.#hash.slice();
  }

  mixKey(inputKeyMaterial: Uint8Array): void {
    const [chainingKey, key] = noiseHkdf(this.#chainingKey, inputKeyMaterial);
    this.#chainingKey = chainingKey;
    this.#cipher = new CipherState(key);
  }

  mixHash(data: Uint8Array): void {
    this.#hash = sha256(concatBytes(this.#hash, data));
  }

  encryptAndHash(plaintext: Uint8Array): Uint8Array {
    const ciphertext = this.#cipher.encrypt(this.#hash, plaintext);
    this.mixHash(ciphertext);
    return ciphertext;
  }

  /** @throws VeilshareError PEER_UNAUTHENTICATED when the two sides do not share keys and transcript. */
  decryptAndHash(ciphertext: Uint8Array): Uint8Array {
    const plaintext = this.#cipher.decrypt(this.#hash, ciphertext);
    this.mixHash(ciphertext);
    return plaintext;
  }

  /**
   * 32 secret bytes of both sides of a finished handshake, bound to a label; independent of the keys of `split`, which come of
   * the empty input.
   */
  exportSecret(label: string): Uint8Array {
    return hmac(sha256, this.#chainingKey, utf8ToBytes(label));
  }

  split(): SplitKeys {
    const [first, second] = noiseHkdf(this.#chainingKey, empty);
    return {
      initiatorToResponder: new CipherState(first),
      responderToInitiator: new CipherState(second),
    };
  }
}

/** HKDF with two outputs, as section 4.3 defines it: RFC 5869 with empty info, the chaining key as salt. */
function noiseHkdf(chainingKey: Uint8Array, inputKeyMaterial: Uint8Array): [Uint8Array, Uint8Array] {
  const temporaryKey = hmac(sha256, chainingKey, inputKeyMaterial);
  const first = hmac(sha256, temporaryKey, Uint8Array.of(1));
  const second = hmac(sha256, temporaryKey, concatBytes(first, Uint8Array.of(2)));
  return [first, second];
}
