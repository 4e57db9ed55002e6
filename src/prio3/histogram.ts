/**
 * Histogram: each measurement is the number of one bucket, the result is how many fell into each.
 *
 * **Source.** draft-irtf-cfrg-vdaf-18, section 7.4.4.
 */

import { zeroVector, type FieldVector, type VectorField } from "../field/vector-field.js";
import { VeilshareError } from "../errors.js";
import type { Circuit } from "./circuit.js";
import { checkLength, defaultChunkLength, RangeCheck } from "./range-check.js";

/** Parameters of a histogram; all are public. */
export interface HistogramParameters {
  /** Number of buckets. */
  readonly length: number;
  /** Buckets that one call of the gadget checks; default near the square root of their number. */
  readonly chunkLength?: number;
}

/** The circuit that checks that every bucket is zero or one and that they add up to one. */
export function histogramCircuit(
  field: VectorField,
  parameters: HistogramParameters,
): Circuit<number, bigint[]> {
  const caller = "prio3Histogram";
  const { length } = parameters;
  checkLength(caller, "a length", length);
  const chunkLength = parameters.chunkLength ?? defaultChunkLength(length);
  checkLength(caller, "a chunk length", chunkLength);
  const check = new RangeCheck(field, length, chunkLength);
  return {
    field,
    gadget: check.gadget,
    calls: check.calls,
    measurementLength: length,
    jointRandLength: check.calls,
    outputLength: length,
    evalOutputLength: 2,
    maxContribution: 1n,
    encode: (bucket) => {
      if (!Number.isInteger(bucket) || bucket < 0 || bucket >= length) {
        const text = `${caller}: expected a bucket from 0 to ${length - 1}, got another`;
        throw new VeilshareError("VALUE_OUT_OF_RANGE", text, { field: "measurement" });
      }
      const vector = zeroVector(field, length);
      vector[bucket * field.elementBytes] = 1;
      return vector;
    },
    truncate: (measurement) => measurement.slice(),
    decode: (integers) => [...integers],
    wires: (input, wireLength) => check.wires(input, wireLength),
    outputs: ({ measurement, results, sharesInverse }) => {
      const sum = field.sum(measurement);
      field.subtractInPlace(sum, sharesInverse);
      return joined(field.sum(results), sum);
    },
  };
}

/** Two vectors, end to end. */
export function joined(a: FieldVector, b: FieldVector): FieldVector {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
