/**
 * The readable implementation of vectors over a prime field, on BigInt: what the kernel is checked against, and what
 * runs where WebAssembly does not. Polynomials are evaluated by the definition wherever that is short.
 */

import {
  integersOf,
  power,
  rootOfUnity,
  vectorOf,
  type FieldVector,
  type RangeCheckColumns,
  type VectorField,
  type VectorFieldParameters,
} from "./vector-field.js";

/** A field whose arithmetic is BigInt's. */
export function referenceField(parameters: VectorFieldParameters): VectorField {
  return {
    ...parameters,
    firstInvalid: (bytes) => integersOf(parameters, bytes).findIndex((value) => value >= parameters.modulus),
    addInPlace: (target, addend) => {
      combineInPlace(parameters, target, addend, (a, b) => a + b);
    },
    subtractInPlace: (target, subtrahend) => {
      combineInPlace(parameters, target, subtrahend, (a, b) => a - b);
    },
    multiply: (a, b) => {
      const product = a.slice();
      combineInPlace(parameters, product, b, (x, y) => x * y);
      return product;
    },
    sum: (vector) =>
      vectorOf(parameters, [integersOf(parameters, vector).reduce((sum, value) => sum + value, 0n)]),
    combineRows: (rows, weights) => combineRows(parameters, rows, weights),
    doubleEvaluations: (rows, rowLength) => doubleEvaluations(parameters, rows, rowLength),
    addPairProducts: (sum, rows) => {
      addPairProducts(parameters, sum, rows);
    },
    lagrangeWeights: (length, point) => lagrangeWeights(parameters, length, point),
    rangeCheckWires: (columns) => rangeCheckWires(parameters, columns),
  };
}

function combineInPlace(
  field: VectorFieldParameters,
  target: FieldVector,
  other: FieldVector,
  combine: (a: bigint, b: bigint) => bigint,
): void {
  const others = integersOf(field, other);
  const values = integersOf(field, target).map((value, i) => combine(value, others[i] as bigint)); // same length
  target.set(vectorOf(field, values));
}

function rowsOf(field: VectorFieldParameters, rows: FieldVector, rowLength: number): bigint[][] {
  const values = integersOf(field, rows);
  return Array.from({ length: values.length / rowLength }, (_, row) =>
    values.slice(row * rowLength, (row + 1) * rowLength),
  );
}

function combineRows(field: VectorFieldParameters, rows: FieldVector, weights: FieldVector): FieldVector {
  const factors = integersOf(field, weights);
  const sums = rowsOf(field, rows, factors.length).map((row) =>
    row.reduce((sum, value, i) => sum + value * (factors[i] as bigint), 0n),
  );
  return vectorOf(field, sums);
}

function doubleEvaluations(field: VectorFieldParameters, rows: FieldVector, rowLength: number): FieldVector {
  const root = rootOfUnity(field, rowLength);
  const inverseRoot = power(root, field.modulus - 2n, field.modulus);
  const inverseLength = power(BigInt(rowLength), field.modulus - 2n, field.modulus);
  const halfRoot = rootOfUnity(field, 2 * rowLength);
  const doubled = rowsOf(field, rows, rowLength).flatMap((values) => {
    const coefficients = transform(field, values, inverseRoot).map((value) => value * inverseLength);
    let shift = 1n; // the odd points are the even ones times the root of twice the order
    const shifted = coefficients.map((coefficient) => {
      const term = (coefficient * shift) % field.modulus;
      shift = (shift * halfRoot) % field.modulus;
      return term;
    });
    const odd = transform(field, shifted, root);
    return values.flatMap((value, i) => [value, odd[i] as bigint]); // as many odd points as even ones
  });
  return vectorOf(field, doubled);
}

/** The values at 1, root, root^2, ... of the polynomial with these coefficients: the radix-2 recursion. */
function transform(field: VectorFieldParameters, coefficients: readonly bigint[], root: bigint): bigint[] {
  if (coefficients.length === 1) return [...coefficients];
  const half = coefficients.length / 2;
  const square = (root * root) % field.modulus;
  const even = transform(
    field,
    coefficients.filter((_, i) => i % 2 === 0),
    square,
  );
  const odd = transform(
    field,
    coefficients.filter((_, i) => i % 2 === 1),
    square,
  );
  const values = new Array<bigint>(coefficients.length);
  let twiddle = 1n;
  for (let i = 0; i < half; i++) {
    const [a, b] = [even[i] as bigint, (odd[i] as bigint) * twiddle]; // i < half
    values[i] = (a + b) % field.modulus;
    values[i + half] = (a - b) % field.modulus;
    twiddle = (twiddle * root) % field.modulus;
  }
  return values;
}

function addPairProducts(field: VectorFieldParameters, sum: FieldVector, rows: FieldVector): void {
  const sums = integersOf(field, sum);
  const table = rowsOf(field, rows, sums.length);
  for (let row = 0; row < table.length; row += 2) {
    const [a, b] = [table[row] as bigint[], table[row + 1] as bigint[]]; // the number of rows is even
    for (let k = 0; k < sums.length; k++) {
      sums[k] = ((sums[k] as bigint) + (a[k] as bigint) * (b[k] as bigint)) % field.modulus; // k < row length
    }
  }
  sum.set(vectorOf(field, sums));
}

/** L_k(t) = (t^n - 1) / n * w^k / (t - w^k); at t = w^j, 1 for k = j and 0 for all others. */
function lagrangeWeights(field: VectorFieldParameters, length: number, point: FieldVector): FieldVector {
  const { modulus } = field;
  const t = integersOf(field, point)[0] as bigint; // one element, says the interface
  const root = rootOfUnity(field, length);
  const factor = (power(t, BigInt(length), modulus) - 1n) * power(BigInt(length), modulus - 2n, modulus);
  let node = 1n;
  const weights = Array.from({ length }, () => {
    const weight = t === node ? 1n : factor * node * power(t - node + modulus, modulus - 2n, modulus);
    node = (node * root) % modulus;
    return weight;
  });
  return vectorOf(field, weights);
}

function rangeCheckWires(field: VectorFieldParameters, columns: RangeCheckColumns): FieldVector {
  const [elements, seeds, challenges, powers] = [
    integersOf(field, columns.elements),
    integersOf(field, columns.seeds),
    integersOf(field, columns.challenges),
    integersOf(field, columns.powers),
  ];
  const sharesInverse = integersOf(field, columns.sharesInverse)[0] as bigint; // one element
  const calls = challenges.length;
  const pairs = seeds.length / 2;
  const padding = new Array<bigint>(columns.wireLength - calls - 1).fill(0n);
  const wires: bigint[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const column = challenges.map((_, call) => elements[call * pairs + pair] as bigint); // calls x pairs
    const scaled = column.map((element, call) => element * (powers[call] as bigint)); // one power a call
    const shifted = column.map((element) => element - sharesInverse);
    wires.push(seeds[2 * pair] as bigint, ...scaled, ...padding); // two seeds a pair
    wires.push(seeds[2 * pair + 1] as bigint, ...shifted, ...padding);
    for (const [call, challenge] of challenges.entries()) {
      powers[call] = ((powers[call] as bigint) * challenge) % field.modulus; // call < calls
    }
  }
  columns.powers.set(vectorOf(field, powers));
  return vectorOf(field, wires);
}
