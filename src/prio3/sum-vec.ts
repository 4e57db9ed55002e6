/**
 * SumVec: each measurement is a vector of integers from 0 to a maximum, the result is their sum, element by element.
 *
 * **Source.** draft-irtf-cfrg-vdaf-18, section 7.4.3.
 */

import { zeroVector, type VectorField } from "../field/vector-field.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { bitEncoding, joinBits, writeBits } from "./bit-encoding.js";
import type { Circuit } from "./circuit.js";
import { checkLength, defaultChunkLength, maxElements, RangeCheck } from "./range-check.js";

/** Integers of one measurement. Numbers are safe integers. */
export type IntegerVector = BigUint64Array | Uint32Array | readonly (number | bigint)[];

/** Parameters of a vector sum; all are public. */
export interface SumVecParameters {
  /** Integers of a measurement. */
  readonly length: number;
  /** The largest that an integer can be, 1 to 2^64 - 1 (2^63 - 1 over Field64). */
  readonly maxMeasurement: bigint;
  /** Bits that one call of the gadget checks; default near the square root of all bits. */
  readonly chunkLength?: number;
}

/** The circuit that checks every bit of every integer. */
export function sumVecCircuit(
  field: VectorField,
  parameters: SumVecParameters,
): Circuit<IntegerVector, bigint[]> {
  const caller = "prio3SumVec";
  const { length, maxMeasurement } = parameters;
  const encoding = bitEncoding(caller, field, maxMeasurement);
  const { bits } = encoding;
  checkLength(caller, "a length", length, Math.floor(maxElements / bits));
  const chunkLength = parameters.chunkLength ?? defaultChunkLength(length * bits);
  checkLength(caller, "a chunk length", chunkLength);
  const check = new RangeCheck(field, length * bits, chunkLength);
  return {
    field,
    gadget: check.gadget,
    calls: check.calls,
    measurementLength: length * bits,
    jointRandLength: check.calls,
    outputLength: length,
    evalOutputLength: 1,
    maxContribution: maxMeasurement,
    encode: (measurement) => {
      checkVector(caller, measurement, length);
      const vector = zeroVector(field, length * bits);
      for (let i = 0; i < length; i++) {
        const value = integerAt(caller, measurement, i, maxMeasurement);
        writeBits(field, encoding, value, vector, i * bits);
      }
      return vector;
    },
    truncate: (measurement) => joinBits(field, encoding, measurement),
    decode: (integers) => [...integers],
    wires: (input, wireLength) => check.wires(input, wireLength),
    outputs: ({ results }) => field.sum(results),
  };
}

function checkVector(caller: string, measurement: unknown, length: number): void {
  const isVector =
    measurement instanceof BigUint64Array || measurement instanceof Uint32Array || Array.isArray(measurement);
  if (!isVector) throw invalidArgument(caller, "a vector of integers", typeof measurement);
  if (measurement.length !== length) {
    throw invalidArgument(caller, `${length} integers`, `${measurement.length}`);
  }
}

function integerAt(caller: string, measurement: IntegerVector, i: number, maximum: bigint): bigint {
  const entry: unknown = measurement[i];
  const isInteger = typeof entry === "bigint" || (typeof entry === "number" && Number.isSafeInteger(entry));
  if (!isInteger) throw invalidArgument(caller, `an integer at position ${i}`, typeof entry);
  const value = BigInt(entry);
  if (value >= 0n && value <= maximum) return value;
  const text = `${caller}: expected integers from 0 to ${maximum}, got another at position ${i}`;
  throw new VeilshareError("VALUE_OUT_OF_RANGE", text, { field: `measurement[${i}]` });
}
