/** The columns of both owners as secrets that are multiplied many times, however they are shared. */

import type { Engine } from "../mpc/engine.js";
import { VeilshareError } from "../errors.js";
import type { ReusableOperand } from "../mpc/products.js";
import { SecretMatrix } from "../mpc/secret-matrix.js";
import { gradientBound, logitBound, valueBound, type TrainingPlan } from "./training-plan.js";

/** Fractional bits of whitened values: enough that rounding them moves no measure in the fourth digit. */
export const valueBits = 10;

/** Products with the secret columns, lender's first, platform's after. */
export interface SecretDesign {
  /** X v, of columns x 1. */
  product(v: SecretMatrix): Promise<SecretMatrix>;
  /** X^T u, of rows x 1. */
  transposedProduct(u: SecretMatrix): Promise<SecretMatrix>;
}

/** What {@link shareDesign} needs. */
export interface DesignParts {
  readonly plan: TrainingPlan;
  /** Session index of each owner and its number of whitened columns; in the same order at all parties. */
  readonly owners: readonly { readonly index: number; readonly columns: number }[];
  /** At an owner: its own index and whitened values, row by row. */
  readonly own?: { readonly index: number; readonly values: Float64Array };
}

/**
 * Shares the columns and readies them for products.
 *
 * @throws VeilshareError VALUE_OUT_OF_RANGE for an own value beyond the proved bound, before anything is sent.
 */
export async function shareDesign(engine: Engine, parts: DesignParts): Promise<SecretDesign> {
  const { plan, own } = parts;
  const largestLogit = logitBound(plan, plan.iterations);
  const owners = parts.owners.filter(({ columns }) => columns > 0);
  const operands: ReusableOperand[] = [];
  for (const { index, columns } of owners) {
    const operand = await engine.reusableOwnedOperand({
      owner: index,
      rows: plan.rows,
      columns,
      bound: valueBound(plan),
      fractionalBits: valueBits,
      products: plan.iterations,
      transposedProducts: plan.iterations,
      ...(own?.index === index ? { values: own.values } : {}),
    });
    operands.push(operand);
  }
  return {
    product: async (v) => {
      let from = 0;
      const products = operands.map((operand) => {
        from += operand.columns;
        return operand.product(v.rowRange(from - operand.columns, from), { provenBound: largestLogit });
      });
      const [first, ...others] = await Promise.all(products);
      if (first === undefined) throw new VeilshareError("INTERNAL", "shareDesign: no columns");
      return others.reduce((sum, product) => sum.add(product), first);
    },
    transposedProduct: async (u) =>
      SecretMatrix.concatRows(
        await Promise.all(
          operands.map((operand) => operand.transposedProduct(u, { provenBound: gradientBound(plan) })),
        ),
      ),
  };
}
