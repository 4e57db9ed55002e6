/**
 * Sum: each measurement is an integer from 0 to a maximum, the result is their sum.
 *
 * **Source.** draft-irtf-cfrg-vdaf-18, section 7.4.2.
 */

import { zeroVector, type VectorField } from "../field/vector-field.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { bitEncoding, joinBits, writeBits } from "./bit-encoding.js";
import type { Circuit } from "./circuit.js";
import { polyEval } from "./gadget.js";
import { wiresFromCalls } from "./wires.js";

/** The circuit that takes every bit b to b * b - b. */
export function sumCircuit(field: VectorField, maxMeasurement: bigint): Circuit<bigint, bigint> {
  const encoding = bitEncoding("prio3Sum", field, maxMeasurement);
  const { bits } = encoding;
  return {
    field,
    gadget: polyEval([0n, -1n, 1n]),
    calls: bits,
    measurementLength: bits,
    jointRandLength: 0,
    outputLength: 1,
    evalOutputLength: bits,
    maxContribution: maxMeasurement,
    encode: (measurement) => {
      if (typeof measurement !== "bigint") throw invalidArgument("prio3Sum", "a bigint", typeof measurement);
      if (measurement < 0n || measurement > maxMeasurement) {
        const text = `prio3Sum: expected a measurement from 0 to ${maxMeasurement}, got another`;
        throw new VeilshareError("VALUE_OUT_OF_RANGE", text, { field: "measurement" });
      }
      const vector = zeroVector(field, bits);
      writeBits(field, encoding, measurement, vector, 0);
      return vector;
    },
    truncate: (measurement) => joinBits(field, encoding, measurement),
    decode: (integers) => integers[0] as bigint, // one element
    wires: ({ measurement, seeds }, wireLength) => wiresFromCalls(field, wireLength, seeds, [measurement]),
    outputs: ({ results }) => results,
  };
}
