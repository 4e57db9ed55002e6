/**
 * Linear combinations of secrets with public real coefficients, and truncation, which they end with: each coefficient
 * becomes an integer c * 2^q, the integer combination is exact, and q bits are cut off again.
 */

import { invalidArgument, VeilshareError } from "../errors.js";
import { addInPlace } from "../ring/vector.js";
import { magnitudeLimit, maxShift, truncatedMagnitude } from "./bounds.js";
import { describe } from "./products.js";
import type { Scheme } from "./scheme.js";
import {
  checkSameShape,
  checkSecretFractionalBits,
  secretFromShare,
  shareOf,
  type SecretMatrix,
  type SecretShape,
} from "./secret-matrix.js";

/** A secret and what it is multiplied by: one number, or one for each row. */
export interface Term {
  readonly secret: SecretMatrix;
  readonly factor: number | ArrayLike<number>;
}

/** Least significant bits that the largest factor of a term keeps. */
const minFactorBits = 20;

/** More bits than this in a factor tell apart what a double can't. */
const maxFactorShift = 52;

/** Truncation; see `Engine.truncate`. */
export async function truncate(scheme: Scheme, x: SecretMatrix, shift: number): Promise<SecretMatrix> {
  if (!Number.isInteger(shift) || shift < 1 || shift > maxShift) {
    throw invalidArgument("truncate", `a shift of 1 to ${maxShift} bits`, String(shift));
  }
  const fractionalBits = x.fractionalBits - shift;
  checkSecretFractionalBits("truncate", fractionalBits);
  const { rows, columns } = x;
  const shape = { rows, columns, fractionalBits, magnitude: truncatedMagnitude(x.magnitude, shift) };
  const share = shareOf("truncate", scheme.context, x);
  scheme.rounds.note(describe(`truncate ${shift}`, x));
  return secretFromShare(scheme.context, shape, await scheme.truncate(share, shift));
}

/** Linear combination; see `Engine.combine`. */
export async function combine(scheme: Scheme, terms: readonly Term[]): Promise<SecretMatrix> {
  const [head] = terms;
  if (head === undefined) throw invalidArgument("combine", "at least one term", "none");
  for (const { secret, factor } of terms) checkTerm(head.secret, secret, factor);
  const shift = factorShift(terms);
  const { context } = scheme;
  const share = shareOf("combine", context, head.secret).map((part) => new BigUint64Array(part.length));
  let magnitude = 0n;
  for (const term of terms) {
    const factors = integerFactors(term, shift);
    magnitude += term.secret.magnitude * largest(factors);
    for (const [i, part] of shareOf("combine", context, term.secret).entries()) {
      const total = share[i] as BigUint64Array; // all shares of one engine have as many components
      addInPlace(total, scaledRows(part, factors, term.secret.columns));
    }
  }
  const { rows, columns, fractionalBits } = head.secret;
  const shape: SecretShape = { rows, columns, fractionalBits: fractionalBits + shift, magnitude };
  return truncate(scheme, secretFromShare(context, shape, share), shift);
}

function checkTerm(head: SecretMatrix, secret: SecretMatrix, factor: Term["factor"]): void {
  checkSameShape("combine", head, secret);
  if (secret.fractionalBits !== head.fractionalBits) {
    throw invalidArgument("combine", `${head.fractionalBits} fractional bits`, `${secret.fractionalBits}`);
  }
  if (typeof factor !== "number" && factor.length !== secret.rows) {
    throw invalidArgument("combine", `${secret.rows} factors, one for each row`, `${factor.length}`);
  }
  for (const value of typeof factor === "number" ? [factor] : Array.from(factor)) {
    if (!Number.isFinite(value)) throw invalidArgument("combine", "finite factors", String(value));
  }
}

/**
 * The largest shift with which the combination stays below 2^62.
 *
 * @throws VeilshareError BOUND_EXCEEDED when a term's factor would keep fewer than 20 significant bits, unless even so
 *   its rounding moves the result by no more than half a unit in the last place.
 */
function factorShift(terms: readonly Term[]): number {
  const fractionalBits = terms[0]?.secret.fractionalBits ?? 0;
  let shift = Math.min(maxFactorShift, maxShift - fractionalBits);
  for (; shift >= 1; shift--) {
    let magnitude = 0n;
    for (const term of terms) magnitude += term.secret.magnitude * largest(integerFactors(term, shift));
    if (magnitude < magnitudeLimit) break;
  }
  for (const term of terms) {
    const significant = largest(integerFactors(term, Math.max(shift, 0))) >= 1n << BigInt(minFactorBits - 1);
    // A factor is off by at most half of 2^-shift, and so its product by less than half a unit in the last place.
    const negligible = term.secret.magnitude <= 1n << BigInt(Math.max(shift, 0));
    if (shift < 1 || !(significant || negligible)) {
      const expected = `room for factors of ${minFactorBits} significant bits below 2^62`;
      const got = `${Math.max(shift, 0)} bits of room`;
      const text = `combine: expected ${expected}, got ${got}; truncate first; nothing was run`;
      throw new VeilshareError("BOUND_EXCEEDED", text, { expected, got });
    }
  }
  return shift;
}

function integerFactors({ secret, factor }: Term, shift: number): BigInt64Array {
  const factors = new BigInt64Array(typeof factor === "number" ? 1 : secret.rows);
  for (let i = 0; i < factors.length; i++) {
    const real = typeof factor === "number" ? factor : (factor[i] as number); // as many as rows, checked
    const scaled = Math.round(real * 2 ** shift);
    // A factor that does not fit counts as too large for every bound.
    factors[i] = Math.abs(scaled) < 2 ** 62 ? BigInt(scaled) : magnitudeLimit;
  }
  return factors;
}

function largest(factors: BigInt64Array): bigint {
  let most = 0n;
  for (const factor of factors) {
    const absolute = factor < 0n ? -factor : factor;
    if (absolute > most) most = absolute;
  }
  return most;
}

function scaledRows(share: BigUint64Array, factors: BigInt64Array, columns: number): BigUint64Array {
  const result = new BigUint64Array(share.length);
  const words = new BigUint64Array(factors.buffer);
  for (let i = 0; i < share.length; i++) {
    const factor = words[words.length === 1 ? 0 : Math.floor(i / columns)] as bigint; // one, or one a row
    result[i] = BigInt.asUintN(64, (share[i] as bigint) * factor);
  }
  return result;
}
