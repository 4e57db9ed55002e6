/**
 * Products by correlated oblivious transfer (Gilboa): the receiver has elements x of a few bits, the sender a vector y
 * for each; they get additive shares modulo 2^64 of x y. One row of the extension a bit of x, one correction of a word
 * a bit and word of y.
 *
 * Messages: the receiver sends, for each row, whether the choice that it wants differs from the random one that it has;
 * the sender corrections, cut into calls of the kernel, laid out as `kernels/ot/assembly/products.ts` says.
 *
 * **Security.** Corrections are masked by hashes of rows of which the receiver lacks one; wanted choices by random
 * ones. Nothing stops a sender from using another y for one bit of x than for the next, or a receiver an x of its
 * choice: shares are then of something else.
 *
 * **Source.** Gilboa, "Two Party RSA Key Generation", CRYPTO 1999; with correlated OT: Demmler, Schneider, Zohner, "ABY",
 * NDSS 2015, section III.A. Vectors in one OT: Mohassel, Zhang, "SecureML", IEEE S&P 2017, section V.C.
 */

import { addInPlace } from "../ring/vector.js";
import type { OtKernel } from "../kernels/ot/kernel.js";
import { otKernel } from "./arithmetic.js";
import { blockBytes, CorrelationHash } from "./correlation-hash.js";
import { takeMultiple, type TakenRows } from "./row-pool.js";

/** Size of a batch of products. */
export interface ProductBatch {
  /** Number of elements x. */
  readonly elements: number;
  /** Bits of each: 64, or 1 to 32. */
  readonly bits: number;
  /** Words of each y. */
  readonly words: number;
}

/** Where a batch's vectors are. */
export interface ProductPlaces {
  /** First word of the sender's vector for an element, in {@link SenderBatch.factors}. */
  readonly factorAt: (element: number) => number;
  /** First word of what the products of an element are added to, in `result`. */
  readonly resultAt: (element: number) => number;
}

/** What hashes of one batch are bound to. */
export interface BatchName {
  /** The direction's name. */
  readonly name: Uint8Array;
  /** Number of the batch in the direction; each number at most once. */
  readonly number: number;
}

/** Rows that a batch takes, a multiple of 64. */
export function batchRows({ elements, bits }: ProductBatch): number {
  return Math.ceil((elements * bits) / takeMultiple) * takeMultiple;
}

/** Bytes of the sender's message. */
export function messageBytes({ elements, bits, words }: ProductBatch): number {
  return elements * words * (bits === 64 ? 260 : 8 * bits);
}

/** Work of one call of the kernel. */
interface Piece {
  readonly firstElement: number;
  readonly elements: number;
  readonly firstWord: number;
  readonly words: number;
}

/** Cuts a batch: whole elements, or where one is too large, words of one element. */
function* pieces(kernel: OtKernel, { elements, bits, words }: ProductBatch): Generator<Piece> {
  const blocks = bits * Math.ceil(words / 2);
  const atOnce = Math.floor(kernel.blocks / blocks);
  if (atOnce > 0) {
    for (let at = 0; at < elements; at += atOnce) {
      yield { firstElement: at, elements: Math.min(atOnce, elements - at), firstWord: 0, words };
    }
    return;
  }
  const wordsAtOnce = 2 * Math.floor(kernel.blocks / bits);
  for (let element = 0; element < elements; element++) {
    for (let at = 0; at < words; at += wordsAtOnce) {
      const here = Math.min(wordsAtOnce, words - at);
      yield { firstElement: element, elements: 1, firstWord: at, words: here };
    }
  }
}

/** The flips that turn random choices into wanted ones: what the receiver sends. */
export function choiceFlips(taken: TakenRows, wanted: Uint8Array): Uint8Array {
  const flips = new Uint8Array(taken.choices.length);
  for (let i = 0; i < flips.length; i++) flips[i] = (taken.choices[i] ?? 0) ^ (wanted[i] ?? 0);
  return flips;
}

/** What the sender computes a batch from. */
export interface SenderBatch extends ProductPlaces {
  readonly batch: ProductBatch;
  readonly hashedAs: BatchName;
  /** Rows as taken, and what they differ by. */
  readonly rows: Uint8Array;
  readonly delta: Uint8Array;
  /** The receiver's message. */
  readonly flips: Uint8Array;
  readonly factors: BigUint64Array;
  /** The sender's shares are added here. */
  readonly result: BigUint64Array;
}

/**
 * The sender's message for a batch; adds its shares to `result`.
 *
 * @returns {@link messageBytes} bytes.
 */
export function sendProducts(sender: SenderBatch): Uint8Array {
  const kernel = otKernel();
  const { batch } = sender;
  const message = new Uint8Array(messageBytes(batch));
  const hash = new CorrelationHash(sender.hashedAs.name, sender.hashedAs.number);
  let sent = 0;
  let used = 0;
  for (const piece of pieces(kernel, batch)) {
    const shape = pieceShape(batch, piece);
    if (piece.firstWord === 0) {
      loadPairs(kernel, sender, shape.firstRow, shape.rows);
      for (const side of [0, 1] as const) hash.begin(kernel, side, shape.rows);
    }
    for (const side of [0, 1] as const) hash.hash(kernel, side, shape);
    loadFactors(kernel, sender, piece);
    kernel.run.sendProducts(piece.elements, batch.bits, piece.words);
    const bytes = messageBytes({ ...piece, bits: batch.bits });
    message.set(kernel.message.subarray(0, bytes), sent);
    sent += bytes;
    used = Math.max(used, shape.rows * shape.blocks);
    addShares(kernel, sender, piece);
  }
  kernel.run.wipeHash(used);
  return message;
}

