/**
 * The one budget of bits. Operations keep at least {@link leastBits} significant bits of what they compute with, or refuse
 * before anything is sent: they name themselves, what does not fit, and the bound that would do.
 */

import { VeilshareError } from "../../errors.js";

/** What results and intermediates stay below, in units of the last place: half of what the ring has room for. */
export const unitLimit: bigint = 1n << 61n;

/** Significant bits that no operation goes below. */
export const leastBits = 22;

/** Bits of a number that is not negative; of 0, 1. */
export function bitLength(value: bigint): number {
  return value.toString(2).length;
}

/** What is refused, and what would do. */
export interface Excess {
  /** The operation that the user called. */
  readonly caller: string;
  /** What is too large, e.g. `a quotient`. */
  readonly what: string;
  /** Its largest absolute value, as far as declared. */
  readonly bound: number;
  /** Fractional bits that it is wanted with. */
  readonly fractionalBits: number;
  /** Units that are too many: below this they fit. Default {@link unitLimit}. */
  readonly below?: bigint;
  /** What to change. */
  readonly advice: string;
}

/**
 * The largest absolute value of a result in units of its last place.
 *
 * @throws VeilshareError BOUND_EXCEEDED when it does not fit; nothing was run.
 */
export function unitsWithin({
  caller,
  what,
  bound,
  fractionalBits,
  below = unitLimit,
  advice,
}: Excess): bigint {
  const units = bound * 2 ** fractionalBits;
  if (units < Number(below)) return BigInt(Math.ceil(units)) + 1n;
  const most = Number(below) * 2 ** -fractionalBits;
  const expected = `${what} below ${most.toPrecision(4)} at ${fractionalBits} fractional bits`;
  const got = `one of up to ${bound.toPrecision(4)}`;
  const text = `${caller}: expected ${expected}, got ${got}; ${advice}; nothing was run`;
  throw new VeilshareError("BOUND_EXCEEDED", text, { field: caller, expected, got });
}
