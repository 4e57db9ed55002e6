/** The reference of hashes, trees and streams: BLAKE3 and ChaCha20 of @noble, one message and one block at a time. */

import { chacha20 } from "@noble/ciphers/chacha.js";
import { blake3 } from "@noble/hashes/blake3.js";
import { keyedFlag, type OkvsOperations } from "./operations.js";
import { addInto, wordAt, type MemoryOf } from "./reference-memory.js";

type Operations = Pick<
  OkvsOperations,
  "hashRows" | "hashItems" | "expandSeeds" | "keystream" | "foldTree" | "wipeScratch"
>;

const blockBytes = 64;
const seedBytes = 32;
const nonce = new Uint8Array(12);

function streamOf(key: Uint8Array, firstBlock: number, count: number): Uint8Array {
  return chacha20(key.slice(), nonce, new Uint8Array(count * blockBytes), undefined, firstBlock);
}

/** The operations on a memory. */
export function hashOperations(memory: MemoryOf): Operations {
  const area = (at: number, length: number): Uint8Array => memory().subarray(at, at + length);
  return {
    hashRows: (from, stride, length, count, key, flags, to, toStride, bytes) => {
      const options =
        flags === keyedFlag ? { key: area(key, seedBytes).slice(), dkLen: bytes } : { dkLen: bytes };
      for (let i = 0; i < count; i++) {
        area(to + i * toStride, bytes).set(blake3(area(from + i * stride, length), options));
      }
    },
    hashItems: (spans, count, _initialValue, to) => {
      for (let i = 0; i < count; i++) {
        const message = area(wordAt(memory(), spans + 8 * i), wordAt(memory(), spans + 8 * i + 4));
        area(to + seedBytes * i, seedBytes).set(blake3(message));
      }
    },
    expandSeeds: (seeds, count, to) => {
      for (let i = 0; i < count; i++) {
        area(to + blockBytes * i, blockBytes).set(streamOf(area(seeds + seedBytes * i, seedBytes), 0, 1));
      }
    },
    keystream: (key, firstBlock, count, to) => {
      area(to, blockBytes * count).set(streamOf(area(key, seedBytes), firstBlock, count));
    },
    foldTree: (leaves, firstBlock, count, sum, columns, plane) => {
      const length = count * blockBytes;
      area(sum, length).fill(0);
      for (let bit = 0; bit < 4; bit++) area(columns + bit * plane, length).fill(0);
      for (let x = 0; x < 16; x++) {
        const stream = streamOf(area(leaves + seedBytes * x, seedBytes), firstBlock, count);
        addInto(area(sum, length), stream);
        for (let bit = 0; bit < 4; bit++) {
          if (((x >> bit) & 1) === 1) addInto(area(columns + bit * plane, length), stream);
        }
      }
    },
    wipeScratch: () => undefined,
  };
}
