/** ChaCha20-Poly1305 by OpenSSL, or by @noble/ciphers where that lacks it. Chosen by the package's `imports` map in Node. */

import { createCipheriv, createDecipheriv } from "node:crypto";
import { giveBackMemory } from "../../bytes/memory.js";
import { offersCipher } from "../../random/openssl-node.js";
import { tagBytes, type AeadContext } from "./aead.js";
import * as portable from "./aead-portable.js";

const algorithm = "chacha20-poly1305";
const options = { authTagLength: tagBytes };

function isOffered(): boolean {
  return offersCipher(algorithm, 32, 12, tagBytes);
}

/** See {@link SealInto}. */
export function sealInto(target: Uint8Array, plaintext: Uint8Array, context: AeadContext): void {
  if (!isOffered()) {
    portable.sealInto(target, plaintext, context);
    return;
  }
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
  if (!isOffered()) return portable.open(ciphertext, context);
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
