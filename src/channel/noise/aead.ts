/** What the two implementations of ChaCha20-Poly1305 (RFC 8439) have in common. */

/** Length of the Poly1305 tag at the end of a ciphertext. */
export const tagBytes = 16;

/** What both directions need. */
export interface AeadContext {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** 12 bytes, never twice with the same key. */
  readonly nonce: Uint8Array;
  readonly associatedData: Uint8Array;
}

/** Writes ciphertext and tag, `plaintext.length + 16` bytes, over the whole of `target`. */
export type SealInto = (target: Uint8Array, plaintext: Uint8Array, context: AeadContext) => void;

/** The plaintext in memory of its own, or `undefined` when the tag is wrong; no unverified byte is released. */
export type Open = (ciphertext: Uint8Array, context: AeadContext) => Uint8Array | undefined;
