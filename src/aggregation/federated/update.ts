/** A client's update of the model, and its way into the sum and out of it. */

import { invalidArgument, VeilshareError } from "../../errors.js";
import type { FederatedPlan } from "./plan.js";

/** What a client's training gives. */
export interface ClientUpdate {
  /** New model less the old one: `length` finite numbers. */
  readonly update: Float64Array;
  /** Its weight in the average, such as the client's number of rows: an integer from 0 to `maxWeight`. */
  readonly weight: number;
}

/** An update as it enters the sum. */
export interface EncodedUpdate {
  /** The weight, then weight x update in units of the last place. */
  readonly vector: Float64Array;
  /** True when the update was longer than the clip and was scaled down. */
  readonly clipped: boolean;
  /** True when the update was not zero, and is after rounding. */
  readonly roundedAway: boolean;
}

/**
 * Clips and encodes.
 *
 * @throws VeilshareError INVALID_ARGUMENT for another length; VALUE_OUT_OF_RANGE for a number that is not finite or a
 *   weight out of range. The message never has the value.
 */
export function encodeUpdate({ update, weight }: ClientUpdate, plan: FederatedPlan): EncodedUpdate {
  if (!(update instanceof Float64Array) || update.length !== plan.length) {
    throw invalidArgument("federated averaging", `an update of ${plan.length} numbers`, "another");
  }
  if (!Number.isInteger(weight) || weight < 0 || weight > plan.maxWeight) {
    const text = `federated averaging: expected an integer weight from 0 to ${plan.maxWeight}, got another`;
    throw new VeilshareError("VALUE_OUT_OF_RANGE", text, { field: "weight" });
  }
  let squares = 0;
  for (const [i, value] of update.entries()) {
    if (!Number.isFinite(value)) {
      const text = `federated averaging: expected finite numbers, got another at position ${i}`;
      throw new VeilshareError("VALUE_OUT_OF_RANGE", text, { field: `update[${i}]` });
    }
    squares += value * value;
  }
  const norm = Math.sqrt(squares);
  const clipped = norm > plan.clip;
  const factor = (clipped ? plan.clip / norm : 1) * weight * 2 ** plan.fractionalBits;
  const vector = new Float64Array(plan.length + 1);
  vector[0] = weight;
  for (let i = 0; i < plan.length; i++) vector[i + 1] = Math.round(factor * (update[i] as number)); // i < length
  const roundedAway = norm > 0 && weight > 0 && vector.every((value, i) => i === 0 || value === 0);
  return { vector, clipped, roundedAway };
}

/**
 * The weighted mean of the updates in a sum.
 *
 * @returns `undefined` when no weight is in it.
 */
export function meanUpdate(
  totals: BigInt64Array,
  plan: FederatedPlan,
): { readonly update: Float64Array; readonly weight: number } | undefined {
  const weight = Number(totals[0] ?? 0n);
  if (weight <= 0) return undefined;
  const unit = 2 ** -plan.fractionalBits / weight;
  const update = new Float64Array(plan.length);
  for (let i = 0; i < plan.length; i++) update[i] = Number(totals[i + 1]) * unit; // one more total than numbers
  return { update, weight };
}
