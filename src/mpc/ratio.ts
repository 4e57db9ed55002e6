/**
 * Public factors of secrets, as numerator / 2^shift. A word times such a factor is computed exactly, whatever its size,
 * and rounded once: no bits of the ring are spent on it.
 */

/** A factor above zero. */
export interface Ratio {
  /** Above 0, below 2^64. */
  readonly numerator: bigint;
  /** 1 to {@link maxRatioShift}; with a numerator of 1, to 62. */
  readonly shift: number;
}

/** Numerators stay below 2^64, so that a request to a dealer holds one. */
const numeratorBits = 63;

/** A unit of rounding, times 2^shift, must fit a signed word. */
export const maxRatioShift = 61;

/** 1 / 2^shift. */
export function powerRatio(shift: number): Ratio {
  return { numerator: 1n, shift };
}

/**
 * The ratio next to a real number above 0.
 *
 * @returns Off by at most 2^-62, or by 2^-53 of the factor where that is more; `undefined` for a factor of 2^62 or more, or
 *   one that is nothing: below 2^-62.
 */
export function ratioOf(factor: number): Ratio | undefined {
  const size = Math.floor(Math.log2(factor)) + 1;
  const shift = Math.min(maxRatioShift, numeratorBits - size);
  if (shift < 1) return undefined;
  const numerator = scaledByPowerOfTwo(factor, shift);
  return numerator > 0n ? { numerator, shift } : undefined;
}

/** round(value 2^exponent) of a double, exact but for the rounding. */
function scaledByPowerOfTwo(value: number, exponent: number): bigint {
  const scaled = value * 2 ** exponent; // exact: a power of two, and far from overflow
  return BigInt(Math.round(scaled));
}

/** The largest absolute value of what is at most `magnitude`, times the ratio, after rounding: one more for its error. */
export function ratioMagnitude(magnitude: bigint, { numerator, shift }: Ratio): bigint {
  return -((-magnitude * numerator) >> BigInt(shift)) + 1n;
}

/** Low 63 bits of a word, times the ratio, rounded down or up, modulo 2^64; in place. */
export function scaleLowBitsInPlace(
  words: BigUint64Array,
  { numerator, shift }: Ratio,
  rounding: "down" | "up",
): void {
  const m = BigInt(shift);
  const roundUp = rounding === "up" ? (1n << m) - 1n : 0n;
  if (numerator === 1n) {
    for (let i = 0; i < words.length; i++) {
      const low = BigInt.asUintN(63, words[i] as bigint); // i < length
      words[i] = (low >> m) + (((low & roundUp) + roundUp) >> m); // a sum before the shift could leave 64 bits
    }
    return;
  }
  for (let i = 0; i < words.length; i++) {
    const product = BigInt.asUintN(63, words[i] as bigint) * numerator; // i < length; beyond 64 bits
    words[i] = BigInt.asUintN(64, (product + roundUp) >> m);
  }
}

/** 2^exponent times the ratio, an integer for exponents from the shift on, modulo 2^64. */
export function scaledPower(exponent: number, { numerator, shift }: Ratio): bigint {
  return BigInt.asUintN(64, numerator << BigInt(exponent - shift));
}
