/**
 * Truncation of replicated shares: x0 + x1, which party 0 knows, and x2, which the others know, are the two summands of
 * a two-party sharing, and the argument of `additive/two-party-truncation.ts` holds for them: with y = x + 2^62, u =
 * y0 + y1 and v = y2, the sum u + v wraps exactly when the highest bit a of u or the highest bit b of v is 1, and
 *
 *     y / 2^m  =  (u / 2^m - a 2^(63-m))  +  (v / 2^m - b 2^(63-m))  -  2^(63-m) [a XOR b].
 *
 * Party 0 rounds its quotient down, the others round theirs up: the result is off by *less than one unit in the last
 * place, always*, with no failure probability, and right in expectation as u is uniform. The first bracket is shared by
 * party 0 with a seed common with party 2 and one word to party 1; the second is known to two parties and so shared at
 * once; the third is a bit injection. All in one round.
 *
 * **Cost.** Five elements for each in all.
 */

import { truncationOffset } from "../bounds.js";
import { ringSize } from "../round-message.js";
import type { Share } from "../share.js";
import { knownBitsToArithmetic } from "./bit-to-arithmetic.js";
import { pair, type ReplicatedParts } from "./parts.js";

/** The truncated value. */
export async function truncateReplicated(parts: ReplicatedParts, x: Share, shift: number): Promise<Share> {
  const known = summandOf(parts, x);
  const topBits = new BigUint64Array(known.length);
  for (let i = 0; i < known.length; i++) topBits[i] = (known[i] as bigint) >> 63n; // i < length
  divide(known, shift, parts.position === 0);
  const { length } = known;
  if (parts.position === 0) {
    const first = parts.seeds.previous.words(length);
    const second = new BigUint64Array(length);
    for (let i = 0; i < length; i++) {
      second[i] = BigInt.asUintN(64, (known[i] as bigint) - (first[i] as bigint)); // all of one length
    }
    const { share } = await knownBitsToArithmetic(parts, topBits, { words: second });
    return lessWrap([first, second], share, shift, 0);
  }
  if (parts.position === 1) {
    const { share, piggyback } = await knownBitsToArithmetic(parts, topBits, { size: ringSize(length) });
    return lessWrap([piggyback as BigUint64Array, known], share, shift, undefined); // awaited, as its size was given
  }
  const first = parts.seeds.next.words(length);
  const { share } = await knownBitsToArithmetic(parts, topBits);
  return lessWrap([known, first], share, shift, 1);
}

/** u with the offset at party 0, v elsewhere; in memory of its own. */
function summandOf({ position }: ReplicatedParts, x: Share): BigUint64Array {
  const [first, second] = pair(x);
  if (position !== 0) return (position === 1 ? second : first).slice();
  const sum = first.slice();
  for (let i = 0; i < sum.length; i++) {
    const word = BigInt.asUintN(64, (sum[i] as bigint) + (second[i] as bigint)); // all of one length
    sum[i] = BigInt.asUintN(64, word + truncationOffset);
  }
  return sum;
}

/** Each word w becomes w / 2^shift, rounded, less (its highest bit) * 2^(63 - shift). */
function divide(words: BigUint64Array, shift: number, down: boolean): void {
  const m = BigInt(shift);
  const wrapUnit = 1n << (63n - m);
  const roundUp = down ? 0n : (1n << m) - 1n;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as bigint; // i < length
    const quotient = (word >> m) + (((word & roundUp) + roundUp) >> m);
    words[i] = BigInt.asUintN(64, quotient - (word >> 63n) * wrapUnit);
  }
}

/** Takes off the wrap, and the offset where the share takes up constants. */
function lessWrap(
  share: readonly [BigUint64Array, BigUint64Array],
  differ: Share,
  shift: number,
  constantAt: number | undefined,
): Share {
  const wrapUnit = 1n << BigInt(63 - shift);
  return share.map((part, component) => {
    const wraps = differ[component] as BigUint64Array; // two components, of one length
    const unOffset = component === constantAt ? truncationOffset >> BigInt(shift) : 0n;
    for (let i = 0; i < part.length; i++) {
      const wrap = BigInt.asUintN(64, (wraps[i] as bigint) * wrapUnit);
      part[i] = BigInt.asUintN(64, BigInt.asUintN(64, (part[i] as bigint) - wrap) - unOffset);
    }
    return part;
  });
}
