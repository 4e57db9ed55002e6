/**
 * Arithmetic modulo a prime, for secret sharing: few operations on large numbers, so plain BigInt.
 *
 * **Security.** BigInt arithmetic takes time that depends on its operands; inversion runs a fixed sequence of
 * multiplications (Fermat). Nothing here is constant-time. Shares are computed where the secret is known anyway; what
 * must not be is an oracle that lets another party time many operations with one secret.
 */

import { invert, invertCt, mod, pow } from "@noble/curves/abstract/modular.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { wipe } from "../bytes/wipe.js";
import { drawBytes, randomBytes, type RandomSource } from "../random/csprng.js";

/** Extra random bytes that make the reduction modulo the order uniform up to 2^-256. */
const wideningBytes = 32;

/** Encodings carry the byte length of an element, and of the order, in 16 bits. */
const maxByteLength = 65_535;

/** The field of integers modulo a prime. Elements are bigints from 0 to order - 1. */
export class PrimeField {
  /** The prime. */
  readonly order: bigint;
  /** Bytes of an encoded element. */
  readonly byteLength: number;

  /** For an order known to be prime; {@link primeField} tests it. */
  constructor(order: bigint) {
    if (order < 2n) throw invalidArgument("PrimeField", "a prime order", "a number below 2");
    this.order = order;
    this.byteLength = Math.ceil(order.toString(16).length / 2);
    if (this.byteLength > maxByteLength) {
      throw invalidArgument(
        "PrimeField",
        `an order of at most ${maxByteLength} bytes`,
        `${this.byteLength} bytes`,
      );
    }
  }

  /** The residue of any integer. */
  reduce(value: bigint): bigint {
    return mod(value, this.order);
  }

  /** True for an integer from 0 to order - 1. */
  isElement(value: bigint): boolean {
    return value >= 0n && value < this.order;
  }

  add(a: bigint, b: bigint): bigint {
    return this.reduce(a + b);
  }

  subtract(a: bigint, b: bigint): bigint {
    return this.reduce(a - b);
  }

  multiply(a: bigint, b: bigint): bigint {
    return this.reduce(a * b);
  }

  /**
   * 1 / a.
   *
   * @throws VeilshareError INVALID_ARGUMENT for zero.
   */
  invert(a: bigint): bigint {
    const residue = this.reduce(a);
    if (residue === 0n) throw invalidArgument("PrimeField.invert", "an element that is not zero", "zero");
    return invertCt(residue, this.order);
  }

  /**
   * 1 / a by the extended Euclidean algorithm: several times faster, in time that depends on a. For public values only.
   *
   * @throws VeilshareError INVALID_ARGUMENT for zero.
   */
  invertVartime(a: bigint): bigint {
    const residue = this.reduce(a);
    if (residue === 0n) {
      throw invalidArgument("PrimeField.invertVartime", "an element that is not zero", "zero");
    }
    return invert(residue, this.order);
  }

  /**
   * The power of an element.
   *
   * @param exponent - 0 or more.
   * @throws VeilshareError INVALID_ARGUMENT for a negative exponent.
   */
  power(base: bigint, exponent: bigint): bigint {
    if (exponent < 0n)
      throw invalidArgument("PrimeField.power", "an exponent of 0 or more", "a negative one");
    return pow(this.reduce(base), exponent, this.order);
  }

  /**
   * A uniform element, zero included: 32 bytes more than the order has, reduced, so that the distance to uniform is
   * below 2^-256.
   *
   * @param random - Asked once, for `byteLength + 32` bytes, little-endian.
   */
  random(random: RandomSource = randomBytes): bigint {
    const drawn = drawBytes(random, this.byteLength + wideningBytes);
    const integer = this.reduce(integerFromBytes(drawn));
    wipe(drawn);
    return integer;
  }

  /**
   * The canonical encoding: `byteLength` bytes, little-endian.
   *
   * @throws VeilshareError VALUE_OUT_OF_RANGE for an integer that is not an element.
   */
  encode(element: bigint): Uint8Array {
    if (!this.isElement(element)) {
      throw new VeilshareError("VALUE_OUT_OF_RANGE", "PrimeField.encode: expected 0 <= element < order");
    }
    return bytesFromInteger(element, this.byteLength);
  }

  /**
   * The element of a canonical encoding.
   *
   * @throws VeilshareError INVALID_ARGUMENT for another length or a value of the order or more.
   */
  decode(bytes: Uint8Array): bigint {
    if (bytes.length !== this.byteLength) {
      throw invalidArgument("PrimeField.decode", `${this.byteLength} bytes`, `${bytes.length} bytes`);
    }
    const element = integerFromBytes(bytes);
    if (element >= this.order) {
      throw invalidArgument("PrimeField.decode", "a canonical encoding", "a value of the order or more");
    }
    return element;
  }
}

/**
 * The field of a prime order, which is tested with 32 rounds of Miller-Rabin on random bases: a composite number passes
 * with a probability below 2^-64.
 *
 * @throws VeilshareError INVALID_ARGUMENT for a number that is not prime.
 */
export async function primeField(order: bigint): Promise<PrimeField> {
  const field = new PrimeField(order);
  // Loaded only here: at import, this package waits at top level and, in a worker thread, listens on the thread's port
  // and so takes messages that were meant for others.
  const { isProbablyPrime } = await import("bigint-crypto-utils");
  if (!(await isProbablyPrime(order, 32, true))) {
    throw invalidArgument("primeField", "a prime order", "a composite number");
  }
  return field;
}

/**
 * The scalar field of ristretto255: 2^252 + 27742317777372353535851937790883648493.
 *
 * **Source.** RFC 9496, section 4.4.
 */
export const ristretto255Scalars: PrimeField = /* @__PURE__ */ new PrimeField(
  2n ** 252n + 27742317777372353535851937790883648493n,
);

const byteToHex = /* @__PURE__ */ Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, "0"),
);

/** The integer that little-endian bytes stand for. */
export function integerFromBytes(bytes: Uint8Array): bigint {
  let hex = "0x0";
  for (let i = bytes.length - 1; i >= 0; i--) hex += byteToHex[bytes[i] as number] as string; // i is in range, a byte below 256
  return BigInt(hex);
}

/** An integer of at most `byteLength` bytes, little-endian; the caller has checked the range. */
export function bytesFromInteger(integer: bigint, byteLength: number): Uint8Array {
  const hex = integer.toString(16).padStart(2 * byteLength, "0");
  const bytes = new Uint8Array(byteLength);
  for (let i = 0; i < byteLength; i++) {
    const end = hex.length - 2 * i;
    bytes[i] = Number.parseInt(hex.slice(end - 2, end), 16);
  }
  return bytes;
}
