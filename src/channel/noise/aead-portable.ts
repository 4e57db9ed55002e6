/** ChaCha20-Poly1305 by @noble/ciphers: the readable reference, and what browsers run. */

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { tagBytes, type AeadContext } from "./aead.js";

/** See {@link SealInto}. */
export function sealInto(target: Uint8Array, plaintext: Uint8Array, context: AeadContext): void {
  // The library calls an output misaligned when it is a view at an odd offset of the same memory as the input.
  chacha20poly1305(context.key, context.nonce, context.associatedData).encrypt(plaintext, target);
}

/** See {@link Open}. */
export function open(ciphertext: Uint8Array, context: AeadContext): Uint8Array | undefined {
  if (ciphertext.length < tagBytes) return undefined;
  const cipher = chacha20poly1305(context.key, context.nonce, context.associatedData);
  try {
    return cipher.decrypt(ciphertext);
  } catch {
    return undefined; // lengths were checked by the callers' types, so this is the tag
  }
}
