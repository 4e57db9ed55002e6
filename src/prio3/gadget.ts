/**
 * Gadgets: the only multiplications of a validity circuit. Each is evaluated on single elements (to check a proof) and
 * on whole polynomials given by their values (to make one). The draft's gadgets are all of degree two.
 *
 * **Source.** draft-irtf-cfrg-vdaf-18, sections 7.3 (gadgets) and 7.4 (Mul, PolyEval, ParallelSum).
 */

import {
  elementCount,
  vectorOf,
  zeroVector,
  type FieldVector,
  type VectorField,
} from "../field/vector-field.js";
import { invalidArgument } from "../errors.js";

/** Degree of every gadget here, which is what the lengths of proofs follow from. */
export const gadgetDegree = 2;

/** A multiplication gate, or many of them whose results are added. */
export interface Gadget {
  /** Inputs of one call. */
  readonly arity: number;
  /**
   * Adds to `sum` what some of the gadget's inputs contribute to its results: element k of the sum belongs to element k
   * of every row, and the rows are inputs in order, pairs never split.
   */
  addResults(field: VectorField, sum: FieldVector, rows: FieldVector): void;
}

/** The product of two inputs. */
export const mul: Gadget = {
  arity: 2,
  addResults: (field, sum, rows) => {
    field.addPairProducts(sum, rows);
  },
};

/** The sum of `count` products. */
export function parallelSum(count: number): Gadget {
  return {
    arity: 2 * count,
    addResults: (field, sum, rows) => {
      field.addPairProducts(sum, rows);
    },
  };
}

/**
 * A polynomial of degree two in one input.
 *
 * @param coefficients - Of 1, x and x^2; the last is not zero.
 * @throws VeilshareError INVALID_ARGUMENT for another degree.
 */
export function polyEval(coefficients: readonly [bigint, bigint, bigint]): Gadget {
  const [constant, linear, quadratic] = coefficients;
  if (quadratic === 0n) throw invalidArgument("polyEval", "a polynomial of degree 2", "a lower one");
  return {
    arity: 1,
    addResults: (field, sum, rows) => {
      // x * (quadratic * x + linear) + constant
      const length = elementCount(field, rows);
      const factor = repeat(field, quadratic, length);
      const inner = field.multiply(rows, factor);
      field.addInPlace(inner, repeat(field, linear, length));
      field.addInPlace(sum, field.multiply(rows, inner));
      field.addInPlace(sum, repeat(field, constant, length));
    },
  };
}

function repeat(field: VectorField, value: bigint, length: number): FieldVector {
  const element = vectorOf(field, [value]);
  const vector = zeroVector(field, length);
  for (let i = 0; i < length; i++) vector.set(element, i * field.elementBytes);
  return vector;
}
