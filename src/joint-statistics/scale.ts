/**
 * Numbers of a declared range as fractions of it: value = center + 2^exponent u with |u| <= 1. Shares hold u, so that every
 * quantity has the same bound whatever its unit, and public numbers are put back after opening.
 */

import { invalidArgument } from "../errors.js";
import { termsOf, type ColumnDeclarations, type ColumnName, type Quantity } from "./questions.js";

/** Where a quantity's values lie. */
export interface Scale {
  readonly center: number;
  /** No value is further from the center. */
  readonly halfWidth: number;
  /** 2^exponent is at least the half width. */
  readonly exponent: number;
}

/** Fractional bits of u in shares of columns. */
export const columnBits = 30;

/** Columns of one quantity may differ by this power of two in width. */
const mostExtraBits = 20;

/** The scale of a declared column. */
export function scaleOfColumn(columns: ColumnDeclarations, column: ColumnName): Scale {
  const declaration = columns[column];
  if (declaration?.kind !== "numeric") {
    throw invalidArgument("jointStatistics", `"${column}" declared as numeric`, "another declaration");
  }
  const { least, greatest } = declaration;
  const halfWidth = (greatest - least) / 2;
  return { center: least + halfWidth, halfWidth, exponent: powerAtLeast(halfWidth) };
}

/** How a quantity is made of columns: u = 2^-extraBits times the sum of `factors` times the columns' u. */
export interface QuantityScale extends Scale {
  readonly extraBits: number;
  readonly factors: readonly { readonly column: ColumnName; readonly factor: number }[];
}

/**
 * The scale of a quantity.
 *
 * @throws VeilshareError INVALID_ARGUMENT for columns whose widths, times their factors, differ by 2^20 or more.
 */
export function scaleOfQuantity(columns: ColumnDeclarations, quantity: Quantity): QuantityScale {
  const terms = termsOf(quantity).map((term) => ({ ...term, scale: scaleOfColumn(columns, term.column) }));
  const [only] = terms;
  if (terms.length === 1 && only?.factor === 1) {
    return { ...only.scale, extraBits: 0, factors: [{ column: only.column, factor: 1 }] };
  }
  let [center, halfWidth] = [0, 0];
  for (const { factor, scale } of terms) {
    center += factor * scale.center;
    halfWidth += Math.abs(factor) * scale.halfWidth;
  }
  // A little more than the width, so that |u| stays at most 1 when it is cut to fewer bits.
  const exponent = powerAtLeast(halfWidth * (1 + 2 ** -20));
  let extraBits = 0;
  for (const { scale } of terms) extraBits = Math.max(extraBits, exponent - scale.exponent);
  if (extraBits > mostExtraBits) {
    throw invalidArgument(
      "jointStatistics",
      `columns of one quantity of widths within 2^${mostExtraBits}`,
      `2^${extraBits}`,
    );
  }
  const factors = terms.map(({ column, factor, scale }) => ({
    column,
    factor: factor * 2 ** (extraBits - exponent + scale.exponent),
  }));
  return { center, halfWidth, exponent, extraBits, factors };
}

/** The least e with 2^e >= x; by doubling, which all platforms do alike. */
function powerAtLeast(x: number): number {
  let exponent = 0;
  while (2 ** exponent < x) exponent++;
  while (2 ** (exponent - 1) >= x) exponent--;
  return exponent;
}

/** u of a value. */
export function toUnit({ center, exponent }: Scale, value: number): number {
  return (value - center) * 2 ** -exponent;
}

/** The value of u. */
export function fromUnit({ center, exponent }: Scale, unit: number): number {
  return center + unit * 2 ** exponent;
}
