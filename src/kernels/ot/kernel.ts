/**
 * The compiled kernel of oblivious transfer (sources in `assembly/`) as a typed object. It works on fixed areas of its
 * own memory; `ot/kernel-arithmetic.ts` cuts work to size and says what the steps are for.
 *
 * **Security.** No branch and no memory address in the kernel depends on a secret; what the engine's compiler makes of
 * it is not promised by WebAssembly. The `wipe` functions overwrite what a call left.
 */

import { kernelInstance } from "../instance.js";
import { otModule } from "./module.generated.js";

/**
 * The operations; sizes are in rows, bytes of a column, 16-byte blocks a row, elements, bits an element and words a row of
 * factors. Flags are 0 or 1.
 */
export interface OtOperations {
  /** Folds 4 leaves to their sum and two columns from `first`. */
  foldFour(first: number, bytes: number): void;
  /** Folds 16 leaves to their sum and four columns. */
  foldSixteen(first: number, bytes: number, add: number): void;
  /** Adds the sum to the columns from `first` for which `bits` has a bit set. */
  addSum(first: number, count: number, bits: number, bytes: number): void;
  /** Columns to rows. */
  transpose(bytes: number): void;
  /** The sums of the consistency check, of rows and of choice bits in `sum`. */
  hashRows(rows: number, choices: number): void;
  /** first[0] += delta where a bit is set; first[1] = first[0] + delta. */
  pairRows(rows: number): void;
  /** hash = first + tweak. */
  addTweaks(rows: number, blocks: number, firstRow: bigint, firstBlock: number, second: number): void;
  /** hash += first. */
  addFirst(rows: number, blocks: number, second: number): void;
  /** Message and shares of products, at the sender. */
  sendProducts(elements: number, bits: number, words: number): void;
  /** Shares of products, at the receiver. */
  receiveProducts(elements: number, bits: number, words: number): void;
  /** The same of products of bits, a multiple of 64 of them. */
  sendBits(rows: number): void;
  receiveBits(rows: number): void;
  wipeMatrix(bytes: number): void;
  wipeHash(blocks: number): void;
}

/** The functions of the module, as WebAssembly sees them. */
interface Exports extends OtOperations {
  readonly memory: WebAssembly.Memory;
  stripe(): number;
  blocks(): number;
  leaves(): number;
  sum(): number;
  rows(): number;
  delta(): number;
  bits(): number;
  first0(): number;
  first1(): number;
  hash0(): number;
  hash1(): number;
  factors(): number;
  shares(): number;
  message(): number;
  coefficients(): number;
  checked(): number;
}

/** The kernel's operations, and its areas as views of its memory, valid until the kernel is dropped. */
export interface OtKernel {
  /** Most bytes of a column of the matrix, 8 rows a byte; a column starts so many bytes after the one before. */
  readonly stripe: number;
  /** Most 16-byte blocks of one hash. */
  readonly blocks: number;
  /** Streams of 16 leaves. */
  readonly leaves: Uint8Array;
  readonly sum: Uint8Array;
  readonly rows: Uint8Array;
  readonly delta: Uint8Array;
  readonly bits: Uint8Array;
  readonly first: readonly [Uint8Array, Uint8Array];
  readonly hash: readonly [Uint8Array, Uint8Array];
  readonly factors: Uint8Array;
  readonly shares: Uint8Array;
  readonly message: Uint8Array;
  readonly coefficients: Uint8Array;
  readonly checked: Uint8Array;
  readonly run: OtOperations;
}

/** A fresh instance, or undefined where it can't run, see {@link kernelInstance}. */
export function instantiateOt(): OtKernel | undefined {
  const instance = kernelInstance(otModule);
  if (instance === undefined) return undefined;
  const exports = instance.exports as unknown as Exports; // the module is ours; the kernel's tests call each one
  const stripe = exports.stripe();
  const blocks = exports.blocks();
  const view = (at: number, length: number): Uint8Array => new Uint8Array(exports.memory.buffer, at, length);
  const ofBlocks = (at: number): Uint8Array => view(at, 16 * blocks);
  return {
    stripe,
    blocks,
    leaves: view(exports.leaves(), 16 * stripe),
    sum: view(exports.sum(), stripe),
    rows: view(exports.rows(), 8 * 16 * stripe),
    delta: view(exports.delta(), 16),
    bits: view(exports.bits(), blocks / 8),
    first: [ofBlocks(exports.first0()), ofBlocks(exports.first1())],
    hash: [ofBlocks(exports.hash0()), ofBlocks(exports.hash1())],
    factors: ofBlocks(exports.factors()),
    shares: ofBlocks(exports.shares()),
    message: ofBlocks(exports.message()),
    coefficients: view(exports.coefficients(), 8 * 8 * stripe),
    checked: view(exports.checked(), 64 * 16 + 8),
    run: exports,
  };
}
