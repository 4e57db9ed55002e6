/** What the two implementations of Ed25519 (RFC 8032) have in common. */

/** Length of a secret key and of a public key. */
export const ed25519KeyBytes = 32;

/** Length of a signature. */
export const ed25519SignatureBytes = 64;

/** A secret key, ready for use. */
export interface Ed25519Key {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

/** Makes a key of 32 secret bytes, of which the implementation keeps a copy. */
export type OpenEd25519Key = (secretKey: Uint8Array) => Ed25519Key;

/**
 * True for a valid signature; false for anything else, among them keys that are no canonical encoding or of small order.
 *
 * Of signatures that an honest key makes all implementations say the same. They may differ about one that its own maker has
 * given a part of small order: OpenSSL refuses it, the portable one checks up to that part.
 */
export type VerifyEd25519 = (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) => boolean;
