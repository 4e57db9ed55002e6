/**
 * Vectors over a prime field with fast polynomial arithmetic, for proofs on shared data. A vector is its canonical
 * encoding: `elementBytes` bytes an element, little-endian, each below the modulus, in one flat array, so that what is
 * computed with is what is sent. Whoever gets a vector from elsewhere asks {@link VectorField.firstInvalid} before use.
 *
 * Polynomials are given by their values at the powers of a root of unity (Lagrange basis): row k of n values holds the
 * value at w^k, where w is of order n, a power of two.
 *
 * **Source.** draft-irtf-cfrg-vdaf-18, section 6.1 (fields, NTT, polynomials in the Lagrange basis).
 */

/** Elements of a field, end to end, as their canonical encodings. */
export type FieldVector = Uint8Array;

/** The two fields of the draft. */
export type VectorFieldName = "Field64" | "Field128";

/** What is public and fixed about a field. */
export interface VectorFieldParameters {
  readonly name: VectorFieldName;
  readonly modulus: bigint;
  /** Bytes of an encoded element. */
  readonly elementBytes: 8 | 16;
  /** The multiplicative group has a subgroup of order 2^twoAdicity. */
  readonly twoAdicity: number;
  /** Generates that subgroup. */
  readonly root: bigint;
}

const order64 = 2n ** 32n * 4294967295n + 1n;
const order128 = 2n ** 66n * 4611686018427387897n + 1n;

/** **Source.** draft-irtf-cfrg-vdaf-18, section 6.1. */
export const field64Parameters: VectorFieldParameters = {
  name: "Field64",
  modulus: order64,
  elementBytes: 8,
  twoAdicity: 32,
  root: /* @__PURE__ */ power(7n, 4294967295n, order64),
};

/** **Source.** draft-irtf-cfrg-vdaf-18, section 6.1. */
export const field128Parameters: VectorFieldParameters = {
  name: "Field128",
  modulus: order128,
  elementBytes: 16,
  twoAdicity: 66,
  root: /* @__PURE__ */ power(7n, 4611686018427387897n, order128),
};

/** Columns of a range check: see {@link VectorField.rangeCheckWires}. */
export interface RangeCheckColumns {
  /** `calls` rows of `pairs` elements: the measurement's, zero where it has ended. */
  readonly elements: FieldVector;
  /** `2 * pairs` elements: what each wire begins with. */
  readonly seeds: FieldVector;
  /** One random element a call. */
  readonly challenges: FieldVector;
  /** One element a call: the power of its challenge that the first column is multiplied by. Stepped on in place. */
  readonly powers: FieldVector;
  /** Public: one over the number of shares. */
  readonly sharesInverse: FieldVector;
  /** Elements of a wire: a power of two above the number of calls. */
  readonly wireLength: number;
}

/**
 * Arithmetic on whole vectors. Arguments are canonical and of fitting lengths: the caller has checked. Results are in
 * memory of their own.
 *
 * **Security.** The kernel has no branch and no address that depends on an element; the reference computes with BigInt,
 * whose time depends on its operands.
 */
export interface VectorField extends VectorFieldParameters {
  /** The first element that is not below the modulus, or -1. The length is a multiple of `elementBytes`. */
  firstInvalid(bytes: Uint8Array): number;
  /** target[i] += addend[i]. */
  addInPlace(target: FieldVector, addend: FieldVector): void;
  /** target[i] -= subtrahend[i]. */
  subtractInPlace(target: FieldVector, subtrahend: FieldVector): void;
  /** a[i] * b[i]. */
  multiply(a: FieldVector, b: FieldVector): FieldVector;
  /** The sum of all elements, as one. */
  sum(vector: FieldVector): FieldVector;
  /** For each row, the sum of its elements times the weights: one element a row. */
  combineRows(rows: FieldVector, weights: FieldVector): FieldVector;
  /** For each polynomial, its values at n points as its values at 2n points. */
  doubleEvaluations(rows: FieldVector, rowLength: number): FieldVector;
  /** sum[k] += rows 0 and 1 at k, multiplied, plus rows 2 and 3 at k, multiplied, and so on. */
  addPairProducts(sum: FieldVector, rows: FieldVector): void;
  /**
   * The weights by which the n values of a polynomial give its value at a point: the sum of weight times value.
   *
   * @param point - One element.
   */
  lagrangeWeights(length: number, point: FieldVector): FieldVector;
  /**
   * The wires of some columns of a range check, two rows a column c: the seed, then for each call k the element (k, c)
   * times challenge k to the power c + 1 in the first row, and the element less `sharesInverse` in the second; zero to
   * the end of the wire.
   */
  rangeCheckWires(columns: RangeCheckColumns): FieldVector;
}

/** How many elements a vector has. */
export function elementCount(field: VectorFieldParameters, vector: FieldVector): number {
  return vector.length / field.elementBytes;
}

/** A vector of zeros. */
export function zeroVector(field: VectorFieldParameters, length: number): FieldVector {
  return new Uint8Array(length * field.elementBytes);
}

/** A part of a vector, in the same memory. */
export function vectorSlice(
  field: VectorFieldParameters,
  vector: FieldVector,
  start: number,
  end: number,
): FieldVector {
  return vector.subarray(start * field.elementBytes, end * field.elementBytes);
}

/** The vector of residues of some integers; for few of them, they are BigInt. */
export function vectorOf(field: VectorFieldParameters, integers: readonly bigint[]): FieldVector {
  const vector = zeroVector(field, integers.length);
  const view = new DataView(vector.buffer);
  for (const [i, integer] of integers.entries()) {
    const residue = ((integer % field.modulus) + field.modulus) % field.modulus;
    writeElement(view, field.elementBytes, i, residue);
  }
  return vector;
}

/** The integers of a vector; for few of them, they are BigInt. */
export function integersOf(field: VectorFieldParameters, vector: FieldVector): bigint[] {
  const view = new DataView(vector.buffer, vector.byteOffset, vector.byteLength);
  return Array.from({ length: elementCount(field, vector) }, (_, i) =>
    readElement(view, field.elementBytes, i),
  );
}

function readElement(view: DataView, elementBytes: number, index: number): bigint {
  const low = view.getBigUint64(index * elementBytes, true);
  return elementBytes === 8 ? low : low + (view.getBigUint64(index * elementBytes + 8, true) << 64n);
}

function writeElement(view: DataView, elementBytes: number, index: number, element: bigint): void {
  view.setBigUint64(index * elementBytes, BigInt.asUintN(64, element), true);
  if (elementBytes === 16) view.setBigUint64(index * elementBytes + 8, element >> 64n, true);
}

/** base^exponent for public numbers; inversion is the power modulus - 2. */
export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** A generator of the subgroup of order `length`, a power of two up to 2^twoAdicity. */
export function rootOfUnity(field: VectorFieldParameters, length: number): bigint {
  return power(field.root, 2n ** BigInt(field.twoAdicity) / BigInt(length), field.modulus);
}
