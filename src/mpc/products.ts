/**
 * Products of secrets with correlated randomness (Beaver). With masks a, b and shares of c = a b, the parties open
 * x - a and y - b, uniformly random, and compute x y = (x - a) y + a (y - b) + c, locally linear in the shares of y, a
 * and c. The same holds for matrix products.
 *
 * **Source.** Beaver, "Efficient Multiparty Protocols Using Circuit Randomization", CRYPTO 1991; operands fixed over
 * many products: Mohassel, Zhang, "SecureML", IEEE S&P 2017, section IV.A.
 */

import { invalidArgument } from "../errors.js";
import { matrixProduct, transposedProduct, type ProductShape } from "../ring/matrix.js";
import { add, addInPlace, multiply, subtract } from "../ring/vector.js";
import { checkMagnitude, magnitudeOfBound, maxSecretFractionalBits, smallerMagnitude } from "./bounds.js";
import type { Correlation, CorrelatedRandomness } from "./correlation.js";
import type { OpeningRounds } from "./opening-rounds.js";
import {
  checkSameShape,
  secretFromShare,
  shareOf,
  type Home,
  type SecretMatrix,
  type SecretShape,
} from "./secret-matrix.js";

/** What operations share: the parts of an engine. */
export interface Workings {
  readonly home: Home;
  readonly rounds: OpeningRounds;
  readonly source: CorrelatedRandomness;
}

/** Options of a product. */
export interface ProductOptions {
  /**
   * A bound on the product's absolute values that the caller has *proved* (by Cauchy-Schwarz, say), where it is
   * tighter than what the factors' bounds give. Nothing can check it.
   */
  readonly provenBound?: number;
}

/**
 * Shape and bound of a product; called before anything is sent.
 *
 * @throws VeilshareError BOUND_EXCEEDED when an element may reach 2^62.
 */
function productShape(
  caller: string,
  factors: readonly [SecretShape, SecretShape],
  size: ProductShape,
  options: ProductOptions,
): SecretShape {
  const [x, y] = factors;
  const fractionalBits = x.fractionalBits + y.fractionalBits;
  if (fractionalBits > maxSecretFractionalBits) {
    throw invalidArgument(
      caller,
      `at most ${maxSecretFractionalBits} fractional bits in all`,
      `${fractionalBits}`,
    );
  }
  let magnitude = x.magnitude * y.magnitude * BigInt(size.inner);
  if (options.provenBound !== undefined) {
    magnitude = smallerMagnitude(magnitude, magnitudeOfBound(caller, options.provenBound, fractionalBits));
  }
  return {
    rows: size.rows,
    columns: size.columns,
    fractionalBits,
    magnitude: checkMagnitude(caller, magnitude),
  };
}

/** One line that names an operation and its operands, for the digest that all parties compare. */
export function describe(operation: string, ...shapes: readonly SecretShape[]): string {
  const parts = shapes.map((s) => `${s.rows}x${s.columns}.${s.fractionalBits}<${s.magnitude.toString(16)}`);
  return `${operation} ${parts.join(" ")}`;
}

/** Products element by element; see `Engine.multiply`. */
export async function elementwiseProduct(
  workings: Workings,
  x: SecretMatrix,
  y: SecretMatrix,
  options: ProductOptions,
): Promise<SecretMatrix> {
  checkSameShape("multiply", x, y);
  const size = { rows: x.rows, inner: 1, columns: x.columns };
  const shape = productShape("multiply", [x, y], size, options);
  const wanted: Correlation = { kind: "triple", length: x.length };
  return beaver("multiply", workings, [x, y], wanted, shape, multiply);
}

/** Matrix products; see `Engine.matrixProduct`. */
export async function secretMatrixProduct(
  workings: Workings,
  x: SecretMatrix,
  y: SecretMatrix,
  options: ProductOptions,
): Promise<SecretMatrix> {
  if (x.columns !== y.rows) throw invalidArgument("matrixProduct", `${x.columns} rows`, `${y.rows}`);
  const size = { rows: x.rows, inner: x.columns, columns: y.columns };
  const shape = productShape("matrixProduct", [x, y], size, options);
  const wanted: Correlation = { kind: "matrixTriple", ...size };
  return beaver("matrixProduct", workings, [x, y], wanted, shape, (a, b) => matrixProduct(a, b, size));
}

