/** ChaCha20-Poly1305 by OpenSSL. Chosen by the package's `imports` map in Node. */

import { createCipheriv, createDecipheriv } from "node:crypto";
import { giveBackMemory } from "../../bytes/memory.js";
import { tagBytes, type AeadContext } from "./aead.js";

const algorithm = "chacha20-poly1305";
const options = { authTagLength: tagBytes };

/** See {@link SealInto}. */
export function sealInto(target: Uint8Array, plaintext: Uint8Array, context: AeadContext): void {
  const cipher = createCipheriv(algorithm, context.key, context.nonce, options);
  cipher.setAAD(context.associatedData, { plaintextLength: plaintext.length });
  const ciphertext = cipher.update(plaintext);
  target.set(ciphertext);
  giveBackMemory(ciphertext);
  cipher.final();
  target.set(cipher.getAuthTag(), plaintext.length);
}

/** See {@link Open}. */
export function open(ciphertext: Uint8Array, context: AeadContext): Uint8Array | undefined {
  if (ciphertext.length < tagBytes) return undefined;
  const plaintextLength = ciphertext.length - tagBytes;
  const decipher = createDecipheriv(algorithm, context.key, context.nonce, options);
  decipher.setAAD(context.associatedData, { plaintextLength });
  decipher.setAuthTag(ciphertext.subarray(plaintextLength));
  const plaintext = decipher.update(ciphertext.subarray(0, plaintextLength));
  try {
    decipher.final();
  } catch {
    return undefined; // the one thing that final() of a stream cipher can object to is the tag
  }
  return new Uint8Array(plaintext.buffer, plaintext.byteOffset, plaintext.length);
}
