/**
 * Count: each measurement is zero or one, the result is how many were one.
 *
 * **Source.** draft-irtf-cfrg-vdaf-18, section 7.4.1.
 */

import { vectorOf, type FieldVector, type VectorField } from "../field/vector-field.js";
import { invalidArgument } from "../errors.js";
import type { Circuit } from "./circuit.js";
import { mul } from "./gadget.js";
import { wiresFromCalls } from "./wires.js";

/** The circuit x * x - x. */
export function countCircuit(field: VectorField): Circuit<boolean, bigint> {
  return {
    field,
    gadget: mul,
    calls: 1,
    measurementLength: 1,
    jointRandLength: 0,
    outputLength: 1,
    evalOutputLength: 1,
    maxContribution: 1n,
    encode: (measurement) => {
      if (typeof measurement !== "boolean")
        throw invalidArgument("prio3Count", "a boolean", typeof measurement);
      return vectorOf(field, [measurement ? 1n : 0n]);
    },
    truncate: (measurement) => measurement.slice(),
    decode: (integers) => integers[0] as bigint, // one element
    wires: ({ measurement, seeds }, wireLength) =>
      wiresFromCalls(field, wireLength, seeds, [measurement, measurement]),
    outputs: ({ measurement, results }) => {
      const output: FieldVector = results.slice();
      field.subtractInPlace(output, measurement);
      return output;
    },
  };
}
