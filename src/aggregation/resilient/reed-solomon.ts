/**
 * Decoding of Reed-Solomon codes: the one polynomial of low degree that most of the given points lie on.
 *
 * **Source.** S. Gao, A new algorithm for decoding Reed-Solomon codes (2003): interpolate all points, then run the extended
 * Euclidean algorithm against the product of (x - x_i) until the remainder's degree is below (n + k) / 2.
 */

import type { PrimeField } from "../../field/prime-field.js";

/** A point that should lie on the polynomial. */
export interface CodePoint {
  readonly x: bigint;
  readonly y: bigint;
}

/** Coefficients, lowest first, without zeros at the end; the zero polynomial is empty. */
type Polynomial = bigint[];

/**
 * The polynomial of degree below `dimension` that all but at most (points - dimension) / 2 points lie on.
 *
 * @param points - With distinct x; at least `dimension` of them.
 * @returns Coefficients, lowest first, or undefined when there is no such polynomial.
 *
 * **Cost.** Some n^2 multiplications: 30 ms for 150 points.
 */
export function decodePolynomial(
  points: readonly CodePoint[],
  dimension: number,
  field: PrimeField,
): Polynomial | undefined {
  const algebra = new PolynomialAlgebra(field);
  const { product, through } = algebra.interpolate(points);
  let [previous, current] = [product, through];
  let [previousFactor, factor]: [Polynomial, Polynomial] = [[], [1n]];
  while (2 * (current.length - 1) >= points.length + dimension) {
    const { quotient, remainder } = algebra.divide(previous, current);
    [previous, current] = [current, remainder];
    [previousFactor, factor] = [factor, algebra.subtract(previousFactor, algebra.multiply(quotient, factor))];
  }
  const { quotient, remainder } = algebra.divide(current, factor);
  return remainder.length === 0 && quotient.length <= dimension ? quotient : undefined;
}

class PolynomialAlgebra {
  readonly #field: PrimeField;

  constructor(field: PrimeField) {
    this.#field = field;
  }

  /** The product of (x - x_i), and the polynomial of degree below n through all points, by Newton's method. */
  interpolate(points: readonly CodePoint[]): { readonly product: Polynomial; readonly through: Polynomial } {
    let product: Polynomial = [1n];
    let through: Polynomial = [];
    for (const { x, y } of points) {
      const missing = this.#field.subtract(y, this.#valueAt(through, x));
      const factor = this.#field.multiply(missing, this.#field.invertVartime(this.#valueAt(product, x)));
      through = this.subtract(through, this.multiply(product, [this.#field.subtract(0n, factor)]));
      product = this.multiply(product, [this.#field.subtract(0n, x), 1n]);
    }
    return { product, through };
  }

  subtract(a: Polynomial, b: Polynomial): Polynomial {
    const difference = Array.from({ length: Math.max(a.length, b.length) }, (_, i) =>
      this.#field.subtract(a[i] ?? 0n, b[i] ?? 0n),
    );
    return trimmed(difference);
  }

  multiply(a: Polynomial, b: Polynomial): Polynomial {
    const product = new Array<bigint>(Math.max(0, a.length + b.length - 1)).fill(0n);
    for (const [i, left] of a.entries()) {
      for (const [j, right] of b.entries()) {
        product[i + j] = this.#field.reduce((product[i + j] as bigint) + left * right); // below the sum of lengths
      }
    }
    return trimmed(product);
  }

  /** @param divisor - Not the zero polynomial. */
  divide(
    dividend: Polynomial,
    divisor: Polynomial,
  ): { readonly quotient: Polynomial; readonly remainder: Polynomial } {
    const remainder = [...dividend];
    const shifts = dividend.length - divisor.length;
    if (shifts < 0) return { quotient: [], remainder };
    const lead = this.#field.invertVartime(divisor.at(-1) ?? 0n);
    const quotient = new Array<bigint>(shifts + 1).fill(0n);
    for (let shift = shifts; shift >= 0; shift--) {
      const factor = this.#field.multiply(remainder[shift + divisor.length - 1] as bigint, lead); // within the dividend
      quotient[shift] = factor;
      for (const [i, coefficient] of divisor.entries()) {
        remainder[shift + i] = this.#field.reduce((remainder[shift + i] as bigint) - factor * coefficient); // as above
      }
    }
    return { quotient: trimmed(quotient), remainder: trimmed(remainder) };
  }

  #valueAt(polynomial: Polynomial, x: bigint): bigint {
    let value = 0n;
    for (let i = polynomial.length - 1; i >= 0; i--) {
      value = this.#field.reduce(value * x + (polynomial[i] as bigint)); // i is in range
    }
    return value;
  }
}

function trimmed(polynomial: bigint[]): Polynomial {
  while (polynomial.length > 0 && polynomial.at(-1) === 0n) polynomial.pop();
  return polynomial;
}
