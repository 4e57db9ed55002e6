/** How many aggregators and proofs there may be, and how many measurements. */

import { invalidArgument, VeilshareError } from "../errors.js";
import type { Circuit } from "./circuit.js";

/**
 * With joint randomness a client can try as many randomnesses as it likes until an invalid measurement passes: over 64
 * bits, one proof or two are too few. Source: draft-irtf-cfrg-vdaf-18, section 7.1.
 */
export function fewestProofs({ field, jointRandLength }: Circuit<never, unknown>): number {
  return jointRandLength > 0 && field.name === "Field64" ? 3 : 1;
}

/** Refuses a number of aggregators or proofs that does not fit a byte, or is too small. */
export function checkCount255(name: string, count: number, minimum: number): number {
  if (Number.isInteger(count) && count >= minimum && count <= 255) return count;
  throw invalidArgument("prio3", `${name} from ${minimum} to 255`, String(count));
}

/** Whether noise makes integers negative. */
export type Integers = "unsigned" | "signed";

/** Most measurements whose sum is told apart from all others. */
export function mostMeasurements(
  { field, maxContribution }: Circuit<never, unknown>,
  integers: Integers,
): bigint {
  const room = integers === "signed" ? (field.modulus - 1n) / 2n : field.modulus - 1n;
  return room / maxContribution;
}

/**
 * The integers that elements stand for: with `signed`, what no sum of so many measurements reaches is half noise above the
 * largest sum, half below zero.
 *
 * @throws VeilshareError INVALID_ARGUMENT, BOUND_EXCEEDED for another number of measurements.
 */
export function decodedIntegers(
  circuit: Circuit<never, unknown>,
  elements: readonly bigint[],
  measurements: number,
  integers: Integers,
): bigint[] {
  if (!Number.isSafeInteger(measurements) || measurements < 1) {
    throw invalidArgument("prio3.unshard", "1 or more measurements", String(measurements));
  }
  const most = mostMeasurements(circuit, integers);
  if (BigInt(measurements) > most) {
    const text = `prio3.unshard: expected at most ${most} measurements (${integers}), got ${measurements}`;
    throw new VeilshareError("BOUND_EXCEEDED", text, { field: "measurements" });
  }
  const { modulus } = circuit.field;
  const largest = BigInt(measurements) * circuit.maxContribution;
  const border = integers === "signed" ? largest + (modulus - 1n - largest) / 2n : modulus;
  return elements.map((element) => (element > border ? element - modulus : element));
}
