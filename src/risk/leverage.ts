/**
 * No row may count for more than three quarters of a model. A row's leverage is the squared norm of its whitened values, divided
 * by the number of rows: 1 for a row that has a column to itself, whose weight then tells the row's label.
 *
 * An owner checks its own rows before it shares them. The others check the shares: each row's squares are summed and compared
 * on shares, a product for each value. Entries are limited in bits too, so that none is larger than the next power of two above the
 * bound.
 */

import { VeilshareError } from "../errors.js";
import type { Engine } from "../mpc/engine.js";
import { greaterThan } from "../mpc/operations/comparison.js";
import type { SecretMatrix } from "../mpc/secret-matrix.js";
import { invalidData } from "../owners/columns.js";
import type { OwnerRoles } from "./roles.js";
import { valueBits, type SecretDesign } from "./secret-design.js";
import { leverageCap } from "./training-plan.js";

/** Rounding of values to {@link valueBits} may add this part. */
const rounding = 1.02;

/**
 * Checks own whitened training rows.
 *
 * @throws VeilshareError INVALID_DATA
 */
export function checkOwnLeverage(values: Float64Array, rows: number, columns: number): void {
  for (let row = 0; row < rows; row++) {
    let squares = 0;
    for (let j = 0; j < columns; j++) squares += (values[row * columns + j] as number) ** 2; // in range
    if (squares <= leverageCap * rows) continue;
    throw invalidData(
      "columns",
      `no row that counts for more than ${leverageCap} of the model: cap outliers, or join values that few rows have`,
      `one that counts for ${(squares / rows).toFixed(2)}`,
    );
  }
}

/**
 * Checks both owners' rows on shares.
 *
 * @throws VeilshareError INVALID_DATA that names the owner, at all who compute.
 *
 * **Security.** Opens one bit for each owner.
 */
export async function checkLeverage(
  engine: Engine,
  { lender, platform }: SecretDesign,
  at: {
    readonly rows: number;
    readonly roles: OwnerRoles;
    readonly names: readonly string[];
  },
): Promise<void> {
  for (const [columns, index] of [
    [lender, at.roles.lender],
    [platform, at.roles.platform],
  ] as const) {
    if (columns?.values === undefined) continue;
    const [beyond] = await engine.reveal(await anyBeyond(engine, columns.values, at.rows));
    if (beyond === 0) continue;
    const party = at.names[index] ?? "";
    const expected = `no row that counts for more than ${leverageCap} of the model`;
    const text = `columns: party "${party}": expected ${expected}, got one`;
    throw new VeilshareError("INVALID_DATA", text, { field: "columns", party, expected });
  }
}

/** 1 x 1: whether any row's squares sum to more than the cap allows. */
async function anyBeyond(engine: Engine, values: SecretMatrix, rows: number): Promise<SecretMatrix> {
  const squares = await engine.multiply(values, values);
  const sums = squares.transpose().columnSums();
  const limit = Math.ceil(leverageCap * rows * rounding + 2 ** -valueBits);
  const beyond = await greaterThan(engine, sums, limit);
  return greaterThan(engine, beyond.transpose().columnSums(), 0);
}
