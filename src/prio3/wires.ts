/** Wires of a gadget with few inputs, all at once. */

import { zeroVector, type FieldVector, type VectorField } from "../field/vector-field.js";
import type { WireRows } from "./circuit.js";

/**
 * All wires of a gadget.
 *
 * @param seeds - One element an input.
 * @param inputs - For each input of the gadget, its value in every call.
 */
export function wiresFromCalls(
  field: VectorField,
  wireLength: number,
  seeds: FieldVector,
  inputs: readonly FieldVector[],
): WireRows[] {
  const rows = zeroVector(field, inputs.length * wireLength);
  for (const [i, values] of inputs.entries()) {
    const start = i * wireLength * field.elementBytes;
    rows.set(seeds.subarray(i * field.elementBytes, (i + 1) * field.elementBytes), start);
    rows.set(values, start + field.elementBytes);
  }
  return [{ first: 0, rows }];
}
