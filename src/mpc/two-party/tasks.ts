/** Cuts products into batches that fit messages of about a MiB and the matrices of the extension. */

import { matrixProduct, transpose } from "../../ring/matrix.js";
import type { BitTask, ProductTask } from "./lanes.js";

/** Most words of one vector in a batch, and most products. */
const batchWords = 2048;
const batchProducts = 4096;
/** Most rows of the extension that a batch takes. */
const rowsAtOnce = 131_072;
/** Most words of bits in a batch. */
const bitWords = rowsAtOnce / 64;

/** Products of a matrix whose elements are choices at one party with a matrix whose rows are vectors at the other. */
export interface MatrixFactors {
  /** rows x inner; the own share of the left matrix. */
  readonly left: BigUint64Array;
  /** inner x columns; the own share of the right one. */
  readonly right: BigUint64Array;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

/** The tasks of one lane whose shares add up to left (the receiver's) times right (the sender's). */
export function* matrixTasks(factors: MatrixFactors, result: BigUint64Array): Generator<ProductTask> {
  const { left, right, rows, inner, columns } = factors;
  const elements = rows * inner;
  for (let word = 0; word < columns; word += batchWords) {
    const words = Math.min(batchWords, columns - word);
    const atOnce = Math.max(1, Math.min(rowsAtOnce / 64, Math.floor(batchProducts / words)));
    for (let first = 0; first < elements; first += atOnce) {
      const count = Math.min(atOnce, elements - first);
      yield {
        kind: "products",
        batch: { elements: count, bits: 64, words },
        choices: bytesOf(left.subarray(first, first + count)),
        factors: right,
        factorAt: (element) => ((first + element) % inner) * columns + word,
        resultAt: (element) => Math.floor((first + element) / inner) * columns + word,
        result,
      };
    }
  }
}

/** Products element by element. */
export function* elementTasks(
  a: BigUint64Array,
  b: BigUint64Array,
  result: BigUint64Array,
): Generator<ProductTask> {
  const atOnce = rowsAtOnce / 64;
  for (let first = 0; first < a.length; first += atOnce) {
    const elements = Math.min(atOnce, a.length - first);
    const at = (element: number): number => first + element;
    const choices = bytesOf(a.subarray(first, first + elements));
    const batch = { elements, bits: 64, words: 1 };
    yield { kind: "products", batch, choices, factors: b, factorAt: at, resultAt: at, result };
  }
}

/**
 * Bits times words: bit i of `bits` chooses word i of `factors`, for positions from a multiple of 64 on.
 */
export function* choiceTasks(
  bits: BigUint64Array,
  factors: BigUint64Array,
  { from, to }: { readonly from: number; readonly to: number },
  result: BigUint64Array,
): Generator<ProductTask> {
  const atOnce = rowsAtOnce / 2;
  for (let first = from; first < to; first += atOnce) {
    const elements = Math.min(atOnce, to - first);
    const at = (element: number): number => first + element;
    const choices = bytesOf(bits.subarray(first / 64, Math.ceil((first + elements) / 64)));
    const batch = { elements, bits: 1, words: 1 };
    yield { kind: "products", batch, choices, factors, factorAt: at, resultAt: at, result };
  }
}

/** Products of bits. */
export function* bitTasks(a: BigUint64Array, b: BigUint64Array, result: BigUint64Array): Generator<BitTask> {
  for (let first = 0; first < a.length; first += bitWords) {
    const end = Math.min(a.length, first + bitWords);
    yield {
      kind: "bits",
      choices: a.subarray(first, end),
      factors: b.subarray(first, end),
      result: result.subarray(first, end),
    };
  }
}

/** A matrix product in the form that takes fewer rows of the extension, and how to read its result. */
export interface OrientedProduct {
  readonly factors: MatrixFactors;
  /** The product of the own shares, to which both lanes add theirs. */
  readonly result: BigUint64Array;
  /** The result, rows x columns as it was asked for. */
  readonly finish: () => BigUint64Array;
}

/** Chooses by the bits of the matrix with fewer elements: of two sides that cost the same bytes, the one with fewer OTs. */
export function orient(factors: MatrixFactors): OrientedProduct {
  const { left, right, rows, inner, columns } = factors;
  if (rows <= columns) {
    const result = matrixProduct(left, right, factors);
    return { factors, result, finish: () => result };
  }
  const turned = {
    left: transpose(right, inner, columns),
    right: transpose(left, rows, inner),
    rows: columns,
    inner,
    columns: rows,
  };
  const result = matrixProduct(turned.left, turned.right, turned);
  return { factors: turned, result, finish: () => transpose(result, columns, rows) };
}

function bytesOf(words: BigUint64Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
