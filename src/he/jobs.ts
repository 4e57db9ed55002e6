/** Modular powers of large numbers as jobs for the pool. Numbers travel as little-endian bytes of the modulus's length. */

import { wipe } from "../bytes/wipe.js";
import { powersOf } from "#he/powers";
import { bytesFromInteger, integerFromBytes } from "../field/prime-field.js";
import type { AnyJob, Job } from "../parallel/job.js";
import { power } from "./power.js";

/** Bases, one exponent, one modulus. */
export interface PowersInput {
  /** n x the modulus's byte length. */
  readonly bases: Uint8Array;
  readonly exponent: Uint8Array;
  readonly modulus: Uint8Array;
}

/** Bases, an exponent for each, one modulus. */
export interface PowersEachInput {
  /** n x the modulus's byte length. */
  readonly bases: Uint8Array;
  /** n x 8 bytes. */
  readonly exponents: Uint8Array;
  readonly modulus: Uint8Array;
}

/** All bases to the power of one exponent. */
export const powersJob: Job<PowersInput, Uint8Array> = {
  name: "he/powers",
  run: ({ bases, exponent, modulus }) =>
    bytesOf(
      powersOf(integersOf(bases, modulus.length), integerFromBytes(exponent), integerFromBytes(modulus)),
      modulus.length,
    ),
  wipe({ bases, exponent, modulus }) {
    wipe(bases, exponent, modulus);
  },
};

/** Each base to the power of its small exponent. */
export const powersEachJob: Job<PowersEachInput, Uint8Array> = {
  name: "he/powers-each",
  run({ bases, exponents, modulus }) {
    const m = integerFromBytes(modulus);
    const powers = integersOf(bases, modulus.length).map((base, i) =>
      power(base, integerFromBytes(exponents.subarray(8 * i, 8 * i + 8)), m),
    );
    return bytesOf(powers, modulus.length);
  },
  wipe({ exponents }) {
    exponents.fill(0);
  },
};

/** Integers of a fixed number of bytes each, one after the other. */
export function bytesOf(integers: readonly bigint[], byteLength: number): Uint8Array {
  const bytes = new Uint8Array(integers.length * byteLength);
  for (const [i, integer] of integers.entries())
    bytes.set(bytesFromInteger(integer, byteLength), i * byteLength);
  return bytes;
}

/** The integers of {@link bytesOf}. */
export function integersOf(bytes: Uint8Array, byteLength: number): bigint[] {
  return Array.from({ length: bytes.length / byteLength }, (_, i) =>
    integerFromBytes(bytes.subarray(i * byteLength, (i + 1) * byteLength)),
  );
}

/** All jobs of this module. */
export const heJobs: readonly AnyJob[] = [powersJob, powersEachJob];
