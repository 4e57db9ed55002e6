/**
 * Scalars of ristretto255: 32 bytes, little-endian, below the group order l. Any other encoding is refused.
 */

import { VeilshareError } from "../errors.js";
import { bytesFromInteger, integerFromBytes, ristretto255Scalars } from "../field/prime-field.js";
import { drawBytes, randomBytes, type RandomSource } from "../random/csprng.js";

/** Bytes of an encoded scalar. */
export const scalarBytes = 32;

/** Reduced modulo l, 64 uniform bytes are uniform up to 2^-256. */
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
    const scalar = ristretto255Scalars.reduce(integerFromBytes(drawBytes(random, wideBytes)));
    if (scalar !== 0n) return bytesFromInteger(scalar, scalarBytes);
  }
}

/**
 * `count` independent uniform scalars other than zero.
 *
 * @returns count x 32 bytes.
 */
export function randomScalars(count: number, random: RandomSource = randomBytes): Uint8Array {
  const scalars = new Uint8Array(scalarBytes * count);
  for (let i = 0; i < count; i++) scalars.set(randomScalar(random), scalarBytes * i);
  return scalars;
}

/**
 * 1 / scalar modulo l.
 *
 * @throws VeilshareError INVALID_ARGUMENT for zero or a bad encoding.
 */
export function invertScalar(scalar: Uint8Array): Uint8Array {
  return encodeScalar(ristretto255Scalars.invert(decodeNonZeroScalar("invertScalar", scalar)));
}

/** The encoding of an integer from 0 to l - 1. */
export function encodeScalar(scalar: bigint): Uint8Array {
  return ristretto255Scalars.encode(scalar);
}

/**
 * The scalar of a canonical encoding, zero included.
 *
 * @throws VeilshareError INVALID_ARGUMENT, with `scalar` as field, for a length other than 32 or a value of l or more.
 */
export function decodeScalar(caller: string, scalar: Uint8Array): bigint {
  if (scalar.length !== scalarBytes) throw badScalar(caller, `${scalar.length} bytes`);
  const value = integerFromBytes(scalar);
  if (!ristretto255Scalars.isElement(value)) throw badScalar(caller, "a value not below the group order");
  return value;
}

/** Like {@link decodeScalar}, zero refused. */
export function decodeNonZeroScalar(caller: string, scalar: Uint8Array): bigint {
  const value = decodeScalar(caller, scalar);
  if (value === 0n) throw badScalar(caller, "zero");
  return value;
}

function badScalar(caller: string, got: string): VeilshareError {
  const expected = "a canonical scalar of 32 bytes";
  return new VeilshareError("INVALID_ARGUMENT", `${caller}: expected ${expected}, got ${got}`, {
    field: "scalar",
    expected,
    got,
  });
}
