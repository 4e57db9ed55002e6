/**
 * Bits shared by XOR among n parties.
 *
 * AND is Beaver's product over Z_2. A bit becomes an arithmetic share with a *shared bit* r, known to nobody, held both
 * ways: the parties open c = b XOR r, uniform, and b = c + (1 - 2 c) r is linear in the arithmetic shares of r.
 *
 * An additive share is a number that its owner knows, so its bits are shared without a message: its owner's share are
 * the bits, everyone else's are zero. Two parties hence have two such summands at once; of more, carry-save adders make
 * two, one AND deep for every three summands that become two.
 */

import {
  bitRowsOf,
  joinRows,
  splitRows,
  unpackInto,
  wordsForBits,
  wordsForRows,
  xorInPlace,
  xorWords,
  type BitSize,
} from "../packed-bits.js";
import type { Share } from "../share.js";
import { only, type AdditiveParts } from "./parts.js";

/** From so many bits a row, the empty places at the end of rows are not worth closing up. */
const longRow = 512;

function closesUp({ rows, bits }: BitSize): boolean {
  return rows > 1 && bits < longRow && bits % 64 !== 0;
}

/** Bitwise AND. */
export async function andShares(parts: AdditiveParts, x: Share, y: Share, size: BitSize): Promise<Share> {
  if (!closesUp(size)) return [await beaver(parts, only(x), only(y), size)];
  const joined = { rows: 1, bits: size.rows * size.bits };
  const result = await beaver(parts, joinRows(only(x), size), joinRows(only(y), size), joined);
  return [splitRows(result, size)];
}

async function beaver(
  parts: AdditiveParts,
  x: BigUint64Array,
  y: BigUint64Array,
  size: BitSize,
): Promise<BigUint64Array> {
  const { masks, dependent } = parts.source.draw({ kind: "bitTriple", words: x.length });
  const [a, b] = masks as readonly [BigUint64Array, BigUint64Array]; // the kind has two masks
  const closed = [
    { size, words: xorWords(x, a), under: "xor" },
    { size, words: xorWords(y, b), under: "xor" },
  ] as const;
  const round = await parts.open(closed, { dependent });
  const [d, e] = round.opened as readonly [BigUint64Array, BigUint64Array]; // opened to all
  const [c] = round.dependent as readonly [BigUint64Array]; // the kind has one dependent vector
  const result = new BigUint64Array(x.length);
  for (let i = 0; i < x.length; i++) {
    const first = BigInt.asUintN(64, (d[i] as bigint) & (y[i] as bigint)); // all of one length
    const second = BigInt.asUintN(64, (a[i] as bigint) & (e[i] as bigint));
    result[i] = BigInt.asUintN(64, (c[i] as bigint) ^ first ^ second);
  }
  return result;
}

/** Arithmetic shares of bits. */
export async function sharedBitsToArithmetic(
  parts: AdditiveParts,
  bits: Share,
  size: BitSize,
): Promise<Share> {
  const length = size.rows * size.bits;
  const row = size.rows > 1 && size.bits % 64 !== 0 ? joinRows(only(bits), size) : only(bits);
  const { masks, dependent } = parts.source.draw({ kind: "sharedBit", length });
  const [r] = masks as readonly [BigUint64Array]; // the kind has one mask
  const closed = [{ size: { rows: 1, bits: length }, words: xorWords(row, r), under: "xor" }] as const;
  const round = await parts.open(closed, { dependent });
  const [c] = round.opened as readonly [BigUint64Array]; // opened to all
  const [arithmetic] = round.dependent as readonly [BigUint64Array]; // the kind has one dependent vector
  const result = new BigUint64Array(length);
  unpackInto(result, c, 0, length);
  const { first } = parts;
  for (let i = 0; i < length; i++) {
    const share = arithmetic[i] as bigint; // as long as the bits
    // c is public: a branch tells nothing.
    result[i] = result[i] === 0n ? share : BigInt.asUintN(64, (first ? 1n : 0n) - share);
  }
  return [result];
}

/** Two vectors of bits that sum to x modulo 2^width. */
export async function summandsOf(
  parts: AdditiveParts,
  x: Share,
  width: number,
): Promise<readonly [Share, Share]> {
  const own = bitRowsOf(only(x), width);
  const none = new BigUint64Array(own.length);
  const bits = only(x).length;
  let summands = parts.members.map((member) => (member === parts.self ? own : none));
  while (summands.length > 2) summands = await carrySave(parts, summands, { rows: width, bits });
  const [u = none, v = none] = summands; // never fewer than two
  return [[u], [v]];
}

/** Every three summands become two: the sum without carries, and the carries. */
async function carrySave(
  parts: AdditiveParts,
  summands: readonly BigUint64Array[],
  size: BitSize,
): Promise<BigUint64Array[]> {
  const reduced = await Promise.all(
    Array.from({ length: Math.floor(summands.length / 3) }, async (_, i) => {
      const [a, b, c] = summands.slice(3 * i, 3 * i + 3) as [BigUint64Array, BigUint64Array, BigUint64Array];
      const sum = xorWords(xorWords(a, b), c);
      return [sum, await carries(parts, [a, b, c], size)];
    }),
  );
  return [...reduced.flat(), ...summands.slice(summands.length - (summands.length % 3))];
}

/** The majority of three bits, ((a XOR c) AND (b XOR c)) XOR c, one position up. */
async function carries(
  parts: AdditiveParts,
  [a, b, c]: readonly [BigUint64Array, BigUint64Array, BigUint64Array],
  { rows, bits }: BitSize,
): Promise<BigUint64Array> {
  const shifted = new BigUint64Array(a.length);
  if (rows === 1) return shifted;
  const size = { rows: rows - 1, bits };
  const low = (words: BigUint64Array): BigUint64Array => words.subarray(0, wordsForRows(size));
  const both = await andShares(parts, [low(xorWords(a, c))], [low(xorWords(b, c))], size);
  const majority = only(both).slice();
  xorInPlace(majority, low(c));
  shifted.set(majority, wordsForBits(bits));
  return shifted;
}
