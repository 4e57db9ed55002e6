/**
 * How an owner prepares its columns, in the clear and alone, before anything is shared. All statistics are those of
 * its own *training* rows; held-back and new rows are prepared with the same ones. The rules:
 *
 * 1. A missing number becomes the mean of the column's training values.
 * 2. A text column becomes indicator columns. Its values, a missing one counting as a value of its own, are ranked by
 *    how often they occur in training (ties by code units). The most frequent one is the reference and has no
 *    indicator; the next ones have one each, up to `maxCategories` values in all and as long as at least 20 training rows
 *    have the value and 20 have another; what is left, and what training never saw, is "other", which has an indicator if
 *    at least 20 training rows have it and 20 do not, and counts as the reference if not.
 * 3. A column is dropped and reported when fewer than 20 training rows differ from its most frequent value, a missing
 *    number counting as a value of its own: a column that few rows have is about those people, and a weight of it
 *    would tell their labels. So is one whose deviation is below 2^-900, where doubles begin to lose digits.
 * 4. Every column is standardised: less its training mean, divided by its training (population) deviation.
 *
 * After rule 4 a training column has mean 0 and its squares sum to the number of rows; the bounds of the training
 * (`whitening.ts`, `training-plan.ts`) rest on that.
 */

import type { VeilshareError } from "../errors.js";
import { checkColumns, invalidData, type FeatureColumn } from "../owners/columns.js";
import type { ColumnMatrix } from "../owners/whitening.js";

/** Values that a text column may have before the rest becomes "other", where a caller says nothing. */
export const defaultMaxCategories = 10;

/** Training rows that every indicator has, and that differ from a column's most frequent value. */
export const leastRows = 20;

/** What standardises one column. */
export interface Standardisation {
  readonly mean: number;
  /** 0 for a column that is dropped. */
  readonly deviation: number;
}

/** How a column of numbers is prepared. */
export interface NumericPreparation extends Standardisation {
  readonly kind: "numeric";
  readonly name: string;
}

/** How a text column is prepared. */
export interface CategoryPreparation {
  readonly kind: "category";
  readonly name: string;
  /** The value without an indicator. */
  readonly reference: string | null;
  /** The values with one, in order. */
  readonly levels: readonly (string | null)[];
  /** One for each level, then one for "other". */
  readonly indicators: readonly Standardisation[];
}

/** How an owner's columns are prepared, in order. */
export type Preparation = readonly (NumericPreparation | CategoryPreparation)[];

/** Prepared columns. */
export type DesignMatrix = ColumnMatrix;

/** Below it, a deviation is near the subnormal numbers, which have fewer digits than others. */
const smallestDeviation = 2 ** -900;

/** A deviation below this share of a column's largest value is rounding, not variation. */
const relativeNoise = 1e-12;

/**
 * Learns from training rows how to prepare columns.
 *
 * @param rows - Indices of the training rows, at least one.
 * @throws VeilshareError INVALID_DATA when columns are not as they must be.
 */
export function fitPreparation(
  columns: readonly FeatureColumn[],
  rows: Uint32Array,
  maxCategories: number = defaultMaxCategories,
): Preparation {
  checkColumns(columns, columns[0]?.values.length ?? 0);
  return columns.map((column) => {
    if (column.kind === "numeric") {
      return {
        kind: "numeric",
        name: column.name,
        ...(differingRows(column.values, rows) < leastRows
          ? { mean: 0, deviation: 0 }
          : standardisationOf(presentValues(column.values, rows), rows.length)),
      };
    }
    const { reference, levels } = rankLevels(column.values, rows, maxCategories);
    const codes = levelCodes(column.values, reference, levels, true);
    const indicators = Array.from({ length: levels.length + 1 }, (_, level) => {
      const values = Float64Array.from(rows, (row) => (codes[row] === level ? 1 : 0));
      const having = values.reduce((count, value) => count + value, 0);
      const told = Math.min(having, rows.length - having) >= leastRows;
      return told ? standardisationOf(values, rows.length) : { mean: 0, deviation: 0 };
    });
    return { kind: "category", name: column.name, reference, levels, indicators };
  });
}

