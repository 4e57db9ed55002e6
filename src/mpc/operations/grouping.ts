/** Counts and sums by group and by bin. */

import { checkArgument, checkOptions, type RulesOf } from "../../checks/options.js";
import { listOf, number } from "../../checks/rules.js";
import { anyNumberRule, checkOperands, engineRule, secretRule } from "../arguments.js";
import { invalidArgument } from "../../errors.js";
import { checkDifference } from "../bounds.js";
import type { Engine } from "../engine.js";
import { SecretMatrix } from "../secret-matrix.js";
import { bitToArithmetic, signBits, zeroBits } from "./bits.js";
import { sumsOf } from "./moments.js";
import { checkWeights, weighted, weightRules, type WeightOptions } from "./weights.js";

/** Options of {@link groupSums}. */
export interface GroupOptions extends WeightOptions {
  /** The secret group of each row, rows x 1. */
  readonly key: SecretMatrix;
  /** The public list of groups; rows of any other group count nowhere. */
  readonly groups: readonly number[];
  /** What is summed up, as many rows. */
  readonly values: SecretMatrix;
}

const groupRules: RulesOf<GroupOptions> = {
  key: secretRule,
  groups: listOf(number()),
  values: secretRule,
  ...weightRules,
};

/** Sums by group. */
export interface GroupSums {
  /** Rows of each group: groups x 1, whole numbers. */
  readonly counts: SecretMatrix;
  /** groups x columns of the values. */
  readonly sums: SecretMatrix;
}

/**
 * Counts rows and sums up values by a secret key; of rows that count, with weights.
 *
 * @throws VeilshareError INVALID_ARGUMENT for a key of several columns, no group, different numbers of rows, or weights that
 *   are none; BOUND_EXCEEDED when the sum of all rows may not fit.
 *
 * **Error.** None.
 *
 * **Security.** Which row belongs to which group stays secret, and so do the sizes of groups until they are revealed.
 *
 * **Cost.** An equality for each row and group, and one matrix product; with weights a product for each row and group.
 */
export async function groupSums(engine: Engine, options: GroupOptions): Promise<GroupSums> {
  checkArgument("groupSums", "engine", engine, engineRule);
  checkOptions("groupSums", options, groupRules);
  const { key, groups, values, weights } = options;
  if (key.columns !== 1 || key.rows !== values.rows) {
    throw invalidArgument(
      "groupSums",
      `one key for each of ${values.rows} rows`,
      `${key.rows} x ${key.columns}`,
    );
  }
  if (groups.length === 0) throw invalidArgument("groupSums", "at least one group", "none");
  if (weights !== undefined) checkWeights("groupSums", values.rows, weights);
  checkDifference("groupSums", key, Math.max(...groups.map(Math.abs)));
  const { bound } = sumsOf("groupSums", values);
  const flat = key.transpose();
  const differences = groups.map((group) => flat.addPublic(new Float64Array(key.rows).fill(-group)));
  const all = await bitToArithmetic(engine, await zeroBits(engine, SecretMatrix.concatRows(differences)));
  const member = await counting(engine, all, weights);
  const sums = await engine.matrixProduct(member, values, { provenBound: bound });
  return { counts: member.transpose().columnSums().transpose(), sums };
}

/** One row of 0 and 1 for each group or bin, with 0 for rows that do not count. */
async function counting(
  engine: Engine,
  rows: SecretMatrix,
  weights: SecretMatrix | undefined,
): Promise<SecretMatrix> {
  if (weights === undefined) return rows;
  return (await weighted(engine, rows.transpose(), weights)).transpose();
}

/**
 * How many elements are in each bin; edges.length + 1 rows, whole numbers: below the first edge, from each edge up to
 * the next, from the last edge on. With weights, x has one column.
 *
 * @param edges - Ascending, at least one.
 * @throws VeilshareError INVALID_ARGUMENT for no edge, edges out of order, or weights that are none.
 *
 * **Error.** None.
 *
 * **Cost.** A comparison for each element and edge; with weights a product for each row and edge.
 */
export async function histogram(
  engine: Engine,
  x: SecretMatrix,
  edges: readonly number[],
  options: WeightOptions = {},
): Promise<SecretMatrix> {
  checkOperands("histogram", engine, { x });
  checkArgument("histogram", "edges", edges, listOf(anyNumberRule));
  checkOptions("histogram", options, weightRules);
  const ascending = edges.every((edge, i) => i === 0 || edge > (edges[i - 1] ?? Infinity));
  if (edges.length === 0 || !ascending || !edges.every(Number.isFinite)) {
    throw invalidArgument("histogram", "ascending edges", edges.join(", "));
  }
  const { weights } = options;
  if (weights !== undefined) checkWeights("histogram", x.length, weights);
  checkDifference("histogram", x, Math.max(...edges.map(Math.abs)));
  const flat = x.reshape(1, x.length);
  const differences = edges.map((edge) => flat.addPublic(new Float64Array(x.length).fill(-edge)));
  const less = await bitToArithmetic(engine, await signBits(engine, SecretMatrix.concatRows(differences)));
  const below = await counting(engine, less, weights);
  const counts = below.transpose().columnSums().transpose(); // elements below each edge
  const all = weights?.sum() ?? engine.constant({ rows: 1, fractionalBits: 0, values: [x.length] });
  const none = engine.constant({ rows: 1, fractionalBits: 0, values: [0] });
  const upTo = SecretMatrix.concatRows([counts, all]);
  return upTo.subtract(SecretMatrix.concatRows([none, counts]));
}
