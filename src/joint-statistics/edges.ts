/** Edges of several histograms of one quantity: rows between two of them are told by the difference of two counts. */

import { VeilshareError } from "../errors.js";
import type { Engine } from "../mpc/engine.js";
import { lessThan } from "../mpc/operations/comparison.js";
import { histogram } from "../mpc/operations/grouping.js";
import type { SecretMatrix } from "../mpc/secret-matrix.js";

/**
 * Refuses edges with some rows between two of them, but fewer than the minimum.
 *
 * @param values - rows x 1.
 * @param edges - Of all questions about these values, ascending, distinct.
 * @throws VeilshareError DISCLOSURE_REFUSED at all who compute.
 *
 * **Security.** Opens one bit.
 */
export async function refuseNearCounts(
  engine: Engine,
  values: SecretMatrix,
  edges: readonly number[],
  minimum: number,
): Promise<void> {
  const bins = await histogram(engine, values, edges);
  const [near, none] = await Promise.all([lessThan(engine, bins, minimum), lessThan(engine, bins, 1)]);
  const count = near.subtract(none).columnSums();
  const [enough] = await engine.reveal(await lessThan(engine, count, 1));
  if (enough === 1) return;
  const expected = `edges of all histograms of one quantity with no row, or at least ${minimum}, between any two`;
  const text = `jointStatistics: questions: expected ${expected}, got fewer`;
  throw new VeilshareError("DISCLOSURE_REFUSED", text, { field: "questions", expected });
}
