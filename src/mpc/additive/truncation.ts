/**
 * Truncation among three parties or more: shares of x become shares of x / 2^m, for any 1 <= m <= 62. It needs a source
 * that knows its masks; two parties have another way, `two-party-truncation.ts`.
 *
 * The source deals shares of a uniform 64-bit r, of r' = (r mod 2^63) >> m and of r's highest bit t. The parties open
 * c = x + 2^62 + r mod 2^64, which is uniform and tells nothing, and compute, locally,
 *
 *     (c mod 2^63 >> m)  +  carry * 2^(63-m)  -  [r']  -  2^(62-m),      carry = (c >> 63) xor [t].
 *
 * Why that is right: let |x| < 2^62, y = x + 2^62, so 0 < y < 2^63, and write r = t 2^63 + s with s < 2^63. Then
 * y + s < 2^64, so y + s = c0 + carry * 2^63 with c0 < 2^63 and carry 0 or 1, *as integers*. Adding t 2^63 modulo 2^64
 * leaves c mod 2^63 = c0 and turns the highest bit into carry xor t; so carry = (c >> 63) xor t. Hence
 *
 *     y / 2^m = c0 / 2^m + carry * 2^(63-m) - s / 2^m,
 *
 * where the middle term is an integer as m <= 63, and replacing the outer two quotients by their floors moves the
 * result by less than 1: each floor is off by less than 1, and the two errors have opposite signs. Taking off
 * 2^62 / 2^m, an integer as m <= 62, gives x / 2^m with an error of *less than one unit in the last place, always*:
 * there is no wrap-around that happens with small probability, unlike in the local shift of SecureML, which is for two
 * parties only and fails with probability |x| / 2^63 an element. As s is uniform, the rounding is up with exactly the
 * probability of the fraction cut off: the result is right in expectation. In place of 1 / 2^m stands any public ratio
 * numerator / 2^m: 2^63 and 2^62 times it are integers as well.
 *
 * **Source.** Dalskov, Escudero, Keller, "Secure Evaluation of Quantized Neural Networks", PoPETs 2020(4), section 3;
 * the variant that hides all 64 bits.
 */

import { truncationOffset } from "../bounds.js";
import { ringPart } from "../round-message.js";
import { scaledPower, scaleLowBitsInPlace, type Ratio } from "../ratio.js";
import type { Share } from "../share.js";
import { only, type AdditiveParts } from "./parts.js";

/** The truncated value. */
export async function truncateByMask(parts: AdditiveParts, x: Share, ratio: Ratio): Promise<Share> {
  const words = only(x);
  const { first } = parts;
  const { masks, dependent } = parts.source.draw({ kind: "truncation", length: words.length, ...ratio });
  const [r] = masks as readonly [BigUint64Array]; // the kind has one mask
  const closed = { ...ringPart(maskForTruncation(words, r, first)), under: "addition" } as const;
  const round = await parts.open([closed], { dependent });
  const [opened] = round.opened as readonly [BigUint64Array]; // opened to all
  const [high, topBit] = round.dependent as readonly [BigUint64Array, BigUint64Array]; // the kind has two
  return [truncatedShare({ opened, high, topBit, ratio, first })];
}

/**
 * The own share of c = x + 2^62 + r.
 *
 * @param first - True at the one party that adds the public constant.
 */
function maskForTruncation(x: BigUint64Array, r: BigUint64Array, first: boolean): BigUint64Array {
  const masked = new BigUint64Array(x.length);
  const constant = first ? truncationOffset : 0n;
  for (let i = 0; i < x.length; i++) {
    masked[i] = BigInt.asUintN(64, (x[i] as bigint) + (r[i] as bigint) + constant); // lengths checked by the caller
  }
  return masked;
}

/** What {@link truncatedShare} needs. */
interface TruncationOpening {
  /** c, opened. */
  readonly opened: BigUint64Array;
  /** The own shares of r' and of t. */
  readonly high: BigUint64Array;
  readonly topBit: BigUint64Array;
  readonly ratio: Ratio;
  readonly first: boolean;
}

/** The own share of the truncated value. */
function truncatedShare(opening: TruncationOpening): BigUint64Array {
  const { opened, high, topBit, ratio, first } = opening;
  const carryUnit = scaledPower(63, ratio);
  const unOffset = scaledPower(62, ratio);
  const result = new BigUint64Array(opened.length);
  if (first) {
    result.set(opened);
    scaleLowBitsInPlace(result, ratio, "down");
  }
  for (let i = 0; i < opened.length; i++) {
    const c = opened[i] as bigint; // all lengths are the same, checked where they arrived
    const t = topBit[i] as bigint;
    // 1 xor t = 1 - t and 0 xor t = t; the first party holds the public parts. c is public: a branch tells nothing.
    const carryShare = c >> 63n === 0n ? t : (first ? 1n : 0n) - t;
    const publicPart = first ? (result[i] as bigint) - unOffset : 0n;
    result[i] = BigInt.asUintN(64, publicPart + carryShare * carryUnit - (high[i] as bigint));
  }
  return result;
}
