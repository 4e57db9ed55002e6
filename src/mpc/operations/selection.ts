/** Selection by secret bits, and what is made of it. */

import { checkOperands } from "../arguments.js";
import { invalidArgument } from "../../errors.js";
import { checkDifference } from "../bounds.js";
import type { Engine } from "../engine.js";
import { SecretMatrix, secretWithMagnitude } from "../secret-matrix.js";
import { bitToArithmetic, signBits } from "./bits.js";
import { lessThan } from "./comparison.js";

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/**
 * a where the choice is 1, b where it is 0; exact.
 *
 * @param choice - 0 or 1 without fractional bits, of the same shape, or one column for all columns of a and b.
 * @throws VeilshareError INVALID_ARGUMENT for different shapes or fractional bits; BOUND_EXCEEDED.
 *
 * **Cost.** One product. One round.
 */
export async function select(
  engine: Engine,
  choice: SecretMatrix,
  a: SecretMatrix,
  b: SecretMatrix,
): Promise<SecretMatrix> {
  checkOperands("select", engine, { choice, a, b });
  checkDifference("select", a, b.magnitude);
  if (choice.fractionalBits !== 0 || choice.magnitude > 1n) {
    throw invalidArgument("select", "a choice of 0 or 1", `fractional bits or a bound of ${choice.bound}`);
  }
  const wide = choice.columns === 1 && a.columns > 1 ? choice.repeatColumns(a.columns) : choice;
  const moved = await engine.multiply(wide, a.subtract(b));
  return secretWithMagnitude(b.add(moved), larger(a.magnitude, b.magnitude));
}

/**
 * |x|, exact.
 *
 * **Cost.** A comparison and a product.
 */
export async function absolute(engine: Engine, x: SecretMatrix): Promise<SecretMatrix> {
  checkOperands("absolute", engine, { x });
  const negative = await bitToArithmetic(engine, await signBits(engine, x));
  const sign = secretWithMagnitude(negative.scale(-2).addPublic(new Float64Array(x.length).fill(1)), 1n);
  return engine.multiply(sign, x);
}

/**
 * The smaller of two, element by element; exact.
 *
 * @throws VeilshareError as `lessThan`.
 */
export async function smaller(engine: Engine, x: SecretMatrix, y: SecretMatrix): Promise<SecretMatrix> {
  checkOperands("smaller", engine, { x, y });
  checkDifference("smaller", x, y.magnitude);
  return select(engine, await lessThan(engine, x, y), x, y);
}

/**
 * The larger of two, element by element; exact.
 *
 * @throws VeilshareError as `lessThan`.
 */
export async function greater(engine: Engine, x: SecretMatrix, y: SecretMatrix): Promise<SecretMatrix> {
  checkOperands("greater", engine, { x, y });
  checkDifference("greater", x, y.magnitude);
  return select(engine, await lessThan(engine, x, y), y, x);
}

/** An extreme of each column, and the row where it is. */
export interface Extreme {
  /** 1 x columns. */
  readonly value: SecretMatrix;
  /** 1 x columns, whole numbers from 0; of equal values, the first row. */
  readonly row: SecretMatrix;
}

/**
 * The maximum of each column and where it is, by a tree of comparisons.
 *
 * **Security.** Opens nothing but masked values; how many rows there are is public.
 *
 * **Cost.** rows - 1 comparisons and two products each, a column; ceil(log2 rows) comparisons deep.
 */
export async function maximum(engine: Engine, x: SecretMatrix): Promise<Extreme> {
  checkOperands("maximum", engine, { x });
  checkDifference("maximum", x, x.magnitude);
  const rowNumbers = BigInt64Array.from({ length: x.length }, (_, i) => BigInt(Math.floor(i / x.columns)));
  let value = x;
  let row = engine.constant({ rows: x.rows, columns: x.columns, fractionalBits: 0, values: rowNumbers });
  while (value.rows > 1) {
    const pairs = Math.floor(value.rows / 2);
    const even = Array.from({ length: pairs }, (_, i) => 2 * i);
    const odd = even.map((at) => at + 1);
    const [a, b] = [value.pickRows(even), value.pickRows(odd)];
    const second = await lessThan(engine, a, b);
    const [values, rows] = await Promise.all([
      select(engine, second, b, a),
      select(engine, second, row.pickRows(odd), row.pickRows(even)),
    ]);
    const rest = value.rows % 2 === 1;
    const last = (of: SecretMatrix): SecretMatrix => of.rowRange(of.rows - 1, of.rows);
    value = rest ? SecretMatrix.concatRows([values, last(value)]) : values;
    row = rest ? SecretMatrix.concatRows([rows, last(row)]) : rows;
  }
  return { value, row };
}

/**
 * The minimum of each column and where it is; as {@link maximum}.
 */
export async function minimum(engine: Engine, x: SecretMatrix): Promise<Extreme> {
  checkOperands("minimum", engine, { x });
  checkDifference("minimum", x, x.magnitude);
  const { value, row } = await maximum(engine, x.negate());
  return { value: value.negate(), row };
}
