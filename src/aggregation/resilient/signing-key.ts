/**
 * The key with which a client signs what it tells the others through a server that may lie.
 *
 * **Source.** Ed25519 of RFC 8032 by @noble/curves; verification is strict (no non-canonical or small-order keys).
 */

import { ed25519 } from "@noble/curves/ed25519.js";
import { printAsRedacted } from "../../bytes/redacted.js";
import { invalidArgument } from "../../errors.js";
import { randomBytes, type RandomSource } from "../../random/csprng.js";

/** Bytes of a secret or public key. */
export const signingKeyBytes = 32;

/** Bytes of a signature. */
export const signatureBytes = 64;

/** An Ed25519 key pair, long-lived: it stands for the client. */
export class SigningKey {
  static {
    printAsRedacted(this);
  }

  readonly publicKey: Uint8Array;
  readonly #secretKey: Uint8Array;

  /**
   * @param secretKey - 32 bytes; copied.
   * @throws VeilshareError INVALID_ARGUMENT for another length.
   */
  constructor(secretKey: Uint8Array) {
    if (secretKey.length !== signingKeyBytes) {
      throw invalidArgument("SigningKey", "a secret key of 32 bytes", `${secretKey.length} bytes`);
    }
    this.#secretKey = Uint8Array.from(secretKey);
    this.publicKey = ed25519.getPublicKey(this.#secretKey);
  }

  /** A fresh key pair. */
  static generate(random: RandomSource = randomBytes): SigningKey {
    return new SigningKey(random(signingKeyBytes));
  }

  sign(message: Uint8Array): Uint8Array {
    return ed25519.sign(message, this.#secretKey);
  }

  /** A copy of the secret key, to be stored. */
  exportSecretKey(): Uint8Array {
    return this.#secretKey.slice();
  }
}

/** True for a valid signature; false for anything else, malformed keys included. */
export function verifySignature(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}
