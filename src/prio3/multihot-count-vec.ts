/**
 * MultihotCountVec: each measurement is a vector of booleans of which at most a given number are true, the result is how
 * often each was true.
 *
 * **Source.** draft-irtf-cfrg-vdaf-18, section 7.4.5.
 */

import { vectorSlice, zeroVector, type VectorField } from "../field/vector-field.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { bitEncoding, joinBits, writeBits } from "./bit-encoding.js";
import type { Circuit } from "./circuit.js";
import { joined } from "./histogram.js";
import { checkLength, defaultChunkLength, maxElements, RangeCheck } from "./range-check.js";

/** Parameters of a count of choices; all are public. */
export interface MultihotParameters {
  /** Booleans of a measurement. */
  readonly length: number;
  /** How many of them may be true, 1 to `length`. */
  readonly maxWeight: number;
  /** Elements that one call of the gadget checks; default near the square root of their number. */
  readonly chunkLength?: number;
}

/** The circuit that checks every boolean, and that their number is the one that is encoded behind them. */
export function multihotCountVecCircuit(
  field: VectorField,
  parameters: MultihotParameters,
): Circuit<readonly boolean[], bigint[]> {
  const caller = "prio3MultihotCountVec";
  const { length, maxWeight } = parameters;
  checkLength(caller, "a length", length, maxElements - 32);
  checkLength(caller, "a maximum weight", maxWeight, length);
  const encoding = bitEncoding(caller, field, BigInt(maxWeight));
  const measurementLength = length + encoding.bits;
  const chunkLength = parameters.chunkLength ?? defaultChunkLength(measurementLength);
  checkLength(caller, "a chunk length", chunkLength);
  const check = new RangeCheck(field, measurementLength, chunkLength);
  const choices = (measurement: Uint8Array): Uint8Array => vectorSlice(field, measurement, 0, length);
  return {
    field,
    gadget: check.gadget,
    calls: check.calls,
    measurementLength,
    jointRandLength: check.calls,
    outputLength: length,
    evalOutputLength: 2,
    maxContribution: 1n,
    encode: (measurement) => {
      const weight = checkChoices(caller, measurement, parameters);
      const vector = zeroVector(field, measurementLength);
      for (let i = 0; i < length; i++) vector[i * field.elementBytes] = Number(measurement[i]);
      writeBits(field, encoding, BigInt(weight), vector, length);
      return vector;
    },
    truncate: (measurement) => choices(measurement).slice(),
    decode: (integers) => [...integers],
    wires: (input, wireLength) => check.wires(input, wireLength),
    outputs: ({ measurement, results }) => {
      const weight = field.sum(choices(measurement));
      const claimed = vectorSlice(field, measurement, length, measurementLength);
      field.subtractInPlace(weight, joinBits(field, encoding, claimed));
      return joined(field.sum(results), weight);
    },
  };
}

/** The number of booleans that are true. */
function checkChoices(
  caller: string,
  measurement: unknown,
  { length, maxWeight }: MultihotParameters,
): number {
  if (!Array.isArray(measurement) || measurement.length !== length) {
    throw invalidArgument(caller, `an array of ${length} booleans`, "another");
  }
  let weight = 0;
  for (const [i, choice] of (measurement as readonly unknown[]).entries()) {
    if (typeof choice !== "boolean")
      throw invalidArgument(caller, `a boolean at position ${i}`, typeof choice);
    weight += Number(choice);
  }
  if (weight <= maxWeight) return weight;
  const text = `${caller}: expected at most ${maxWeight} choices, got more`;
  throw new VeilshareError("VALUE_OUT_OF_RANGE", text, { field: "measurement" });
}
