/** Bits of secret numbers: sign, zero, and all of them. A number's declared bound says how many there are. */

import { checkArgument, checkOptions } from "../../checks/options.js";
import { flag, optional } from "../../checks/rules.js";
import { bitsRule, checkOperands } from "../arguments.js";
import { invalidArgument } from "../../errors.js";
import type { BitEngine } from "../bit-engine.js";
import { SecretBits } from "../secret-bits.js";
import type { SecretMatrix } from "../secret-matrix.js";
import { addBits, allOf, carryOut } from "./carry.js";

/** Bits of the largest absolute value: below 2^bits. At least 1. */
export function magnitudeBits(x: SecretMatrix): number {
  return x.magnitude.toString(2).length;
}

/**
 * The sign of each element: 1 where it is negative. With |x| < 2^k, it is bit k of x modulo 2^(k+1).
 *
 * **Cost.** k + 1 bits of summands, 3 k ANDs; 2 + ceil(log2 k) rounds, one fewer for two additive parties.
 */
export async function signBits(engine: BitEngine, x: SecretMatrix): Promise<SecretBits> {
  checkOperands("signBits", engine, { x });
  return signBitsBelow(engine, x, magnitudeBits(x));
}

/** {@link signBits} of elements below 2^k, from 1 to 63, whatever the declared bound. */
export async function signBitsBelow(engine: BitEngine, x: SecretMatrix, k: number): Promise<SecretBits> {
  const [u, v] = await engine.splitToTwoSummands(x, k + 1);
  const carry = await carryOut(engine, u.positions(0, k), v.positions(0, k));
  return u
    .positions(k, k + 1)
    .xor(v.positions(k, k + 1))
    .xor(carry);
}

/**
 * The sign of each element, right but for small values: 1 where x is negative, 0 where x >= 2^(ignored + 1), and either
 * between. The lowest `ignored` bits of the summands are left out: what they would have carried is lost.
 *
 * For summands u and v cut to their upper parts, x = 2^ignored (u' + v') + c with 0 <= c < 2^(ignored + 1); the sign
 * taken is that of x - c, for which the bound leaves room.
 *
 * @param ignored - 0 or more, below the number of bits of x.
 *
 * **Cost.** As {@link signBits} with `ignored` bits fewer.
 */
export async function roughSignBits(
  engine: BitEngine,
  x: SecretMatrix,
  ignored: number,
): Promise<SecretBits> {
  checkOperands("roughSignBits", engine, { x });
  if (!Number.isInteger(ignored) || ignored < 0 || ignored >= magnitudeBits(x)) {
    throw invalidArgument("roughSignBits", `0 to ${magnitudeBits(x) - 1} ignored bits`, String(ignored));
  }
  const k = (x.magnitude + (1n << BigInt(ignored + 1))).toString(2).length;
  const [u, v] = await engine.splitToTwoSummands(x, k + 1);
  const carry = await carryOut(engine, u.positions(ignored, k), v.positions(ignored, k));
  return u
    .positions(k, k + 1)
    .xor(v.positions(k, k + 1))
    .xor(carry);
}

/**
 * 1 where an element is zero. For two splitToTwoSummands: u + v = 0 modulo 2^k, with no carry computed, exactly when at every
 * position u XOR v equals (u OR v) one position below, and at the lowest is 0.
 *
 * **Cost.** 2 k ANDs; 2 + ceil(log2 k) rounds, one fewer for two additive parties.
 *
 * **Source.** Cortadella, Llaberia, "Evaluation of A + B = K Conditions without Carry Propagation", IEEE Transactions on
 * Computers 41 (1992).
 */
export async function zeroBits(engine: BitEngine, x: SecretMatrix): Promise<SecretBits> {
  checkOperands("zeroBits", engine, { x });
  const k = magnitudeBits(x);
  const [u, v] = await engine.splitToTwoSummands(x, k);
  const different = u.xor(v);
  if (k === 1) return different.not();
  const both = await engine.and(u.positions(0, k - 1), v.positions(0, k - 1));
  const either = different.positions(0, k - 1).xor(both);
  const fits = SecretBits.stack([different.positions(0, 1), different.positions(1, k).xor(either)]).not();
  return allOf(engine, fits);
}

/**
 * The lowest `width` bits of each element, as a signed integer in two's complement.
 *
 * @param width - 1 to 64.
 *
 * **Cost.** About width (1 + log2 width) ANDs; 2 + ceil(log2 width) rounds.
 */
export async function bitsOf(engine: BitEngine, x: SecretMatrix, width: number): Promise<SecretBits> {
  checkOperands("bitsOf", engine, { x });
  const [u, v] = await engine.splitToTwoSummands(x, width);
  return addBits(engine, u, v);
}

/** Most bits of a number: below 2^62. */
const maxNumberBits = 61;

/**
 * The numbers that bits stand for, without fractional bits: the way back from {@link bitsOf}.
 *
 * @returns With `signed`, of two's complement, as {@link bitsOf} gives it; else whole numbers from 0.
 * @throws VeilshareError INVALID_ARGUMENT for more than 61 bits an element.
 *
 * **Cost.** A bit conversion for each bit; one round.
 */
export async function numberOfBits(
  engine: BitEngine,
  bits: SecretBits,
  options: { readonly signed?: boolean } = {},
): Promise<SecretMatrix> {
  checkArgument("numberOfBits", "bits", bits, bitsRule);
  checkOptions("numberOfBits", options, { signed: optional(flag) });
  const { width } = bits;
  if (width > maxNumberBits)
    throw invalidArgument("numberOfBits", `at most ${maxNumberBits} bits`, String(width));
  const places = await engine.bitsToArithmetic(bits);
  const weights = Array.from({ length: width }, (_, i) => 2 ** i);
  if (options.signed === true) weights[width - 1] = -(2 ** (width - 1));
  const largest = options.signed === true ? 2 ** (width - 1) : 2 ** width - 1;
  return places.combinePublicRows(weights, { provenBound: largest }).reshape(bits.rows, bits.columns);
}

/**
 * One bit an element as a matrix of 0 and 1, of the same shape, without fractional bits.
 *
 * @throws VeilshareError INVALID_ARGUMENT for more than one bit an element.
 */
export async function bitToArithmetic(engine: BitEngine, bit: SecretBits): Promise<SecretMatrix> {
  checkOperands("bitToArithmetic", engine, {});
  checkArgument("bitToArithmetic", "bit", bit, bitsRule);
  if (bit.width !== 1) throw invalidArgument("bitToArithmetic", "one bit an element", String(bit.width));
  return (await engine.bitsToArithmetic(bit)).reshape(bit.rows, bit.columns);
}
