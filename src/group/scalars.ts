/**
 * Scalars of ristretto255: 32 bytes, little-endian, below the group order l. Any other encoding is refused.
 */

import { wipe } from "../bytes/wipe.js";
import { VeilshareError } from "../errors.js";
import { bytesFromInteger, integerFromBytes, ristretto255Scalars } from "../field/prime-field.js";
import { checkCount, drawBytes, keepBytes, randomBytes, type RandomSource } from "../random/csprng.js";

/** Bytes of an encoded scalar. */
export const scalarBytes = 32;

/** l = 2^252 + 27742317777372353535851937790883648493, little-endian. */
const orderBytes: Uint8Array = bytesFromInteger(ristretto255Scalars.order, scalarBytes);

/** What a check makes of the scalar zero. */
export type ZeroRule = "allow" | "refuse";

/** Reduced modulo l, so many uniform bytes are uniform up to 2^-256. */
const wideBytes = 64;

/**
 * A uniform scalar other than zero.
 *
 * **Security.** For long-lived secrets and for one session alike; a protocol that multiplies by a secret scalar on
 * request of another party takes a fresh one a session, as multiplication is not constant-time in JavaScript.
 *
 * @param random - Asked for 64 bytes, little-endian, which are reduced modulo l; asked again if the result is zero. A
 * source that returns a scalar's 32 bytes and 32 zeros gives that scalar, which is how published vectors are replayed.
 */
export function randomScalar(random: RandomSource = randomBytes): Uint8Array {
  for (;;) {
    const wide = drawBytes(random, wideBytes);
    const scalar = ristretto255Scalars.reduce(integerFromBytes(wide));
    wipe(wide);
    if (scalar !== 0n) return bytesFromInteger(scalar, scalarBytes);
  }
}

/** n x 64 bytes, little-endian, reduced modulo l to n x 32 bytes. */
export function reduceToScalars(wide: Uint8Array): Uint8Array {
  const scalars = new Uint8Array((wide.length / wideBytes) * scalarBytes);
  for (let i = 0; i * wideBytes < wide.length; i++) {
    const value = integerFromBytes(wide.subarray(i * wideBytes, (i + 1) * wideBytes));
    scalars.set(encodeScalar(ristretto255Scalars.reduce(value)), i * scalarBytes);
  }
  return scalars;
}

/**
 * `count` independent uniform scalars other than zero.
 *
 * @returns count x 32 bytes.
 * @throws VeilshareError INVALID_ARGUMENT for a count that is no integer of 0 or more: it would give no scalar at all.
 */
export function randomScalars(count: number, random: RandomSource = randomBytes): Uint8Array {
  checkCount("randomScalars", count);
  const scalars = new Uint8Array(scalarBytes * count);
  for (let i = 0; i < count; i++) {
    const scalar = randomScalar(random);
    scalars.set(scalar, scalarBytes * i);
    wipe(scalar);
  }
  return scalars;
}

/**
 * `count` independent scalars of 252 uniform bits: uniform up to 2^-127 each, as l is that close to 2^252, and not zero but
 * with the same probability. In one draw and without big integers, for protocols that need a thousand at once.
 *
 * @param random - Asked once, for 32 bytes a scalar.
 * @returns count x 32 bytes.
 */
export function shortRandomScalars(count: number, random: RandomSource): Uint8Array {
  checkCount("shortRandomScalars", count);
  const scalars = keepBytes(random, scalarBytes * count);
  for (let at = scalarBytes - 1; at < scalars.length; at += scalarBytes)
    scalars[at] = (scalars[at] as number) & 15;
  return scalars;
}

/**
 * 1 / scalar modulo l.
 *
 * @throws VeilshareError INVALID_ARGUMENT for zero or a bad encoding.
 */
export function invertScalar(scalar: Uint8Array): Uint8Array {
  checkScalar("invertScalar", scalar, "refuse");
  return invertScalars(scalar);
}

/**
 * The inverse of each scalar modulo l.
 *
 * **Cost.** One inversion and three products a row (Montgomery's trick).
 *
 * @param scalars - n x 32 bytes.
 * @returns n x 32 bytes.
 * @throws VeilshareError INVALID_ARGUMENT for zero or a bad encoding.
 */
