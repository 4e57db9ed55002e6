/** All that is public of a secret matrix, and the checks of it. */

import { invalidArgument, VeilshareError } from "../errors.js";
import { maxSecretFractionalBits } from "./bounds.js";

/** All that describes a secret matrix, besides its share; the same at all parties. */
export interface SecretShape {
  readonly rows: number;
  readonly columns: number;
  /** The real value is the ring element, as a signed integer, times 2^-fractionalBits. */
  readonly fractionalBits: number;
  /** Largest absolute value of the ring element as a signed integer, below 2^62. */
  readonly magnitude: bigint;
}

/**
 * Refuses two shapes that differ.
 *
 * @throws VeilshareError INVALID_ARGUMENT
 */
export function checkSameShape(caller: string, a: SecretShape, b: SecretShape): void {
  if (a.rows === b.rows && a.columns === b.columns) return;
  throw invalidArgument(caller, `a ${a.rows} x ${a.columns} matrix`, `${b.rows} x ${b.columns}`);
}

/**
 * Checks the fractional bits of a secret.
 *
 * @throws VeilshareError INVALID_ARGUMENT unless an integer from 0 to 62.
 */
export function checkSecretFractionalBits(caller: string, fractionalBits: number): void {
  const fits = Number.isInteger(fractionalBits) && fractionalBits >= 0;
  if (fits && fractionalBits <= maxSecretFractionalBits) return;
  const expected = `0 to ${maxSecretFractionalBits} fractional bits`;
  throw new VeilshareError("INVALID_ARGUMENT", `${caller}: expected ${expected}, got ${fractionalBits}`, {
    expected,
    got: String(fractionalBits),
  });
}
