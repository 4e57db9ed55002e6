/** The columns of both owners as secrets that are multiplied many times, however they are shared. */

import type { Engine } from "../mpc/engine.js";
import { VeilshareError } from "../errors.js";
import type { ReusableOperand } from "../mpc/products.js";
import { SecretMatrix } from "../mpc/secret-matrix.js";
import { gradientBound, valueBound } from "./training-plan.js";

/** Fractional bits of whitened values: enough that rounding them moves no measure in the fourth digit. */
export const valueBits = 10;

/** One owner's columns. */
export interface OwnedColumns {
  readonly operand: ReusableOperand;
  /** The same values, as a secret that is multiplied once. */
  readonly values: SecretMatrix | undefined;
}

/** Products with the secret columns, lender's first, platform's after. */
export interface SecretDesign {
  readonly lender: OwnedColumns | undefined;
  readonly platform: OwnedColumns | undefined;
  /** X v, of columns x 1. */
  product(v: SecretMatrix, bounds: ProductBounds): Promise<SecretMatrix>;
  /** X^T u, of rows x 1. */
  transposedProduct(u: SecretMatrix): Promise<SecretMatrix>;
}

/** What the caller has proved of a product. */
export interface ProductBounds {
  /** Of the product with each owner's columns alone. */
  readonly part: number;
  /** Of their sum. */
  readonly whole: number;
}

/** What {@link shareDesign} needs. */
export interface DesignParts {
  readonly rows: number;
  /** How many products of each kind will be asked for. */
  readonly products: number;
  readonly transposedProducts: number;
  /** Session index of each owner and its number of whitened columns. */
  readonly lender: OwnerShape;
  readonly platform: OwnerShape;
  /** Training rows that bounds come from; the rows themselves where they are those. */
  readonly trainingRows: number;
  /** At an owner: its own index and whitened values, row by row. */
  readonly own?: { readonly index: number; readonly values: Float64Array };
}

/** Who an owner is, and how many columns it has. */
export interface OwnerShape {
  readonly index: number;
  readonly columns: number;
  /** Products with the columns' transpose beside the gradients. */
  readonly moreTransposed?: number;
  /** Whether the values are needed as a plain secret too. */
  readonly asSecret?: boolean;
}

/**
 * Shares the columns and readies them for products.
 *
 * @throws VeilshareError VALUE_OUT_OF_RANGE for an own value beyond the proved bound, before anything is sent.
 */
export async function shareDesign(engine: Engine, parts: DesignParts): Promise<SecretDesign> {
  const lender = await shareOwned(engine, parts, parts.lender);
  const platform = await shareOwned(engine, parts, parts.platform);
  const shared = [lender, platform].filter((columns) => columns !== undefined);
  return {
    lender,
    platform,
    product: async (v, { part, whole }) => {
      let from = 0;
      const products = shared.map(({ operand }) => {
        from += operand.columns;
        return operand.product(v.rowRange(from - operand.columns, from), { provenBound: part });
      });
      const [first, ...others] = await Promise.all(products);
      if (first === undefined) throw new VeilshareError("INTERNAL", "shareDesign: no columns");
      return others.reduce((sum, product) => sum.add(product), first).assumeBound(whole);
    },
    transposedProduct: async (u) =>
      SecretMatrix.concatRows(
        await Promise.all(
          shared.map(({ operand }) =>
            operand.transposedProduct(u, { provenBound: gradientBound(parts.rows) }),
          ),
        ),
      ),
  };
}

async function shareOwned(
  engine: Engine,
  parts: DesignParts,
  { index, columns, moreTransposed = 0, asSecret = false }: OwnerShape,
): Promise<OwnedColumns | undefined> {
  if (columns === 0) return undefined;
  const input = {
    owner: index,
    rows: parts.rows,
    columns,
    bound: valueBound(parts.trainingRows),
    fractionalBits: valueBits,
    ...(parts.own?.index === index ? { values: parts.own.values } : {}),
  };
  const operand = await engine.reusableOwnedOperand({
    ...input,
    products: parts.products,
    transposedProducts: parts.transposedProducts + moreTransposed,
  });
  return { operand, values: asSecret ? await engine.input(input) : undefined };
}
