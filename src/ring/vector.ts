/**
 * Vectors over the ring Z_2^64. An element is one word of a `BigUint64Array`; every operation wraps modulo 2^64.
 *
 * `BigInt.asUintN(64, ...)` directly around an operation on `BigUint64Array` elements compiles to plain 64-bit machine
 * arithmetic in V8; that is why the loops look as they do. Lengths are checked at entry, so indices in the loops are
 * in range and the element type holds.
 */

import { invalidArgument } from "../errors.js";

function checkSameLength(caller: string, a: BigUint64Array, b: BigUint64Array): void {
  if (a.length !== b.length)
    throw invalidArgument(caller, `vectors of one length`, `${a.length} and ${b.length}`);
}

/**
 * a + b, element by element.
 *
 * @throws VeilshareError INVALID_ARGUMENT when the lengths differ.
 */
export function add(a: BigUint64Array, b: BigUint64Array): BigUint64Array {
  checkSameLength("add", a, b);
  const result = new BigUint64Array(a.length);
  for (let i = 0; i < a.length; i++) result[i] = BigInt.asUintN(64, (a[i] as bigint) + (b[i] as bigint));
  return result;
}

/**
 * a - b, element by element.
 *
 * @throws VeilshareError INVALID_ARGUMENT when the lengths differ.
 */
export function subtract(a: BigUint64Array, b: BigUint64Array): BigUint64Array {
  checkSameLength("subtract", a, b);
  const result = new BigUint64Array(a.length);
  for (let i = 0; i < a.length; i++) result[i] = BigInt.asUintN(64, (a[i] as bigint) - (b[i] as bigint));
  return result;
}

/**
 * a * b, element by element.
 *
 * @throws VeilshareError INVALID_ARGUMENT when the lengths differ.
 */
export function multiply(a: BigUint64Array, b: BigUint64Array): BigUint64Array {
  checkSameLength("multiply", a, b);
  const result = new BigUint64Array(a.length);
  for (let i = 0; i < a.length; i++) result[i] = BigInt.asUintN(64, (a[i] as bigint) * (b[i] as bigint));
  return result;
}

/** -a. */
export function negate(a: BigUint64Array): BigUint64Array {
  const result = new BigUint64Array(a.length);
  for (let i = 0; i < a.length; i++) result[i] = BigInt.asUintN(64, -(a[i] as bigint));
  return result;
}

/**
 * factor * a.
 *
 * @param factor - Any integer; taken modulo 2^64.
 */
export function scale(a: BigUint64Array, factor: bigint): BigUint64Array {
  const result = new BigUint64Array(a.length);
  const k = BigInt.asUintN(64, factor);
  for (let i = 0; i < a.length; i++) result[i] = BigInt.asUintN(64, (a[i] as bigint) * k);
  return result;
}

/** The sum of the elements. */
export function sum(a: BigUint64Array): bigint {
  const total = new BigUint64Array(1);
  for (let i = 0; i < a.length; i++) total[0] = BigInt.asUintN(64, (total[0] as bigint) + (a[i] as bigint));
  return total[0] as bigint;
}

/**
 * The sum of a[i] * b[i].
 *
 * @throws VeilshareError INVALID_ARGUMENT when the lengths differ.
 */
export function dot(a: BigUint64Array, b: BigUint64Array): bigint {
  checkSameLength("dot", a, b);
  const total = new BigUint64Array(1);
  for (let i = 0; i < a.length; i++) {
    const product = BigInt.asUintN(64, (a[i] as bigint) * (b[i] as bigint));
    total[0] = BigInt.asUintN(64, (total[0] as bigint) + product);
  }
  return total[0] as bigint;
}

/** Adds b to a in place. For accumulators that nobody else holds. */
export function addInPlace(a: BigUint64Array, b: BigUint64Array): void {
  checkSameLength("addInPlace", a, b);
  for (let i = 0; i < a.length; i++) a[i] = BigInt.asUintN(64, (a[i] as bigint) + (b[i] as bigint));
}

/** Subtracts b from a in place. For accumulators that nobody else holds. */
export function subtractInPlace(a: BigUint64Array, b: BigUint64Array): void {
  checkSameLength("subtractInPlace", a, b);
  for (let i = 0; i < a.length; i++) a[i] = BigInt.asUintN(64, (a[i] as bigint) - (b[i] as bigint));
}
