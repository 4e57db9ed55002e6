/**
 * Truncation by two parties, with no source that knows a mask: shares x0, x1 of x become shares of x / 2^m.
 *
 * Let |x| < 2^62 and y = x + 2^62, so 0 < y < 2^63, and y0 + y1 = y + w 2^64 with y0, y1 in [0, 2^64) and w 0 or 1. With
 * a, b the highest bits of y0, y1: if both are 0, the sum is below 2^64 and w = 0; if both are 1, the sum is at least
 * 2^64 and w = 1; if one is, the sum is at least 2^63 > y, so w = 1. Hence w = a OR b, *exactly*, and
 *
 *     y / 2^m  =  y0 / 2^m + y1 / 2^m - w 2^(64-m),      2 w = a + b + (a XOR b).
 *
 * a and b are each known to one party, so a XOR b is boolean shared at once, and becomes arithmetic by one shared bit:
 * w 2^(64-m) = 2^(63-m) (a + b + [a XOR b]), with m <= 62, is computed locally from there. The first party rounds its
 * quotient down and the second up: each is off by less than 1 and the errors have opposite signs, so the result is off
 * by *less than one unit in the last place, always*; there is no failure probability. As y0 is uniform, the result is
 * rounded up with exactly the probability of the fraction cut off: it is right in expectation. 2^62 / 2^m, an integer,
 * is taken off last.
 *
 * In place of 1 / 2^m stands any public ratio c = numerator / 2^m: 2^63 c and 2^62 c are integers, and the argument is the
 * same. What of y0 and y1 is above their highest bits, 2^63 c (a + b), falls out of the sum.
 *
 * **Security.** The parties open one bit an element, masked by the shared bit.
 *
 * **Source.** The comparison-free wrap of a value with known highest bit: Huang, Lu, Hong, Ding, "Cheetah", USENIX
 * Security 2022, section 4.2 (after Rathee et al., "SIRNN", IEEE S&P 2021).
 */

import { truncationOffset } from "../bounds.js";
import { packPosition } from "../packed-bits.js";
import { scaledPower, scaleLowBitsInPlace, type Ratio } from "../ratio.js";
import type { Share } from "../share.js";
import { sharedBitsToArithmetic } from "./bits.js";
import { only, type AdditiveParts } from "./parts.js";

/** The truncated value. */
export async function truncateByTwo(parts: AdditiveParts, x: Share, ratio: Ratio): Promise<Share> {
  const { first } = parts;
  const y = only(x).slice();
  if (first) addOffset(y);
  const topBits = packPosition(y, 63);
  const [differ] = await sharedBitsToArithmetic(parts, [topBits], { rows: 1, bits: y.length });
  // With a' and b' the words below their highest bits: y c = a' c + b' c - [a XOR b] 2^63 c.
  scaleLowBitsInPlace(y, ratio, first ? "down" : "up");
  const wrapUnit = scaledPower(63, ratio);
  const unOffset = first ? scaledPower(62, ratio) : 0n;
  for (let i = 0; i < y.length; i++) {
    const wrap = BigInt.asUintN(64, (differ?.[i] as bigint) * wrapUnit); // as long as y
    y[i] = BigInt.asUintN(64, (y[i] as bigint) - wrap - unOffset);
  }
  return [y];
}

function addOffset(words: BigUint64Array): void {
  for (let i = 0; i < words.length; i++) {
    words[i] = BigInt.asUintN(64, (words[i] as bigint) + truncationOffset); // i < length
  }
}