function presentValues(values: ArrayLike<number>, rows: Uint32Array): Float64Array {
  const all = Float64Array.from(rows, (row) => values[row] as number); // rows are indices of values
  return all.filter((value) => !Number.isNaN(value));
}

/** Training rows whose number is not the column's most frequent one; a missing one is a value of its own. */
function differingRows(values: ArrayLike<number>, rows: Uint32Array): number {
  const counts = new Map<number, number>();
  let most = 0;
  for (const row of rows) {
    const value = (values[row] as number) + 0; // rows are indices of values; -0 is 0
    const count = (counts.get(value) ?? 0) + 1;
    counts.set(value, count);
    most = Math.max(most, count);
  }
  return rows.length - most;
}

/**
 * Mean and deviation where missing values are replaced by the mean. Worked out in units of the largest value, so that
 * squares neither overflow nor vanish.
 */
function standardisationOf(present: Float64Array, count: number): Standardisation {
  let largest = 0;
  for (const value of present) largest = Math.max(largest, Math.abs(value));
  if (largest === 0) return { mean: 0, deviation: 0 };
  let total = 0;
  for (const value of present) total += value / largest;
  const mean = total / present.length;
  let squares = 0;
  for (const value of present) squares += (value / largest - mean) ** 2;
  const deviation = Math.sqrt(squares / count);
  const varies = deviation > relativeNoise && deviation * largest >= smallestDeviation;
  return { mean: mean * largest, deviation: varies ? deviation * largest : 0 };
}

