/** The reference of hashes, trees and streams: BLAKE3 and ChaCha20 of @noble, one message and one block at a time. */

import { chacha20 } from "@noble/ciphers/chacha.js";
import { blake3 } from "@noble/hashes/blake3.js";
import { concatBytes } from "../../bytes/encoding.js";
import { keyedFlag, type OkvsOperations } from "./operations.js";
import { addInto, wordAt, type MemoryOf } from "./reference-memory.js";

type Operations = Pick<
  OkvsOperations,
  "hashRows" | "hashFields" | "expandSeeds" | "keystream" | "foldTree" | "wipeScratch"
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
    hashFields: (base, spans, columns, count, _initialValue, to) => {
      for (let i = 0; i < count; i++) {
        const parts: Uint8Array[] = [];
        for (let c = 0; c < columns; c++) {
          const span = spans + 8 * (i * columns + c);
          const length = area(span + 4, 4);
          parts.push(length, area(base + wordAt(memory(), span), wordAt(memory(), span + 4)));
        }
        area(to + seedBytes * i, seedBytes).set(blake3(concatBytes(...parts)));
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
