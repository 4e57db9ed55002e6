/** Arithmetic on vectors, element by element and row by row. Addresses are of canonical elements, end to end. */

import { add, at, clear, copy, isCanonical, prepare, product, subtract, unprepare } from "./element";

const SCRATCH: usize = memory.data(16, 16);
const SUM: usize = memory.data(16, 16);

/** The first element that is not canonical, or -1. */
export function firstInvalid<T>(vector: usize, length: usize): i32 {
  for (let i: usize = 0; i < length; i++) {
    if (!isCanonical<T>(at<T>(vector, i))) return <i32>i;
  }
  return -1;
}

export function addVectors<T>(target: usize, addend: usize, length: usize): void {
  for (let i: usize = 0; i < length; i++) add<T>(at<T>(target, i), at<T>(target, i), at<T>(addend, i));
}

export function subtractVectors<T>(target: usize, subtrahend: usize, length: usize): void {
  for (let i: usize = 0; i < length; i++) {
    subtract<T>(at<T>(target, i), at<T>(target, i), at<T>(subtrahend, i));
  }
}

/** target[i] *= factor[i]. */
export function multiplyVectors<T>(target: usize, factor: usize, length: usize): void {
  for (let i: usize = 0; i < length; i++) {
    prepare<T>(SCRATCH, at<T>(factor, i));
    product<T>(at<T>(target, i), at<T>(target, i), SCRATCH);
  }
}

/** out = the sum of all elements. */
export function sumOf<T>(out: usize, vector: usize, length: usize): void {
  clear<T>(SUM);
  for (let i: usize = 0; i < length; i++) add<T>(SUM, SUM, at<T>(vector, i));
  copy<T>(out, SUM);
}

/** out[r] = the sum of row r's elements times the weights, which become prepared. */
export function combineRows<T>(
  out: usize,
  rows: usize,
  weights: usize,
  rowLength: usize,
  count: usize,
): void {
  for (let i: usize = 0; i < rowLength; i++) prepare<T>(at<T>(weights, i), at<T>(weights, i));
  for (let r: usize = 0; r < count; r++) {
    const row = at<T>(rows, r * rowLength);
    clear<T>(SUM);
    for (let i: usize = 0; i < rowLength; i++) {
      product<T>(SCRATCH, at<T>(row, i), at<T>(weights, i));
      add<T>(SUM, SUM, SCRATCH);
    }
    copy<T>(at<T>(out, r), SUM);
  }
}

/**
 * The wires of some columns of a range check, two rows of `wireLength` a column. `challenges` become prepared; `powers`
 * step on by one a column.
 *
 * @param shift - One over the number of shares.
 */
export function rangeCheckWires<T>(
  out: usize,
  elements: usize,
  seeds: usize,
  challenges: usize,
  powers: usize,
  shift: usize,
  calls: usize,
  pairs: usize,
  wireLength: usize,
): void {
  memory.fill(out, 0, 2 * pairs * wireLength * sizeof<T>());
  for (let call: usize = 0; call < calls; call++) {
    prepare<T>(at<T>(challenges, call), at<T>(challenges, call));
    prepare<T>(at<T>(powers, call), at<T>(powers, call));
  }
  for (let pair: usize = 0; pair < pairs; pair++) {
    const scaled = at<T>(out, 2 * pair * wireLength);
    const shifted = at<T>(scaled, wireLength);
    copy<T>(scaled, at<T>(seeds, 2 * pair));
    copy<T>(shifted, at<T>(seeds, 2 * pair + 1));
    for (let call: usize = 0; call < calls; call++) {
      const element = at<T>(elements, call * pairs + pair);
      const power = at<T>(powers, call);
      product<T>(at<T>(scaled, call + 1), element, power);
      subtract<T>(at<T>(shifted, call + 1), element, shift);
      product<T>(power, power, at<T>(challenges, call));
    }
  }
  for (let call: usize = 0; call < calls; call++) unprepare<T>(at<T>(powers, call), at<T>(powers, call));
}

/** Overwrites the scratch elements. */
export function wipeVectors(): void {
  memory.fill(SCRATCH, 0, 16);
  memory.fill(SUM, 0, 16);
}
