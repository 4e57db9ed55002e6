/**
 * Shamir's secret sharing over a prime field, t of n: share i is the value at x = i of a random polynomial of degree
 * t - 1 whose value at 0 is the secret. A secret of several elements has a polynomial for each.
 *
 * **Security.** Any t - 1 shares tell nothing about the secret, unconditionally; t shares are the secret. The dealer
 * knows everything. Semi-honest holders: a share that was changed gives a wrong secret unnoticed where exactly t are
 * combined; with more than t, `combine` notices, but can't say who. With a commitment, `verifyShare` says who.
 * **Source.** Shamir, How to share a secret, CACM 22(11), 1979; RFC 9591, appendix C.1.
 */

import { invalidArgument, VeilshareError } from "../errors.js";
import type { PrimeField } from "../field/prime-field.js";
import { bytesFromElements } from "./byte-secret.js";
import { deal, lagrangeCoefficients, sharesOf, type ShamirSplitOptions } from "./polynomial.js";
import type { ShamirShare } from "./shamir-share.js";
import { checkOneSharing } from "./share-encoding.js";

/**
 * Splits a secret into n shares of which any t put it together.
 *
 * **Cost.** n * t field multiplications for each element of the secret.
 *
 * @throws VeilshareError INVALID_ARGUMENT for a threshold below 2 or above n, too many shares for the field, or a secret
 * that is outside it.
 * @example
 * const shares = shamir.split({ secret: key, threshold: 2, shares: 3 });
 * const restored = shamir.combineBytes([shares[0], shares[2]]);
 */
export function split(options: ShamirSplitOptions): ShamirShare[] {
  return sharesOf(deal("shamir.split", options), options.shares);
}

/**
 * Puts the field elements together from at least t shares, in any order. All shares given must agree.
 *
 * @throws VeilshareError INVALID_ARGUMENT for fewer than t shares, one given twice, shares of different splits, or
 * shares that do not lie on one polynomial of degree t - 1.
 */
export function combine(shares: readonly ShamirShare[]): bigint[] {
  const first = checkShares(shares);
  const { field, threshold } = first;
  const basis = shares.slice(0, threshold);
  for (const extra of shares.slice(threshold)) {
    const expected = interpolate(basis, extra.index, field);
    const values = extra.values();
    if (expected.some((value, i) => value !== values[i])) {
      throw new VeilshareError("INVALID_ARGUMENT", "shamir.combine: the shares do not lie on one polynomial");
    }
  }
  return interpolate(basis, 0, field);
}

/**
 * Puts a secret together that was split as bytes.
 *
 * @throws VeilshareError INVALID_ARGUMENT as {@link combine}, and when the secret was not bytes.
 */
export function combineBytes(shares: readonly ShamirShare[]): Uint8Array {
  const elements = combine(shares);
  return bytesFromElements(elements, checkShares(shares).field);
}

function checkShares(shares: readonly ShamirShare[]): ShamirShare {
  const first = shares[0];
  if (first === undefined) throw invalidArgument("shamir.combine", "at least 2 shares", "none");
  checkOneSharing("shamir.combine", shares);
  for (const share of shares) {
    const fits =
      share.threshold === first.threshold &&
      share.length === first.length &&
      share.field.order === first.field.order;
    if (!fits)
      throw invalidArgument("shamir.combine", "shares of one split", "other thresholds, lengths or fields");
  }
  if (shares.length < first.threshold) {
    throw invalidArgument("shamir.combine", `at least ${first.threshold} shares`, `${shares.length}`);
  }
  return first;
}

/** The values at x of the polynomials through the given shares. */
function interpolate(shares: readonly ShamirShare[], x: number, field: PrimeField): bigint[] {
  const points = shares.map((share) => share.index);
  const coefficients = lagrangeCoefficients(points, x, field);
  const columns = shares.map((share) => share.values());
  const length = columns[0]?.length ?? 0;
  return Array.from({ length }, (_, row) => {
    let value = 0n;
    for (const [i, coefficient] of coefficients.entries()) {
      value += coefficient * (columns[i]?.[row] as bigint); // one column a coefficient, all of one length
    }
    return field.reduce(value);
  });
}
