/**
 * The heart of the extension (SoftSpoken): from the streams of puncturable trees to correlated rows. The receiver knows
 * all leaves r_x of each tree, the sender all but the one numbered D. With u = sum r_x and v = sum x r_x at the
 * receiver, the sender's w = sum (x + D) r_x is v + D u: a correlation of k bits a tree and position. The receiver
 * corrects every tree's u to the first tree's, one bit a tree and position; rows of 128 / k trees side by side are then
 * t at the receiver and q = t + u s at the sender, u the receiver's random choice bit and s all the D.
 *
 * **Source.** Roy, "SoftSpokenOT: Quieter OT Extension from Small-Field Silent VOLE in the Minicrypt Model", CRYPTO
 * 2022, sections 3 to 5 (repetition code, p = 2).
 */

import { openKeystream } from "#random/keystream";
import type { Keystream } from "../random/keystream.js";
import { printAsRedacted } from "../bytes/redacted.js";
import { otKernel } from "./arithmetic.js";
import { blockBytes } from "./correlation-hash.js";

/** Bits of a row: the computational security parameter. */
export const rowBits = 128;

/** Levels of a tree: 2^k leaves are expanded to send 1 / k of the bits. */
export type TreeDepth = 2 | 4;

/** Rows of one matrix are a multiple of this. */
export const rowMultiple = 128;

/** Number of trees. */
export function treeCount(depth: TreeDepth): number {
  return rowBits / depth;
}

/** Most rows of one matrix. */
export function rowCapacity(): number {
  return 8 * otKernel().stripe;
}

/** Bytes that the receiver sends for a matrix. */
export function correctionBytes(depth: TreeDepth, rows: number): number {
  return (treeCount(depth) - 1) * (rows / 8);
}

/** A receiver's matrix. */
export interface ReceiverMatrix {
  /** One random choice bit a row. */
  readonly choices: Uint8Array;
  /** 16 bytes a row. */
  readonly rows: Uint8Array;
  /** For the sender. */
  readonly corrections: Uint8Array;
}

/** The receiver's streams: it owns every leaf of every tree. */
export class ReceiverStreams {
  static {
    printAsRedacted(this);
  }

  readonly #depth: TreeDepth;
  readonly #streams: readonly (readonly Keystream[])[];

  /** @param trees - 128 / depth trees of 2^depth leaves. */
  constructor(depth: TreeDepth, trees: readonly (readonly Uint8Array[])[]) {
    this.#depth = depth;
    this.#streams = trees.map((leaves) => leaves.map((leaf) => openKeystream(leaf)));
  }

  /** The next rows, a multiple of 128 of them and at most {@link rowCapacity}. */
  extend(count: number): ReceiverMatrix {
    const kernel = otKernel();
    const bytes = count / 8;
    const choices = new Uint8Array(bytes);
    const corrections = new Uint8Array(correctionBytes(this.#depth, count));
    for (const [tree, streams] of this.#streams.entries()) {
      for (const [x, stream] of streams.entries()) {
        stream.fill(kernel.leaves.subarray(x * kernel.stripe, x * kernel.stripe + bytes));
      }
      fold(this.#depth, tree, bytes);
      if (tree === 0) choices.set(kernel.sum.subarray(0, bytes));
      else {
        const correction = corrections.subarray((tree - 1) * bytes, tree * bytes);
        correction.set(kernel.sum.subarray(0, bytes));
        addBytes(correction, choices);
      }
    }
    kernel.run.transpose(bytes);
    const rows = kernel.rows.slice(0, count * blockBytes);
    kernel.run.wipeMatrix(bytes);
    return { choices, rows, corrections };
  }
}

/** The sender's streams: of each tree all leaves but one. */
export class SenderStreams {
  static {
    printAsRedacted(this);
  }

  readonly #depth: TreeDepth;
  readonly #missing: readonly number[];
  readonly #streams: readonly (readonly (Keystream | undefined)[])[];

  /**
   * @param missing - Number of each tree's missing leaf: together the difference s of the rows.
   * @param trees - Leaves by the distance of their number from the missing one's; place 0 is not read.
   */
  constructor(depth: TreeDepth, missing: readonly number[], trees: readonly (readonly Uint8Array[])[]) {
    this.#depth = depth;
    this.#missing = missing.slice();
    this.#streams = trees.map((leaves) =>
      leaves.map((leaf, distance) => (distance === 0 ? undefined : openKeystream(leaf))),
    );
  }

  /**
   * The next rows.
   *
   * @param corrections - The receiver's, {@link correctionBytes} of them.
   * @returns 16 bytes a row.
   */
  extend(count: number, corrections: Uint8Array): Uint8Array {
    const kernel = otKernel();
    const bytes = count / 8;
    const depth = this.#depth;
    for (const [tree, streams] of this.#streams.entries()) {
      for (const [distance, stream] of streams.entries()) {
        const target = kernel.leaves.subarray(distance * kernel.stripe, distance * kernel.stripe + bytes);
        if (stream === undefined) target.fill(0);
        else stream.fill(target);
      }
      fold(depth, tree, bytes);
      if (tree === 0) continue;
      kernel.sum.set(corrections.subarray((tree - 1) * bytes, tree * bytes));
      kernel.run.addSum(tree * depth, depth, this.#missing[tree] ?? 0, bytes);
    }
    kernel.run.transpose(bytes);
    const rows = kernel.rows.slice(0, count * blockBytes);
    kernel.run.wipeMatrix(bytes);
    return rows;
  }
}

function fold(depth: TreeDepth, tree: number, bytes: number): void {
  const { run } = otKernel();
  if (depth === 4) run.foldSixteen(tree * depth, bytes, 0);
  else run.foldFour(tree * depth, bytes);
}

/** target += added, modulo 2; both a multiple of 4 bytes and aligned. */
function addBytes(target: Uint8Array, added: Uint8Array): void {
  const [a, b] = [words(target), words(added)];
  for (let i = 0; i < a.length; i++) a[i] = (a[i] as number) ^ (b[i] as number); // equal lengths
}

function words(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}
