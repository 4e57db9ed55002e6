/**
 * The check that every element of a vector is zero or one, for the circuits SumVec, Histogram and MultihotCountVec: the
 * vector in chunks, one call of the gadget a chunk, one random challenge a call. Chunk c contributes the sum over its
 * elements x_j of r^(j + 1) * x_j * (x_j - 1), which is zero for all r only if each x_j is.
 *
 * **Source.** draft-irtf-cfrg-vdaf-18, section 7.4.3.
 */

import {
  elementCount,
  vectorSlice,
  zeroVector,
  type FieldVector,
  type VectorField,
} from "../field/vector-field.js";
import { invalidArgument } from "../errors.js";
import type { WireInput, WireRows } from "./circuit.js";
import { parallelSum, type Gadget } from "./gadget.js";

/** Elements of all wires that are made at once: 128 KiB of Field128, which stays in a processor's cache. */
const blockElements = 8192;

/** The check of vectors of one length. */
export class RangeCheck {
  readonly gadget: Gadget;
  readonly calls: number;
  readonly #field: VectorField;
  readonly #chunkLength: number;

  constructor(field: VectorField, length: number, chunkLength: number) {
    this.#field = field;
    this.#chunkLength = chunkLength;
    this.gadget = parallelSum(chunkLength);
    this.calls = Math.ceil(length / chunkLength);
  }

  /** The wires of all chunks, two a position in the chunk. */
  *wires(input: WireInput, wireLength: number): Generator<WireRows> {
    const { measurement, jointRand: challenges, seeds, sharesInverse } = input;
    const powers = challenges.slice();
    const pairsAtOnce = Math.max(1, Math.floor(blockElements / (2 * wireLength)));
    for (let start = 0; start < this.#chunkLength; start += pairsAtOnce) {
      const pairs = Math.min(pairsAtOnce, this.#chunkLength - start);
      const columns = {
        elements: this.#columns(measurement, start, pairs),
        seeds: vectorSlice(this.#field, seeds, 2 * start, 2 * (start + pairs)),
        challenges,
        powers,
        sharesInverse,
        wireLength,
      };
      yield { first: 2 * start, rows: this.#field.rangeCheckWires(columns) };
    }
  }

  /** Elements `start` to `start + pairs` of every chunk; zero beyond the end. */
  #columns(measurement: FieldVector, start: number, pairs: number): FieldVector {
    const field = this.#field;
    const columns = zeroVector(field, this.calls * pairs);
    const length = elementCount(field, measurement);
    for (let call = 0; call < this.calls; call++) {
      const from = Math.min(call * this.#chunkLength + start, length);
      const to = Math.min(from + pairs, length);
      columns.set(vectorSlice(field, measurement, from, to), call * pairs * field.elementBytes);
    }
    return columns;
  }
}

/**
 * The length of chunks that makes a proof about as short as it can be: near the square root of the number of elements.
 */
export function defaultChunkLength(elements: number): number {
  return Math.max(1, Math.round(Math.sqrt(elements)));
}

/**
 * Refuses a length that is not an integer from 1 to a limit.
 *
 * @throws VeilshareError INVALID_ARGUMENT.
 */
export function checkLength(caller: string, name: string, length: number, limit: number = maxElements): void {
  if (Number.isInteger(length) && length >= 1 && length <= limit) return;
  throw invalidArgument(caller, `${name} from 1 to ${limit}`, String(length));
}

/** Elements of an encoded measurement: 256 MiB of Field128. */
export const maxElements: number = 2 ** 24;
