/**
 * The key with which a party signs what others must be able to tell from what a third one says: an Ed25519 key pair.
 *
 * **Source.** Ed25519 of RFC 8032, by OpenSSL in Node and @noble/curves elsewhere; no non-canonical or small-order keys.
 */

import { openEd25519Key, verifyEd25519 } from "#group/ed25519";
import { printAsRedacted } from "../../bytes/redacted.js";
import { invalidArgument } from "../../errors.js";
import { ed25519KeyBytes, ed25519SignatureBytes, type Ed25519Key } from "../../group/ed25519.js";
import { randomBytes, type RandomSource } from "../../random/csprng.js";

/** Bytes of a secret or public key. */
export const signingKeyBytes: number = ed25519KeyBytes;

/** Bytes of a signature. */
export const signatureBytes: number = ed25519SignatureBytes;

/** An Ed25519 key pair, long-lived: it stands for its party. */
export class SigningKey {
  static {
    printAsRedacted(this);
  }

  readonly publicKey: Uint8Array;
  readonly #secretKey: Uint8Array;
  readonly #key: Ed25519Key;

  /**
   * @param secretKey - 32 bytes; copied.
   * @throws VeilshareError INVALID_ARGUMENT for another length.
   */
  constructor(secretKey: Uint8Array) {
    if (secretKey.length !== signingKeyBytes) {
      throw invalidArgument("SigningKey", "a secret key of 32 bytes", `${secretKey.length} bytes`);
    }
    this.#secretKey = Uint8Array.from(secretKey);
    this.#key = openEd25519Key(this.#secretKey);
    this.publicKey = this.#key.publicKey;
  }

  /** A fresh key pair. */
  static generate(random: RandomSource = randomBytes): SigningKey {
    return new SigningKey(random(signingKeyBytes));
  }

  sign(message: Uint8Array): Uint8Array {
    return this.#key.sign(message);
  }

  /** A copy of the secret key, to be stored. */
  exportSecretKey(): Uint8Array {
    return this.#secretKey.slice();
  }
}

/** True for a valid signature; false for anything else, malformed keys included. */
export function verifySignature(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  return verifyEd25519(signature, message, publicKey);
}
