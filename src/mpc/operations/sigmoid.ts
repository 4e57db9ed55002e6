/**
 * The logistic function 1 / (1 + e^-x) as seven pieces: 0 below -8, 1 from 8 on, and five cubics between, chosen by
 * secret comparisons.
 *
 * The cubics are the best of their degree (the middle one among odd functions about 1/2), so that the result is off by
 * less than 3.6 * 10^-4 anywhere: most at the tails, where e^-8 / (1 + e^-8) = 3.35 * 10^-4 is cut off. p(-x) = 1 - p(x).
 */

import { checkOperands } from "../arguments.js";
import { checkDifference } from "../bounds.js";
import type { Engine } from "../engine.js";
import { SecretMatrix } from "../secret-matrix.js";
import { bitToArithmetic, signBits } from "./bits.js";
import { fixedProduct, withFractionalBits } from "./fixed-point.js";

/** Largest error of {@link sigmoid}, with 20 fractional bits or more. */
export const sigmoidError = 3.6e-4;

/** Where one piece ends and the next begins. */
const knots = [-8, -3.875, -1.25, 1.25, 3.875, 8] as const;

/** Fractional bits of the coefficients, and of what is computed with them. */
const precision = 24;

/** Coefficients of s = x / 8, constant first, in units of 2^-24. */
const middle = [8388608, 33384735, 0, -149210096] as const;
const inner = [7825825, 44707796, -80487155, 51395094] as const;
const outer = [13424653, 11302574, -12851884, 4901177] as const;
const one = 2 ** precision;

/** The piece for negative x: 1 - p(-x). */
function mirrored([c0, c1, c2, c3]: readonly [number, number, number, number]): readonly number[] {
  return [one - c0, c1, -c2, c3];
}

const pieces: readonly (readonly number[])[] = [
  [0, 0, 0, 0],
  mirrored(outer),
  mirrored(inner),
  middle,
  inner,
  outer,
  [one, 0, 0, 0],
];

/** Largest absolute value of a coefficient of each degree, and of Horner's intermediates, over all pieces. */
const bound = 10;

/**
 * The logistic function, element by element.
 *
 * @param x - Of any bound; with 1 to 24 fractional bits.
 * @returns With x's fractional bits, from 0 to 1.
 * @throws VeilshareError BOUND_EXCEEDED when x may reach 2^61 units.
 *
 * **Error.** 3.6 * 10^-4, or 2 units. See {@link sigmoidError}.
 *
 * **Cost.** Six comparisons, one product, three products with truncation: for three replicated parties about 110 bytes
 * sent an element and party, 16 rounds.
 */
export async function sigmoid(engine: Engine, x: SecretMatrix): Promise<SecretMatrix> {
  checkOperands("sigmoid", engine, { x });
  checkDifference("sigmoid", x, 8);
  const flat = x.reshape(1, x.length);
  const differences = knots.map((knot) => flat.addPublic(new Float64Array(x.length).fill(-knot)));
  const below = await signBits(engine, SecretMatrix.concatRows(differences));
  const above = await bitToArithmetic(engine, below.not()); // 6 x length: x >= knot
  // Outside of the outer knots the pieces are constant: x itself counts only between them.
  const inside = above.combinePublicRows([1, 0, 0, 0, 0, -1], { provenBound: 1 });
  const kept = await engine.multiply(inside, flat, { provenBound: 8 });
  const s = await withFractionalBits(engine, kept.timesPowerOfTwo(-3), precision);
  const coefficient = (degree: number): SecretMatrix => {
    const [first = 0, ...others] = pieces.map((piece) => piece[degree] ?? 0);
    const steps = others.map((value, i) => (value - (i === 0 ? first : (others[i - 1] ?? 0))) / one);
    return above
      .combinePublicRows(steps, { fractionalBits: precision, provenBound: bound })
      .addPublic(new Float64Array(x.length).fill(first / one));
  };
  let result = coefficient(3);
  for (let degree = 2; degree >= 0; degree--) {
    const product = await fixedProduct(engine, result, s, { provenBound: bound });
    result = product.add(coefficient(degree)).assumeBound(bound);
  }
  const rounded = await withFractionalBits(engine, result, x.fractionalBits);
  return rounded.assumeBound(1 + 2 ** -10).reshape(x.rows, x.columns);
}