function rankLevels(
  values: readonly (string | null)[],
  rows: Uint32Array,
  maxCategories: number,
): { readonly reference: string | null; readonly levels: readonly (string | null)[] } {
  const counts = new Map<string | null, number>();
  for (const row of rows) {
    const value = values[row] ?? null;
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const ranked = [...counts].sort(([a, countA], [b, countB]) => {
    if (countA !== countB) return countB - countA;
    return (a ?? "") < (b ?? "") ? -1 : 1; // null and "" may tie: either order is one order
  });
  const [first, ...others] = ranked.slice(0, maxCategories);
  const reference = first?.[0] ?? null;
  const levels = others.filter(([, count]) => count >= leastRows).map(([value]) => value);
  return { reference, levels };
}

/** For each row the number of its indicator: a level's, `levels.length` for "other", -1 for none. */
function levelCodes(
  values: readonly (string | null)[],
  reference: string | null,
  levels: readonly (string | null)[],
  hasOther: boolean,
): Int32Array {
  const codeOf = new Map<string | null, number>([[reference, -1]]);
  for (const [code, level] of levels.entries()) codeOf.set(level, code);
  const other = hasOther ? levels.length : -1;
  return Int32Array.from(values, (value) => codeOf.get(value) ?? other);
}

/** Names of the prepared columns, and of those that were dropped. */
export function preparedNames(preparation: Preparation): {
  readonly kept: readonly string[];
  readonly dropped: readonly string[];
} {
  const kept: string[] = [];
  const dropped: string[] = [];
  for (const feature of preparation) {
    if (feature.kind === "numeric") {
      (feature.deviation > 0 ? kept : dropped).push(feature.name);
      continue;
    }
    let any = false;
    for (const [code, { deviation }] of feature.indicators.entries()) {
      if (deviation === 0) continue;
      any = true;
      const level = code < feature.levels.length ? (feature.levels[code] ?? "(missing)") : "(other)";
      kept.push(`${feature.name}=${level}`);
    }
    if (!any) dropped.push(feature.name);
  }
  return { kept, dropped };
}

/** How many columns of the owner's table are in a model: those of which anything was kept. */
export function sourceColumns(preparation: Preparation): number {
  return preparation.filter((feature) =>
    feature.kind === "numeric"
      ? feature.deviation > 0
      : feature.indicators.some(({ deviation }) => deviation > 0),
  ).length;
}

/**
 * The preparation with fewer columns: what is not kept is dropped, and an indicator's rows count as the reference.
 *
 * @param kept - One for each prepared column, in order.
 */
export function keepColumns(preparation: Preparation, kept: readonly boolean[]): Preparation {
  let at = 0;
  const reduced = <T extends Standardisation>(of: T): T =>
    of.deviation === 0 || kept[at++] === true ? of : { ...of, mean: 0, deviation: 0 };
  return preparation.map((feature) =>
    feature.kind === "numeric"
      ? reduced(feature)
      : { ...feature, indicators: feature.indicators.map((indicator) => reduced(indicator)) },
  );
}

/** All columns of several matrices, in order. */
export function sideBySide(parts: readonly DesignMatrix[], rows: number): DesignMatrix {
  const columns = parts.reduce((sum, part) => sum + part.columns, 0);
  const values = new Float64Array(rows * columns);
  let from = 0;
  for (const part of parts) {
    for (let row = 0; row < rows; row++) {
      const cells = part.values.subarray(row * part.columns, (row + 1) * part.columns);
      values.set(cells, row * columns + from);
    }
    from += part.columns;
  }
  return { rows, columns, values };
}

/**
 * Prepares rows of columns.
 *
 * @param columns - Those that the preparation was fitted on, or new rows of them, in any order.
 * @param rows - Indices of the rows wanted.
 * @throws VeilshareError INVALID_DATA when a column is missing, of another kind, or not as it must be.
 */
export function prepareColumns(
  preparation: Preparation,
  columns: readonly FeatureColumn[],
  rows: Uint32Array,
): DesignMatrix {
  checkColumns(columns, columns[0]?.values.length ?? 0);
  const prepared = preparation.flatMap((feature) =>
    preparedColumns(feature, findColumn(columns, feature), rows),
  );
  const values = new Float64Array(rows.length * prepared.length);
  for (const [at, column] of prepared.entries()) {
    for (let row = 0; row < rows.length; row++) values[row * prepared.length + at] = column[row] as number; // row < rows
  }
  return { rows: rows.length, columns: prepared.length, values };
}

function findColumn(columns: readonly FeatureColumn[], feature: Preparation[number]): FeatureColumn {
  const column = columns.find(({ name }) => name === feature.name);
  if (column === undefined) throw invalidColumn(feature, "none of that name");
  if (column.kind === feature.kind) return column;
  // A column that is empty in a batch of new rows may have been read as the other kind.
  const missing = Array.from(column.values as ArrayLike<unknown>).every(isMissing);
  if (!missing) throw invalidColumn(feature, `a ${column.kind} one`);
  return feature.kind === "numeric"
    ? { kind: "numeric", name: column.name, values: new Float64Array(column.values.length).fill(NaN) }
    : { kind: "category", name: column.name, values: new Array<null>(column.values.length).fill(null) };
}

function isMissing(value: unknown): boolean {
  return value === null || Number.isNaN(value);
}

function invalidColumn(feature: Preparation[number], got: string): VeilshareError {
  return invalidData(`column "${feature.name}"`, `a ${feature.kind} column, as the model has`, got);
}

function preparedColumns(
  feature: Preparation[number],
  column: FeatureColumn,
  rows: Uint32Array,
): Float64Array[] {
  if (feature.kind === "numeric") {
    if (feature.deviation === 0) return [];
    const values = column.values as ArrayLike<number>; // findColumn gave one of the feature's kind
    return [
      Float64Array.from(rows, (row) => {
        const value = values[row] as number; // rows are indices of values
        return Number.isNaN(value) ? 0 : (value - feature.mean) / feature.deviation;
      }),
    ];
  }
  const { reference, levels, indicators } = feature;
  const hasOther = (indicators[levels.length]?.deviation ?? 0) > 0;
  const codes = levelCodes(column.values as readonly (string | null)[], reference, levels, hasOther); // as above
  return indicators.flatMap(({ mean, deviation }, level) =>
    deviation === 0
      ? []
      : [Float64Array.from(rows, (row) => ((codes[row] === level ? 1 : 0) - mean) / deviation)],
  );
}
