/** AES-128 by @noble/ciphers: the readable reference, and what browsers run. */

import { ecb } from "@noble/ciphers/aes.js";
import type { BlockCipher } from "./block-cipher.js";

/**
 * AES-128 under a key of 16 bytes.
 *
 * **Security.** Looks tables up at addresses that depend on the key and the blocks: not constant-time.
 */
export function openBlockCipher(key: Uint8Array): BlockCipher {
  const ownKey = Uint8Array.from(key);
  return {
    encrypt(source: Uint8Array, target: Uint8Array): void {
      if (source.length === 0) return;
      target.set(ecb(ownKey, { disablePadding: true }).encrypt(source));
    },
  };
}
