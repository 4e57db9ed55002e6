/** An owner's rows, prepared for training: aligned, split, standardised and whitened, alone and in the clear. */

import type { FeatureColumn } from "../owners/columns.js";
import { checkOwnLeverage } from "./leverage.js";
import {
  fitPreparation,
  keepColumns,
  prepareColumns,
  type DesignMatrix,
  type Preparation,
} from "./preparation.js";
import type { Split } from "./split.js";
import { valueBound } from "./training-plan.js";
import { fitWhitening, whiten, type Whitening } from "../owners/whitening.js";

/** Rows as they are trained on. */
export interface PreparedRows {
  readonly split: Split;
  /** Own rows of the training positions, and of those held back. */
  readonly trainingRows: Uint32Array;
  readonly heldBackRows: Uint32Array;
  readonly preparation: Preparation;
  readonly design: DesignMatrix;
}

/**
 * Prepares the rows of a split.
 *
 * @param rows - Own rows of all common ids, in the common order.
 */
export function prepareRows(
  columns: readonly FeatureColumn[],
  rows: Uint32Array,
  split: Split,
  maxCategories: number,
): PreparedRows {
  const at = (positions: Uint32Array): Uint32Array => positions.map((position) => rows[position] as number); // positions among the rows
  const trainingRows = at(split.training);
  const preparation = fitPreparation(columns, trainingRows, maxCategories);
  const design = prepareColumns(preparation, columns, trainingRows);
  return { split, trainingRows, heldBackRows: at(split.holdout), preparation, design };
}

/** The same rows with fewer columns. */
export function withKept(
  prepared: PreparedRows,
  columns: readonly FeatureColumn[],
  kept: readonly boolean[] | undefined,
): PreparedRows {
  if (kept === undefined) return prepared;
  const preparation = keepColumns(prepared.preparation, kept);
  return { ...prepared, preparation, design: prepareColumns(preparation, columns, prepared.trainingRows) };
}

/** Whitened values, row by row. */
export interface WhitenedRows {
  readonly whitening: Whitening;
  readonly training: Float64Array;
  readonly heldBack: Float64Array;
}

/**
 * Whitens.
 *
 * @throws VeilshareError INVALID_DATA when one training row counts for too much of the model.
 */
export function whitenRows(prepared: PreparedRows, columns: readonly FeatureColumn[]): WhitenedRows {
  const { design, preparation, heldBackRows } = prepared;
  const whitening = fitWhitening(design);
  const training = whiten(design, whitening);
  checkOwnLeverage(training, design.rows, design.columns);
  const others = prepareColumns(preparation, columns, heldBackRows);
  return { whitening, training, heldBack: withinBound(whiten(others, whitening), design.rows) };
}

/** Whitened values of rows that were not trained on: beyond the training's bound they count as at it. */
export function withinBound(values: Float64Array, trainingRows: number): Float64Array {
  const bound = valueBound(trainingRows);
  return values.map((value) => Math.min(bound, Math.max(-bound, value)));
}
