/** What the two implementations of X25519 (RFC 7748) have in common. */

/** Length of a public key, of a secret key and of what two of them agree on. */
export const x25519Bytes = 32;

/** A secret key, ready for use. */
export interface X25519Key {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /**
   * What both owners get, 32 secret bytes; undefined when the other's key is of small order, so that the result would be
   * all zeros whatever the secret key (RFC 7748, section 6.1).
   *
   * @param publicKey - 32 bytes.
   */
  readonly agree: (publicKey: Uint8Array) => Uint8Array | undefined;
}

/** Makes a key of 32 secret bytes, of which the implementation keeps a copy. */
export type OpenX25519Key = (secretKey: Uint8Array) => X25519Key;
