/**
 * The XOR of a bit a that party 0 knows and a bit b that parties 1 and 2 know, as arithmetic shares, in one round. A
 * boolean shared bit b0 XOR b1 XOR b2 is of that kind: party 0 holds b0 and b1, the others b2.
 *
 * a XOR b = a + b - 2 a b. Let s, z0 be from the seed common to parties 0 and 2, and t, z1 from the one common to 0 and
 * 1; all are uniform words. Messages, all in one round:
 *
 *     0 -> 1: c = a + s      0 -> 2: d = a + t      2 -> 1: e = -s b - z0      1 -> 2: f = -t b - z1
 *
 * Then z2 = a b - z0 - z1 is known to both 1, as c b - z1 + e, and 2, as d b - z0 + f; so (z0, z1, z2) is a replicated
 * sharing of a b. And a itself is shared as (-s, c, 0), b as (0, 0, b).
 *
 * **Security.** Each message is masked by a word that its receiver does not know: c by s, d by t, e by z0, f by z1.
 *
 * **Cost.** Four elements for each bit in all, one round.
 *
 * **Source.** After the three-party bit injection of Mohassel, Rindal, "ABY3", CCS 2018, section 5.4.1, with the products
 * by a public-to-two bit in place of its oblivious transfers.
 */

import { unpackInto, wordsForBits, xorWords, type BitSize } from "../packed-bits.js";
import { ringPart, ringSize } from "../round-message.js";
import type { Part, PartSize } from "../round-message.js";
import type { Share } from "../share.js";
import { pair, type ReplicatedParts } from "./parts.js";

/** What goes along with an injection, from party 0 to party 1. */
export interface Piggyback {
  /** At party 0: the words. */
  readonly words?: BigUint64Array;
  /** At party 1: their size. */
  readonly size?: PartSize;
}

/** An injection, and what party 0 sent along to party 1. */
export interface BitConversion {
  readonly share: Share;
  readonly piggyback: BigUint64Array | undefined;
}

/** Arithmetic shares of boolean shared bits, row after row without gaps. */
export async function bitsToArithmetic(parts: ReplicatedParts, bits: Share, size: BitSize): Promise<Share> {
  const [first, second] = pair(bits);
  const known = parts.position === 0 ? xorWords(first, second) : parts.position === 1 ? second : first;
  const words = new BigUint64Array(size.rows * size.bits);
  const stride = wordsForBits(size.bits);
  for (let row = 0; row < size.rows; row++) {
    unpackInto(words, known.subarray(row * stride, (row + 1) * stride), row * size.bits, size.bits);
  }
  return (await knownBitsToArithmetic(parts, words)).share;
}

/**
 * Arithmetic shares of a XOR b.
 *
 * @param bit - Words of 0 or 1: a at party 0, b at the others.
 * @param piggyback - Sent along by party 0 to party 1, if any.
 */
export async function knownBitsToArithmetic(
  parts: ReplicatedParts,
  bit: BigUint64Array,
  piggyback: Piggyback = {},
): Promise<BitConversion> {
  if (parts.position === 0) {
    const sent = piggyback.words === undefined ? [] : [ringPart(piggyback.words)];
    return { share: await convertAtFirst(parts, bit, sent), piggyback: undefined };
  }
  return convertAtOther(parts, bit, piggyback.size === undefined ? [] : [piggyback.size]);
}

async function convertAtFirst(
  { seeds, rounds, members }: ReplicatedParts,
  a: BigUint64Array,
  along: readonly Part[],
): Promise<Share> {
  const { length } = a;
  const [s, z0] = [seeds.previous.words(length), seeds.previous.words(length)];
  const [t, z1] = [seeds.next.words(length), seeds.next.words(length)];
  for (let i = 0; i < length; i++) {
    const bit = a[i] as bigint; // all of one length
    const c = BigInt.asUintN(64, bit + (s[i] as bigint));
    t[i] = BigInt.asUintN(64, bit + (t[i] as bigint));
    // The shares of a - 2 a b that party 0 holds: -s - 2 z0 and c - 2 z1.
    const twice = BigInt.asUintN(64, (z0[i] as bigint) << 1n);
    z0[i] = BigInt.asUintN(64, -(s[i] as bigint) - twice);
    z1[i] = BigInt.asUintN(64, c - BigInt.asUintN(64, (z1[i] as bigint) << 1n));
    s[i] = c;
  }
  const [, one, two] = members as readonly [number, number, number]; // three parties
  await rounds.exchange({
    send: new Map([
      [one, [ringPart(s), ...along]],
      [two, [ringPart(t)]],
    ]),
    receive: new Map(),
    words: 4 * length,
  });
  return [z0, z1];
}

/** Party 1 and party 2 do the same with other seeds: each has a mask of a's and a part of zero in common with party 0. */
async function convertAtOther(
  { position, seeds, rounds, members }: ReplicatedParts,
  b: BigUint64Array,
  along: readonly PartSize[],
): Promise<BitConversion> {
  const { length } = b;
  const common = position === 1 ? seeds.previous : seeds.next;
  const [mask, part] = [common.words(length), common.words(length)];
  const message = new BigUint64Array(length);
  for (let i = 0; i < length; i++) {
    const product = BigInt.asUintN(64, (mask[i] as bigint) * (b[i] as bigint)); // all of one length
    message[i] = BigInt.asUintN(64, -product - (part[i] as bigint));
  }
  const [zero, one, two] = members as readonly [number, number, number]; // three parties
  const other = position === 1 ? two : one;
  const { received } = await rounds.exchange({
    send: new Map([[other, [ringPart(message)]]]),
    receive: new Map([
      [zero, [ringSize(length), ...along]],
      [other, [ringSize(length)]],
    ]),
    words: 4 * length,
  });
  const [masked, piggyback] = received.get(zero) as readonly [BigUint64Array, BigUint64Array?]; // as asked for
  const [from] = received.get(other) as readonly [BigUint64Array]; // as asked for
  const third = new BigUint64Array(length);
  for (let i = 0; i < length; i++) {
    const bit = b[i] as bigint; // all of one length
    const product = BigInt.asUintN(64, (masked[i] as bigint) * bit);
    const z2 = BigInt.asUintN(64, BigInt.asUintN(64, product - (part[i] as bigint)) + (from[i] as bigint));
    third[i] = BigInt.asUintN(64, bit - BigInt.asUintN(64, z2 << 1n));
    const twice = BigInt.asUintN(64, (part[i] as bigint) << 1n);
    const own = position === 1 ? (masked[i] as bigint) : BigInt.asUintN(64, -(mask[i] as bigint));
    part[i] = BigInt.asUintN(64, own - twice);
  }
  return { share: position === 1 ? [part, third] : [third, part], piggyback };
}
