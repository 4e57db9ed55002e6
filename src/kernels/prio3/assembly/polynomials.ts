/**
 * Polynomials given by their values at roots of unity: twice as many values, products, and the weights that give the
 * value elsewhere.
 */

import {
  add,
  at,
  clear,
  copy,
  invertPrepared,
  isZero,
  prepare,
  product,
  subtract,
  unprepare,
} from "./element";

const ONE: usize = memory.data(16, 16);
const SCRATCH: usize = memory.data(16, 16);
const SUM: usize = memory.data(16, 16);

/** out = root^0, root^1, ... as prepared elements; `root` is prepared. */
export function powers<T>(out: usize, root: usize, length: usize): void {
  clear<T>(out);
  store<u8>(out, 1);
  prepare<T>(out, out);
  for (let i: usize = 1; i < length; i++) product<T>(at<T>(out, i), at<T>(out, i - 1), root);
}

/** The index with its lowest `bits` bits in reverse. */
function reversed(index: usize, bits: usize): usize {
  let result: usize = 0;
  for (let i: usize = 0; i < bits; i++) result |= ((index >> i) & 1) << (bits - 1 - i);
  return result;
}

/**
 * Fills the tables for rows of `length` values: `forward` and `inverse` with `length / 2` powers of the root of that order
 * and of its inverse, `twists` with `length` powers of `halfRoot`, the root of twice the order, divided by `length`, in
 * the order in which the inverse transform leaves coefficients. All roots and `inverseLength` are canonical and become
 * prepared.
 */
export function fillTables<T>(
  forward: usize,
  inverse: usize,
  twists: usize,
  roots: usize,
  length: usize,
): void {
  const halfRoot = roots;
  const root = at<T>(roots, 1);
  const inverseRoot = at<T>(roots, 2);
  const inverseLength = at<T>(roots, 3);
  for (let i: usize = 0; i < 4; i++) prepare<T>(at<T>(roots, i), at<T>(roots, i));
  powers<T>(forward, root, max<usize>(1, length >> 1));
  powers<T>(inverse, inverseRoot, max<usize>(1, length >> 1));
  const bits: usize = 31 - clz<u32>(<u32>length);
  copy<T>(SUM, inverseLength);
  for (let i: usize = 0; i < length; i++) {
    copy<T>(at<T>(twists, reversed(i, bits)), SUM);
    product<T>(SUM, SUM, halfRoot);
  }
}

/** The inverse transform without its division by the length: values in order, coefficients bit-reversed. */
function inverseTransform<T>(row: usize, length: usize, inverse: usize): void {
  for (let half = length >> 1, step: usize = 1; half > 0; half >>= 1, step <<= 1) {
    for (let start: usize = 0; start < length; start += half << 1) {
      for (let j: usize = 0; j < half; j++) {
        const a = at<T>(row, start + j);
        const b = at<T>(row, start + j + half);
        subtract<T>(SCRATCH, a, b);
        add<T>(a, a, b);
        product<T>(b, SCRATCH, at<T>(inverse, j * step));
      }
    }
  }
}

/** The transform: coefficients bit-reversed, values in order. */
function forwardTransform<T>(row: usize, length: usize, forward: usize): void {
  for (let half: usize = 1, step = length >> 1; half < length; half <<= 1, step >>= 1) {
    for (let start: usize = 0; start < length; start += half << 1) {
      for (let j: usize = 0; j < half; j++) {
        const a = at<T>(row, start + j);
        const b = at<T>(row, start + j + half);
        product<T>(SCRATCH, b, at<T>(forward, j * step));
        subtract<T>(b, a, SCRATCH);
        add<T>(a, a, SCRATCH);
      }
    }
  }
}

/** out = for each row its values at twice as many points; rows are used up. */
export function doubleRows<T>(
  out: usize,
  rows: usize,
  length: usize,
  count: usize,
  forward: usize,
  inverse: usize,
  twists: usize,
): void {
  for (let r: usize = 0; r < count; r++) {
    const row = at<T>(rows, r * length);
    const target = at<T>(out, 2 * r * length);
    for (let i: usize = 0; i < length; i++) copy<T>(at<T>(target, 2 * i), at<T>(row, i));
    inverseTransform<T>(row, length, inverse);
    for (let i: usize = 0; i < length; i++) product<T>(at<T>(row, i), at<T>(row, i), at<T>(twists, i));
    forwardTransform<T>(row, length, forward);
    for (let i: usize = 0; i < length; i++) copy<T>(at<T>(target, 2 * i + 1), at<T>(row, i));
  }
}

/** sum[k] += rows 0 and 1 at k, multiplied, plus rows 2 and 3 at k, multiplied, and so on. */
export function addPairProducts<T>(sum: usize, rows: usize, length: usize, pairs: usize): void {
  for (let k: usize = 0; k < length; k++) {
    clear<T>(SUM);
    for (let pair: usize = 0; pair < pairs; pair++) {
      const a = at<T>(rows, 2 * pair * length + k);
      product<T>(SCRATCH, a, at<T>(a, length));
      add<T>(SUM, SUM, SCRATCH);
    }
    prepare<T>(SUM, SUM);
    add<T>(at<T>(sum, k), at<T>(sum, k), SUM);
  }
}

/**
 * out[k] = (t^n - 1) / n * w^k / (t - w^k), or 1 and zeros where t is w^k; by one inversion for all.
 *
 * @param point - t, followed by w and 1 / n, canonical; become prepared.
 * @param nodes - Room for n elements, and as many for `differences`.
 */
export function lagrangeWeights<T>(
  out: usize,
  length: usize,
  point: usize,
  nodes: usize,
  differences: usize,
): void {
  for (let i: usize = 0; i < 3; i++) prepare<T>(at<T>(point, i), at<T>(point, i));
  powers<T>(nodes, at<T>(point, 1), length);
  for (let k: usize = 0; k < length; k++) {
    subtract<T>(at<T>(differences, k), point, at<T>(nodes, k));
    if (isZero<T>(at<T>(differences, k))) {
      memory.fill(out, 0, length * sizeof<T>());
      store<u8>(at<T>(out, k), 1);
      return;
    }
  }
  // out[k] = product of the differences before k
  copy<T>(out, nodes); // w^0 = 1, prepared
  for (let k: usize = 1; k < length; k++) {
    product<T>(at<T>(out, k), at<T>(out, k - 1), at<T>(differences, k - 1));
  }
  product<T>(SUM, at<T>(out, length - 1), at<T>(differences, length - 1));
  invertPrepared<T>(SUM, SUM);
  // SUM = factor / product of the differences up to k, from the end
  copy<T>(ONE, nodes);
  copy<T>(SCRATCH, point);
  for (let n = length; n > 1; n >>= 1) product<T>(SCRATCH, SCRATCH, SCRATCH);
  subtract<T>(SCRATCH, SCRATCH, ONE);
  product<T>(SCRATCH, SCRATCH, at<T>(point, 2));
  product<T>(SUM, SUM, SCRATCH);
  for (let k = <isize>length - 1; k >= 0; k--) {
    const weight = at<T>(out, k);
    product<T>(weight, weight, SUM);
    product<T>(weight, weight, at<T>(nodes, k));
    unprepare<T>(weight, weight);
    product<T>(SUM, SUM, at<T>(differences, k));
  }
}

/** Overwrites the scratch elements. */
export function wipePolynomials(): void {
  memory.fill(SCRATCH, 0, 16);
  memory.fill(SUM, 0, 16);
}
