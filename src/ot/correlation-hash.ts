/**
 * The hash that turns correlated rows q and q + s into strings that tell nothing of each other: of a row x and a tweak
 * i (the row's number and the block's), TMMO(x, i) = p(p(x) + i) + p(x) with p = AES-128 under a public key.
 *
 * **Security.** Tweakable circular correlation robust when p is an ideal permutation: Guo, Katz, Wang, Yu, "Efficient
 * and Secure Multiparty Computation from Fixed-Key Block Ciphers" (IEEE S&P 2020), section 7.4. What an adversary gains
 * with t evaluations of p on its own and n hashes under one key is about t n / 2^128; so every batch has a key of its
 * own, bound to the session, and no key hashes more than 2^26 blocks: 102 bits and more.
 */

import { openBlockCipher } from "#random/block-cipher";
import { deriveKey } from "../random/hkdf.js";
import type { BlockCipher } from "../random/block-cipher.js";
import type { OtKernel } from "../kernels/ot/kernel.js";

/** Bytes of a row, and of a block of the hash. */
export const blockBytes = 16;

/** Which rows are hashed, and to how many blocks. */
export interface HashShape {
  readonly rows: number;
  /** Blocks of each row. */
  readonly blocks: number;
  /** Number of the first row in its batch. */
  readonly firstRow: number;
  /** Number of the first block of each row. */
  readonly firstBlock: number;
}

/** The hash under the key of one batch. */
export class CorrelationHash {
  readonly #cipher: BlockCipher;

  /**
   * @param sessionKey - 32 public bytes that are new with the session and direction.
   * @param batch - Number of the batch.
   */
  constructor(sessionKey: Uint8Array, batch: number) {
    const context = new Uint8Array(8);
    new DataView(context.buffer).setBigUint64(0, BigInt(batch), true);
    const key = deriveKey({ secret: sessionKey, label: "veilshare/ot/hash", context });
    this.#cipher = openBlockCipher(key.subarray(0, blockBytes));
  }

  /** Encrypts the kernel's rows (`first`); once for all blocks of them. */
  begin(kernel: OtKernel, side: 0 | 1, rows: number): void {
    const area = kernel.first[side].subarray(0, rows * blockBytes);
    this.#cipher.encrypt(area, area);
  }

  /** Leaves the hashes of rows that {@link begin} encrypted in the kernel's `hash`, row by row. */
  hash(kernel: OtKernel, side: 0 | 1, { rows, blocks, firstRow, firstBlock }: HashShape): void {
    kernel.run.addTweaks(rows, blocks, BigInt(firstRow), firstBlock, side);
    const area = kernel.hash[side].subarray(0, rows * blocks * blockBytes);
    this.#cipher.encrypt(area, area);
    kernel.run.addFirst(rows, blocks, side);
  }
}