/** What the receiver computes a batch from. */
export interface ReceiverBatch extends Pick<ProductPlaces, "resultAt"> {
  readonly batch: ProductBatch;
  readonly hashedAs: BatchName;
  readonly rows: Uint8Array;
  /** The wanted choices, one bit a row: the bits of each element, the least first. */
  readonly choices: Uint8Array;
  /** The sender's message, of {@link messageBytes} bytes. */
  readonly message: Uint8Array;
  readonly result: BigUint64Array;
}

/** Adds the receiver's shares of a batch to `result`. */
export function receiveProducts(receiver: ReceiverBatch): void {
  const kernel = otKernel();
  const { batch } = receiver;
  const hash = new CorrelationHash(receiver.hashedAs.name, receiver.hashedAs.number);
  let read = 0;
  let used = 0;
  for (const piece of pieces(kernel, batch)) {
    const shape = pieceShape(batch, piece);
    if (piece.firstWord === 0) {
      const { firstRow, rows } = shape;
      kernel.first[0].set(receiver.rows.subarray(firstRow * blockBytes, (firstRow + rows) * blockBytes));
      copyBits(kernel.bits, receiver.choices, firstRow, rows);
      hash.begin(kernel, 0, rows);
    }
    hash.hash(kernel, 0, shape);
    const bytes = messageBytes({ ...piece, bits: batch.bits });
    kernel.message.set(receiver.message.subarray(read, read + bytes));
    read += bytes;
    kernel.run.receiveProducts(piece.elements, batch.bits, piece.words);
    used = Math.max(used, shape.rows * shape.blocks);
    addShares(kernel, receiver, piece);
  }
  kernel.run.wipeHash(used);
}

function pieceShape(
  { bits }: ProductBatch,
  { firstElement, elements, firstWord, words }: Piece,
): {
  readonly rows: number;
  readonly blocks: number;
  readonly firstRow: number;
  readonly firstBlock: number;
} {
  return {
    rows: elements * bits,
    blocks: Math.ceil(words / 2),
    firstRow: firstElement * bits,
    firstBlock: firstWord / 2,
  };
}

/** Rows q and q + s in the kernel, exchanged where the receiver's wanted choice is not its random one. */
export function loadPairs(
  kernel: OtKernel,
  sender: Pick<SenderBatch, "rows" | "flips" | "delta">,
  firstRow: number,
  count: number,
): void {
  kernel.first[0].set(sender.rows.subarray(firstRow * blockBytes, (firstRow + count) * blockBytes));
  copyBits(kernel.bits, sender.flips, firstRow, count);
  kernel.delta.set(sender.delta);
  kernel.run.pairRows(count);
}

/** Copies `count` bits from bit `first` on to the start of `target`. */
export function copyBits(target: Uint8Array, source: Uint8Array, first: number, count: number): void {
  const byte = first >> 3;
  const shift = first & 7;
  const bytes = Math.ceil(count / 8);
  if (shift === 0) {
    target.set(source.subarray(byte, byte + bytes));
    return;
  }
  for (let i = 0; i < bytes; i++) {
    target[i] = ((source[byte + i] ?? 0) >> shift) | ((source[byte + i + 1] ?? 0) << (8 - shift));
  }
}

/** Words between rows of factors and shares in the kernel. */
function rowStride(words: number): number {
  return words === 1 ? 1 : 2 * Math.ceil(words / 2);
}

function wordsOf(area: Uint8Array): BigUint64Array {
  return new BigUint64Array(area.buffer, area.byteOffset, area.length / 8);
}

function loadFactors(kernel: OtKernel, sender: SenderBatch, piece: Piece): void {
  const target = wordsOf(kernel.factors);
  const stride = rowStride(piece.words);
  for (let e = 0; e < piece.elements; e++) {
    const from = sender.factorAt(piece.firstElement + e) + piece.firstWord;
    if (stride === 1)
      target[e] = sender.factors[from] as bigint; // places are within the vector
    else target.set(sender.factors.subarray(from, from + piece.words), e * stride);
  }
}

function addShares(
  kernel: OtKernel,
  { result, resultAt }: Pick<ReceiverBatch, "result" | "resultAt">,
  piece: Piece,
): void {
  const shares = wordsOf(kernel.shares);
  const stride = rowStride(piece.words);
  for (let e = 0; e < piece.elements; e++) {
    const to = resultAt(piece.firstElement + e) + piece.firstWord;
    if (stride === 1) result[to] = BigInt.asUintN(64, (result[to] as bigint) + (shares[e] as bigint));
    else
      addInPlace(
        result.subarray(to, to + piece.words),
        shares.subarray(e * stride, e * stride + piece.words),
      );
  }
}