export function invertScalars(scalars: Uint8Array): Uint8Array {
  checkScalars("invertScalars", scalars, "refuse");
  const field = ristretto255Scalars;
  const factors: bigint[] = [];
  const productsBefore: bigint[] = [];
  let product = 1n;
  for (let at = 0; at < scalars.length; at += scalarBytes) {
    const factor = integerFromBytes(scalars.subarray(at, at + scalarBytes));
    factors.push(factor);
    productsBefore.push(product);
    product = field.multiply(product, factor);
  }
  const inverses = new Uint8Array(scalars.length);
  let inverse = field.invert(product);
  for (let i = factors.length - 1; i >= 0; i--) {
    inverses.set(encodeScalar(field.multiply(inverse, productsBefore[i] as bigint)), i * scalarBytes); // i < length
    inverse = field.multiply(inverse, factors[i] as bigint);
  }
  return inverses;
}

/** The encoding of an integer from 0 to l - 1. */
export function encodeScalar(scalar: bigint): Uint8Array {
  return ristretto255Scalars.encode(scalar);
}

/**
 * Refuses scalars that are not canonical, or zero where that is refused.
 *
 * **Security.** The time depends on nothing but the number of scalars, unless one is refused.
 *
 * @param scalars - n x 32 bytes.
 * @throws VeilshareError INVALID_ARGUMENT, with `scalar` as field, for the first one that is refused.
 */
export function checkScalars(caller: string, scalars: Uint8Array, zero: ZeroRule): void {
  let faults = 0;
  for (let at = 0; at < scalars.length; at += scalarBytes) faults |= faultsOf(scalars, at);
  if (zero === "allow") faults &= ~isZeroFault;
  if (faults === 0) return;
  for (let at = 0; at < scalars.length; at += scalarBytes) {
    const found = faultsOf(scalars, at);
    if ((found & tooLargeFault) !== 0) throw badScalar(caller, "a value not below the group order");
    if (zero === "refuse" && found !== 0) throw badScalar(caller, "zero");
  }
}

/**
 * {@link checkScalars} for one scalar.
 *
 * @throws VeilshareError INVALID_ARGUMENT, with `scalar` as field, for a length other than 32 too.
 */
export function checkScalar(caller: string, scalar: Uint8Array, zero: ZeroRule): void {
  if (scalar.length !== scalarBytes) throw badScalar(caller, `${scalar.length} bytes`);
  checkScalars(caller, scalar, zero);
}

const tooLargeFault = 1;
const isZeroFault = 2;

/** What is wrong with 32 bytes as a scalar: subtracts the order from them, byte by byte, without a branch on them. */
function faultsOf(scalars: Uint8Array, at: number): number {
  let borrow = 0;
  let any = 0;
  for (let i = 0; i < scalarBytes; i++) {
    const byte = scalars[at + i] as number; // all scalars are whole
    borrow = ((byte - (orderBytes[i] as number) - borrow) >>> 8) & 1;
    any |= byte;
  }
  const isZero = ((any - 1) >>> 8) & 1;
  return (borrow ^ 1) * tooLargeFault + isZero * isZeroFault;
}

/**
 * The scalar of a canonical encoding, zero included.
 *
 * @throws VeilshareError INVALID_ARGUMENT, with `scalar` as field, for a length other than 32 or a value of l or more.
 */
export function decodeScalar(caller: string, scalar: Uint8Array): bigint {
  checkScalar(caller, scalar, "allow");
  return integerFromBytes(scalar);
}

/** Like {@link decodeScalar}, zero refused. */
export function decodeNonZeroScalar(caller: string, scalar: Uint8Array): bigint {
  checkScalar(caller, scalar, "refuse");
  return integerFromBytes(scalar);
}

function badScalar(caller: string, got: string): VeilshareError {
  const expected = "a canonical scalar of 32 bytes";
  return new VeilshareError("INVALID_ARGUMENT", `${caller}: expected ${expected}, got ${got}`, {
    field: "scalar",
    expected,
    got,
  });
}
