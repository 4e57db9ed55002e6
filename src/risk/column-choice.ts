/**
 * Which columns are trained on where an owner has more than the rows allow: a model of as many columns as rows would tell of
 * rows. Each owner's columns are ranked on shares by the square of their correlation with the label, and the owner is told
 * which of its own are among the first.
 */

import type { ProtocolRun } from "../channel/party.js";
import type { Engine } from "../mpc/engine.js";
import { greaterOrEqual } from "../mpc/operations/comparison.js";
import { withFractionalBits } from "../mpc/operations/fixed-point.js";
import { sortRows } from "../mpc/operations/sorting.js";
import type { SecretMatrix } from "../mpc/secret-matrix.js";
import { openComputation } from "../owners/computation.js";
import type { OwnerRoles } from "./roles.js";
import type { TrainingSettings } from "./training-parts.js";
import { shareLabels, type OwnLabels } from "./secret-labels.js";
import { rowExponent } from "./training-plan.js";
import type { TrainingSize } from "./training-size.js";

/** Training rows for each prepared column of one side. */
export const rowsForColumn = 20;

/** Prepared columns that one side may have. */
export function columnLimit(rows: number): number {
  return Math.max(1, Math.floor(rows / rowsForColumn));
}

/** Whether one side has more. */
export function needsChoice(size: TrainingSize): boolean {
  return Math.max(size.lenderColumns, size.platformColumns) > columnLimit(size.rows);
}

/** What one party brings. */
export interface OwnCandidates {
  /** Prepared, standardised training rows. */
  readonly values?: Float64Array;
  readonly labels?: OwnLabels;
}

/** Fractional bits of standardised values here. */
const valueBits = 12;
const squareBits = 24;

/**
 * The program of all who compute. At an owner with too many columns, for each whether it is kept.
 *
 * **Security.** Opens nothing but that, to its owner.
 */
export async function chooseColumns(
  run: ProtocolRun,
  roles: OwnerRoles,
  settings: Pick<TrainingSettings, "computation">,
  size: TrainingSize,
  own: OwnCandidates,
): Promise<readonly boolean[] | undefined> {
  const engine = await openComputation(run, settings.computation, roles);
  const labels = await shareLabels(engine, roles.lender, size.rows, own.labels);
  let kept: readonly boolean[] | undefined;
  for (const [owner, columns] of [
    [roles.lender, size.lenderColumns],
    [roles.platform, size.platformColumns],
  ] as const) {
    const limit = columnLimit(size.rows);
    if (columns <= limit) continue;
    const squares = await squaredCorrelations(engine, {
      owner,
      columns,
      size,
      labels,
      own,
      index: run.index,
    });
    const { key } = await sortRows(engine, { key: squares });
    const least = key.rowRange(columns - limit, columns - limit + 1).pickRows(new Uint32Array(columns));
    const told = await engine.revealTo(owner, await greaterOrEqual(engine, squares, least));
    if (told !== undefined) kept = firstOf(told, limit);
  }
  await engine.close();
  return kept;
}

/** Equal squares may be one more than wanted: the first ones are kept. */
function firstOf(told: Float64Array, limit: number): boolean[] {
  let left = limit;
  return Array.from(told, (bit) => bit === 1 && left-- > 0);
}

async function squaredCorrelations(
  engine: Engine,
  at: {
    readonly owner: number;
    readonly columns: number;
    readonly size: TrainingSize;
    readonly labels: SecretMatrix;
    readonly own: OwnCandidates;
    readonly index: number;
  },
): Promise<SecretMatrix> {
  const { owner, columns, size, labels, own, index } = at;
  const operand = await engine.reusableOwnedOperand({
    owner,
    rows: size.rows,
    columns,
    bound: Math.sqrt(size.rows) * 1.01,
    fractionalBits: valueBits,
    products: 0,
    transposedProducts: 1,
    ...(index === owner && own.values !== undefined ? { values: own.values } : {}),
  });
  const sums = await operand.transposedProduct(labels, { provenBound: 1.1 * size.rows });
  // Columns have mean 0 and deviation 1: up to one factor for all, this is the correlation.
  const means = await withFractionalBits(engine, sums.timesPowerOfTwo(-rowExponent(size.rows)), squareBits);
  return withFractionalBits(engine, await engine.multiply(means, means, { provenBound: 6 }), squareBits);
}
