/** ChaCha20 key stream by @noble/ciphers: the readable reference, and what browsers run. */

import { chacha20 } from "@noble/ciphers/chacha.js";
import type { Keystream } from "./keystream.js";

const blockBytes = 64;
const nonce = new Uint8Array(12);

/**
 * The key stream of a 32-byte key.
 *
 * @param firstBlock - Number of the 64-byte block to start at, below 2^32.
 */
export function openKeystream(key: Uint8Array, firstBlock = 0): Keystream {
  const ownKey = Uint8Array.from(key);
  let nextBlock = firstBlock;
  let rest = new Uint8Array(0); // what is left of a block that was begun
  return {
    fill(target: Uint8Array): void {
      const fromRest = Math.min(rest.length, target.length);
      target.set(rest.subarray(0, fromRest));
      rest = rest.subarray(fromRest);
      const wanted = target.length - fromRest;
      if (wanted === 0) return;
      const blocks = Math.ceil(wanted / blockBytes);
      const stream = chacha20(ownKey, nonce, new Uint8Array(blocks * blockBytes), undefined, nextBlock);
      nextBlock += blocks;
      target.set(stream.subarray(0, wanted), fromRest);
      rest = stream.slice(wanted);
    },
  };
}
