/** Which cells of a table, groups or bins, have enough rows to be shown. */

import type { Engine } from "../mpc/engine.js";
import { greaterOrEqual, lessThan } from "../mpc/operations/comparison.js";
import type { SecretMatrix } from "../mpc/secret-matrix.js";

/** What {@link shownCells} needs. */
export interface CellOptions {
  /** Rows in each cell, cells x 1, whole numbers. No row is in two. */
  readonly counts: SecretMatrix;
  /** Rows in all, in some cell or in none. */
  readonly rows: number;
  readonly minimum: number;
}

/**
 * Positions of the cells that may be shown, ascending. A cell with fewer rows than the minimum is withheld. When what is left
 * over, rows of withheld cells and of none, is some rows but fewer than the minimum, they could be told by subtraction from
 * what is known of all rows: then the last of the other cells is withheld too.
 *
 * **Security.** Opens, to all who compute, one bit for each cell and one for what is left over.
 *
 * **Cost.** One comparison a cell and two more.
 */
export async function shownCells(engine: Engine, options: CellOptions): Promise<readonly number[]> {
  const { counts, rows, minimum } = options;
  const enough = await engine.reveal(await greaterOrEqual(engine, counts, minimum));
  const shown = Array.from(enough, (_, at) => at).filter((at) => enough[at] === 1);
  if (shown.length === 0) return shown;
  const all = engine.constant({ rows: 1, fractionalBits: 0, values: [rows] });
  const left = all.subtract(counts.pickRows(shown).columnSums());
  const [below, none] = await Promise.all([lessThan(engine, left, minimum), lessThan(engine, left, 1)]);
  const [some] = await engine.reveal(below.subtract(none));
  return some === 1 ? shown.slice(0, -1) : shown;
}
