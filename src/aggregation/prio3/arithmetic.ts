/** Which implementation computes; decided here, in one place. */

import { VeilshareError } from "../../errors.js";
import { referenceField } from "../../field/reference-field.js";
import { field128Parameters, field64Parameters, type VectorField } from "../../field/vector-field.js";
import { referenceXof, type Xof } from "./xof.js";

/** An implementation of the arithmetic. */
export type ArithmeticName = "kernel" | "reference";

/** Both fields and the XOF. */
export interface Arithmetic {
  readonly name: ArithmeticName;
  readonly field64: VectorField;
  readonly field128: VectorField;
  readonly xof: Xof;
}

/**
 * The arithmetic to compute with.
 *
 * @throws VeilshareError UNSUPPORTED when the kernel is asked for and there is none.
 */
export function createArithmetic(name: "auto" | ArithmeticName = "auto"): Arithmetic {
  if (name === "kernel")
    throw new VeilshareError("UNSUPPORTED", "prio3: there is no kernel on this platform");
  return {
    name: "reference",
    field64: referenceField(field64Parameters),
    field128: referenceField(field128Parameters),
    xof: referenceXof,
  };
}
