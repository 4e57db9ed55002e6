/**
 * Real numbers in Z_2^64: x is held as round(x * 2^f) in two's complement, f = 20 fractional bits unless said
 * otherwise. The encoder throws on anything that does not fit; it never wraps or clips.
 *
 * A product of two encodings carries 2f fractional bits until it is truncated. With f = 20, a product, or a sum of n
 * products, is right as long as its true value stays below 2^(62-40) = 4,194,304 in absolute value (one bit is the
 * sign, one is slack that truncation needs): n values bounded by A times n bounded by B need n * A * B < 2^22.
 */

import { hostIsLittleEndian } from "../bytes/encoding.js";
import { invalidArgument, VeilshareError } from "../errors.js";

/** Fractional bits where a caller names none. */
export const defaultFractionalBits = 20;

/** Largest number of fractional bits: scaled values must stay exact in a double. */
export const maxFractionalBits = 52;

/**
 * Where the halves of a 64-bit word are in memory. Numbers are converted by halves: a BigInt for each would take several
 * times as long.
 */
const lowHalf = hostIsLittleEndian ? 0 : 1;
const highHalf = 1 - lowHalf;

/**
 * Checks a number of fractional bits.
 *
 * @throws VeilshareError INVALID_ARGUMENT unless it is an integer from 0 to 52.
 */
export function checkFractionalBits(caller: string, fractionalBits: number): void {
  if (!Number.isInteger(fractionalBits) || fractionalBits < 0 || fractionalBits > maxFractionalBits) {
    throw invalidArgument(caller, `0 to ${maxFractionalBits} fractional bits`, String(fractionalBits));
  }
}

/**
 * Encodes real numbers; ties round up, as `Math.round` does.
 *
 * @param values - Finite, below 2^(63 - fractionalBits) in absolute value.
 * @throws VeilshareError VALUE_OUT_OF_RANGE that names the position of a NaN, an infinity or a value that does not fit.
 */
export function encodeFixed(
  values: ArrayLike<number>,
  fractionalBits: number = defaultFractionalBits,
): BigUint64Array {
  checkFractionalBits("encodeFixed", fractionalBits);
  const factor = 2 ** fractionalBits;
  const limit = 2 ** 63;
  const words = new BigUint64Array(values.length);
  const halves = new Int32Array(words.buffer);
  for (let i = 0; i < values.length; i++) {
    const scaled = Math.round((values[i] as number) * factor); // i < length
    // Written so that NaN fails as well.
    if (!(scaled < limit && scaled >= -limit)) {
      const kind = Number.isNaN(scaled) ? "NaN" : "a number outside the range";
      const expected = `finite numbers below 2^${63 - fractionalBits} in absolute value`;
      throw new VeilshareError(
        "VALUE_OUT_OF_RANGE",
        `encodeFixed: expected ${expected}, got ${kind} at ${i}`,
        {
          field: String(i),
          expected,
          got: kind,
        },
      );
    }
    const high = Math.floor(scaled / 2 ** 32);
    halves[2 * i + highHalf] = high;
    halves[2 * i + lowHalf] = scaled - high * 2 ** 32;
  }
  return words;
}

/**
 * The real numbers that ring elements stand for: exact below 2^53 in the ring, else rounded to the nearest double.
 *
 * @throws VeilshareError INVALID_ARGUMENT for a number of fractional bits out of range.
 */
export function decodeFixed(
  words: BigUint64Array,
  fractionalBits: number = defaultFractionalBits,
): Float64Array {
  checkFractionalBits("decodeFixed", fractionalBits);
  const factor = 2 ** -fractionalBits;
  const values = new Float64Array(words.length);
  const low = new Uint32Array(words.buffer, words.byteOffset, 2 * words.length);
  const high = new Int32Array(words.buffer, words.byteOffset, 2 * words.length);
  for (let i = 0; i < words.length; i++) {
    // Both halves are exact in a double, so their sum is rounded once. Indices are below 2 * length.
    const integer = (high[2 * i + highHalf] as number) * 2 ** 32 + (low[2 * i + lowHalf] as number);
    values[i] = integer * factor;
  }
  return values;
}
