/** Secret weights of rows: 1 where a row counts, 0 where it does not. */

import type { RulesOf } from "../../checks/options.js";
import { optional } from "../../checks/rules.js";
import { secretRule } from "../arguments.js";
import { invalidArgument } from "../../errors.js";
import type { Engine } from "../engine.js";
import { secretWithMagnitude, type SecretMatrix } from "../secret-matrix.js";

/** Options of operations over rows. */
export interface WeightOptions {
  /**
   * Which rows count: rows x 1, secret, 0 or 1 without fractional bits. Default: all. That they are 0 or 1 is the caller's to
   * prove; where they are not, results mean nothing.
   */
  readonly weights?: SecretMatrix;
}

/** What the options must be. */
export const weightRules: RulesOf<WeightOptions> = { weights: optional(secretRule) };

/**
 * Refuses weights that are none.
 *
 * @throws VeilshareError INVALID_ARGUMENT for other rows, several columns, fractional bits, or a bound above 1.
 */
export function checkWeights(caller: string, rows: number, weights: SecretMatrix): SecretMatrix {
  const fits = weights.rows === rows && weights.columns === 1;
  if (fits && weights.fractionalBits === 0 && weights.magnitude <= 1n) return weights;
  const got = `${weights.rows} x ${weights.columns} with ${weights.fractionalBits} fractional bits, bound ${weights.bound}`;
  throw invalidArgument(caller, `weights of ${rows} x 1, 0 or 1 without fractional bits`, got);
}

/** x, with 0 in rows that do not count. One product. */
export async function weighted(
  engine: Engine,
  x: SecretMatrix,
  weights: SecretMatrix,
): Promise<SecretMatrix> {
  const wide = weights.columns === x.columns ? weights : weights.repeatColumns(x.columns);
  return secretWithMagnitude(await engine.multiply(wide, x, { provenBound: x.bound }), x.magnitude);
}
