/** Values in the clear, on their way into the ring and out of it. */

import { invalidArgument, VeilshareError } from "../errors.js";
import { encodeFixed } from "../ring/fixed-point.js";

/**
 * Real numbers, encoded in fixed point; or a `BigInt64Array` of integers that count units of the last place, exact over
 * the whole range.
 */
export type RealValues = ArrayLike<number> | BigInt64Array;

/**
 * The ring elements of values, in memory of their own.
 *
 * @throws VeilshareError INVALID_ARGUMENT for another number of values; VALUE_OUT_OF_RANGE for one that does not fit.
 */
export function encodeValues(
  caller: string,
  values: RealValues,
  length: number,
  fractionalBits: number,
): BigUint64Array<ArrayBuffer> {
  if (values.length !== length) throw invalidArgument(caller, `${length} values`, `${values.length}`);
  if (values instanceof BigInt64Array) return new BigUint64Array(values.slice().buffer);
  return new BigUint64Array(encodeFixed(values, fractionalBits));
}

/**
 * Refuses ring elements beyond a magnitude.
 *
 * @throws VeilshareError VALUE_OUT_OF_RANGE that names the position and the bound, not the value.
 */
export function checkWithin(caller: string, words: BigUint64Array, magnitude: bigint, what: string): void {
  const low = -magnitude;
  for (let i = 0; i < words.length; i++) {
    const value = BigInt.asIntN(64, words[i] as bigint); // i < length
    if (value > magnitude || value < low) {
      const expected = `${what} within the declared bound`;
      const text = `${caller}: expected ${expected}, got a larger one at ${i}`;
      throw new VeilshareError("VALUE_OUT_OF_RANGE", text, { field: String(i), expected });
    }
  }
}

/** The real numbers of ring elements with any number of fractional bits of a secret. */
export function decodeValues(words: BigUint64Array, fractionalBits: number): Float64Array {
  const unit = 2 ** -fractionalBits;
  const values = new Float64Array(words.length);
  for (let i = 0; i < words.length; i++) values[i] = Number(BigInt.asIntN(64, words[i] as bigint)) * unit;
  return values;
}
