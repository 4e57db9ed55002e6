/** Buckets, and percentiles read off them. */

import { invalidArgument } from "../errors.js";
import type { ScaledMeasure } from "./measure.js";
import { scaleMeasure } from "./measure.js";

/** Most buckets. */
const maxBuckets = 10_000;

/** A percentile as a histogram gives it. */
export interface HistogramPercentile {
  readonly percent: number;
  /** The bucket that holds it: the error is at most its width. */
  readonly lower: number;
  readonly upper: number;
  /** A guess within the bucket, as if its rows were spread evenly. */
  readonly estimate: number;
}

/**
 * Edges in units of the measure: bucket i holds values from edge i up to, but not including, edge i + 1; the last one
 * includes its upper edge.
 *
 * @throws VeilshareError INVALID_ARGUMENT unless edges ascend, cover the measure's bounds and have its decimals.
 */
export function scaleEdges(caller: string, edges: readonly number[], measure: ScaledMeasure): bigint[] {
  if (edges.length < 2 || edges.length > maxBuckets + 1) {
    throw invalidArgument(caller, `2 to ${maxBuckets + 1} edges`, String(edges.length));
  }
  const scaled = edges.map((edge) => {
    return scaleMeasure(caller, "edges", { min: edge, max: edge, decimals: measure.decimals }).min;
  });
  const ascending = scaled.every((edge, i) => i === 0 || edge > (scaled[i - 1] ?? edge));
  const [first = 0n, last = 0n] = [scaled[0], scaled.at(-1)];
  if (!ascending || first > measure.min || last < measure.max) {
    throw invalidArgument(caller, "ascending edges that cover the bounds", "others");
  }
  return scaled;
}

/** The bucket of a value within the bounds. */
export function bucketOf(value: bigint, edges: readonly bigint[]): number {
  let low = 0;
  let high = edges.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (value >= (edges[middle] ?? 0n)) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * The percentile by nearest rank: the smallest value that at least `percent` percent of the rows do not exceed. It is within
 * the bucket for certain.
 *
 * @param counts - Rows by bucket; at least one row.
 */
export function percentileOf(
  counts: readonly bigint[],
  edges: readonly number[],
  percent: number,
): HistogramPercentile {
  let rows = 0n;
  for (const count of counts) rows += count;
  const rank = Math.max(1, Math.ceil((percent / 100) * Number(rows)));
  let before = 0;
  let bucket = 0;
  while (before + Number(counts[bucket] ?? 0n) < rank && bucket < counts.length - 1) {
    before += Number(counts[bucket] ?? 0n);
    bucket++;
  }
  const [lower = 0, upper = 0] = [edges[bucket], edges[bucket + 1]];
  const within = (rank - before - 0.5) / Number(counts[bucket] ?? 1n);
  return { percent, lower, upper, estimate: lower + (upper - lower) * within };
}
