/** What the two implementations of the ChaCha20 key stream have in common. */

/** A ChaCha20 key stream (RFC 8439, section 2.4, zero nonce), read from start to end. */
export interface Keystream {
  /** Writes the next bytes of the stream over `target`. */
  fill(target: Uint8Array): void;
}
