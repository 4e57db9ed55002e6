/**
 * Shamir sharing of one scalar among many holders, at the points 1 to m: the arithmetic of `sharing/` for hundreds of
 * holders and thousands of secrets, on scalars in bytes.
 *
 * **Security.** Fewer than `threshold` shares say nothing about the scalar. BigInt arithmetic, whose time depends on its
 * operands: secrets are fresh in every sum. **Source.** Shamir, How to share a secret (1979); for wrong shares Gao, A new
 * algorithm for decoding Reed-Solomon codes (2003).
 */

import { VeilshareError } from "../../errors.js";
import { ristretto255Scalars as field } from "../../field/prime-field.js";
import { encodeScalar, scalarBytes } from "../../group/scalars.js";
import type { RandomSource } from "../../random/csprng.js";
import { decodePolynomial } from "./reed-solomon.js";

const order = field.order;

/** The scalar of 32 little-endian bytes, whatever their value. */
export function integerOf(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, scalarBytes);
  const word = (i: number): bigint => view.getBigUint64(8 * i, true);
  return word(0) | (word(1) << 64n) | (word(2) << 128n) | (word(3) << 192n);
}

/** True for the bytes of an integer below the order. */
export function isScalar(bytes: Uint8Array): boolean {
  return bytes.length === scalarBytes && integerOf(bytes) < order;
}

/** How to split. */
export interface SplitOptions {
  readonly threshold: number;
  readonly holders: number;
  /** Asked threshold - 1 times, as `PrimeField.random` asks. */
  readonly random: RandomSource;
}

/**
 * The shares of a scalar.
 *
 * @returns holders x 32 bytes: the values at 1, 2, ... of a polynomial of degree threshold - 1 that is uniform but for its
 *   value at 0.
 */
export function splitScalar(secret: Uint8Array, { threshold, holders, random }: SplitOptions): Uint8Array {
  const coefficients = [integerOf(secret)];
  while (coefficients.length < threshold) coefficients.push(field.random(random));
  const shares = new Uint8Array(scalarBytes * holders);
  for (let holder = 0; holder < holders; holder++) {
    const x = BigInt(holder + 1);
    let value = 0n;
    for (let i = threshold - 1; i >= 0; i--) {
      value = value * x + (coefficients[i] as bigint); // i < threshold
      if (i % 8 === 0) value %= order; // x is small: eight steps add some hundred bits
    }
    shares.set(encodeScalar(value), scalarBytes * holder);
  }
  return shares;
}

/** One holder's share; `holder` counts from 0, so the point is holder + 1. */
export interface ScalarShare {
  readonly holder: number;
  readonly value: Uint8Array;
}

/** A scalar that passed its check, and the holders whose shares are not on its polynomial. */
export interface Combined {
  readonly secret: Uint8Array;
  readonly wrongHolders: readonly number[];
}

/** Puts scalars together that all have the same number of holders. */
export class ScalarCombiner {
  readonly #holders: number;
  readonly #threshold: number;
  /** Lagrange coefficients at 0 when all holders answer: (-1)^(x - 1) C(m, x) for point x. */
  readonly #whole: bigint[] = [];

  constructor(holders: number, threshold: number) {
    this.#holders = holders;
    this.#threshold = threshold;
    let binomial = 1n;
    for (let x = 1; x <= holders; x++) {
      binomial = (binomial * BigInt(holders - x + 1)) / BigInt(x); // exact
      this.#whole.push(field.reduce(x % 2 === 1 ? binomial : -binomial));
    }
  }

  /**
   * The scalar that `isRight` recognises. Fast when all shares fit; otherwise up to (shares - threshold) / 2 wrong ones
   * are corrected and named.
   *
   * @param shares - Of distinct holders.
   * @returns `undefined` when there are fewer than `threshold` shares, or too many wrong ones.
   */
  combine(shares: readonly ScalarShare[], isRight: (secret: Uint8Array) => boolean): Combined | undefined {
    if (shares.length < this.#threshold) return undefined;
    const secret = encodeScalar(this.#interpolate(shares));
    if (isRight(secret)) return { secret, wrongHolders: [] };
    const points = shares.map(({ holder, value }) => ({ x: BigInt(holder + 1), y: integerOf(value) }));
    const polynomial = decodePolynomial(points, this.#threshold, field);
    if (polynomial === undefined) return undefined;
    const decoded = encodeScalar(polynomial[0] ?? 0n);
    if (!isRight(decoded)) return undefined;
    const wrong = shares.filter(
      ({ value }, i) => valueAt(polynomial, points[i]?.x ?? 0n) !== integerOf(value),
    );
    return { secret: decoded, wrongHolders: wrong.map(({ holder }) => holder) };
  }

  /**
   * The value at 0. Taking a missing point q out of Lagrange's formula multiplies the coefficient of x by (q - x) / q, and
   * few points are missing: that is cheaper than a product over all that are there.
   */
  #interpolate(shares: readonly ScalarShare[]): bigint {
    const present = new Set(shares.map(({ holder }) => holder + 1));
    const missing: number[] = [];
    for (let x = 1; x <= this.#holders; x++) if (!present.has(x)) missing.push(x);
    let sum = 0n;
    for (const { holder, value } of shares) {
      const whole = this.#whole[holder];
      if (whole === undefined)
        throw new VeilshareError("INTERNAL", "ScalarCombiner: a holder beyond the last");
      sum += ((integerOf(value) * whole) % order) * differences(missing, holder + 1);
    }
    return field.multiply(field.reduce(sum), field.invertVartime(differences(missing, 0)));
  }
}

/** The product of (q - x) over all q, modulo the order. */
function differences(points: readonly number[], x: number): bigint {
  let product = 1n;
  let small = 1; // exact: below 2^38 before it meets a factor below 2^15
  for (const q of points) {
    small *= q - x;
    if (Math.abs(small) < 2 ** 38) continue;
    product = (product * BigInt(small)) % order;
    small = 1;
  }
  return field.reduce(product * BigInt(small));
}

function valueAt(polynomial: readonly bigint[], x: bigint): bigint {
  let value = 0n;
  for (let i = polynomial.length - 1; i >= 0; i--) value = (value * x + (polynomial[i] as bigint)) % order; // in range
  return value;
}
