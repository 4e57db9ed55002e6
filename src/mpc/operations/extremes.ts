/** The largest few, and where the largest is. */

import { checkOptions, type RulesOf } from "../../checks/options.js";
import { optional } from "../../checks/rules.js";
import { anyNumberRule, checkOperands, secretsRule } from "../arguments.js";
import { invalidArgument } from "../../errors.js";
import type { Engine } from "../engine.js";
import { secretWithMagnitude, type SecretMatrix } from "../secret-matrix.js";
import { oneHot } from "./one-hot.js";
import { maximum } from "./selection.js";
import { sortRows } from "./sorting.js";
import { checkWeights, weightRules, type WeightOptions } from "./weights.js";

/** Options of {@link topK}. */
export interface TopOptions extends WeightOptions {
  /** How many. */
  readonly k: number;
  /** What moves along, as many rows each. */
  readonly payload?: readonly SecretMatrix[];
}

const topRules: RulesOf<TopOptions> = {
  k: anyNumberRule,
  payload: optional(secretsRule),
  ...weightRules,
};

/** The largest values of a column, in descending order. */
export interface Top {
  /** k x 1. */
  readonly value: SecretMatrix;
  /** Where each was: k x 1, whole numbers from 0. */
  readonly row: SecretMatrix;
  readonly payload: readonly SecretMatrix[];
  /** Where weights were given: 1 for each of the k that counts, 0 where fewer than k rows do. */
  readonly weights?: SecretMatrix;
}

/**
 * The k largest values of a column, the largest first.
 *
 * @param x - One column.
 * @throws VeilshareError INVALID_ARGUMENT for several columns, a k that is not 1 to the number of rows, a payload of other
 *   rows, or weights that are none.
 *
 * **Error.** None.
 *
 * **Security.** As `sortRows`.
 *
 * **Cost.** Sorts the column.
 */
export async function topK(engine: Engine, x: SecretMatrix, options: TopOptions): Promise<Top> {
  checkOperands("topK", engine, { x });
  checkOptions("topK", options, topRules);
  const { k, payload = [], weights } = options;
  if (x.columns !== 1) throw invalidArgument("topK", "one column", `${x.columns} columns`);
  if (!Number.isInteger(k) || k < 1 || k > x.rows)
    throw invalidArgument("topK", `a k of 1 to ${x.rows}`, String(k));
  for (const { rows } of payload)
    if (rows !== x.rows) throw invalidArgument("topK", `${x.rows} rows`, `${rows}`);
  if (weights !== undefined) checkWeights("topK", x.rows, weights);
  const numbers = Float64Array.from({ length: x.rows }, (_, i) => i);
  const row = engine.constant({ rows: x.rows, fractionalBits: 0, values: numbers });
  const sorted = await sortRows(engine, {
    key: x.negate(),
    payload: [row, ...payload],
    ...(weights === undefined ? {} : { weights }),
  });
  const head = (of: SecretMatrix): SecretMatrix => of.rowRange(0, k);
  const [where = row, ...moved] = sorted.payload;
  return {
    value: head(sorted.key.negate()),
    row: head(where),
    payload: moved.map(head),
    ...(sorted.weights === undefined ? {} : { weights: head(sorted.weights) }),
  };
}

/**
 * Where the maximum of each column is, as 0 and 1: rows x columns, one 1 in each column; of equal values, the first.
 *
 * **Error.** None.
 *
 * **Security.** Opens nothing but masked bits and values.
 *
 * **Cost.** A maximum, and a one-hot vector of as many positions as rows for each column.
 */
export async function argmaxOneHot(engine: Engine, x: SecretMatrix): Promise<SecretMatrix> {
  checkOperands("argmaxOneHot", engine, { x });
  const { row } = await maximum(engine, x);
  const where = secretWithMagnitude(row.transpose(), BigInt(x.rows - 1));
  return (await oneHot(engine, where, x.rows)).transpose();
}
