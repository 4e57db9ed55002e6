/** Which implementation computes; decided here, in one place. */

import { VeilshareError } from "../errors.js";
import { KernelField } from "../field/kernel-field.js";
import { referenceField } from "../field/reference-field.js";
import { field128Parameters, field64Parameters, type VectorField } from "../field/vector-field.js";
import { instantiatePrio3 } from "../kernels/prio3/kernel.js";
import { kernelXof } from "./kernel-xof.js";
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
 * @throws VeilshareError UNSUPPORTED when the kernel is asked for and the platform can't run it.
 */
export function createArithmetic(name: "auto" | ArithmeticName = "auto"): Arithmetic {
  const kernel = name === "reference" ? undefined : instantiatePrio3();
  if (kernel !== undefined) {
    return {
      name: "kernel",
      field64: new KernelField(field64Parameters, kernel),
      field128: new KernelField(field128Parameters, kernel),
      xof: kernelXof(kernel),
    };
  }
  if (name === "kernel") {
    throw new VeilshareError("UNSUPPORTED", "prio3: expected a platform with WebAssembly, got one without");
  }
  return {
    name: "reference",
    field64: referenceField(field64Parameters),
    field128: referenceField(field128Parameters),
    xof: referenceXof,
  };
}
