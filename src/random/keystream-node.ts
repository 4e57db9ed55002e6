/** ChaCha20 key stream by OpenSSL, or by @noble/ciphers where that lacks it. Chosen by the package's `imports` map in Node. */

import { createCipheriv } from "node:crypto";
import { giveBackMemory } from "../bytes/memory.js";
import { openKeystream as openPortable } from "./keystream-portable.js";
import type { Keystream } from "./keystream.js";
import { offersCipher } from "./openssl-node.js";

const zeros = new Uint8Array(65_536);

/**
 * The key stream of a 32-byte key.
 *
 * @param firstBlock - Number of the 64-byte block to start at, below 2^32.
 */
export function openKeystream(key: Uint8Array, firstBlock = 0): Keystream {
  if (!offersCipher("chacha20", 32, 16)) return openPortable(key, firstBlock);
  const counterAndNonce = new Uint8Array(16);
  new DataView(counterAndNonce.buffer).setUint32(0, firstBlock, true);
  const cipher = createCipheriv("chacha20", key, counterAndNonce);
  return {
    fill(target: Uint8Array): void {
      for (let start = 0; start < target.length; start += zeros.length) {
        const part = target.subarray(start, start + zeros.length);
        const stream = cipher.update(part.length === zeros.length ? zeros : zeros.subarray(0, part.length));
        part.set(stream);
        giveBackMemory(stream);
      }
    },
  };
}
