/** Secret matrices by columns, and running sums: what can be done without a message. */

import { checkArgument } from "../checks/options.js";
import { invalidArgument } from "../errors.js";
import { numbersRule, secretRule } from "./arguments.js";
import { checkMagnitude } from "./bounds.js";
import { localMap, type SecretMatrix } from "./secret-matrix.js";

/**
 * Columns `from` up to, not including, `to`.
 *
 * @throws VeilshareError INVALID_ARGUMENT unless 0 <= from < to <= columns.
 */
export function columnRange(x: SecretMatrix, from: number, to: number): SecretMatrix {
  checkArgument("columnRange", "x", x, secretRule);
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to <= from || to > x.columns) {
    throw invalidArgument("columnRange", `0 <= from < to <= ${x.columns}`, `${from} to ${to}`);
  }
  return x.transpose().rowRange(from, to).transpose();
}

/**
 * Columns picked by public positions, in their order; a column may be picked more than once.
 *
 * @throws VeilshareError INVALID_ARGUMENT for no position, or one that is no column.
 */
export function pickColumns(x: SecretMatrix, positions: ArrayLike<number>): SecretMatrix {
  checkArgument("pickColumns", "x", x, secretRule);
  checkArgument("pickColumns", "positions", positions, numbersRule);
  for (const at of Array.from(positions)) {
    if (!Number.isInteger(at) || at < 0 || at >= x.columns) {
      throw invalidArgument("pickColumns", `positions below ${x.columns}`, String(at));
    }
  }
  if (positions.length === 0) throw invalidArgument("pickColumns", "at least one position", "none");
  return x.transpose().pickRows(positions).transpose();
}

/**
 * One row, `count` times, one below the other: what is one value a column for every row.
 *
 * @throws VeilshareError INVALID_ARGUMENT for several rows, or a count that is not 1 or more.
 */
export function repeatRow(x: SecretMatrix, count: number): SecretMatrix {
  checkArgument("repeatRow", "x", x, secretRule);
  if (x.rows !== 1) throw invalidArgument("repeatRow", "one row", String(x.rows));
  if (!Number.isInteger(count) || count < 1)
    throw invalidArgument("repeatRow", "a count from 1", String(count));
  return x.pickRows(new Uint32Array(count));
}

/**
 * Every row times its public whole number; exact.
 *
 * @throws VeilshareError INVALID_ARGUMENT for another number of factors, or one that is no safe integer; BOUND_EXCEEDED.
 */
export function scaleRows(x: SecretMatrix, factors: ArrayLike<number>): SecretMatrix {
  checkArgument("scaleRows", "x", x, secretRule);
  checkArgument("scaleRows", "factors", factors, numbersRule);
  const whole = wholeFactors("scaleRows", factors, x.rows);
  const magnitude = checkMagnitude("scaleRows", x.magnitude * largest(whole));
  return localMap(x, { magnitude }, (part) => {
    const result = new BigUint64Array(part.length);
    for (let i = 0; i < part.length; i++) {
      const factor = whole[Math.floor(i / x.columns)] as bigint; // one for each row
      result[i] = BigInt.asUintN(64, (part[i] as bigint) * factor);
    }
    return result;
  });
}

/**
 * Every column times its public whole number; exact.
 *
 * @throws VeilshareError as {@link scaleRows}.
 */
export function scaleColumns(x: SecretMatrix, factors: ArrayLike<number>): SecretMatrix {
  checkArgument("scaleColumns", "x", x, secretRule);
  checkArgument("scaleColumns", "factors", factors, numbersRule);
  const whole = wholeFactors("scaleColumns", factors, x.columns);
  const magnitude = checkMagnitude("scaleColumns", x.magnitude * largest(whole));
  return localMap(x, { magnitude }, (part) => {
    const result = new BigUint64Array(part.length);
    for (let i = 0; i < part.length; i++) {
      const factor = whole[i % x.columns] as bigint; // one for each column
      result[i] = BigInt.asUintN(64, (part[i] as bigint) * factor);
    }
    return result;
  });
}

/**
 * Adds one public number to each column.
 *
 * @throws VeilshareError as `SecretMatrix.addPublic`; INVALID_ARGUMENT for another number of values.
 */
export function addToColumns(x: SecretMatrix, values: ArrayLike<number>): SecretMatrix {
  checkArgument("addToColumns", "x", x, secretRule);
  checkArgument("addToColumns", "values", values, numbersRule);
  if (values.length !== x.columns)
    throw invalidArgument("addToColumns", `${x.columns} values`, `${values.length}`);
  return x.addPublic(Float64Array.from({ length: x.length }, (_, i) => values[i % x.columns] ?? NaN));
}

/**
 * Running sums down each column: row i is the sum of rows 0 to i.
 *
 * @throws VeilshareError BOUND_EXCEEDED when the sum of all rows may reach 2^62.
 */
export function prefixSums(x: SecretMatrix): SecretMatrix {
  checkArgument("prefixSums", "x", x, secretRule);
  const magnitude = checkMagnitude("prefixSums", x.magnitude * BigInt(x.rows));
  return localMap(x, { magnitude }, (part) => {
    const result = part.slice();
    for (let i = x.columns; i < result.length; i++) {
      result[i] = BigInt.asUintN(64, (result[i] as bigint) + (result[i - x.columns] as bigint)); // i >= columns
    }
    return result;
  });
}

function wholeFactors(caller: string, factors: ArrayLike<number>, count: number): bigint[] {
  if (factors.length !== count) throw invalidArgument(caller, `${count} factors`, `${factors.length}`);
  return Array.from(factors, (factor) => {
    if (!Number.isSafeInteger(factor)) throw invalidArgument(caller, "safe integers", String(factor));
    return BigInt(factor);
  });
}

function largest(factors: readonly bigint[]): bigint {
  let most = 0n;
  for (const factor of factors) {
    const absolute = factor < 0n ? -factor : factor;
    if (absolute > most) most = absolute;
  }
  return most;
}
