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
 * In place of 1 / 2^m stands any public ratio numerator / 2^m: 2^63 and 2^62 times it are integers as well.
 *
 * **Security.** Each message is masked by a word that its receiver does not know. *What the rounding tells:* which way a value
 * was rounded depends on shares that one party knows, and on the bits cut off. Who sees a truncated value opened, and knows
 * its shares, learns for each opening one comparison of the bits cut off with a number; from thousands of openings of one
 * secret, those bits. `Engine.reveal` therefore opens truncated values rounded exactly, which depends on the value alone.
 *
 * **Cost.** Five elements for each in all.
 */

import { truncationOffset } from "../bounds.js";
import { ringSize } from "../round-message.js";
import { scaledPower, scaleLowBitsInPlace, type Ratio } from "../ratio.js";
import type { Share } from "../share.js";
import { knownBitsToArithmetic } from "./bit-to-arithmetic.js";
import { pair, type ReplicatedParts } from "./parts.js";

/** The truncated value. */
export async function truncateReplicated(parts: ReplicatedParts, x: Share, ratio: Ratio): Promise<Share> {
  const known = summandOf(parts, x);
  const topBits = new BigUint64Array(known.length);
  for (let i = 0; i < known.length; i++) topBits[i] = (known[i] as bigint) >> 63n; // i < length
  scaleLowBitsInPlace(known, ratio, parts.position === 0 ? "down" : "up");
  const { length } = known;
  if (parts.position === 0) {
    const first = parts.seeds.previous.words(length);
    const second = new BigUint64Array(length);
    for (let i = 0; i < length; i++) {
      second[i] = BigInt.asUintN(64, (known[i] as bigint) - (first[i] as bigint)); // all of one length
    }
    const { share } = await knownBitsToArithmetic(parts, topBits, { words: second });
    return lessWrap([first, second], share, ratio, 0);
  }
  if (parts.position === 1) {
    const { share, piggyback } = await knownBitsToArithmetic(parts, topBits, { size: ringSize(length) });
    return lessWrap([piggyback as BigUint64Array, known], share, ratio, undefined); // awaited, as its size was given
  }
  const first = parts.seeds.next.words(length);
  const { share } = await knownBitsToArithmetic(parts, topBits);
  return lessWrap([known, first], share, ratio, 1);
}

/**
 * u with the offset at party 0, v elsewhere, both refreshed by a word that all three know; in memory of its own. Without
 * it, shares of what party 0 put in, or of what all know, would be rounded down every time.
 */
function summandOf({ position, seeds }: ReplicatedParts, x: Share): BigUint64Array {
  const [first, second] = pair(x);
  const fresh = seeds.common.words(first.length);
  for (let i = 0; i < fresh.length; i++) {
    const word = fresh[i] as bigint; // all of one length
    if (position === 0) {
      const sum = BigInt.asUintN(64, (first[i] as bigint) + (second[i] as bigint));
      fresh[i] = BigInt.asUintN(64, BigInt.asUintN(64, sum + truncationOffset) + word);
    } else {
      fresh[i] = BigInt.asUintN(64, ((position === 1 ? second : first)[i] as bigint) - word);
    }
  }
  return fresh;
}

/** Takes off the wrap, and the offset where the share takes up constants. */
function lessWrap(
  share: readonly [BigUint64Array, BigUint64Array],
  differ: Share,
  ratio: Ratio,
  constantAt: number | undefined,
): Share {
  const wrapUnit = scaledPower(63, ratio);
  return share.map((part, component) => {
    const wraps = differ[component] as BigUint64Array; // two components, of one length
    const unOffset = component === constantAt ? scaledPower(62, ratio) : 0n;
    for (let i = 0; i < part.length; i++) {
      const wrap = BigInt.asUintN(64, (wraps[i] as bigint) * wrapUnit);
      part[i] = BigInt.asUintN(64, BigInt.asUintN(64, (part[i] as bigint) - wrap) - unOffset);
    }
    return part;
  });
}
