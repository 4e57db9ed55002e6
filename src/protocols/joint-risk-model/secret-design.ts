/** The columns of both owners as secrets that are multiplied many times, however they are shared. */

import type { Engine } from "../../mpc/engine.js";
import { SecretMatrix } from "../../mpc/secret-matrix.js";
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
  const inputs = parts.owners
    .filter(({ columns }) => columns > 0)
    .map(({ index, columns }) =>
      engine.input({
        owner: index,
        rows: plan.rows,
        columns,
        bound: valueBound(plan),
        fractionalBits: valueBits,
        ...(own?.index === index ? { values: own.values } : {}),
      }),
    );
  const fixed = await engine.fix(SecretMatrix.concatColumns(await Promise.all(inputs)));
  const largestLogit = logitBound(plan, plan.iterations);
  return {
    product: (v) => fixed.product(v, { provenBound: largestLogit }),
    transposedProduct: (u) => fixed.transposedProduct(u, { provenBound: gradientBound(plan) }),
  };
}
