/** Which implementation of the batch arithmetic this thread uses: the compiled kernel where it runs, else the reference. */

import { instantiateOt, type OtKernel } from "../kernels/ot/kernel.js";
import { referenceOt } from "./reference-kernel.js";

/** Made at first use, as compiling is not for import time; nothing of one call is left for the next. */
let shared: OtKernel | undefined;

/** This thread's implementation. */
export function otKernel(): OtKernel {
  shared ??= instantiateOt() ?? referenceOt();
  return shared;
}