async function beaver(
  operation: string,
  { home, rounds, source }: Workings,
  [x, y]: readonly [SecretMatrix, SecretMatrix],
  wanted: Correlation,
  shape: SecretShape,
  product: (a: BigUint64Array, b: BigUint64Array) => BigUint64Array,
): Promise<SecretMatrix> {
  const xShare = shareOf(operation, home, x);
  const yShare = shareOf(operation, home, y);
  const { masks, dependent } = source.draw(wanted);
  const [a, b] = masks as readonly [BigUint64Array, BigUint64Array]; // both kinds have two masks
  rounds.note(describe(operation, x, y, shape));
  const shares = [subtract(xShare, a), subtract(yShare, b)];
  const round = await rounds.open({ shares, dependent });
  const [d, e] = round.opened as readonly [BigUint64Array, BigUint64Array]; // opened to all, as many as asked for
  const [c] = round.dependent as readonly [BigUint64Array]; // both kinds have one dependent vector
  const share = add(product(d, yShare), product(a, e));
  addInPlace(share, c);
  return secretFromShare(home, shape, share);
}

/** The masked matrix of a {@link FixedOperand}, and what its products need. */
export interface FixedParts {
  readonly shape: SecretShape;
  /** X - U, opened. */
  readonly masked: BigUint64Array;
  /** The own share of U. */
  readonly mask: BigUint64Array;
  /** The draw that made U. */
  readonly operand: number;
}

/** Masks a matrix once and opens it masked; see `Engine.fix`. */
export async function fixOperand(workings: Workings, x: SecretMatrix): Promise<FixedOperand> {
  const { home, rounds, source } = workings;
  const share = shareOf("fix", home, x);
  const { number, masks, dependent } = source.draw({ kind: "operandMask", rows: x.rows, columns: x.columns });
  const [mask] = masks as readonly [BigUint64Array]; // the kind has one mask
  rounds.note(describe("fix", x));
  const { opened } = await rounds.open({ shares: [subtract(share, mask)], dependent });
  const [masked] = opened as readonly [BigUint64Array]; // opened to all
  const { rows, columns, fractionalBits, magnitude } = x;
  const shape = { rows, columns, fractionalBits, magnitude };
  return new FixedOperand(workings, { shape, masked, mask, operand: number });
}

/**
 * A secret matrix X that many products share: it was masked and opened, as X - U, once; each product masks and opens
 * only the other factor, with a fresh mask.
 *
 * **Security.** X - U is uniform and each other factor has a mask of its own, so all that is opened is uniform and
 * independent of every secret. U must never mask another matrix: it belongs to this object.
 */
export class FixedOperand {
  readonly #workings: Workings;
  readonly #parts: FixedParts;

  /** For the engine. */
  constructor(workings: Workings, parts: FixedParts) {
    this.#workings = workings;
    this.#parts = parts;
  }

  /** Rows of X. */
  get rows(): number {
    return this.#parts.shape.rows;
  }

  /** Columns of X. */
  get columns(): number {
    return this.#parts.shape.columns;
  }

  /**
   * X v, in one round.
   *
   * @param v - columns(X) x any.
   * @returns With the sum of both factors' fractional bits.
   * @throws VeilshareError INVALID_ARGUMENT when shapes do not fit; BOUND_EXCEEDED, before anything is sent.
   *
   * **Cost.** Opens as many elements as v has; the correction has as many as the product.
   */
  product(v: SecretMatrix, options: ProductOptions = {}): Promise<SecretMatrix> {
    return this.#run("fixedProduct", v, false, options);
  }

  /**
   * X^T v, in one round.
   *
   * @param v - rows(X) x any.
   * @returns With the sum of both factors' fractional bits.
   * @throws VeilshareError as {@link FixedOperand.product}.
   */
  transposedProduct(v: SecretMatrix, options: ProductOptions = {}): Promise<SecretMatrix> {
    return this.#run("fixedTransposedProduct", v, true, options);
  }

  async #run(
    operation: string,
    v: SecretMatrix,
    transposed: boolean,
    options: ProductOptions,
  ): Promise<SecretMatrix> {
    const { home, rounds, source } = this.#workings;
    const { shape: x, masked, mask, operand } = this.#parts;
    const [rows, inner] = transposed ? [x.columns, x.rows] : [x.rows, x.columns];
    if (v.rows !== inner) throw invalidArgument(operation, `${inner} rows`, `${v.rows}`);
    const size = { rows, inner, columns: v.columns };
    const shape = productShape(operation, [x, v], size, options);
    const share = shareOf(operation, home, v);
    const { masks, dependent } = source.draw({
      kind: "operandProduct",
      operand,
      transposed,
      columns: v.columns,
    });
    const [fresh] = masks as readonly [BigUint64Array]; // the kind has one mask
    rounds.note(describe(`${operation} ${operand}`, v, shape));
    const round = await rounds.open({ shares: [subtract(share, fresh)], dependent });
    const [delta] = round.opened as readonly [BigUint64Array]; // opened to all
    const [uv] = round.dependent as readonly [BigUint64Array]; // the kind has one dependent vector
    // X v = (X - U) v + U (v - V) + U V
    const times = transposed ? transposedProduct : matrixProduct;
    const result = add(times(masked, share, size), times(mask, delta, size));
    addInPlace(result, uv);
    return secretFromShare(home, shape, result);
  }
}
