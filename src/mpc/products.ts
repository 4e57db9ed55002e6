/** Products of secrets, whatever the scheme: shapes and bounds, checked before anything is sent. */

import { checkArgument, checkOptions } from "../checks/options.js";
import { provenBoundRule, secretRule } from "./arguments.js";
import { invalidArgument } from "../errors.js";
import type { ProductShape } from "../ring/matrix.js";
import { checkMagnitude, magnitudeOfBound, maxSecretFractionalBits, smallerMagnitude } from "./bounds.js";
import type { ReusableShare, Scheme } from "./scheme.js";
import type { BitsShape } from "./secret-bits.js";
import {
  checkSameShape,
  secretFromShare,
  shareOf,
  type SecretMatrix,
  type SecretShape,
} from "./secret-matrix.js";

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

/** As {@link describe}, for bits. */
export function describeBits(operation: string, { rows, columns, width }: BitsShape): string {
  return `${operation} ${rows}x${columns}/${width}`;
}

/** Products element by element; see `Engine.multiply`. */
export async function elementwiseProduct(
  scheme: Scheme,
  x: SecretMatrix,
  y: SecretMatrix,
  options: ProductOptions,
): Promise<SecretMatrix> {
  checkFactors("multiply", [x, y], options);
  checkSameShape("multiply", x, y);
  const size = { rows: x.rows, inner: 1, columns: x.columns };
  const shape = productShape("multiply", [x, y], size, options);
  const shares = [shareOf("multiply", scheme.context, x), shareOf("multiply", scheme.context, y)] as const;
  scheme.rounds.note(describe("multiply", x, y, shape));
  return secretFromShare(scheme.context, shape, await scheme.multiply(...shares));
}

/** Matrix products; see `Engine.matrixProduct`. */
export async function secretMatrixProduct(
  scheme: Scheme,
  x: SecretMatrix,
  y: SecretMatrix,
  options: ProductOptions,
): Promise<SecretMatrix> {
  checkFactors("matrixProduct", [x, y], options);
  if (x.columns !== y.rows) throw invalidArgument("matrixProduct", `${x.columns} rows`, `${y.rows}`);
  const size = { rows: x.rows, inner: x.columns, columns: y.columns };
  const shape = productShape("matrixProduct", [x, y], size, options);
  const shares = [
    shareOf("matrixProduct", scheme.context, x),
    shareOf("matrixProduct", scheme.context, y),
  ] as const;
  scheme.rounds.note(describe("matrixProduct", x, y, shape));
  return secretFromShare(scheme.context, shape, await scheme.matrixProduct(...shares, size));
}

function checkFactors(caller: string, factors: readonly SecretMatrix[], options: ProductOptions): void {
  for (const factor of factors) checkArgument(caller, "factor", factor, secretRule);
  checkOptions(caller, options, { provenBound: provenBoundRule });
}

/** Readies a matrix for many products; see `Engine.reusableOperand`. */
export async function prepareOperand(scheme: Scheme, x: SecretMatrix): Promise<ReusableOperand> {
  const share = shareOf("reusableOperand", scheme.context, x);
  const { rows, columns, fractionalBits, magnitude } = x;
  scheme.rounds.note(describe("reusableOperand", x));
  const fixed = await scheme.reusableOperand(share, { rows, columns });
  return new ReusableOperand(scheme, { rows, columns, fractionalBits, magnitude }, fixed);
}

/** Products, of one column each, that may be asked for. */
export interface PlannedProducts {
  readonly products: number;
  readonly transposedProducts: number;
}

/** A secret matrix X that many products share; made by `Engine.reusableOperand` or `Engine.reusableOwnedOperand`. */
export class ReusableOperand {
  readonly #scheme: Scheme;
  readonly #shape: SecretShape;
  readonly #fixed: ReusableShare;
  readonly #left: { products: number; transposedProducts: number };

  /**
   * For the engine.
   *
   * @param planned - How many products may be asked for. Default: any number.
   */
  constructor(scheme: Scheme, shape: SecretShape, fixed: ReusableShare, planned?: PlannedProducts) {
    this.#scheme = scheme;
    this.#shape = shape;
    this.#fixed = fixed;
    this.#left = { ...(planned ?? { products: Infinity, transposedProducts: Infinity }) };
  }

  /** Rows of X. */
  get rows(): number {
    return this.#shape.rows;
  }

  /** Columns of X. */
  get columns(): number {
    return this.#shape.columns;
  }

  /**
   * X v, in one round.
   *
   * @param v - columns(X) x any.
   * @returns With the sum of both factors' fractional bits.
   * @throws VeilshareError INVALID_ARGUMENT when shapes do not fit, or more products are asked for than were planned;
   *   BOUND_EXCEEDED, before anything is sent.
   *
   * **Cost.** Additive: opens as many elements as v has; the correction has as many as the product. Replicated: sends as
   * many elements as the product has.
   */
  product(v: SecretMatrix, options: ProductOptions = {}): Promise<SecretMatrix> {
    return this.#run("product", v, false, options);
  }

  /**
   * X^T v, in one round.
   *
   * @param v - rows(X) x any.
   * @returns With the sum of both factors' fractional bits.
   * @throws VeilshareError as {@link ReusableOperand.product}.
   */
  transposedProduct(v: SecretMatrix, options: ProductOptions = {}): Promise<SecretMatrix> {
    return this.#run("transposedProduct", v, true, options);
  }

  async #run(
    operation: string,
    v: SecretMatrix,
    transposed: boolean,
    options: ProductOptions,
  ): Promise<SecretMatrix> {
    checkFactors(operation, [v], options);
    const { context, rounds } = this.#scheme;
    const x = this.#shape;
    const [rows, inner] = transposed ? [x.columns, x.rows] : [x.rows, x.columns];
    if (v.rows !== inner) throw invalidArgument(operation, `${inner} rows`, `${v.rows}`);
    const size = { rows, inner, columns: v.columns };
    const shape = productShape(operation, [x, v], size, options);
    const share = shareOf(operation, context, v);
    this.#spend(operation, transposed ? "transposedProducts" : "products", v.columns);
    rounds.note(describe(operation, x, v, shape));
    return secretFromShare(context, shape, await this.#fixed.product(share, size, transposed));
  }

  /** A product with several columns counts as so many. */
  #spend(operation: string, kind: keyof PlannedProducts, columns: number): void {
    const left = this.#left[kind];
    if (columns > left)
      throw invalidArgument(operation, `at most ${left} more ${kind}, as planned`, `${columns}`);
    this.#left[kind] = left - columns;
  }
}
