/** X25519 key pairs (RFC 7748): the static keys that name a party and the ephemeral keys of one handshake. */

import { openX25519Key } from "#group/x25519";
import { printAsRedacted } from "../../bytes/redacted.js";
import { invalidArgument, VeilshareError } from "../../errors.js";
import { x25519Bytes, type X25519Key } from "../../group/x25519.js";
import { randomBytes, type RandomSource } from "../../random/csprng.js";

/** Length of a public key, of a secret key and of what two of them agree on. */
export const dhBytes: number = x25519Bytes;

/**
 * A secret scalar that stays inside, with its public key.
 *
 * **Security.** In Node OpenSSL computes. In browsers it is @noble/curves, a Montgomery ladder without secret-dependent
 * branches, on BigInts, whose arithmetic the engine does not promise to run in constant time. SECURITY.md says more.
 *
 * **Source.** RFC 7748, sections 5 and 6.1.
 */
export class KeyPair {
  static {
    printAsRedacted(this);
  }

  /** 32 bytes. Treat as read-only. */
  readonly publicKey: Uint8Array;
  readonly #secretKey: Uint8Array;
  readonly #key: X25519Key;

  private constructor(secretKey: Uint8Array) {
    this.#secretKey = secretKey;
    this.#key = openX25519Key(secretKey);
    this.publicKey = this.#key.publicKey;
  }

  /** A fresh key pair. */
  static generate(random: RandomSource = randomBytes): KeyPair {
    return KeyPair.fromSecretKey(random(dhBytes));
  }

  /**
   * The key pair of a secret key.
   *
   * @param secretKey - 32 bytes; copied.
   * @throws VeilshareError INVALID_ARGUMENT for any other length.
   */
  static fromSecretKey(secretKey: Uint8Array): KeyPair {
    if (secretKey.length !== dhBytes) {
      throw invalidArgument("KeyPair", "a secret key of 32 bytes", `${secretKey.length} bytes`);
    }
    return new KeyPair(secretKey.slice());
  }

  /**
   * What both owners get from their secret key and the other's public key: 32 secret bytes.
   *
   * @throws VeilshareError PEER_UNAUTHENTICATED when the public key is of small order, so that the result would be all
   * zeros whatever the secret key (RFC 7748, section 6.1).
   */
  agree(publicKey: Uint8Array): Uint8Array {
    if (publicKey.length !== dhBytes) {
      throw invalidArgument("KeyPair.agree", "a public key of 32 bytes", `${publicKey.length} bytes`);
    }
    const shared = this.#key.agree(publicKey);
    if (shared === undefined) {
      throw new VeilshareError("PEER_UNAUTHENTICATED", "a public key of small order was refused");
    }
    return shared;
  }

  /** A copy of the secret key, for a key file. */
  exportSecretKey(): Uint8Array {
    return this.#secretKey.slice();
  }
}
