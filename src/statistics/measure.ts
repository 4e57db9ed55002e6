/** Numbers with declared bounds and decimals, as whole numbers: exact or refused, never rounded or clipped. */

import { invalidArgument, VeilshareError } from "../errors.js";

/** Largest number of decimals. */
const maxDecimals = 9;

/** What numbers of a column may be; the same at all parties. */
export interface Measure {
  readonly min: number;
  readonly max: number;
  /** Decimals of every value, 0 to 9. Default 0: whole numbers. */
  readonly decimals?: number;
}

/** A measure whose bounds are whole numbers of its smallest unit. */
export interface ScaledMeasure {
  readonly min: bigint;
  readonly max: bigint;
  /** The larger of their sizes. */
  readonly maxAbs: bigint;
  readonly decimals: number;
}

/**
 * Checks a measure.
 *
 * @throws VeilshareError INVALID_ARGUMENT when its bounds are out of order, or do not have its decimals.
 */
export function scaleMeasure(caller: string, name: string, measure: Measure): ScaledMeasure {
  const { min, max, decimals = 0 } = measure;
  if (!Number.isInteger(decimals) || decimals < 0 || decimals > maxDecimals) {
    throw invalidArgument(caller, `0 to ${maxDecimals} decimals of ${name}`, String(decimals));
  }
  const [scaledMin, scaledMax] = [exactInteger(min, decimals), exactInteger(max, decimals)];
  if (scaledMin === undefined || scaledMax === undefined || scaledMin > scaledMax) {
    throw invalidArgument(caller, `ascending bounds of ${name} with ${decimals} decimals`, "others");
  }
  const [a, b] = [scaledMin < 0n ? -scaledMin : scaledMin, scaledMax < 0n ? -scaledMax : scaledMax];
  return { min: scaledMin, max: scaledMax, maxAbs: a > b ? a : b, decimals };
}

/**
 * A value as a whole number of the measure's smallest unit.
 *
 * @param field - Where the value is, for the error.
 * @throws VeilshareError VALUE_OUT_OF_RANGE when it is beyond the bounds or has more decimals; without the value.
 */
export function scaleValue(caller: string, field: string, value: number, measure: ScaledMeasure): bigint {
  const scaled = exactInteger(value, measure.decimals);
  if (scaled !== undefined && scaled >= measure.min && scaled <= measure.max) return scaled;
  const got = scaled === undefined ? "one with more, or none" : "one beyond the declared bounds";
  const text = `${caller}: expected a number of at most ${measure.decimals} decimals within its bounds, got ${got} at ${field}`;
  throw new VeilshareError("VALUE_OUT_OF_RANGE", text, { field });
}

/** value x 10^decimals when the value is the double next to a number of so many decimals; else undefined. */
function exactInteger(value: number, decimals: number): bigint | undefined {
  const scaled = Math.round(value * 10 ** decimals);
  if (!Number.isSafeInteger(scaled) || Number(`${scaled}e-${decimals}`) !== value + 0) return undefined;
  return BigInt(scaled);
}
