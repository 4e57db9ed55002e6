/** X25519 by @noble/curves: the readable reference, and what browsers run. */

import { x25519 } from "@noble/curves/ed25519.js";
import type { X25519Key } from "./x25519.js";

/** See {@link OpenX25519Key}. */
export function openX25519Key(secretKey: Uint8Array): X25519Key {
  const own = secretKey.slice();
  return {
    publicKey: x25519.getPublicKey(own),
    agree(publicKey) {
      try {
        return x25519.getSharedSecret(own, publicKey);
      } catch {
        return undefined; // lengths are the callers' business, so this is the zero result
      }
    },
  };
}
