/**
 * Products of bits by oblivious transfer: the receiver has bits x, the sender bits y; they get shares modulo 2 of x y.
 * One row of the extension and one bit of correction each.
 *
 * **Security.** As in `products.ts`.
 */

import { otKernel } from "./arithmetic.js";
import { blockBytes, CorrelationHash } from "./correlation-hash.js";
import { loadPairs, type BatchName, type ReceiverBatch, type SenderBatch } from "./products.js";

/** What the sender computes from: 64 products a word. */
export interface BitSenderBatch extends Pick<SenderBatch, "rows" | "delta" | "flips" | "hashedAs"> {
  /** y, 64 bits a word. */
  readonly factors: BigUint64Array;
  /** The sender's shares are added here, modulo 2. */
  readonly result: BigUint64Array;
}

/**
 * The sender's message: one bit a product.
 *
 * @returns As many bytes as the factors have.
 */
export function sendBitProducts(sender: BitSenderBatch): Uint8Array {
  const kernel = otKernel();
  const { factors, result } = sender;
  const message = new Uint8Array(8 * factors.length);
  for (const { first, words, rows, hash } of pieces(sender.hashedAs, factors.length)) {
    loadPairs(kernel, sender, 64 * first, rows);
    for (const side of [0, 1] as const) {
      hash.begin(kernel, side, rows);
      hash.hash(kernel, side, { rows, blocks: 1, firstRow: 64 * first, firstBlock: 0 });
    }
    wordsOf(kernel.factors).set(factors.subarray(first, first + words));
    kernel.run.sendBits(rows);
    message.set(kernel.message.subarray(0, 8 * words), 8 * first);
    addShares(result, first, words);
  }
  kernel.run.wipeHash(Math.min(kernel.blocks, 64 * factors.length));
  return message;
}

/** What the receiver computes from. */
export interface BitReceiverBatch extends Pick<ReceiverBatch, "rows" | "message" | "hashedAs"> {
  /** x, 64 bits a word. */
  readonly choices: BigUint64Array;
  readonly result: BigUint64Array;
}

/** Adds the receiver's shares to `result`, modulo 2. */
export function receiveBitProducts(receiver: BitReceiverBatch): void {
  const kernel = otKernel();
  const { choices, message, result } = receiver;
  for (const { first, words, rows, hash } of pieces(receiver.hashedAs, choices.length)) {
    kernel.first[0].set(receiver.rows.subarray(64 * first * blockBytes, (64 * first + rows) * blockBytes));
    hash.begin(kernel, 0, rows);
    hash.hash(kernel, 0, { rows, blocks: 1, firstRow: 64 * first, firstBlock: 0 });
    wordsOf(kernel.bits).set(choices.subarray(first, first + words));
    kernel.message.set(message.subarray(8 * first, 8 * (first + words)));
    kernel.run.receiveBits(rows);
    addShares(result, first, words);
  }
  kernel.run.wipeHash(Math.min(kernel.blocks, 64 * choices.length));
}

interface Piece {
  /** First word, and number of words. */
  readonly first: number;
  readonly words: number;
  readonly rows: number;
  readonly hash: CorrelationHash;
}

function* pieces({ name, number }: BatchName, words: number): Generator<Piece> {
  const hash = new CorrelationHash(name, number);
  const atOnce = otKernel().blocks / 64;
  for (let first = 0; first < words; first += atOnce) {
    const here = Math.min(atOnce, words - first);
    yield { first, words: here, rows: 64 * here, hash };
  }
}

function addShares(result: BigUint64Array, first: number, words: number): void {
  const shares = wordsOf(otKernel().shares);
  for (let i = 0; i < words; i++) {
    result[first + i] = (result[first + i] as bigint) ^ (shares[i] as bigint); // i < words
  }
}

function wordsOf(area: Uint8Array): BigUint64Array {
  return new BigUint64Array(area.buffer, area.byteOffset, area.length / 8);
}
