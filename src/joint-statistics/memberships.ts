/**
 * Groups that differ by few rows. Two means, each of enough rows, tell of the rows by which their groups differ: two groups
 * by different columns that differ by one person tell that person's value. All groups of a run are compared on shares, each with
 * each and with what the other leaves out.
 */

import { VeilshareError } from "../errors.js";
import type { Engine } from "../mpc/engine.js";
import { lessThan } from "../mpc/operations/comparison.js";
import { SecretMatrix } from "../mpc/secret-matrix.js";

/**
 * Refuses groupings of which two groups differ by some rows, but fewer than the minimum.
 *
 * @param groupings - groups x rows each, 1 where a row is in a group.
 * @throws VeilshareError DISCLOSURE_REFUSED at all who compute.
 *
 * **Security.** Opens one bit.
 *
 * **Cost.** A matrix product of each two groupings; four comparisons for each two groups.
 */
export async function refuseNearGroups(
  engine: Engine,
  groupings: readonly SecretMatrix[],
  minimum: number,
): Promise<void> {
  const distances: SecretMatrix[] = [];
  for (const [i, first] of groupings.entries()) {
    for (const second of groupings.slice(i + 1)) distances.push(await distancesOf(engine, first, second));
  }
  if (distances.length === 0) return;
  const rows = groupings[0]?.columns ?? 0;
  const all = SecretMatrix.concatRows(distances);
  const others = all.negate().addPublic(new Float64Array(all.length).fill(rows)).assumeBound(rows);
  const both = SecretMatrix.concatRows([all, others]).assumeBound(rows);
  const [near, same] = await Promise.all([lessThan(engine, both, minimum), lessThan(engine, both, 1)]);
  const count = near.subtract(same).columnSums();
  const [some] = await engine.reveal((await lessThan(engine, count, 1)).negate().addPublic([1]));
  if (some === 0) return;
  const expected = `groups of two questions that are the same or differ by at least ${minimum} rows`;
  const text = `jointStatistics: questions: expected ${expected}, got two that differ by fewer`;
  throw new VeilshareError("DISCLOSURE_REFUSED", text, { field: "questions", expected });
}

/** In how many rows each two groups differ, one after the other. */
async function distancesOf(engine: Engine, first: SecretMatrix, second: SecretMatrix): Promise<SecretMatrix> {
  const rows = first.columns;
  const [a, b] = [first.rows, second.rows];
  const common = await engine.matrixProduct(first, second.transpose(), { provenBound: rows });
  const ofFirst = first.transpose().columnSums().transpose().repeatColumns(b); // a x b
  const ofSecond = second.transpose().columnSums().transpose().repeatColumns(a).transpose(); // a x b
  return ofFirst
    .add(ofSecond)
    .subtract(common.scale(2))
    .reshape(a * b, 1)
    .assumeBound(rows);
}
